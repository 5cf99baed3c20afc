"""Running error analysis with doubles: the value of a formula, a bound of its error and its gradient.

Every operation adds its rounding to what its operands bring along, so the bound that comes out is
rigorous to first order. It needs no other package and is the same on every machine.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache, lru_cache, partial, reduce
from typing import Any

import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p

from derive.stability.form import erfc

TINY = 2.3e-308
VANISHES = -1500.0
"""exp of less is below TINY times any double."""
_TWO_OVER_ROOT_PI = 2 / math.sqrt(math.pi)
UNARY: dict[Any, tuple[Callable[[float], float], Callable[[float, float], float]]] = {
    sp.exp: (math.exp, lambda x, v: v),
    sp.log: (math.log, lambda x, v: 1 / x),
    log1p: (math.log1p, lambda x, v: 1 / (1 + x)),
    expm1: (math.expm1, lambda x, v: v + 1),
    sp.sin: (math.sin, lambda x, v: math.cos(x)),
    sp.cos: (math.cos, lambda x, v: -math.sin(x)),
    sp.tan: (math.tan, lambda x, v: 1 + v * v),
    sp.sinh: (math.sinh, lambda x, v: math.cosh(x)),
    sp.cosh: (math.cosh, lambda x, v: math.sinh(x)),
    sp.tanh: (math.tanh, lambda x, v: 1 - v * v),
    sp.asin: (math.asin, lambda x, v: 1 / math.sqrt(1 - x * x)),
    sp.acos: (math.acos, lambda x, v: -1 / math.sqrt(1 - x * x)),
    sp.atan: (math.atan, lambda x, v: 1 / (1 + x * x)),
    sp.asinh: (math.asinh, lambda x, v: 1 / math.sqrt(1 + x * x)),
    sp.acosh: (math.acosh, lambda x, v: 1 / math.sqrt(x * x - 1)),
    sp.atanh: (math.atanh, lambda x, v: 1 / (1 - x * x)),
    sp.erf: (math.erf, lambda x, v: _TWO_OVER_ROOT_PI * math.exp(-min(x * x, 745.0))),
    erfc: (math.erfc, lambda x, v: -_TWO_OVER_ROOT_PI * math.exp(-min(x * x, 745.0))),
    sp.erfc: (math.erfc, lambda x, v: -_TWO_OVER_ROOT_PI * math.exp(-min(x * x, 745.0))),
    sp.Abs: (abs, lambda x, v: math.copysign(1.0, x)),
    sp.sign: (lambda x: float((x > 0) - (x < 0)), lambda x, v: 0.0),
}
EXACT = (sp.Abs, sp.sign)
_COMPARE: dict[Any, Callable[[float, float], bool]] = {
    sp.StrictGreaterThan: float.__gt__,
    sp.GreaterThan: float.__ge__,
    sp.StrictLessThan: float.__lt__,
    sp.LessThan: float.__le__,
    sp.Equality: float.__eq__,
    sp.Unequality: float.__ne__,
}

Lets = tuple[tuple[sp.Symbol, sp.Expr], ...]
Labels = tuple[int, ...]
Value = tuple[float, float, tuple[float, ...]]  # value, error in units of 2**-53, gradient by the inputs


@cache
def _number(expr: sp.Expr) -> tuple[float, float]:
    """The value of a constant and its rounding error."""
    x = float(expr)
    return x, 0.0 if expr.is_Rational and sp.Rational(x) == expr else abs(x)


@cache
def _inverse(power: sp.Pow) -> sp.Expr:
    return power.base**-power.exp


@cache
def _fraction(product: sp.Mul) -> tuple[tuple[sp.Expr, ...], tuple[sp.Expr, ...]]:
    """The factors of a product, and those that it is divided by."""
    above, below = [], []
    for factor in product.args:
        base, exponent = factor.as_base_exp()
        if exponent.is_number and exponent.is_negative and not base.is_number:
            below.append(1 / factor)
        else:
            above.append(factor)
    return tuple(above), tuple(below)


def _shifts(x: float, error: float) -> bool:
    """Whether multiplying by x is exact: 0 or a power of two that is not rounded itself."""
    return error == 0 and math.frexp(x)[0] in (0.0, 0.5, -0.5)


def _underflow(value: float, operand: float) -> float:
    """What is lost in a result that may be subnormal, unless an operand is 0."""
    return TINY if abs(value) < 1e-290 and operand else 0.0


Step = Callable[[list[Value]], Value]
Truth = tuple[bool, bool]  # whether it holds, whether that is certain
Verdict = Callable[[list[Value]], Truth]


class _Tape:
    """An expression as steps, each from values before it: every branch is computed, each node once."""

    def __init__(self, inputs: Sequence[sp.Symbol], lets: Lets, expr: sp.Expr) -> None:
        self.size = len(inputs)
        self.zero = (0.0,) * self.size
        self.slopes = [tuple(float(n == k) for k in range(self.size)) for n in range(self.size)]
        self.steps: list[Step] = []
        self.places: dict[sp.Basic, int] = {symbol: n for n, symbol in enumerate(inputs)}
        for symbol, meaning in lets:
            self.places[symbol] = self.place(meaning)
        self.last = self.place(expr)

    def run(self, point: Sequence[float]) -> Value:
        values: list[Value] = [(x, 0.0, slope) for x, slope in zip(point, self.slopes, strict=True)]
        for step in self.steps:
            found = step(values)
            if not math.isfinite(found[0]):
                raise OverflowError
            values.append(found)
        return values[self.last]

    def place(self, expr: sp.Basic) -> int:
        """Where the value of an expression stands; its steps are added if it has none yet."""
        found = self.places.get(expr)
        if found is None:
            step = self._step(expr)
            found = self.places[expr] = self.size + len(self.steps)
            self.steps.append(step)
        return found

    def _step(self, expr: Any) -> Step:
        if expr.is_Add:
            return self._many(self._sum, expr.args)
        if expr.is_Mul:
            return self._product(expr)
        if expr.is_Pow:
            return self._power(expr)
        if expr.is_number:
            number: Value = (*_number(expr), self.zero)
            return lambda values: number
        if expr.func in UNARY:
            argument, unary = self.place(expr.args[0]), partial(self._unary, expr.func)
            return lambda values: unary(values[argument])
        if isinstance(expr, sp.Piecewise):
            return self._choice(expr)
        if isinstance(expr, sp.Max | sp.Min):
            return self._many(partial(self._extreme, 1 if isinstance(expr, sp.Max) else -1), expr.args)
        raise NotImplementedError(f"no error rule for {expr.func.__name__}; add it to UNARY")

    def _many(self, rule: Callable[[list[Value]], Value], args: Sequence[sp.Basic]) -> Step:
        places = [self.place(arg) for arg in args]
        return lambda values: rule([values[n] for n in places])

    def _choice(self, expr: sp.Piecewise) -> Step:
        pairs = [(self.place(value), self.verdict(condition)) for value, condition in expr.args]
        return lambda values: self._chosen([(values[n], *holds(values)) for n, holds in pairs])

    @staticmethod
    def _chosen(branches: list[tuple[Value, bool, bool]]) -> Value:
        """The branch that applies; its error reaches to every branch that might, but for rounding."""
        chosen = next(value for value, holds, _ in branches if holds)
        error = chosen[1]
        for value, holds, certain in branches:
            if holds or not certain:
                error = max(error, value[1] + abs(value[0] - chosen[0]) * 2.0**53)
            if holds and certain:
                break
        return chosen[0], error, chosen[2]

    def verdict(self, condition: Any) -> Verdict:
        """Whether a condition holds, and whether that is certain although its sides are rounded."""
        if condition in (sp.true, sp.false):
            known = bool(condition), True
            return lambda values: known
        if isinstance(condition, sp.ITE):
            test, yes, no = map(self.verdict, condition.args)
            return lambda values: _decided(test(values), yes(values), no(values))
        if isinstance(condition, sp.Not):
            inner = self.verdict(condition.args[0])
            return lambda values: _denied(inner(values))
        if isinstance(condition, sp.And | sp.Or):
            parts = [self.verdict(arg) for arg in condition.args]
            rule = all if isinstance(condition, sp.And) else any
            return lambda values: _joined(rule, [part(values) for part in parts])
        left, right, compare = self.place(condition.lhs), self.place(condition.rhs), _COMPARE[condition.func]
        return lambda values: _compared(compare, values[left], values[right])

    @staticmethod
    def _sum(parts: list[Value]) -> Value:
        """Whatever the order: partial sums of three or more may be as large as those of one sign."""
        value = math.fsum(p[0] for p in parts)
        one_sign = max(math.fsum(max(s * p[0], 0.0) for p in parts) for s in (1.0, -1.0))
        error = sum(p[1] for p in parts) + abs(value) + one_sign * (len(parts) - 2)
        return value, error, tuple(map(sum, zip(*(p[2] for p in parts), strict=True)))

    def _product(self, expr: sp.Expr) -> Step:
        above, below = ([self.place(factor) for factor in part] for part in _fraction(expr))
        one: Value = (1.0, 0.0, self.zero)

        def step(values: list[Value]) -> Value:
            value = reduce(self._times, (values[n] for n in above)) if above else one
            return reduce(self._over, (values[n] for n in below), value)

        return step

    @staticmethod
    def _extreme(sign: int, parts: list[Value]) -> Value:
        """The error is that of any part which may be the extreme one."""
        value, error, slope = max(parts, key=lambda part: sign * part[0])
        reach = [e for x, e, _ in parts if sign * (value - x) <= 2.0**-53 * (error + e)]
        return value, max(reach), slope

    @staticmethod
    def _times(left: Value, right: Value) -> Value:
        (x, e, d), (y, f, g) = left, right
        rounding = 0.0 if _shifts(x, e) or _shifts(y, f) else abs(x * y)
        error = e * abs(y) + f * abs(x) + e * f * 2.0**-53 + rounding + _underflow(x * y, x and y)
        return x * y, error, tuple(a * y + b * x for a, b in zip(d, g, strict=True))

    @staticmethod
    def _over(left: Value, right: Value) -> Value:
        (x, e, d), (y, f, g) = left, right
        v = x / y
        error = (e + f * abs(v)) / abs(y) + (0.0 if _shifts(y, f) else abs(v)) + _underflow(v, x)
        return v, error, tuple((a - b * v) / y for a, b in zip(d, g, strict=True))

    def _power(self, expr: sp.Expr) -> Step:
        base, exponent = expr.args
        if exponent.is_number and exponent.is_negative:
            one, inverse = (1.0, 0.0, self.zero), self.place(_inverse(expr))
            return lambda values: self._over(one, values[inverse])
        at = self.place(base)
        if exponent.is_number:
            n, is_root = float(exponent), exponent == sp.Rational(1, 2)
            return lambda values: _raised(values[at], n, is_root)
        by = self.place(exponent)
        return lambda values: self._unary(sp.exp, self._times(values[by], self._unary(sp.log, values[at])))

    @staticmethod
    def _unary(function: Any, argument: Value) -> Value:
        x, e, d = argument
        f, derivative = UNARY[function]
        value = f(x)
        slope = derivative(x, value)
        exact = function in EXACT or value == x == 0 or (function is sp.exp and x < VANISHES)
        error = abs(slope) * e + (0.0 if exact else 2 * abs(value) + _underflow(value, 1.0))
        return value, error, tuple(slope * a for a in d)


def _raised(base: Value, n: float, is_root: bool) -> Value:
    x, e, d = base
    value = math.sqrt(x) if is_root else math.pow(x, n)
    slope = n * value / x if x else (1.0 if n == 1 else 0.0)
    spread = (e * 2.0**-53) ** n * 2.0**53 if n >= 1 else 0.0
    rounding = abs(value) * (1 if n in (0.5, 2.0) else 2) + _underflow(value, x)
    return value, abs(slope) * e + spread + rounding, tuple(slope * a for a in d)


def _decided(test: Truth, yes: Truth, no: Truth) -> Truth:
    verdict, sure = yes if test[0] else no
    return verdict, sure and test[1]


def _denied(inner: Truth) -> Truth:
    return not inner[0], inner[1]


def _joined(rule: Callable[[list[bool]], bool], parts: list[Truth]) -> Truth:
    return rule([verdict for verdict, _ in parts]), all(certain for _, certain in parts)


def _compared(compare: Callable[[float, float], bool], left: Value, right: Value) -> Truth:
    (x, e, _), (y, f, _) = left, right
    return compare(x, y), abs(x - y) >= 2.0**-53 * (e + f)


@lru_cache(maxsize=4096)
def _tape(expr: sp.Expr, inputs: tuple[sp.Symbol, ...], lets: Lets) -> _Tape:
    return _Tape(inputs, lets, expr)


def rounded(expr: sp.Expr, inputs: Sequence[sp.Symbol], point: Sequence[float], lets: Lets) -> Value:
    """Value, error in units of 2**-53 and gradient.

    Raises OverflowError, or ZeroDivisionError or ValueError where something is undefined.
    """
    return _tape(expr, tuple(inputs), lets).run(point)
