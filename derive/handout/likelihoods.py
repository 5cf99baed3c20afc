"""Distributions of labels, and the losses that follow from them: −log p, up to what does not hold a."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import sympy as sp

A = sp.Symbol("a", positive=True)
Y = sp.Symbol("y", nonnegative=True)
TWO_PI = sp.Symbol("two_pi", positive=True)
"""2π as it stands in books: SymPy would take its factors apart."""


@dataclass(frozen=True)
class Distribution:
    """p(y) when the output is a. joint: whether the outputs of a sample share one distribution."""

    name: str
    density: sp.Expr
    joint: bool = False

    @cached_property
    def log(self) -> sp.Expr:
        return sp.expand_log(sp.log(self.density), force=True)

    @cached_property
    def surprise(self) -> sp.Expr:
        """−log p."""
        return sp.Add(*(-summand for summand in sp.Add.make_args(self.log)))

    def explains(self, loss: sp.Expr) -> bool:
        """Whether the loss is −log p up to summands without a."""
        rest = sp.diff(self.surprise - loss, A)
        somewhere = rest.xreplace({A: sp.Rational(2, 7), Y: sp.Rational(3, 5)})
        if not somewhere.is_number or abs(sp.N(somewhere)) > 1e-9:
            return False
        return bool(sp.cancel(rest) == 0)


DISTRIBUTIONS = (
    Distribution("bernoulli", A**Y * (1 - A) ** (1 - Y)),
    Distribution("categorical", A**Y, joint=True),
    Distribution("gaussian", sp.exp(-((Y - A) ** 2) / 2) / sp.sqrt(TWO_PI)),
    Distribution("poisson", A**Y * sp.exp(-A) / sp.factorial(Y)),
)


def distribution(loss: sp.Expr) -> Distribution | None:
    """The distribution behind a loss, a formula in A and Y; None for a loss that comes from none of them."""
    return next((d for d in DISTRIBUTIONS if d.explains(loss)), None)
