"""Floating-point numbers, each a vector of perturbed runs of the same forward pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from derive.evaluation import EvaluationError


class RealOnly(Exception):
    """The program compares, or uses erf, so a complex step through it could be silently wrong."""


class KinkCrossed(ArithmeticError):
    """Two perturbed runs took different branches: other leaves are needed."""


class Floats:
    """Each number is a scalar or a NumPy vector with one component for each perturbed run."""

    def __init__(self, is_complex: bool, symbols: Mapping[str, float] | None = None) -> None:
        import numpy

        self.np = numpy
        self.is_complex = is_complex
        self.symbols = symbols or {}

    def rational(self, number: sp.Rational) -> Any:
        return int(number.p) / int(number.q)

    def symbol(self, symbol: sp.Expr) -> Any:
        if symbol.is_number:
            return float(symbol)
        if str(symbol) not in self.symbols:
            raise EvaluationError(f"symbol {symbol} has no number: give one for it")
        return self.symbols[str(symbol)]

    def sum(self, values: list[Any]) -> Any:
        result: Any = 0.0
        for value in values:
            result = result + value
        return result

    def product(self, values: list[Any]) -> Any:
        result: Any = 1.0
        for value in values:
            result = result * value
        return result

    def power(self, value: Any, exponent: sp.Rational) -> Any:
        return self.np.asarray(value) ** (int(exponent.p) / int(exponent.q))

    def exponential(self, pairs: list[tuple[sp.Rational, Any]]) -> Any:
        return self.np.exp(sum(float(c) * value for c, value in pairs))

    def rotation(self, pairs: list[tuple[sp.Rational, Any]]) -> tuple[Any, Any]:
        angle = sum(float(c) * value for c, value in pairs)
        return self.np.cos(angle), self.np.sin(angle)

    def function(self, name: str, value: Any) -> Any:
        return {"log": self.np.log, "atan": self.np.arctan, "asinh": self.np.arcsinh}[name](value)

    def erf(self, value: Any, gauss: Any) -> Any:
        if self.is_complex:
            raise RealOnly
        from scipy.special import erf

        return erf(value)

    def opaque(self, name: str, orders: tuple[int, ...], values: list[Any]) -> Any:
        raise EvaluationError(f"{name} is an unspecified function: it has no numbers")

    def choose(self, left: Any, right: Any) -> bool:
        if self.is_complex:
            raise RealOnly
        less = self.np.asarray(left < right)
        if less.all() != less.any():
            raise KinkCrossed
        return bool(less.all())
