"""Values of matrix forms, independent of every printer, with every axis checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

from derive.arrays import (
    Array,
    AxisSum,
    Einsum,
    Entrywise,
    Filled,
    Leaf,
    MatrixProduct,
    Reshaped,
    Transposed,
)
from derive.evaluation import Entry, EvaluationError, Evaluator
from derive.notation import Tensor

Entries = dict[Entry, Any]


class MatrixEvaluator:
    """Arrays as {physical position: value}; an axis that does not fit is an EvaluationError."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self._sum, self._product = evaluator.numbers.sum, evaluator.numbers.product

    def value(self, array: Array) -> Entries:
        """The entries of the array."""
        return _EVALUATE[type(array)](self, array)

    def _positions(self, axes: Any) -> Iterator[Entry]:
        return product(*(range(1 if axis is None else self.evaluator.size(axis.dim)) for axis in axes))

    def _require(self, array: Array, expected: Any, what: str) -> None:
        if tuple(array.axes) != tuple(expected):
            raise EvaluationError(
                f"{type(array).__name__} has axes {_names(array.axes)}, {what} gives {_names(expected)}"
            )

    def leaf(self, array: Leaf) -> Entries:
        tensor, size = array.tensor, self.evaluator.size
        shape = [size(n) for n in tensor.shape]
        given = [1 if axis is None else size(axis.dim) for axis in array.axes]
        assert tensor.layout is not None
        fits = len(array.axes) == len(tensor.layout) and all(
            (axis is None) == (place is None) for axis, place in zip(array.axes, tensor.layout, strict=True)
        )
        if not fits or shape != given:
            raise EvaluationError(
                f"{tensor.name} has shape {tensor.shape}, its axes are {_names(array.axes)}"
            )
        if tensor.serial not in self.evaluator.tables:
            raise EvaluationError(f"{tensor.name} has no values here: it is not part of the program")
        table = self.evaluator.tables[tensor.serial]
        return {physical(tensor, entry): value for entry, value in table.items()}

    def entrywise(self, array: Entrywise) -> Entries:
        frame = self.evaluator.values
        slots = [self.evaluator.slot(placeholder) for placeholder, _ in array.operands]
        values = [self.value(operand) for _, operand in array.operands]
        rank = max((len(operand.axes) for _, operand in array.operands), default=0)
        if rank != len(array.axes):
            raise EvaluationError(f"entrywise formula: operands of rank {rank}, axes {_names(array.axes)}")
        joined: list[Any] = [None] * rank
        for _, operand in array.operands:
            if operand.axes and len(operand.axes) != rank:
                raise EvaluationError(f"entrywise formula: an operand has axes {_names(operand.axes)}")
            for n, axis in enumerate(operand.axes):
                if axis is not None and joined[n] not in (None, axis):
                    raise EvaluationError(f"entrywise formula: axis {n} is {axis} and {joined[n]}")
                joined[n] = joined[n] if axis is None else axis
        self._require(array, joined, "its operands' broadcasting")
        pick = [_broadcast(operand) for _, operand in array.operands]
        formula = self.evaluator.scalar(array.formula)
        result = {}
        for position in self._positions(array.axes):
            for slot, value, at in zip(slots, values, pick, strict=True):
                frame[slot] = value[at(position)]
            result[position] = formula()
        return result

    def matrix_product(self, array: MatrixProduct) -> Entries:
        left, right = array.left, array.right
        if len(left.axes) < 2 or len(left.axes) != len(right.axes) or left.axes[-1] != right.axes[-2]:
            raise EvaluationError(f"matrix product of axes {_names(left.axes)} and {_names(right.axes)}")
        batch = []
        for a, b in zip(left.axes[:-2], right.axes[:-2], strict=True):
            if a is not None and b is not None and a != b:
                raise EvaluationError(f"matrix product of axes {_names(left.axes)} and {_names(right.axes)}")
            batch.append(b if a is None else a)
        self._require(array, (*batch, left.axes[-2], right.axes[-1]), "the product")
        a_values, b_values = self.value(left), self.value(right)
        inner = [position[0] for position in self._positions(left.axes[-1:])]
        a_at, b_at = _broadcast(left), _broadcast(right)
        result = {}
        for position in self._positions(array.axes):
            *rest, row, column = position
            result[position] = self._sum(
                [
                    self._product([a_values[a_at((*rest, row, n))], b_values[b_at((*rest, n, column))]])
                    for n in inner
                ]
            )
        return result

    def axis_sum(self, array: AxisSum) -> Entries:
        axes, n = array.operand.axes, array.axis
        kept = (*axes[:n], *((None,) if array.keepdims else ()), *axes[n + 1 :])
        self._require(array, kept, f"a sum over axis {n}")
        parts: dict[Entry, list[Any]] = {}
        for position, value in self.value(array.operand).items():
            parts.setdefault(
                (*position[:n], *((0,) if array.keepdims else ()), *position[n + 1 :]), []
            ).append(value)
        return {position: self._sum(values) for position, values in parts.items()}

    def transposed(self, array: Transposed) -> Entries:
        axes, order = array.operand.axes, array.order
        if sorted(order) != list(range(len(axes))):
            raise EvaluationError(f"order {order} does not permute {len(axes)} axes")
        self._require(array, [axes[n] for n in order], "the transposition")
        return {tuple([p[n] for n in order]): v for p, v in self.value(array.operand).items()}

    def reshaped(self, array: Reshaped) -> Entries:
        operand = array.operand
        long = [n for n, axis in enumerate(operand.axes) if axis is not None]
        if [operand.axes[n] for n in long] != [axis for axis in array.axes if axis is not None]:
            raise EvaluationError(f"reshaping {_names(operand.axes)} to {_names(array.axes)} moves an axis")
        values = self.value(operand)
        result = {}
        for position, value in values.items():
            kept = iter([position[n] for n in long])
            result[tuple([0 if axis is None else next(kept) for axis in array.axes])] = value
        return result

    def einsum(self, array: Einsum) -> Entries:
        values = [self.value(operand) for operand in array.operands]
        own = list(
            dict.fromkeys(axis for operand in array.operands for axis in operand.axes if axis is not None)
        )
        missing = [axis for axis in array.axes if axis is not None and axis not in own]
        if missing:
            raise EvaluationError(f"einsum: no operand has {_names(missing)}")
        result: dict[Entry, list[Any]] = {}
        for position in self._positions(own):
            at = dict(zip(own, position, strict=True))
            picked = [
                value[tuple([0 if axis is None else at[axis] for axis in operand.axes])]
                for value, operand in zip(values, array.operands, strict=True)
            ]
            where = tuple([0 if axis is None else at[axis] for axis in array.axes])
            result.setdefault(where, []).append(self._product(picked))
        return {position: self._sum(parts) for position, parts in result.items()}

    def filled(self, array: Filled) -> Entries:
        operand = array.operand
        same = len(operand.axes) == len(array.axes) and all(
            a is None or a == b for a, b in zip(operand.axes, array.axes, strict=True)
        )
        if operand.axes and not same:
            raise EvaluationError(f"{_names(operand.axes)} cannot be repeated to {_names(array.axes)}")
        values, at = self.value(operand), _broadcast(operand)
        return {position: values[at(position)] for position in self._positions(array.axes)}


def physical(tensor: Tensor, entry: Entry) -> Entry:
    """Where the entry with these indices stands in memory."""
    return tuple([0 if axis is None else axis for axis in tensor.axes(entry)])


def _broadcast(operand: Array) -> Callable[[Entry], Entry]:
    axes = operand.axes
    return lambda position: tuple([0 if axis is None else p for axis, p in zip(axes, position, strict=False)])


def _names(axes: Any) -> str:
    return "(" + ", ".join("1" if axis is None else str(axis) for axis in axes) + ")"


_EVALUATE: dict[type, Callable[[MatrixEvaluator, Any], Entries]] = {
    Leaf: MatrixEvaluator.leaf,
    Entrywise: MatrixEvaluator.entrywise,
    MatrixProduct: MatrixEvaluator.matrix_product,
    AxisSum: MatrixEvaluator.axis_sum,
    Transposed: MatrixEvaluator.transposed,
    Reshaped: MatrixEvaluator.reshaped,
    Einsum: MatrixEvaluator.einsum,
    Filled: MatrixEvaluator.filled,
}
