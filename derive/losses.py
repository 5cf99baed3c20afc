"""Losses, one entry each: a formula in the output a and the label y, summed over the outputs of a sample."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import mpmath as mp
import sympy as sp

from derive.activations import Activation, Parameters, bind, meanings, symbolic
from derive.formula import parse
from derive.numbers import value
from derive.poles import GRID, falls, pole_of
from derive.ranges import LINE, Interval

A = sp.Symbol("a", real=True)
Y = sp.Symbol("y", real=True)

UNIT = Interval(0, 1)
CLOSED_UNIT = Interval(0, 1, low_closed=True, high_closed=True)
SIGNS = Interval(-1, 1, low_closed=True, high_closed=True)
COUNTS = Interval(0, sp.oo, low_closed=True)
_LABELS = tuple(sp.Rational(n, 4) for n in (1, 2, 3))


@dataclass(frozen=True)
class Loss:
    """What one output a costs when the label is y.

    domain: where a may lie; None finds out from the formula. labels: where y may lie.
    distribution: whether the labels of a sample sum to 1. default_for: the outputs, as (vector,
    range), that take this loss when none is named.
    """

    name: str
    formula: str
    parameters: Parameters = ()
    domain: Interval | None = LINE
    labels: Interval = LINE
    distribution: bool = False
    default_for: tuple[bool, Interval] | None = None

    def bind(self, *values: str, **named: str) -> Loss:
        """The loss with parameters given by position or name; raises SpecError."""
        return replace(self, parameters=bind(self, "loss", values, named))

    @property
    def expr(self) -> sp.Expr:
        """The formula over the real symbols a and y."""
        return _worked_out(self.name, self.formula, self.parameters)

    @property
    def symbols(self) -> tuple[str, ...]:
        """Names of the parameters that stay symbolic."""
        return symbolic(self.parameters)

    @property
    def least_units(self) -> int:
        """A single unit would have the label 1 for every sample if labels sum to 1."""
        return 2 if self.distribution else 1

    def fits(self, outputs: Interval) -> bool:
        """Whether every output in this range has a loss."""
        return self.misfit(outputs) is None

    def misfit(self, outputs: Interval) -> str | None:
        """What is wrong with the loss for outputs in this range, None if nothing is."""
        if self.domain is not None:
            return None if outputs in self.domain else f"takes values in {self.domain}"
        gap = next((a for a in sorted(_spread(outputs), key=abs) if not _finite(self.expr, a)), None)
        if gap is None:
            return self.pole(outputs)
        return f"is not defined everywhere there, for example not at a = {float(gap):.6g}"

    def pole(self, outputs: Interval) -> str | None:
        """Where the loss is infinite between the bounds of a range, in words."""
        others = {s: sp.Integer(1) for s in self.expr.free_symbols - {A, Y}}
        for y in _LABELS:
            formula = self.expr.xreplace({**others, Y: y})
            a = pole_of(formula, A, _spread(outputs))
            if a is not None:
                where = f"at a = {float(a):.6g} for the label y = {float(y):g}"
                if falls(formula, A, a):
                    return f"has no minimum: it goes to -∞ {where}"
                return f"is not defined everywhere there: it is infinite {where}"
        return None


def default_loss(activation: Activation) -> Loss:
    """The loss that follows from the output; squared error where no other claims it."""
    kind = (activation.vector, activation.range)
    return next((loss for loss in LOSSES.values() if loss.default_for == kind), LOSSES["squared_error"])


def _spread(interval: Interval) -> list[mp.mpf]:
    """Points of the interval, close to its bounds too, and the bounds that belong to it."""
    low, high = (
        mp.mpf(10) ** 6 * (1 if b > 0 else -1) if b.is_infinite else mp.mpf(b.p) / b.q
        for b in (interval.low, interval.high)
    )
    steps = [mp.mpf(n) / 16 for n in range(1, 16)] + [mp.mpf("1e-9"), 1 - mp.mpf("1e-9")]
    inside = [low + (high - low) * step for step in steps]
    near = [x for x in GRID if low < x < high]
    return sorted(inside + near + [low] * interval.low_closed + [high] * interval.high_closed)


def _finite(expr: sp.Expr, a: mp.mpf) -> bool:
    numbers = {s: mp.mpf(1) for s in expr.free_symbols}
    found = [value(expr, {**numbers, A: a, Y: mp.mpf(y.p) / y.q}) for y in _LABELS]
    return all(mp.isfinite(v) for v in found)


@lru_cache(maxsize=512)
def _worked_out(name: str, formula: str, parameters: Parameters) -> sp.Expr:
    what = f"loss {name}"
    names = {"a": A, "y": Y, **meanings(parameters, what)}
    return parse(formula, names, f"the formula of {what}")


_TABLE = (
    Loss("squared_error", "(a - y)**2/2"),
    Loss(
        "binary_cross_entropy",
        "-y*log(a) - (1 - y)*log(1 - a)",
        domain=UNIT,
        labels=CLOSED_UNIT,
        default_for=(False, UNIT),
    ),
    Loss(
        "cross_entropy",
        "-y*log(a)",
        domain=UNIT,
        labels=CLOSED_UNIT,
        distribution=True,
        default_for=(True, UNIT),
    ),
    Loss(
        "negative_log_likelihood",
        "-y*a",
        domain=Interval(-sp.oo, 0),
        labels=CLOSED_UNIT,
        distribution=True,
        default_for=(True, Interval(-sp.oo, 0)),
    ),
    Loss("absolute_error", "abs(a - y)"),
    Loss(
        "huber",
        "delta*(a - y - delta/2) if a - y > delta else "
        "(delta*(y - a - delta/2) if a - y < -delta else (a - y)**2/2)",
        (("delta", "1"),),
    ),
    Loss("log_cosh", "log(cosh(a - y))"),
    Loss("hinge", "1 - y*a if y*a < 1 else 0", labels=SIGNS),
    Loss("squared_hinge", "(1 - y*a)**2 if y*a < 1 else 0", labels=SIGNS),
    Loss("exponential", "exp(-y*a)", labels=SIGNS),
    Loss("poisson", "a - y*log(a)", domain=Interval(0, sp.oo), labels=COUNTS),
    Loss(
        "kl_divergence",
        "(y*log(y) if y > 0 else 0) - y*log(a)",
        domain=Interval(0, sp.oo),
        labels=CLOSED_UNIT,
        distribution=True,
    ),
    Loss(
        "focal",
        "-y*(1 - a)**gamma*log(a) - (1 - y)*a**gamma*log(1 - a)",
        (("gamma", "2"),),
        domain=UNIT,
        labels=CLOSED_UNIT,
    ),
    Loss("quantile", "tau*(y - a) if y > a else (1 - tau)*(a - y)", (("tau", "0.5"),)),
    Loss("gaussian_nll", "(log(variance) + (a - y)**2/variance)/2", (("variance", None),)),
)
LOSSES: dict[str, Loss] = {entry.name: entry for entry in _TABLE}
