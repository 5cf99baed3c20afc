"""Formulas of one entry as a reader knows them and as they are computed, with the lines between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy as sp

from derive.handout.identities import used
from derive.losses import A
from derive.notation import Element, elements
from derive.printing.conditions import branches
from derive.program import Node
from derive.ranges import Z
from derive.stability.canonical import exponentials
from derive.stability.form import S, T

D = sp.Symbol("d", real=True)
LONGEST = 90
DEGREE = 8


@dataclass(frozen=True)
class Stage:
    """A line on the way from the textbook form to the one that is computed.

    reason: textbook, inserted, difference, sign, same, form, series or both. where: what it holds for,
    on the first line of a case. used: keys of IDENTITIES. Each equals the line before it, or where a
    case begins the last line before all cases.
    """

    value: sp.Expr
    reason: str
    where: sp.Basic | None = None
    used: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Formula:
    """One formula in z, a, y and d, of an entry of Z, A, Y and of the gradient from above.

    names: the arrays that it gives; node: the activation or the loss that it belongs to, output: g(z),
    where the formula reads a; above: what d is, if the form does not read
    it; labels: those to try. Parameters stand as their elements.
    """

    names: tuple[str, ...]
    node: Node
    output: sp.Expr | None
    above: sp.Expr | None
    textbook: sp.Expr
    value: sp.Expr
    lets: tuple[tuple[sp.Symbol, sp.Expr], ...]
    found: bool
    labels: tuple[int, ...] = ()

    @cached_property
    def parameters(self) -> tuple[Element, ...]:
        return tuple(elements(sp.Tuple(self.textbook, *filter(None, (self.output, self.above)))))

    @cached_property
    def sizes(self) -> tuple[sp.Symbol, ...]:
        """The number of samples, where the convention puts it into the gradients of layers."""
        used = sp.Tuple(self.textbook, *filter(None, (self.output, self.above)))
        return tuple(symbol for symbol in used.free_symbols if symbol.is_integer)

    @cached_property
    def inserted(self) -> sp.Expr | None:
        """The textbook form with d and a written out where the form that is computed does not read them."""
        whole = self.textbook
        if self.above is not None:
            whole = whole.xreplace({D: self.above})
        if self.output is not None and not self._reads(A):
            whole = whole.xreplace({A: self.output})
        return None if whole in (self.textbook, self.textbook.xreplace({A: Z})) else sp.piecewise_fold(whole)

    def _reads(self, symbol: sp.Symbol) -> bool:
        return bool(self.value.has(symbol)) or any(meaning.has(symbol) for _, meaning in self.lets)

    @cached_property
    def exponent(self) -> sp.Expr | None:
        """u where t = exp(−|u|) is computed first."""
        meaning = dict(self.lets).get(T)
        if meaning is None or not isinstance(meaning, sp.exp):
            return None
        return sp.sympify(-meaning.args[0].replace(sp.Abs, lambda inside: inside))

    @cached_property
    def difference(self) -> sp.Expr | None:
        """What s stands for, where u is a multiple of s: a − y."""
        return dict(self.lets).get(S) if self.exponent is not None and self.exponent.has(S) else None

    @cached_property
    def whole(self) -> sp.Expr:
        """The textbook form in one variable: with a and d written out, and s in place of a difference."""
        whole = self.textbook if self.inserted is None else self.inserted
        if self.difference is None:
            return whole
        return sp.sympify(whole.xreplace({self.difference: S, -self.difference: -S}))

    @property
    def variable(self) -> sp.Symbol:
        """What the two sides are those of."""
        if self.difference is not None:
            return S
        return A if self.exponent is not None and self.exponent.has(A) else Z

    @cached_property
    def computed(self) -> sp.Expr:
        """The form as a reader needs it, without the bounds that only code needs."""
        return unguarded(self.written)

    @cached_property
    def written(self) -> sp.Expr:
        """The form with what is named on the way written out, all but t and the variable."""
        value = self.value
        for symbol, meaning in reversed(self.lets):
            if symbol not in (T, self.variable):
                value = value.xreplace({symbol: meaning})
        return sp.sympify(value.replace(sp.ITE, lambda test, yes, no: (test & yes) | (~test & no)))

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """All lines, the textbook form first."""
        return tuple(self._stages())

    def _stages(self) -> Iterator[Stage]:
        yield Stage(self.textbook, "textbook")
        if self.inserted is not None:
            yield Stage(self.inserted, "inserted")
        if self.difference is not None:
            yield Stage(self.whole, "difference")
        if self.exponent is None or not self.exponent.has(self.variable):
            yield from self._cases()
            return
        for sign in (1, -1):
            yield from self._side(self.exponent, sign)
        if not self.computed.has(sp.Piecewise):
            yield Stage(self.computed, "both")

    def _side(self, exponent: sp.Expr, sign: int) -> Iterator[Stage]:
        """The lines for one sign: with t in place of exponentials, and the form."""
        own = sp.Symbol(str(self.variable), positive=True) if sign > 0 else sp.Symbol("n", negative=True)
        here, back = {self.variable: own}, {own: self.variable}
        where = (sp.Ge if sign > 0 else sp.Lt)(self.variable, 0)
        in_t = powers(exponentials(self.whole.xreplace(here)), exponent.xreplace(here), sign)
        form = tidy(self.computed.xreplace(here))
        if in_t is None or in_t == form or any(map(_grows, in_t.atoms(sp.exp))):
            yield Stage(form.xreplace(back), "sign", where)
            return
        yield Stage(in_t.xreplace(back), "sign", where)
        yield Stage(form.xreplace(back), "form", used=used(in_t, form))

    def _cases(self) -> Iterator[Stage]:
        """The form case by case, or whole."""
        rest, choice = self.computed.as_independent(sp.Piecewise, as_Add=False)
        own, known = self.whole.as_independent(sp.Piecewise, as_Add=False)
        before = [own * v for v, _ in known.args] if isinstance(known, sp.Piecewise) else [self.whole]
        if not isinstance(choice, sp.Piecewise):
            yield Stage(self.computed, "form", used=used(self.whole, self.computed))
            return
        for branch, where in branches(choice):
            value = rest * branch
            if is_series(branch):
                yield Stage(value, "series", where)
            elif value in before:
                yield Stage(value, "same", where)
            else:
                yield Stage(value, "form", where, used(self.whole, value))


def _grows(power: sp.exp) -> bool:
    """Whether an exponential of the variable is left that may overflow."""
    return bool(power.free_symbols) and not power.args[0].is_nonpositive


def is_series(value: sp.Expr) -> bool:
    return bool(value.is_polynomial(Z)) and sp.degree(value, Z) > DEGREE


def tidy(expr: Any) -> Any:
    """Fractions taken out of sums inside products: 2t(y/2 + 1/2) is t(y + 1)."""

    def cleared(product: Any) -> Any:
        parts = [p for arg in product.args for p in (arg.primitive() if arg.is_Add else (arg,))]
        return sp.Mul(*parts)

    return expr.replace(lambda e: e.is_Mul, cleared)


def powers(expr: Any, u: Any, sign: int) -> sp.Expr | None:
    """exp(k·u + c) as powers of t = exp(−|u|), where u has this sign; None if that is too long."""

    def power(exponent: Any) -> Any:
        moving = sp.Add(
            *(term for term in sp.Add.make_args(sp.expand(exponent)) if term.has(*u.free_symbols))
        )
        k = sp.cancel(moving / u)
        rest = sp.expand(exponent - moving)
        return T ** (-sign * k) * sp.exp(rest) if k.is_Integer else sp.exp(exponent)

    found = expr.replace(sp.exp, power)
    return found if sp.count_ops(found) <= LONGEST else None


def unguarded(expr: Any) -> Any:
    """Without the bounds that only keep code from overflow in a branch that does not apply.

    max(10⁻³⁰⁰, t) is t, and so is min(1, s) where s < 1.
    """
    if not expr.args or isinstance(expr, sp.core.relational.Relational):
        return expr
    if isinstance(expr, sp.Piecewise):
        wheres = [where for _, where in expr.args]
        if len(wheres) == 2 and wheres[1] == sp.true:
            wheres[1] = sp.Not(wheres[0])
        inside = (unguarded(_within(value, w)) for (value, _), w in zip(expr.args, wheres, strict=True))
        return sp.Piecewise(*((value, where) for value, (_, where) in zip(inside, expr.args, strict=True)))
    if isinstance(expr, sp.Max) and len(expr.args) == 2 and 0 < expr.args[0] < sp.Float("1e-200"):
        return expr.args[1]
    return expr.func(*map(unguarded, expr.args))


def _within(value: Any, where: Any) -> Any:
    """A value with no bounds but those that matter under the condition."""
    if not isinstance(where, sp.StrictLessThan | sp.LessThan | sp.StrictGreaterThan | sp.GreaterThan):
        return value
    inside, limit = where.lhs, where.rhs
    bounds = {sp.Max(inside, limit): inside} if where.gts == inside else {sp.Min(inside, limit): inside}
    if isinstance(inside, sp.Abs):
        (free,) = inside.args
        bounds = {sp.Max(-limit, sp.Min(free, limit)): free}
    return value.xreplace(bounds)
