"""Where expressions are evaluated: the current values of indices, and tables of what is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import product
from math import prod
from typing import Any

import sympy as sp

from derive.evaluation.kinds import Closure, Entry, EvaluationError, Numbers, Table, Value
from derive.notation import Element, Index, Tensor


class Frame:
    """Tables (by a tensor's serial), dimension sizes and current values; a subclass knows scalars.

    row: by (tensor, entry), the partial derivatives of its definition as {(serial, entry): value};
    adjoint: by serial, the table of derivatives of the summed cost. Both only for unfinished terms.
    integers: where integer tensors have plain integers, if not in `tables`.
    """

    def __init__(
        self,
        numbers: Numbers,
        sizes: Mapping[sp.Symbol, int],
        tables: dict[int, Table],
        row: Callable[[Tensor, Entry], Mapping[tuple[int, Entry], Value]] | None = None,
        adjoint: Mapping[int, Table] | None = None,
        integers: Mapping[int, Table] | None = None,
    ) -> None:
        self.integers = tables if integers is None else integers
        self.numbers = numbers
        self.sizes = dict(sizes)
        self.tables = tables
        self.row = row
        self.adjoint = adjoint
        self.values: list[Any] = []
        self.slots: dict[sp.Basic, int] = {}
        self._dims: dict[sp.Expr, int] = {}
        self.zero = numbers.rational(sp.Integer(0))
        self.one = numbers.rational(sp.Integer(1))
        self.minus_one = numbers.rational(sp.Integer(-1))

    def scalar(self, expr: Any) -> Closure:
        """An expression compiled; each is compiled once."""
        raise NotImplementedError

    def slot(self, symbol: sp.Basic) -> int:
        """The place among the values of an index or of a placeholder."""
        if symbol not in self.slots:
            self.slots[symbol] = len(self.values)
            self.values.append(None)
        return self.slots[symbol]

    def size(self, dim: sp.Expr) -> int:
        """A dimension as a number."""
        if dim not in self._dims:
            value = dim.xreplace(self.sizes) if dim.free_symbols else dim
            value = sp.sympify(value)
            if not value.is_Integer or value < 1:
                raise EvaluationError(
                    f"dimension {dim} is {value} at sizes {self.sizes}: a positive integer is needed"
                )
            self._dims[dim] = int(value)
        return self._dims[dim]

    def entries(self, dims: Iterable[sp.Expr]) -> Iterator[Entry]:
        """All index values, in order."""
        return product(*(range(self.size(dim)) for dim in dims))

    def at(self, indices: tuple[Index, ...], expression: Closure) -> Callable[[Entry], Value]:
        """expression as a function of these indices."""
        slots, values = [self.slot(index) for index in indices], self.values

        def value(entry: Entry) -> Value:
            before = [values[slot] for slot in slots]
            for slot, position in zip(slots, entry, strict=True):
                values[slot] = position
            try:
                return expression()
            finally:
                for slot, position in zip(slots, before, strict=True):
                    values[slot] = position

        return value

    def position(self, expr: Any) -> Callable[[], int]:
        """An index expression as an integer: affine in indices, or an entry of an integer tensor."""
        if isinstance(expr, Index):
            return self._index(expr)
        if isinstance(expr, Element):
            return self.entry(self.table(self.integers, expr), expr)
        if isinstance(expr, (sp.Add, sp.Mul)):
            parts = [self.position(arg) for arg in expr.args]
            combine: Callable[[Any], int] = sum if isinstance(expr, sp.Add) else prod
            return lambda: combine(part() for part in parts)
        whole = int(expr) if isinstance(expr, sp.Integer) else self.size(expr)
        return lambda: whole

    def _index(self, index: Index) -> Callable[[], int]:
        slot, values, name = self.slot(index), self.values, index.name

        def position() -> int:
            found = values[slot]
            if found is None:
                raise EvaluationError(
                    f"index {name} is free: it is neither summed nor an index of the result"
                )
            return found  # type: ignore[no-any-return]

        return position

    def entry(self, table: Table, element: Element) -> Closure:
        """The value in the table at the element's arguments."""
        positions = [self.position(arg) for arg in element.args]
        if len(positions) == 2:
            first, second = positions
            return lambda: table[first(), second()]
        return lambda: table[tuple([position() for position in positions])]

    def table(self, tables: Mapping[int, Table], element: Element) -> Table:
        """The table of the element's tensor."""
        if element.tensor.serial not in tables:
            raise EvaluationError(f"{element.tensor.name} has no values here: it is not part of the program")
        return tables[element.tensor.serial]
