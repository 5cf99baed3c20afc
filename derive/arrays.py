"""Matrix form as data: what an index expression is as operations on whole arrays.

Every array carries `axes`: for each physical axis the index it runs over, or None for size 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from derive.notation import Index, Tensor

Axes = tuple[Index | None, ...]


@dataclass(frozen=True)
class Array:
    """An array-valued expression; the classes below are the only kinds there are."""

    axes: Axes


@dataclass(frozen=True)
class Leaf(Array):
    """A whole tensor."""

    tensor: Tensor


@dataclass(frozen=True)
class Entrywise(Array):
    """A scalar formula over placeholders, applied entry by entry with broadcasting.

    All operands have the rank of the result, or rank 0; the formula may use dimensions (m).
    """

    formula: sp.Expr
    operands: tuple[tuple[sp.Dummy, Array], ...]


@dataclass(frozen=True)
class MatrixProduct(Array):
    """left @ right: the last axis of left is summed against the last but one of right."""

    left: Array
    right: Array


@dataclass(frozen=True)
class AxisSum(Array):
    """The sum over one physical axis (a number), which stays with size 1 if keepdims."""

    operand: Array
    axis: int
    keepdims: bool


@dataclass(frozen=True)
class Transposed(Array):
    """Axes reordered: axis n of the result is axis order[n] of the operand."""

    operand: Array
    order: tuple[int, ...]


@dataclass(frozen=True)
class Reshaped(Array):
    """Axes of size 1 inserted or dropped; the order of the others is kept."""

    operand: Array


@dataclass(frozen=True)
class Einsum(Array):
    """Σ over every index that the result lacks of the entrywise product of the operands."""

    operands: tuple[Array, ...]


@dataclass(frozen=True)
class Filled(Array):
    """The operand repeated along the axes where it has size 1 and the result has not."""

    operand: Array
