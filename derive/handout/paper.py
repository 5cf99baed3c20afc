"""What every part of a handout looks up: names, numbers of equations, sentences in its language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from derive.derivation import Derivation, Gradient
from derive.errors import SpecError
from derive.handout.blocks import Ref, Text
from derive.handout.example import Example, example
from derive.handout.functions import Curve
from derive.handout.maths import Formula, Letter, Mark, Math, Quotient, Scripts, Whole, joined
from derive.handout.sentences import say
from derive.notation import IndexSum, Tensor
from derive.printing import Naming, rank
from derive.program import Node
from derive.targets.layers import Layers, layers
from derive.targets.names import called

WIDEST = 14
"""Sizes of layers that stand on one line over a page."""


@dataclass(frozen=True, eq=False)
class Paper:
    """A derivation in one language."""

    derivation: Derivation
    lang: str = "en"
    detail: str = "full"

    @property
    def program(self) -> Any:
        return self.derivation.program

    @cached_property
    def numbers(self) -> dict[str, int]:
        return self.derivation.equations

    @cached_property
    def naming(self) -> Naming:
        """Sizes as numbers."""
        return Naming(rank(self.program), sizes=self.program.sizes)

    @cached_property
    def open_naming(self) -> Naming:
        """Sizes as symbols."""
        return Naming(rank(self.program))

    @cached_property
    def net(self) -> Layers | None:
        """The layers, None for a program that is not a chain of them."""
        try:
            return layers(self.derivation)
        except SpecError:
            return None

    @cached_property
    def example(self) -> Example | None:
        return example(self.derivation, self.net)

    @cached_property
    def curves(self) -> tuple[Curve, ...]:
        """The activations with a formula that work entry by entry, each once; the identity is none."""
        return tuple(dict.fromkeys(self._curves.values()))

    @cached_property
    def _curves(self) -> dict[int, Curve]:
        """By the serial of the node's tensor; nodes of one formula share one."""
        costs = {t.serial for t in self.program.costs}
        alike: dict[tuple[str, Any], Curve] = {}
        found: dict[int, Curve] = {}
        for node in self.program.nodes:
            formula = node.body != node.argument and not node.body.has(AppliedUndef)
            entrywise = node.argument is not None and formula
            if entrywise and node.note and node.tensor.serial not in costs:
                curve = Curve(node)
                found[node.tensor.serial] = alike.setdefault((node.note, curve.formula), curve)
        return found

    def curve(self, node: Node) -> Curve | None:
        return self._curves.get(node.tensor.serial)

    def title(self, curve: Curve) -> Text:
        """The name of an activation, with its array where another formula has the same name."""
        named = [other for other in self.curves if other.node.note == curve.node.note]
        name = self.called(curve.node)
        return (name,) if len(named) == 1 else (name, " ", Whole(curve.node.tensor))

    @cached_property
    def tensors(self) -> dict[str, Tensor]:
        found = (*self.program.tensors, *(g.symbol for g in self.derivation))
        return {tensor.name: tensor for tensor in found}

    def say(self, key: str, **values: Any) -> Text:
        return say(key, self.lang, **values)

    def word(self, key: str, **values: Any) -> str:
        """A sentence without mathematics, as plain text."""
        return "".join(str(part) for part in self.say(key, **values))

    def math(self, value: Any) -> Math:
        return Formula(value, self.naming)

    def whole(self, name: str) -> Math:
        return Whole(self.tensors[name])

    def refs(self, names: Any) -> Text:
        numbers = sorted({self.numbers[name] for name in names if name in self.numbers})
        return self.listed([Ref(number) for number in numbers])

    def listed(self, parts: Any) -> Text:
        """The parts with commas between them."""
        text: list[Any] = []
        for part in parts:
            if text:
                text.append(self.word("comma"))
            text += part if isinstance(part, tuple) else [part]
        return tuple(text)

    def called(self, node: Node) -> str:
        return self.named(node.note)

    def named(self, key: str) -> str:
        """A name of the tables in the language of the handout."""
        return called(key, self.lang)

    @property
    def described(self) -> str:
        """The layers on a line: "3 → 4 tanh → 1 sigmoid"."""
        line = "" if self.net is None else self.net.describe(self.named)
        return line.replace("->", "→").replace("...", "…")

    @property
    def short(self) -> str:
        """What stands over each page: "3 → 4 → 1", without the middle of a deep network."""
        if self.net is None:
            return self.derivation.name
        sizes = [str(size) for size in self.net.sizes.values()]
        if len(sizes) > WIDEST:
            sizes[4:-3] = ["…"]
        return " → ".join(sizes)

    def prose(self, text: str) -> Text:
        """Plain text in which tensors, with or without indices, and sums become mathematics."""
        names = "|".join(sorted(map(re.escape, self.tensors), key=len, reverse=True))
        parts: list[Any] = []
        end = 0
        for found in re.finditer(rf"Σ_(\w)|\b({names})\b(?:\[([\w, ]+)\])?", text):
            parts.append(text[end : found.start()])
            summed, name, indices = found.groups()
            if summed:
                parts.append(Scripts(Mark("sum"), Letter(summed)))
            else:
                below = tuple(part.strip() for part in (indices or "").split(",") if part.strip())
                parts.append(Whole(self.tensors[name], below))
            end = found.end()
        return tuple(part for part in (*parts, text[end:]) if part != "")

    def quotient(self, gradient: Gradient) -> Math:
        """What a gradient is, on one line: ∂J/∂W."""
        whole = self.derivation.convention.convention == "exact" or self.program.node(gradient.of) is None
        cost: Math = Letter("J") if whole or self.program.scale == 1 else Mark("losses")
        d = Mark("partial")
        return Quotient(joined("", d, cost), joined("", d, Whole(gradient.of)), flat=True)

    @property
    def total(self) -> Math:
        """What J is."""
        loss = self.program.loss
        indices = loss.indices()
        inside = IndexSum(loss[indices], *indices)
        if self.program.regularizer is not None:
            inside += self.program.regularizer[()]
        return self.math(sp.Mul(self.program.scale, inside, evaluate=False))
