"""What a pass over a block of samples is made of: arrays, constants, and calls that fill arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import sympy as sp

Shape = tuple[int, int | None]
"""Rows and columns; None for as many columns as the block has samples."""


@dataclass(frozen=True, eq=False)
class Value:
    """An array that a call fills."""

    shape: Shape
    name: str = ""


@dataclass(frozen=True)
class Constant:
    """A number, or a formula of hyperparameters."""

    formula: sp.Expr
    shape: Shape = (1, 1)


@dataclass(frozen=True)
class Given:
    """An array that is there before the pass: parameters, data, gradients. text: its name."""

    text: str
    shape: Shape = (1, 1)


@dataclass(frozen=True)
class Joined:
    """An array with a row of ones under it, which the bias multiplies."""

    value: Value | Given

    @property
    def shape(self) -> Shape:
        rows, columns = self.value.shape
        return rows + 1, columns


@dataclass(frozen=True)
class Normal:
    """x and Φ'(x) ↦ Φ(x), the standard normal distribution function."""

    shape: Shape = (1, 1)


Operand = Value | Constant | Given | Joined | Normal
Kind = Literal["entrywise", "comparison", "product", "reduction"]


@dataclass(frozen=True)
class Call:
    """One NumPy call, or one of the Normal that comes first.

    A product or reduction needs an array of its own.

    bits: the positions of operands that are read as integers of the same width, and -1 if the
    result is. transposed: positions of operands that are read transposed. over: what a reduction
    runs over, None for everything.
    """

    function: str
    operands: tuple[Operand, ...]
    kind: Kind = "entrywise"
    bits: tuple[int, ...] = ()
    transposed: tuple[int, ...] = ()
    over: int | None = 0


@dataclass(frozen=True)
class Line:
    """A call and the array that takes its result."""

    call: Call
    result: Value | Given


def shape_of(call: Call) -> Shape:
    """The shape of the result."""
    shapes = [
        operand.shape[::-1] if n in call.transposed else operand.shape
        for n, operand in enumerate(call.operands)
    ]
    if call.kind == "product":
        return shapes[0][0], shapes[1][1]  # type: ignore[return-value]
    if call.kind == "reduction":
        (shape,) = shapes
        return (shape[0] if call.over == 1 else 1), (shape[1] if call.over == 0 else 1)  # type: ignore[return-value]
    rows = max(shape[0] for shape in shapes)  # type: ignore[type-var]
    columns = [shape[1] for shape in shapes]
    return rows, None if None in columns else max(columns)  # type: ignore[type-var, return-value]
