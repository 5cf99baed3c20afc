"""Small numbers for the worked example, and every value that follows from them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Any

import mpmath as mp
import sympy as sp

from derive.derivation import Derivation
from derive.notation import Element, IndexSum, Tensor, elements, expression
from derive.numbers import value
from derive.program import Program
from derive.targets.layers import Layers
from derive.targets.lines import needed_gradients

Entry = tuple[int, ...]
SAMPLES = 2
WIDEST, DEEPEST = 4, 3
NARROWED = 3
DIGITS = 4
RATE = sp.Rational(1, 2)
SEEDS = 400
LONGEST = 9


@dataclass(frozen=True, eq=False)
class Plan:
    """What is to be computed at these sizes, every sum written out."""

    derivation: Derivation
    net: Layers
    sizes: dict[sp.Symbol, int]

    @cached_property
    def definitions(self) -> tuple[tuple[str, Tensor, Any, sp.Expr], ...]:
        """Name, tensor, indices and body of what is computed, in order."""
        forward = [(d.name, d.node.tensor, d.node.indices, d.node.body) for d in self.derivation.forward]
        backward = [
            (g.name, g.symbol, g.indices, expression(g.terms)) for g in needed_gradients(self.derivation)
        ]
        return (*forward, *backward)

    @cached_property
    def entries(self) -> tuple[tuple[Element, sp.Expr], ...]:
        """Every entry with the formula that gives it."""
        return tuple(
            (tensor[entry], self.explicit(body.xreplace(dict(zip(indices, entry, strict=True)))))
            for _, tensor, indices, body in self.definitions
            for entry in entries(tensor, self.sizes)
        )

    def explicit(self, body: sp.Expr) -> sp.Expr:
        numbers = {symbol: sp.Integer(size) for symbol, size in self.sizes.items()}
        return spread(body.xreplace(numbers), self.sizes)

    @cached_property
    def by_hand(self) -> dict[str, tuple[sp.Expr, sp.Expr] | None]:
        """By name: the first entry in index form and written out, None where that is too long."""
        found: dict[str, tuple[sp.Expr, sp.Expr] | None] = {}
        for name, _, indices, body in self.definitions:
            at = body.xreplace({index: sp.Integer(0) for index in indices})
            explicit = self.explicit(at)
            found[name] = (at, explicit) if len(elements(explicit)) <= LONGEST else None
        return found


@dataclass(frozen=True, eq=False)
class Example:
    """Numbers for a network: what is given by tensor and entry, and what follows."""

    plan: Plan
    given: dict[Element, Any] = field(repr=False)

    @property
    def net(self) -> Layers:
        return self.plan.net

    @property
    def sizes(self) -> dict[sp.Symbol, int]:
        return self.plan.sizes

    @property
    def program(self) -> Program:
        return self.plan.derivation.program

    @property
    def definitions(self) -> tuple[tuple[str, Tensor, Any, sp.Expr], ...]:
        return self.plan.definitions

    @cached_property
    def values(self) -> dict[Element, Any]:
        """Every entry of what is given, of the forward pass and of the gradients."""
        found = dict(self.given)
        for element, formula in self.plan.entries:
            found[element] = value(formula, found)
        return found

    @cached_property
    def cost(self) -> Any:
        program = self.program
        total = sum((self.values[program.loss[e]] for e in entries(program.loss, self.sizes)), mp.mpf(0))
        if program.regularizer is not None:
            total += self.values[program.regularizer[()]]
        return value(self.plan.explicit(program.scale), {}) * total

    @cached_property
    def updated(self) -> Example:
        """The same example after one step of gradient descent."""
        gradients = {g.of.serial: g.symbol for g in self.plan.derivation if g.of.role == "parameter"}
        given = dict(self.given)
        rate = mp.mpf(RATE.p) / RATE.q
        for element in self.given:
            if element.tensor.serial in gradients:
                slope = self.values[gradients[element.tensor.serial][element.args]]
                given[element] = self.given[element] - rate * slope
        return Example(self.plan, given)

    def digits(self, element: Element) -> str:
        """An entry as it is printed: exact where it is given, else with four decimals."""
        number = self.values[element]
        return plain(number) if element in self.given else fixed(number)

    def hand(self, name: str) -> sp.Expr | None:
        """The first entry of what has this name, in index form with its indices at 0."""
        found = self.plan.by_hand[name]
        return found[0] if found else None

    def redone(self, name: str) -> str | None:
        """What a reader gets for the first entry from the printed digits; None if it is not redone."""
        found = self.plan.by_hand[name]
        if found is None:
            return None
        used = elements(found[1])
        printed = {element: mp.mpf(self.digits(element).replace("−", "-")) for element in used}
        return fixed(value(found[1], printed))

    def reproduces(self) -> bool:
        """Whether every line that is redone by hand gives the digits that are printed."""
        for name, tensor, _, _ in self.definitions:
            found = self.redone(name)
            if found is not None and found != self.digits(tensor[(0,) * len(tensor.dims)]):
                return False
        return True


def example(derivation: Derivation, net: Layers | None) -> Example | None:
    """Numbers that can be redone by hand; None for a network that is too deep for them.

    A wide network is narrowed: its formulas do not change.
    """
    if net is None or len(net.activations) > DEEPEST:
        return None
    widths = net.sizes.values()
    narrow = max(widths) > WIDEST
    sizes = {symbol: min(size, NARROWED) if narrow else size for symbol, size in net.sizes.items()}
    sizes[net.samples] = SAMPLES
    plan = Plan(derivation, net, sizes)
    for seed in range(SEEDS):
        made = Example(plan, dict(_given(derivation, net, sizes, random.Random(seed))))
        if _is_good(made):
            return made
    return None


def _is_good(made: Example) -> bool:
    values = made.values.values()
    if any(mp.isnan(v) or mp.isinf(v) or abs(v) > 1000 for v in values):
        return False
    if not made.reproduces() or not made.updated.cost < made.cost:
        return False
    hidden = [made.values[n.tensor[e]] for n in made.net.activations for e in entries(n.tensor, made.sizes)]
    return len({fixed(v) for v in hidden}) > len(hidden) // 2


def _given(
    derivation: Derivation, net: Layers, sizes: dict[sp.Symbol, int], chance: random.Random
) -> Iterator[tuple[Element, Any]]:
    for tensor in derivation.program.leaves:
        if tensor is net.Y:
            yield from _labels(derivation.program, net, sizes, chance)
            continue
        pick = PICKS.get(tensor.role, _weight)
        for entry in entries(tensor, sizes):
            yield tensor[entry], pick(chance)


def _weight(chance: random.Random) -> Any:
    return mp.mpf(chance.choice([-1, 1]) * chance.randint(1, 9)) / 10


def _input(chance: random.Random) -> Any:
    return mp.mpf(chance.choice([-3, -2, -1, 1, 2, 3, 4])) / 2


PICKS: dict[str, Callable[[random.Random], Any]] = {
    "input": _input,
    "hyperparameter": lambda chance: mp.mpf(1) / 10,
}


def _labels(
    program: Program, net: Layers, sizes: dict[sp.Symbol, int], chance: random.Random
) -> Iterator[tuple[Element, Any]]:
    width = net.width(net.Y)
    axis = net.Y.dims.index(width)
    chosen = chance.sample(range(max(sizes[width], SAMPLES)), SAMPLES)
    distribution = any(fact.tensor is net.Y for fact in program.facts)
    low, high = net.Y.interval or (1, 2)
    for entry in entries(net.Y, sizes):
        sample = entry[1 - axis]
        if distribution:
            yield net.Y[entry], mp.mpf(entry[axis] == chosen[sample] % sizes[width])
        else:
            yield net.Y[entry], mp.mpf(int(low if (sample + entry[axis]) % 2 else high))


def entries(tensor: Tensor, sizes: dict[sp.Symbol, int]) -> Iterator[Entry]:
    return product(*(range(int(dim.xreplace(sizes))) for dim in tensor.dims))


def spread(expr: sp.Expr, sizes: dict[sp.Symbol, int]) -> sp.Expr:
    """The expression with every sum written out."""
    if not expr.has(IndexSum):
        return expr
    if isinstance(expr, IndexSum):
        ranges = [range(int(index.dim.xreplace(sizes))) for index in expr.indices]
        bodies = (
            expr.body.xreplace(dict(zip(expr.indices, map(sp.Integer, at), strict=True)))
            for at in product(*ranges)
        )
        return sp.Add(*(spread(body, sizes) for body in bodies))
    return expr.func(*(spread(arg, sizes) for arg in expr.args))


def fixed(number: Any) -> str:
    """Four decimals, with a true minus sign; never −0.0000."""
    text = f"{float(number):.{DIGITS}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", "−")


def plain(number: Any) -> str:
    """An exact decimal."""
    return f"{float(number):g}".replace("-", "−")
