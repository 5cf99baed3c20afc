"""SymPy expressions as numbers."""

from __future__ import annotations

from typing import Any

import sympy as sp

from derive.evaluation import Closure, Entry, Evaluator
from derive.evaluation.branches import condition
from derive.evaluation.frame import Frame
from derive.notation import Tensor


class Exp(sp.Function):  # type: ignore[misc]
    """exp, without SymPy's merging of exp(x)·exp(y)."""

    nargs = 1
    is_real = True

    @classmethod
    def eval(cls, argument: sp.Expr) -> sp.Expr | None:
        """exp(z + c log s) is exp(z)·s^c."""
        terms = [(term, *term.as_coeff_Mul()) for term in sp.Add.make_args(argument)]
        powers = [inner.args[0] ** c for _, c, inner in terms if isinstance(inner, sp.log)]
        if not powers:
            return None
        rest = sp.Add(*(term for term, _, inner in terms if not isinstance(inner, sp.log)))
        return sp.Mul(cls(rest) if rest != 0 else 1, *powers)

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        return self


class Erf(sp.Function):  # type: ignore[misc]
    """erf of the first argument; the second is exp(−x²), which its derivative needs."""

    nargs = 2
    is_real = True

    @classmethod
    def eval(cls, argument: sp.Expr, gauss: sp.Expr) -> sp.Expr | None:
        return -cls(-argument, gauss) if argument.could_extract_minus_sign() else None

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        return 2 * self.args[1] / sp.sqrt(sp.pi) if argindex == 1 else sp.Integer(0)


class Switch(sp.Function):  # type: ignore[misc]
    """1 where the argument is positive, else 0; constant as far as derivatives go."""

    nargs = 1
    is_real = True

    @classmethod
    def eval(cls, argument: sp.Expr) -> sp.Expr | None:
        """Switch(x) + Switch(−x) = 1, so that both orders of a comparison agree."""
        plain = sp.expand(argument)
        if plain.could_extract_minus_sign():
            return 1 - cls(-plain)
        return None if plain == argument else cls(plain)

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        return sp.Integer(0)


class Symbols:
    """The entries of a tensor are real symbols."""

    def __init__(self) -> None:
        self._entries: dict[tuple[int, Entry], sp.Symbol] = {}

    def entry(self, tensor: Tensor, entry: Entry) -> sp.Symbol:
        """The symbol of one entry."""
        key = (tensor.serial, entry)
        if key not in self._entries:
            self._entries[key] = sp.Dummy("_".join([tensor.name, *map(str, entry)]), real=True)
        return self._entries[key]

    def rational(self, number: sp.Rational) -> Any:
        return number

    def symbol(self, symbol: sp.Expr) -> Any:
        return symbol

    def sum(self, values: list[Any]) -> Any:
        return sp.Add(*values)

    def product(self, values: list[Any]) -> Any:
        return sp.Mul(*values)

    def power(self, value: Any, exponent: sp.Rational) -> Any:
        return sp.Pow(value, exponent)

    def exponential(self, pairs: list[tuple[sp.Rational, Any]]) -> Any:
        return sp.Mul(*(Exp(value) ** c for c, value in pairs))

    def rotation(self, pairs: list[tuple[sp.Rational, Any]]) -> tuple[Any, Any]:
        angle = sp.Add(*(c * value for c, value in pairs))
        return sp.cos(angle), sp.sin(angle)

    def function(self, name: str, value: Any) -> Any:
        return getattr(sp, name)(value)

    def erf(self, value: Any, gauss: Any) -> Any:
        return Erf(value, gauss())

    def opaque(self, name: str, orders: tuple[int, ...], values: list[Any]) -> Any:
        places = [sp.Dummy() for _ in values]
        whole = sp.Function(name)(*places)
        for place, order in zip(places, orders, strict=True):
            whole = whole.diff(place, order) if order else whole
        return sp.Subs(whole, places, values).doit() if any(orders) else sp.Function(name)(*values)

    def choose(self, left: Any, right: Any) -> bool:
        raise TypeError("a comparison of symbols has no truth value: use SymbolicEvaluator")


def _weight(frame: Frame, expr: Any) -> Closure:
    """A condition as 0 or 1."""
    if isinstance(expr, (sp.And, sp.Or)):
        parts = [_weight(frame, arg) for arg in expr.args]
        if isinstance(expr, sp.And):
            return lambda: sp.Mul(*(part() for part in parts))
        return lambda: 1 - sp.Mul(*(1 - part() for part in parts))
    if isinstance(expr, sp.Not):
        inner = _weight(frame, expr.args[0])
        return lambda: 1 - inner()
    if isinstance(expr, (sp.Gt, sp.Lt, sp.Ge, sp.Le)):
        less, greater = frame.scalar(expr.lts), frame.scalar(expr.gts)
        return lambda: Switch(greater() - less())
    holds = condition(frame, expr)
    return lambda: sp.Integer(holds())


def _piecewise(frame: Frame, expr: Any) -> Closure:
    branches = [(_weight(frame, holds), frame.scalar(value)) for value, holds in expr.args]

    def value() -> Any:
        total, left = sp.Integer(0), sp.Integer(1)
        for weight, branch in branches:
            w = weight()
            total, left = total + left * w * branch(), left * (1 - w)
        return total

    return value


def _sign(frame: Frame, expr: Any) -> Closure:
    argument = frame.scalar(expr.args[0])
    return lambda: 2 * Switch(argument()) - 1


def _absolute(frame: Frame, expr: Any) -> Closure:
    argument, sign = frame.scalar(expr.args[0]), _sign(frame, expr)
    return lambda: argument() * sign()


def _extreme(frame: Frame, expr: Any) -> Closure:
    parts, direction = [frame.scalar(arg) for arg in expr.args], 1 if isinstance(expr, sp.Max) else -1

    def value() -> Any:
        best = parts[0]()
        for part in parts[1:]:
            step = part() - best
            best = best + Switch(direction * step) * step
        return best

    return value


class SymbolicEvaluator(Evaluator):
    """Every branch of a condition is kept, each times the Switch that selects it."""

    builders = (
        (sp.Piecewise, _piecewise),
        (sp.sign, _sign),
        (sp.Abs, _absolute),
        ((sp.Max, sp.Min), _extreme),
        *Evaluator.builders,
    )
