"""A loss of an output: from the output itself where that keeps the digits, else from the pre-activation."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import sympy as sp

from derive.stability.form import S, StableForm, T
from derive.stability.ramps import ramps
from derive.stability.referee import LIMIT, Labels, Lets, beyond, error_ratio, largest, undefined
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
    parameters = sorted((loss.free_symbols | activation.free_symbols) - {a, z, *others}, key=str)
    inputs = [z, *others, *parameters]
    points = sample_points(activation, z, len(others), len(parameters), labels)
    output = stable(activation, z)
    names = {T: sp.Dummy("t", positive=True), S: sp.Dummy("s", real=True)}
    first = tuple((names.get(s, s), meaning.xreplace(names)) for s, meaning in output.lets)

    def lets(inner: StableForm) -> Lets:
        return (*first, (a, output.value.xreplace(names)), *inner.lets)

    scale = largest(loss, inputs, points, lets(StableForm(loss, loss, a, "safe"))) if absolute else 0.0

    def failure(inner: StableForm) -> tuple[float, ...] | None:
        """A point where the value of the rounded output has lost its digits, or overflows."""
        before = lets(inner)
        for point in points:
            ratio = error_ratio(inner.value, inputs, point, before, labels, scale)
            if ratio > LIMIT and (ratio < math.inf or not beyond(loss, inputs, point, ((a, activation),))):
                return point
        return None

    plain = StableForm(loss, loss, a, "safe")
    where = failure(plain)
    if where is None:
        return plain
    if not loss.has(z) and not undefined(loss, inputs, where, lets(plain)):
        for wide in (False, True):
            inner = stable(loss, a, others=others, labels=labels, wide=wide)
            if failure(inner) is None:
                return inner if inner.status == "found" else replace(inner, status="safe")
    for form in _by_factors(loss, a, activation, z, others, labels):
        if failure(form) is None:
            return form
    composed = ramps(loss).xreplace({a: activation})
    if composed.has(sp.ITE):
        return replace(plain, status="textbook")
    return stable(composed, z, others=others, labels=labels)


def _by_factors(
    loss: sp.Expr,
    a: sp.Symbol,
    activation: sp.Expr,
    z: sp.Symbol,
    others: Sequence[sp.Symbol],
    labels: Labels,
) -> Iterator[StableForm]:
    """What depends on a alone and on z alone, each in its form."""
    of_z, rest = loss.as_independent(a, *others, as_Add=False)
    if not of_z.has(z) or rest.has(z):
        return
    here = stable(of_z, z)
    there = stable_loss(rest, a, activation, z, others=others, labels=labels)
    if "textbook" in (here.status, there.status):
        return
    lets = dict(here.lets)
    clash = {
        symbol: sp.Symbol(f"{symbol}_", real=True)
        for symbol, meaning in there.lets
        if lets.get(symbol, meaning) != meaning
    }
    there = there.xreplace(clash)
    lets |= dict(there.lets)
    reasons = tuple(dict.fromkeys((*here.reasons, *there.reasons)))
    yield StableForm(loss, here.value * there.value, z, "found", tuple(lets.items()), reasons)
