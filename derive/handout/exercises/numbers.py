"""One entry of a gradient from small numbers, to be computed by hand."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import mpmath as mp
import sympy as sp

from derive.derivation import Gradient
from derive.handout.blocks import Block, Flow, Kept, Line, Steps, Task
from derive.handout.example import LONGEST, PICKS, entries, fixed, plain, spread
from derive.handout.exercises.roles import Roles
from derive.handout.exercises.sheet import Sheet, latex
from derive.handout.maths import Digits, Formula, Grid, Letter, Math, Whole, Worked, joined
from derive.notation import Element, Tensor, elements, expression
from derive.numbers import value
from derive.program import Node

ROOM = 3
WIDEST, SAMPLES = 3, 2
TRIES = 50


@dataclass(frozen=True, eq=False)
class Given:
    """Numbers for the arrays that one gradient is computed from.

    at: the entry that is asked for, counted from 0. body: its formula in index form.
    """

    gradient: Gradient
    sizes: Mapping[sp.Symbol, int]
    at: tuple[int, ...]
    body: sp.Expr
    values: Mapping[Element, Any] = field(repr=False)

    @property
    def explicit(self) -> sp.Expr:
        return spread(self.body.xreplace({s: sp.Integer(n) for s, n in self.sizes.items()}), dict(self.sizes))

    @property
    def result(self) -> str:
        return fixed(value(self.explicit, self.values))

    @property
    def worked(self) -> Math:
        return Worked(self.body, self.digits, self.sizes)

    def digits(self, element: Element) -> str:
        return plain(self.values[element])


def blocks(sheet: Sheet, roles: Roles) -> Iterator[Block]:
    paper = sheet.paper
    given = drawn(sheet)
    gradient = given.gradient
    below = tuple(str(n + 1) for n in given.at)
    used = dict.fromkeys(e.tensor for e in elements(expression(gradient.terms)))
    entry = Whole(gradient.symbol, below)
    sizes = [
        joined("=", Letter(s.name), Digits(str(n))) for s, n in given.sizes.items() if mentioned(s, used)
    ]
    text = paper.say(
        "task numbers text", sizes=paper.listed(sizes), entry=entry, gradient=Whole(gradient.symbol)
    )
    number = paper.numbers[gradient.name]
    lines = (
        Line(
            Formula(gradient.element, gradient.naming),
            Formula(gradient.terms, gradient.naming),
            paper.say("its formula", number=number),
        ),
        Line(entry, given.worked, paper.say("numbers inserted")),
        Line(None, Digits(given.result), paper.say("number found")),
    )
    arrays = tuple(joined("=", Whole(t), grid(given, t)) for t in used)
    answer = sheet.answer((Steps(lines),), ROOM)
    yield Kept((Task("", paper.word("task numbers"), text), Flow(arrays), answer))


def mentioned(size: sp.Symbol, tensors: Mapping[Tensor, None]) -> bool:
    return any(size in sp.sympify(dim).free_symbols for tensor in tensors for dim in tensor.dims)


def drawn(sheet: Sheet) -> Given:
    """A gradient with an entry that is short enough and takes some computing."""
    sizes = {symbol: min(size, WIDEST) for symbol, size in sheet.net.sizes.items()}
    sizes[sheet.net.samples] = SAMPLES
    found = [given for g in sheet.gradients if (given := list(possible(sheet, g, sizes)))]
    for _ in range(TRIES):
        chosen = sheet.chance.choice(sheet.chance.choice(found))
        values = numbers(sheet, chosen)
        made = Given(chosen.gradient, sizes, chosen.at, chosen.body, values)
        if made.result not in ("0.0000", "nan") and latex(made.worked).strip("()-0123456789."):
            return made
    return made


def possible(sheet: Sheet, gradient: Gradient, sizes: Mapping[sp.Symbol, int]) -> Iterator[Given]:
    for at in entries(gradient.symbol, dict(sizes)):
        numbered = dict(zip(gradient.indices, map(sp.Integer, at), strict=True))
        given = Given(gradient, sizes, at, expression(gradient.terms).xreplace(numbered), {})
        if 2 <= len(elements(given.explicit)) <= LONGEST:
            yield given


def numbers(sheet: Sheet, given: Given) -> dict[Element, Any]:
    """Short decimals for every entry; an activation is that of the pre-activation, to two decimals."""
    tensors = dict.fromkeys(e.tensor for e in elements(expression(given.gradient.terms)))
    values: dict[Element, Any] = {}
    for tensor in tensors:
        node = sheet.paper.program.node(tensor)
        if node is not None and node.note and node.tensor not in sheet.paper.program.costs:
            values |= activated(sheet, node, given, values)
    for tensor in tensors:
        for entry in entries(tensor, dict(given.sizes)):
            values.setdefault(tensor[entry], number(sheet, tensor, entry, given))
    return values


def activated(sheet: Sheet, node: Node, given: Given, values: dict[Element, Any]) -> dict[Element, Any]:
    sizes = dict(given.sizes)
    known = dict(values)
    for tensor in node.uses:
        for entry in entries(tensor, sizes):
            known.setdefault(tensor[entry], number(sheet, tensor, entry, given))
    for entry in entries(node.tensor, sizes):
        body = node.body_at(tuple(map(sp.Integer, entry))).xreplace(
            {s: sp.Integer(n) for s, n in sizes.items()}
        )
        exact = value(spread(body, sizes), known)
        known[node.tensor[entry]] = mp.mpf(int(mp.nint(100 * exact))) / 100
    return known


def number(sheet: Sheet, tensor: Tensor, entry: tuple[int, ...], given: Given) -> Any:
    if tensor.role == "label":
        return label(sheet, tensor, entry, given)
    pick: Callable[[random.Random], Any] = PICKS.get(tensor.role, tenths)
    return pick(sheet.chance)


def tenths(chance: random.Random) -> Any:
    return mp.mpf(chance.choice([-1, 1]) * chance.randint(1, 9)) / 10


def label(sheet: Sheet, tensor: Tensor, entry: tuple[int, ...], given: Given) -> Any:
    """0 or 1, the ends of the interval of labels; one class for each sample where they add up to 1."""
    net = sheet.net
    axis = tensor.dims.index(net.width(tensor))
    sample = entry[1 - axis]
    if any(fact.tensor is tensor for fact in sheet.paper.program.facts):
        return mp.mpf(entry[axis] == sample % given.sizes[net.width(tensor)])
    low, high = tensor.interval or (1, 2)
    return mp.mpf(int(low if (sample + entry[axis]) % 2 else high))


def grid(given: Given, tensor: Tensor) -> Math:
    """All entries of a tensor in its layout."""
    if not tensor.dims:
        return Digits(given.digits(tensor[()]))
    assert tensor.layout is not None
    height, width = (
        1 if axis is None else int(tensor.dims[axis].xreplace(given.sizes)) for axis in tensor.layout
    )

    def at(i: int, j: int) -> Math:
        place = {axis: n for axis, n in zip(tensor.layout or (), (i, j), strict=True) if axis is not None}
        return Digits(given.digits(tensor[tuple(place[n] for n in range(len(tensor.dims)))]))

    return Grid(tuple(tuple(at(i, j) for j in range(width)) for i in range(height)))
