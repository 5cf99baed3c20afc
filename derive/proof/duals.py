"""Dual numbers: a value with its partial derivatives, over any kind of number.

The table of derivatives here is the checker's own; the engine's are found by SymPy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp

from derive.evaluation import Closure, Entry, Numbers, Table

Partials = dict[Any, Any]
Dual = tuple[Any, Partials]
_ONE, _MINUS, _TWO = sp.Integer(1), sp.Integer(-1), sp.Integer(2)


def _one_plus_square(n: Numbers, x: Any) -> Any:
    return n.sum([n.rational(_ONE), n.product([x, x])])


DERIVATIVES: dict[str, Callable[[Numbers, Any], Any]] = {
    "log": lambda n, x: n.power(x, _MINUS),
    "atan": lambda n, x: n.power(_one_plus_square(n, x), _MINUS),
    "asinh": lambda n, x: n.power(_one_plus_square(n, x), sp.Rational(-1, 2)),
}


class Duals:
    """Pairs (value, partial derivatives by key)."""

    def __init__(self, base: Numbers) -> None:
        self.base = base

    def _combine(self, value: Any, weighted: list[tuple[Any, Partials]]) -> Dual:
        """value with the sum of weight × partials; a weight of None counts as 1."""
        partials: Partials = {}
        add, multiply = self.base.sum, self.base.product
        for weight, inner in weighted:
            for key, partial in inner.items():
                part = partial if weight is None else multiply([weight, partial])
                partials[key] = add([partials[key], part]) if key in partials else part
        return value, partials

    def rational(self, number: sp.Rational) -> Dual:
        return self.base.rational(number), {}

    def symbol(self, symbol: sp.Expr) -> Dual:
        return self.base.symbol(symbol), {}

    def sum(self, values: list[Dual]) -> Dual:
        return self._combine(self.base.sum([v for v, _ in values]), [(None, d) for _, d in values])

    def product(self, values: list[Dual]) -> Dual:
        multiply, bare = self.base.product, [v for v, _ in values]
        weighted = [
            (multiply(bare[:n] + bare[n + 1 :]), partials)
            for n, (_, partials) in enumerate(values)
            if partials
        ]
        return self._combine(multiply(bare), weighted)

    def power(self, value: Dual, exponent: sp.Rational) -> Dual:
        x, partials = value
        result = self.base.power(x, exponent)
        if not partials:
            return result, {}
        slope = self.base.product([self.base.rational(exponent), self.base.power(x, exponent - 1)])
        return self._combine(result, [(slope, partials)])

    def exponential(self, pairs: list[tuple[sp.Rational, Dual]]) -> Dual:
        result = self.base.exponential([(c, v) for c, (v, _) in pairs])
        scaled = [(self.base.product([result, self.base.rational(c)]), d) for c, (_, d) in pairs if d]
        return self._combine(result, scaled)

    def rotation(self, pairs: list[tuple[sp.Rational, Dual]]) -> tuple[Dual, Dual]:
        cosine, sine = self.base.rotation([(c, v) for c, (v, _) in pairs])
        turned: list[Dual] = []
        for value, slope, sign in ((cosine, sine, _MINUS), (sine, cosine, _ONE)):
            weights = [
                (self.base.product([slope, self.base.rational(sign * c)]), d) for c, (_, d) in pairs if d
            ]
            turned.append(self._combine(value, weights))
        return turned[0], turned[1]

    def function(self, name: str, value: Dual) -> Dual:
        x, partials = value
        result = self.base.function(name, x)
        return self._combine(result, [(DERIVATIVES[name](self.base, x), partials)] if partials else [])

    def erf(self, value: Dual, gauss: Closure) -> Dual:
        x, partials = value
        result = self.base.erf(x, lambda: gauss()[0])
        if not partials:
            return result, {}
        scale = self.base.power(self.base.symbol(sp.pi), sp.Rational(-1, 2))
        slope = self.base.product([self.base.rational(_TWO), scale, gauss()[0]])
        return self._combine(result, [(slope, partials)])

    def opaque(self, name: str, orders: tuple[int, ...], values: list[Dual]) -> Dual:
        bare = [v for v, _ in values]
        weighted = []
        for place, (_, partials) in enumerate(values):
            raised = tuple(order + (n == place) for n, order in enumerate(orders))
            weighted.append((self.base.opaque(name, raised, bare), partials))
        return self._combine(self.base.opaque(name, orders, bare), weighted)

    def choose(self, left: Dual, right: Dual) -> bool:
        return self.base.choose(left[0], right[0])


class DualTable(Table):
    """Entries of a tensor as dual numbers, each its own variable with the key (serial, entry)."""

    def __init__(self, serial: int, values: Table, one: Any) -> None:
        super().__init__(values.name)
        self._serial, self._values, self._one = serial, values, one

    def __missing__(self, entry: Entry) -> Dual:
        dual = self[entry] = (self._values[entry], {(self._serial, entry): self._one})
        return dual
