"""Small numbers for the worked example, and every value that follows from them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Any

import sympy as sp

from derive.derivation import Derivation
from derive.handout.doubles import Known, double
from derive.notation import Element, IndexSum, Tensor, elements, expression
from derive.numbers import holds
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
    def by_name(self) -> dict[str, tuple[Tensor, Any, sp.Expr]]:
        return {name: (tensor, indices, body) for name, tensor, indices, body in self.definitions}

    @cached_property
    def computations(self) -> dict[str, Callable[[Known], float]]:
        """By name: what computes an entry from the values of indices and from tables of entries."""
        return {name: double(body, self.sizes) for name, _, _, body in self.definitions}

    @cached_property
    def elements(self) -> dict[int, dict[Entry, Element]]:
        """Every entry of every tensor, by the tensor's serial."""
        tensors = [*self.derivation.program.leaves, *(tensor for _, tensor, _, _ in self.definitions)]
        return {t.serial: {entry: t[entry] for entry in entries(t, self.sizes)} for t in tensors}


class Printed(dict[Entry, float]):
    """Printed digits as numbers by entry; read: those that were asked for."""

    def __init__(self, digits: Iterable[tuple[Entry, str]]) -> None:
        super().__init__((entry, float(text.replace("−", "-"))) for entry, text in digits)
        self.read: set[Entry] = set()

    def __getitem__(self, entry: Entry) -> float:
        self.read.add(entry)
        return super().__getitem__(entry)


@dataclass(frozen=True, eq=False)
class Example:
    """Numbers for a network: what is given by tensor and entry, and what follows."""

    plan: Plan
    given: dict[Element, float] = field(repr=False)

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
    def tables(self) -> Known:
        """The values by a tensor's serial and by entry."""
        found: Known = {
            serial: {
                entry: float(self.given[element]) for entry, element in row.items() if element in self.given
            }
            for serial, row in self.plan.elements.items()
        }
        for name, tensor, indices, _ in self.definitions:
            compute, table = self.plan.computations[name], found[tensor.serial]
            for entry in self.plan.elements[tensor.serial]:
                table[entry] = compute({**found, **dict(zip(indices, entry, strict=True))})
        return found

    @cached_property
    def values(self) -> dict[Element, float]:
        """Every entry of what is given, of the forward pass and of the gradients."""
        elements = self.plan.elements
        return {elements[serial][entry]: v for serial, row in self.tables.items() for entry, v in row.items()}

    @cached_property
    def printed(self) -> dict[int, Printed]:
        """The tables with the digits that are printed."""
        return {
            serial: Printed((entry, self.digits(element)) for entry, element in row.items())
            for serial, row in self.plan.elements.items()
        }

    @cached_property
    def cost(self) -> float:
        return self.scale * sum(sum(self.tables[tensor.serial].values()) for tensor in self.totalled)

    @property
    def totalled(self) -> list[Tensor]:
        """What the cost is the scaled sum of."""
        return [t for t in (self.program.loss, self.program.regularizer) if t is not None]

    @cached_property
    def scale(self) -> float:
        return double(self.program.scale, self.sizes)({})

    @cached_property
    def updated(self) -> Example:
        """The same example after one step of gradient descent."""
        gradients = {g.of.serial: g.symbol for g in self.plan.derivation if g.of.role == "parameter"}
        given = dict(self.given)
        rate = float(RATE)
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
        """The first entry of what has this name, in index form with its indices at 0, by the branch that
        its digits take; None if not redone."""
        if self.redone(name) is None:
            return None
        _, indices, body = self.plan.by_name[name]
        body = body.xreplace(dict.fromkeys(indices, sp.Integer(0)))
        while isinstance(body, sp.Piecewise):
            known = {e: float(self.digits(e).replace("−", "-")) for e in elements(body)}
            body = next(branch for branch, condition in body.args if holds(condition, known))
        return body

    def redone(self, name: str) -> str | None:
        """What a reader gets for the first entry from the printed digits; None where that takes too many."""
        _, indices, _ = self.plan.by_name[name]
        for table in self.printed.values():
            table.read.clear()
        found = self.plan.computations[name]({**self.printed, **dict.fromkeys(indices, 0)})
        count = sum(len(table.read) for table in self.printed.values())
        return fixed(found) if count <= LONGEST else None

    def reproduces(self) -> bool:
        """Whether every line that is redone by hand gives the digits that are printed."""
        for name, tensor, _, _ in self.definitions:
            found = self.redone(name)
            if found is not None and found != self.digits(tensor[(0,) * len(tensor.dims)]):
                return False
        digits = [self.printed[tensor.serial] for tensor in self.totalled]
        return fixed(self.scale * sum(sum(table.values()) for table in digits)) == fixed(self.cost)


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
    if not all(abs(v) <= 1000 for v in made.values.values()):
        return False
    if not made.reproduces() or not made.updated.cost < made.cost:
        return False
    hidden = [made.values[n.tensor[e]] for n in made.net.activations for e in entries(n.tensor, made.sizes)]
    return len({fixed(v) for v in hidden}) > len(hidden) // 2


def _given(
    derivation: Derivation, net: Layers, sizes: dict[sp.Symbol, int], chance: random.Random
) -> Iterator[tuple[Element, float]]:
    for tensor in derivation.program.leaves:
        if tensor is net.Y:
            yield from _labels(derivation.program, net, sizes, chance)
            continue
        pick = PICKS.get(tensor.role, _weight)
        for entry in entries(tensor, sizes):
            yield tensor[entry], pick(chance)


def _weight(chance: random.Random) -> float:
    return chance.choice([-1, 1]) * chance.randint(1, 9) / 10


def _input(chance: random.Random) -> float:
    return chance.choice([-3, -2, -1, 1, 2, 3, 4]) / 2


PICKS: dict[str, Callable[[random.Random], float]] = {
    "input": _input,
    "hyperparameter": lambda chance: 0.1,
}


def _labels(
    program: Program, net: Layers, sizes: dict[sp.Symbol, int], chance: random.Random
) -> Iterator[tuple[Element, float]]:
    width = net.width(net.Y)
    axis = net.Y.dims.index(width)
    chosen = chance.sample(range(max(sizes[width], SAMPLES)), SAMPLES)
    distribution = any(fact.tensor is net.Y for fact in program.facts)
    low, high = net.Y.interval or (1, 2)
    for entry in entries(net.Y, sizes):
        sample = entry[1 - axis]
        if distribution:
            yield net.Y[entry], float(entry[axis] == chosen[sample] % sizes[width])
        else:
            yield net.Y[entry], float(low if (sample + entry[axis]) % 2 else high)


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
