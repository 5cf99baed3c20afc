"""What a value is: kinds of number, tables of entries, and the error of an expression without a value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

import sympy as sp

Value = Any
Entry = tuple[int, ...]
Closure = Callable[[], Value]


class EvaluationError(ValueError):
    """An expression that has no value: an entry out of range, a free index, an unknown function."""


class Numbers(Protocol):
    """A kind of number. exponential and rotation take the exponent as (coefficient, value) pairs."""

    def rational(self, number: sp.Rational) -> Value: ...
    def symbol(self, symbol: sp.Expr) -> Value: ...
    def sum(self, values: list[Value]) -> Value: ...
    def product(self, values: list[Value]) -> Value: ...
    def power(self, value: Value, exponent: sp.Rational) -> Value: ...
    def exponential(self, pairs: list[tuple[sp.Rational, Value]]) -> Value: ...
    def rotation(self, pairs: list[tuple[sp.Rational, Value]]) -> tuple[Value, Value]: ...
    def function(self, name: str, value: Value) -> Value: ...
    def erf(self, value: Value, gauss: Closure) -> Value:
        """erf(x), where gauss gives exp(−x²)."""
        ...

    def opaque(self, name: str, orders: tuple[int, ...], values: list[Value]) -> Value: ...
    def choose(self, left: Value, right: Value) -> bool:
        """Whether left < right."""
        ...


class Table(dict[Entry, Value]):
    """The entries of a tensor by index; asking for one out of range is an error, not a zero."""

    def __init__(
        self, name: str, entries: Mapping[Entry, Value] | Iterable[tuple[Entry, Value]] = ()
    ) -> None:
        super().__init__(entries)
        self.name = name

    def __missing__(self, entry: Entry) -> Value:
        where = ", ".join(map(str, entry))
        raise EvaluationError(f"{self.name}[{where}] is outside the tensor and no mask stands before it")
