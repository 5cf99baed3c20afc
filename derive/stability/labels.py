"""Forms of formulas with labels: exact where labels are 0, 1 or −1, or with the label apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import sympy as sp

from derive.stability.canonical import OutOfBudget
from derive.stability.form import S, StableForm
from derive.stability.merge import shared_factors
from derive.stability.ramps import guarded
from derive.stability.rounding import Lets


@dataclass
class Parts:
    """Forms of parts of one formula, and what they need to be computed first."""

    search: Callable[[Any], StableForm]
    lets: dict[Any, Any] = field(default_factory=dict)

    def form(self, part: Any) -> Any:
        found = self.search(part)
        for symbol, meaning in found.lets:
            self._let(symbol, meaning)
        return found.value

    def named(self, value: Any) -> Any:
        """A symbol for a value."""
        symbol = S if S not in self.lets else sp.Symbol("s_", real=True)
        self._let(symbol, value)
        return symbol

    def _let(self, symbol: Any, meaning: Any) -> None:
        if self.lets.setdefault(symbol, meaning) != meaning:
            raise OutOfBudget


def joined(
    expr: Any, label: Any, ends: Sequence[int], search: Callable[[Any], StableForm]
) -> Iterator[tuple[Any, Lets]]:
    """Forms that join the stable forms of parts: at two labels, or of what stands beside the label."""
    if not expr.has(label):
        return
    for way in (partial(between, ends=ends), partial(through_zero, ends=ends), apart):
        parts = Parts(search)
        try:
            value = way(expr, label, parts)
        except (OutOfBudget, sp.PolynomialError):
            continue
        yield value, tuple(parts.lets.items())


def between(expr: sp.Expr, label: sp.Symbol, parts: Parts, ends: Sequence[int]) -> Any:
    """f(y) = (1 − y)·f(0) + y·f(1) in every factor that is linear in the label, each end in its form.

    ends (0, 1) or (−1, 1). What does not depend on the label is put in its form too, and what is
    compared with a label is a difference that keeps its digits.
    """
    if not expr.has(label):
        return parts.form(expr)
    if isinstance(expr, sp.Max):
        return sp.Max(*(between(arg, label, parts, ends) for arg in expr.args))
    if isinstance(expr, sp.Piecewise):
        return sp.Piecewise(
            *((between(v, label, parts, ends), _decided(c, label, parts, ends)) for v, c in expr.args)
        )
    linear = not _decides(expr, label) and sp.expand(sp.diff(expr, label, 2)) == 0
    if expr.is_Mul and not linear:
        free, rest = expr.as_independent(label, as_Add=False)
        inner = sp.Mul(*(between(factor, label, parts, ends) for factor in sp.Mul.make_args(rest)))
        return (free if free.is_number else parts.form(free)) * inner
    if expr.is_Pow and expr.exp.is_Integer:
        return between(expr.base, label, parts, ends) ** expr.exp
    if not linear or len(ends) != 2:
        return expr
    low, high = ends
    at = [parts.form(expr.xreplace({label: sp.Integer(end)})) for end in ends]
    weights = (high - label) / sp.Integer(high - low), (label - low) / sp.Integer(high - low)
    common = shared_factors(*at)
    return common * sp.Add(*(weight * end / common for weight, end in zip(weights, at, strict=True)))


def through_zero(expr: sp.Expr, label: sp.Symbol, parts: Parts, ends: Sequence[int]) -> Any:
    """f(y) = (1 − |y|)·f(0) + |y|·f(±1), with the sign of y, for a formula that is linear in y."""
    if tuple(ends) != (-1, 1) or expr.has(sp.Max) or _decides(expr, label):
        raise OutOfBudget
    if sp.expand(sp.diff(expr, label, 2)) != 0:
        raise OutOfBudget
    below, middle, above = (parts.form(expr.xreplace({label: sp.Integer(n)})) for n in (-1, 0, 1))
    if not middle.is_number:
        raise OutOfBudget
    rest = parts.named((1 - sp.Abs(label)) * middle)
    return rest + sp.Abs(label) * sp.Piecewise((above, label >= 0), (below, True))


def _decides(expr: sp.Expr, label: sp.Symbol) -> bool:
    """Whether a branch is chosen by the label."""
    return any(condition.has(label) for p in expr.atoms(sp.Piecewise) for _, condition in p.args)


def _decided(condition: Any, label: sp.Symbol, parts: Parts, ends: Sequence[int]) -> Any:
    """A comparison as the sign of a difference that keeps its digits."""
    if condition.free_symbols <= {label} or not isinstance(condition, sp.Gt | sp.Ge | sp.Lt | sp.Le):
        return condition
    difference = between(condition.gts - condition.lts, label, parts, ends)
    if difference.has(sp.Piecewise):  # SymPy cannot compare these.
        difference = parts.named(difference)
    return difference > 0 if isinstance(condition, sp.Gt | sp.Lt) else difference >= 0


def apart(expr: sp.Expr, label: sp.Symbol, parts: Parts) -> Any:
    """Logarithms of products as sums, and every part without the label in its form."""
    whole = guarded(expr, label)
    held = {choice: sp.Dummy(positive=True) for choice in whole.atoms(sp.Piecewise)}
    whole = sp.expand_log(whole.xreplace(held), force=True)
    value = _in_parts(whole, {label, *held.values()}, parts)
    return value.xreplace({symbol: choice for choice, symbol in held.items()})


def _in_parts(expr: Any, known: set[Any], parts: Parts) -> Any:
    if not expr.free_symbols & known:
        return parts.form(expr)
    if expr.is_Add or expr.is_Mul:
        free, rest = expr.as_independent(*known)
        inner = [_in_parts(arg, known, parts) for arg in expr.func.make_args(rest)]
        return expr.func(parts.form(free) if free.free_symbols else free, *inner)
    return expr.func(*(_in_parts(arg, known, parts) for arg in expr.args)) if expr.args else expr
