"""The index form of a matrix form, for printing what has no matrix notation."""

from __future__ import annotations

import sympy as sp

from derive.arrays import Array, Axes, AxisSum, Einsum, Entrywise, Leaf, MatrixProduct
from derive.notation import Index, IndexSum, Tensor
from derive.printing.letters import parts


def entry(array: Array) -> sp.Expr:
    """The entry of an array at the indices that its axes carry."""
    if isinstance(array, Leaf):
        return array.tensor[entry_indices(array.tensor, array.axes)]
    entries = [entry(part) for part in parts(array)]
    if isinstance(array, Entrywise):
        values = zip((dummy for dummy, _ in array.operands), entries, strict=True)
        return array.formula.xreplace(dict(values))
    if isinstance(array, MatrixProduct | Einsum | AxisSum):
        inner = (index for part in parts(array) for index in part.axes)
        summed = dict.fromkeys(i for i in inner if i is not None and i not in array.axes)
        return IndexSum(sp.Mul(*entries), *summed)
    return entries[0]


def entry_indices(tensor: Tensor, axes: Axes) -> tuple[Index, ...]:
    """The tensor's indices in order, from those on its physical axes."""
    assert tensor.layout is not None
    at = {number: axis for number, axis in zip(tensor.layout, axes, strict=True) if axis is not None}
    return tuple(at[number] for number in range(len(tensor.dims)))


def has_matrix_notation(array: Array) -> bool:
    """Whether rows and columns are enough to write it: no array inside has more than two axes."""
    return (
        len(array.axes) <= 2
        and not isinstance(array, Einsum)
        and all(has_matrix_notation(part) for part in parts(array))
    )
