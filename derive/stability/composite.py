"""A loss of an output: from the output itself where that keeps the digits, else from the pre-activation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import sympy as sp

from derive.stability.form import S, StableForm, T
from derive.stability.ramps import ramps
from derive.stability.referee import LIMIT, Labels, beyond, error_ratio
from derive.stability.search import sample_points, stable


def stable_loss(
    loss: sp.Expr,
    a: sp.Symbol,
    activation: sp.Expr,
    z: sp.Symbol,
    *,
    others: Sequence[sp.Symbol] = (),
    labels: Labels = (),
) -> StableForm:
    """The loss of a = activation(z) in a form that survives; its z is `a` if it reads the output.

    labels: values of the others that are exact: (0, 1) for a cross-entropy, (−1, 1) for a hinge,
    none where labels are measured. The readable form, in a, is kept where the referee accepts it
    although a is rounded.
    """
    parameters = sorted((loss.free_symbols | activation.free_symbols) - {a, z, *others}, key=str)
    inputs = [z, *others, *parameters]
    points = sample_points(activation, z, len(others), len(parameters), labels)
    output = stable(activation, z)
    names = {T: sp.Dummy("t", positive=True), S: sp.Dummy("s", real=True)}
    first = tuple((names.get(s, s), meaning.xreplace(names)) for s, meaning in output.lets)

    def survives(inner: StableForm) -> bool:
        lets = (*first, (a, output.value.xreplace(names)), *inner.lets)
        ratios = ((error_ratio(inner.value, inputs, point, lets, labels), point) for point in points)
        return all(
            r <= LIMIT or (r == math.inf and beyond(loss, inputs, p, ((a, activation),))) for r, p in ratios
        )

    for wide in (False, True):
        inner = stable(loss, a, others=others, labels=labels, wide=wide)
        if survives(inner):
            return inner if inner.status == "found" else replace(inner, status="safe")
    composed = ramps(loss).xreplace({a: activation})
    if composed.has(sp.ITE):
        return StableForm(loss, loss, a, "textbook")
    return stable(composed, z, others=others, labels=labels)
