"""A loss of an output: from the output itself where that keeps the digits, else from the pre-activation."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import Any

import sympy as sp

from derive.stability.differences import by_difference
from derive.stability.form import S, StableForm, T, product
from derive.stability.overflow import above, held
from derive.stability.ramps import ramps
from derive.stability.referee import (
    BETTER,
    GOOD,
    LIMIT,
    UNDERFLOW,
    Labels,
    beyond,
    close,
    evaluated,
    largest,
    ratio_of,
    true,
    undefined,
)
from derive.stability.rounding import Lets, Value
from derive.stability.search import sample_points, stable


def stable_loss(
    loss: sp.Expr,
    a: sp.Symbol,
    activation: sp.Expr,
    z: sp.Symbol,
    *,
    others: Sequence[sp.Symbol] = (),
    labels: Labels = (),
    absolute: bool = False,
) -> StableForm:
    """A function of a = activation(z), or of both, in a form that survives; its z is `a` if it reads a.

    labels: values of the others that are exact: (0, 1) for a cross-entropy, (−1, 1) for a hinge,
    none where labels are measured. The readable form, in a, is kept where the referee accepts it
    although a is rounded. absolute: errors count against the largest value, not against each.
    """
    asked = _Loss(loss, a, activation, z, tuple(others), tuple(labels))
    plain = StableForm(loss, loss, a, "safe")
    scale = asked.largest if absolute else 0.0
    best, error = replace(plain, status="textbook"), LIMIT / BETTER
    for form in chain(asked.of_output(), asked.of_both()):
        its = asked.worst(form, error * BETTER, scale)
        if its < math.inf:
            best, error = form, its
        if error <= GOOD:
            break
    if best.status == "textbook":
        return next((form for form in asked.of_z() if asked.worst(form, LIMIT, scale) < math.inf), best)
    return best


@dataclass(frozen=True)
class _Loss:
    loss: sp.Expr
    a: sp.Symbol
    activation: sp.Expr
    z: sp.Symbol
    others: tuple[sp.Symbol, ...]
    labels: Labels

    @cached_property
    def inputs(self) -> list[Any]:
        known = {self.a, self.z, *self.others}
        return [
            self.z,
            *self.others,
            *sorted((self.loss.free_symbols | self.activation.free_symbols) - known, key=str),
        ]

    @cached_property
    def points(self) -> list[tuple[float, ...]]:
        parameters = len(self.inputs) - len(self.others) - 1
        return sample_points(self.activation, self.z, len(self.others), parameters, self.labels)

    @cached_property
    def output(self) -> Lets:
        """The rounded output, under names of its own."""
        form = stable(self.activation, self.z)
        names = {T: sp.Dummy("t", positive=True), S: sp.Dummy("s", real=True)}
        lets = tuple((names.get(s, s), meaning.xreplace(names)) for s, meaning in form.lets)
        return (*lets, (self.a, form.value.xreplace(names)))

    @property
    def largest(self) -> float:
        return largest(self.loss, self.inputs, self.points, self.output)

    def worst(self, form: StableForm, limit: float, scale: float) -> float:
        """The worst error bound where the output is rounded; inf above the limit or at an overflow."""
        lets, worst = (*(self.output if form.expanded.has(self.a) else ()), *form.lets), 0.0
        for point in self.points:
            found = evaluated(form.value, self.inputs, point, lets)
            ratio = ratio_of(found, point, self.labels, scale)
            if ratio < math.inf or not beyond(self.loss, self.inputs, point, self.exact):
                worst = max(worst, ratio)
            if worst > limit:
                if found is None or abs(point[0]) > UNDERFLOW or not self._right(found, point):
                    return math.inf
                worst = limit
        return worst

    def _right(self, found: Value, point: tuple[float, ...]) -> bool:
        return close(found, true(self.loss, self.inputs, point, self.exact), LIMIT * 2.0**-53)

    @property
    def exact(self) -> Lets:
        return ((self.a, self.activation),)

    def of_output(self) -> Iterator[StableForm]:
        yield StableForm(self.loss, self.loss, self.a, "safe")
        if not self.loss.has(self.z) and not self._undefined():
            for wide in (False, True):
                inner = stable(self.loss, self.a, others=self.others, labels=self.labels, wide=wide)
                if inner.status != "textbook":
                    yield inner

    def of_both(self) -> Iterator[StableForm]:
        """By factors and by the sign of a difference."""
        for form in chain(self._by_factors(), self._by_difference()):
            yield form
            for label in self.others:
                limited = _limited(form, label)
                if limited != form:
                    yield limited

    def of_z(self) -> Iterator[StableForm]:
        composed = ramps(self.loss).xreplace({self.a: self.activation})
        if not composed.has(sp.ITE):
            form = self._searched(composed)
            if form.status != "textbook":
                yield form

    def _undefined(self) -> bool:
        """Whether an output that is rounded to a bound has no loss."""
        return any(undefined(self.loss, self.inputs, point, self.output) for point in self.points)

    def _searched(self, expr: sp.Expr, good: float = GOOD) -> StableForm:
        return stable(expr, self.z, others=self.others, labels=self.labels, good=good)

    def _factors(self) -> tuple[sp.Expr, sp.Expr]:
        """What depends on z alone, and the rest."""
        of_z, rest = self.loss.as_independent(self.a, *self.others, as_Add=False)
        return of_z, rest

    def _by_factors(self) -> Iterator[StableForm]:
        of_z, rest = self._factors()
        if not of_z.has(self.z) or rest.has(self.z):
            return
        there = stable_loss(rest, self.a, self.activation, self.z, others=self.others, labels=self.labels)
        for good in (GOOD, 0.7 * GOOD):
            here = stable(of_z, self.z, good=good)
            if "textbook" not in (here.status, there.status):
                yield from product(self.loss, self.z, here, there)

    def _by_difference(self) -> Iterator[StableForm]:
        of_z, rest = self._factors()
        if rest.has(self.z):
            return
        here = stable(of_z, self.z)
        if here.status != "textbook":
            for there in by_difference(rest, self.a, self._difference):
                yield from product(self.loss, self.z, here, there)

    def _difference(self, expr: sp.Expr) -> StableForm:
        """Its error counts several times in what is made of it."""
        return self._searched(expr.xreplace({self.a: self.activation}), GOOD / 4)


def _limited(form: StableForm, label: sp.Symbol) -> StableForm:
    """The form with the arguments of its exponentials held where the label is positive."""
    limit = above(label)
    value, lets = held(form.value, limit), tuple((symbol, held(e, limit)) for symbol, e in form.lets)
    if (value, lets) == (form.value, form.lets):
        return form
    return replace(form, value=value, lets=lets)
