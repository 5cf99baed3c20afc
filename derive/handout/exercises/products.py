"""Which matrix products exist, and which shape they have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations

import sympy as sp

from derive.handout.blocks import Block, Kept, Table, Task, Text
from derive.handout.exercises.roles import Roles
from derive.handout.exercises.sheet import Sheet, latex
from derive.handout.maths import Math, Shape, Whole, joined
from derive.notation import Tensor

OF_EACH = 2
WIDTH = 60


@dataclass(frozen=True)
class Factor:
    tensor: Tensor
    transposed: bool

    @property
    def math(self) -> Math:
        return Whole(self.tensor, transposed=self.transposed)

    def shape(self, sheet: Sheet) -> tuple[sp.Expr, ...]:
        sizes = tuple(sp.sympify(s).xreplace(sheet.paper.naming.sizes) for s in self.tensor.shape)
        return sizes[::-1] if self.transposed else sizes


def blocks(sheet: Sheet, roles: Roles) -> Iterator[Block]:
    paper = sheet.paper
    pairs = in_no_formula(sheet, candidates(sheet))
    fitting = sheet.some([pair for pair in pairs if fits(sheet, pair)], OF_EACH)
    others = sheet.some([pair for pair in pairs if not fits(sheet, pair)], OF_EACH)
    chosen = [pair for pair in pairs if pair in fitting or pair in others]
    rows = tuple(row(sheet, pair) for pair in chosen)
    head = (paper.say("product"), paper.say("shape"))
    yield Kept(
        (Task("", paper.word("task products"), paper.say("task products text")), Table(head, rows, "lL"))
    )


def candidates(sheet: Sheet) -> list[tuple[Factor, Factor]]:
    tensors = [t for t in (*sheet.tensors, *(g.symbol for g in sheet.gradients)) if len(t.dims) == 2]
    return [
        (Factor(a, turned == 0), Factor(b, turned == 1))
        for a, b in permutations(tensors, 2)
        for turned in range(3)
    ]


def product(pair: tuple[Factor, Factor]) -> Math:
    return joined("", *(factor.math for factor in pair))


def fits(sheet: Sheet, pair: tuple[Factor, Factor]) -> bool:
    left, right = (factor.shape(sheet) for factor in pair)
    return bool(left[1] == right[0])


def in_no_formula(sheet: Sheet, pairs: list[tuple[Factor, Factor]]) -> list[tuple[Factor, Factor]]:
    """Those that are no part of a formula of this network, which may be asked for."""
    forward = (latex(sheet.paper.math(d.array)) for d in sheet.definitions if d.array is not None)
    known = " ".join((*forward, *sheet.values.values()))
    return [pair for pair in pairs if latex(product(pair)) not in known]


def row(sheet: Sheet, pair: tuple[Factor, Factor]) -> tuple[Text, ...]:
    left, right = (Shape(factor.shape(sheet)) for factor in pair)
    if fits(sheet, pair):
        return (product(pair),), (sheet.blank(Shape((left.sizes[0], right.sizes[1])), WIDTH),)
    said = (
        sheet.paper.say("no product", left=left, right=right)
        if sheet.answers
        else (sheet.blank(left, WIDTH),)
    )
    return (product(pair),), said
