"""The numbered parts of a sheet, definitions and gradients, in the TeX of one language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import sympy as sp

from derive.arrays import Array
from derive.calculus.reasons import reason
from derive.derivation import Definition, Derivation, Gradient
from derive.notation import IndexSum, Tensor, elements
from derive.printing import Naming, rank
from derive.printing.names import scripted
from derive.targets import RenderOptions
from derive.targets.folding import foldable
from derive.targets.formulas import equation, formula, symbol
from derive.targets.glyphs import tex_text
from derive.targets.shapes import shape, shape_check, shaped_equation
from derive.targets.words import WORDS, called

GAP = r"\enspace "


@dataclass(frozen=True)
class Row:
    """One line of a derivation: left is empty where it is the left side of the line above."""

    left: str
    right: str
    reason: str


@dataclass(frozen=True)
class Box:
    """A numbered result; remark says why it stands there, shapes are those of its two sides."""

    number: int
    formula: str
    shapes: str
    remark: str
    shaped: str | None = None

    @property
    def shown(self) -> str:
        """The formula with shapes under its symbols, where they help."""
        return self.shaped or self.formula


@dataclass(frozen=True)
class Block:
    """A definition or a gradient: title, numbers of the equations it uses, lines, result.

    reasons: why the result holds, each rule once.
    """

    title: str
    uses: tuple[int, ...]
    rows: tuple[Row, ...]
    box: Box
    assumptions: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


class Sheet:
    """One derivation in one language, with the names and numbers that all its parts share."""

    def __init__(self, derivation: Derivation, options: RenderOptions) -> None:
        self.derivation, self.lang = derivation, options.lang
        self.program, self.words = derivation.program, WORDS[options.lang]
        self.numbers = derivation.equations
        self.naming = Naming(rank(self.program), sizes=self.program.sizes)
        tensors = (*self.program.tensors, *(g.symbol for g in derivation))
        self.names = {t.name: symbol(t) for t in tensors}

    def prose(self, text: str) -> str:
        """Plain text in which tensors, with or without indices, and sums become mathematics."""
        names = "|".join(sorted(map(re.escape, self.names), key=len, reverse=True))
        shown, end = "", 0
        marks = rf"\b(?:{names}) = \w+\((?:{names})\)|g′|Σ_(\w)|\b({names})\b(?:\[([\w, ]+)\])?"
        for found in re.finditer(marks, text):
            summed, name, indices = found.groups()
            if name:
                math = f"${scripted(self.names[name], _joined(indices))}$"
            elif summed:
                math = rf"$\sum_{{{summed}}}$"
            else:
                math = self._unbroken(found.group())
            shown, end = shown + tex_text(text[end : found.start()]) + math, found.end()
        return shown + tex_text(text[end:])

    def _unbroken(self, text: str) -> str:
        """g′, or an equation of names, on one line."""
        left, equals, right = text.partition(" = ")
        if not equals:
            return "$g'$"
        function, _, argument = right.partition("(")
        sides = f"{self.prose(left)} = {tex_text(function)}({self.prose(argument)}"
        return rf"\mbox{{{sides}}}"

    def forward(self) -> Iterator[Block]:
        for definition in self.derivation.forward:
            if definition.node.tensor not in self.program.costs:
                yield self.definition(definition)

    def definition(self, definition: Definition) -> Block:
        node = definition.node
        tensor, value = node.tensor, definition.array if definition.array is not None else node.body
        rows = []
        if node.body.has(IndexSum):
            left, right = equation(tensor, node.indices, node.body, self.naming).split(" = ", 1)
            rows.append(Row(left, foldable(right), self.words["entry"]))
        note = tex_text(called(node.note, self.lang))
        title = f"${symbol(tensor)}$" + (f" ({note})" if note else "")
        shapes = self.shapes(tensor, definition.array)
        return Block(
            title,
            (),
            tuple(rows),
            Box(
                self.numbers[tensor.name],
                foldable(equation(tensor, node.indices, value, self.naming)),
                shapes,
                shapes if node.body.has(IndexSum) else f"{self.words['entrywise']}{GAP}{shapes}",
                self.shaped(tensor, definition.array),
            ),
            reasons=(note,) if note else (),
        )

    def shapes(self, tensor: Tensor, array: Array | None) -> str:
        if array is None:
            return f"${shape(tensor, self.program.sizes)}$"
        return f"${shape_check(tensor, array, self.naming)}$"

    def shaped(self, tensor: Tensor, array: Array | None) -> str | None:
        shown = None if array is None else shaped_equation(tensor, array, self.naming)
        return shown and foldable(shown)

    def cost(self) -> Iterator[Block]:
        for definition in self.derivation.forward:
            node = definition.node
            if node.tensor in self.program.costs:
                shown = equation(node.tensor, node.indices, node.body, self.naming)
                note = tex_text(called(node.note, self.lang))
                shapes = f"${shape(node.tensor, self.program.sizes)}$"
                box = Box(self.numbers[node.tensor.name], foldable(shown), shapes, note)
                yield Block("", (), (), box, reasons=(note,) if note else ())
        box = Box(self.numbers["J"], f"J = {self.total}", self.words["scalar"], self.words["cost"])
        yield Block("", (), (), box, reasons=(self.words["cost"],))

    @property
    def losses(self) -> sp.Expr:
        loss = self.program.loss
        indices = loss.indices()
        return IndexSum(loss[indices], *indices)

    @property
    def total(self) -> str:
        """What J is, in LaTeX."""
        inside = self.losses
        if self.program.regularizer is not None:
            inside += self.program.regularizer[()]
        return formula(sp.Mul(self.program.scale, inside, evaluate=False), self.naming)

    def gradients(self) -> Iterator[Block]:
        for gradient in self.derivation.gradients:
            yield self.gradient(gradient)

    def gradient(self, gradient: Gradient) -> Block:
        first = gradient.steps[0]
        tensor, naming = gradient.symbol, gradient.naming
        left = formula(gradient.element, naming)
        rows = [Row(left, formula(first.before, naming), self.words["definition"])]
        for step in gradient.steps if gradient.array is None else gradient.steps[:-1]:
            why = self.prose(reason(step, gradient, self.lang))
            right = foldable(formula(step.after, naming))
            if right == rows[-1].right:
                rows[-1] = replace(rows[-1], reason=self.words["because"].join((rows[-1].reason, why)))
            else:
                rows.append(Row("", right, why))
        shapes = remark = self.shapes(tensor, gradient.array)
        reasons = [row.reason for row in rows[1:]]
        if gradient.array is not None:
            reasons.append(self.prose(reason(gradient.steps[-1], gradient, self.lang)))
            remark = reasons[-1] + GAP + shapes
        return Block(
            f"${symbol(tensor)} = {self.quotient(gradient)}$",
            self.uses(gradient),
            tuple(rows),
            Box(
                self.numbers[gradient.name],
                foldable(equation(tensor, gradient.indices, gradient.value, gradient.naming)),
                shapes,
                remark,
                self.shaped(tensor, gradient.array),
            ),
            tuple(map(self.prose, gradient.assumptions)),
            tuple(dict.fromkeys(reasons)),
        )

    def quotient(self, gradient: Gradient) -> str:
        """What a gradient is, on one line: ∂J/∂W."""
        whole = self.derivation.convention.convention == "exact" or self.program.node(gradient.of) is None
        cost = "J" if whole or self.program.scale == 1 else r"\mathcal{L}"
        return rf"\partial {cost}/\partial {symbol(gradient.of)}"

    def uses(self, gradient: Gradient) -> tuple[int, ...]:
        """Numbers of the definitions and gradients that the derivation of a gradient rests on."""
        consumers = self.program.consumers.get(gradient.of.serial, ())
        names = [node.tensor.name for node in consumers]
        if gradient.of in self.program.costs:
            names.append("J")
        for step in gradient.steps:
            if isinstance(step.after, tuple):
                used = (e.tensor for term in step.after for f in term.factors for e in elements(f))
                names += [tensor.name for tensor in used if tensor.role == "gradient"]
        return tuple(sorted({self.numbers[name] for name in names if name in self.numbers}))


def _joined(indices: str | None) -> str:
    return (indices or "").replace(", ", "")
