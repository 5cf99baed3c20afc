"""Distributions of labels, and the losses that follow from them: −log p, up to what does not hold a."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import sympy as sp

from derive.handout.doubles import double
from derive.notation import elements

A = sp.Symbol("a", real=True)
Y = sp.Symbol("y", real=True)
SMALL = 1e-9
VARIANCE = sp.Symbol("variance", positive=True)
TWO_PI = sp.Symbol("two_pi", positive=True)
"""2π as it stands in books: SymPy would take its factors apart."""
PLACES = ({A: sp.Rational(2, 7), Y: sp.Rational(3, 5)}, {A: sp.Rational(3, 7), Y: sp.Rational(1, 5)})


def logarithm(density: sp.Expr) -> sp.Expr:
    """The logarithm of what is positive: of products as sums, of powers as products.

    >>> logarithm(A**Y * sp.exp(-A))
    -a + y*log(a)
    """
    if density.is_Mul:
        return sp.Add(*map(logarithm, density.args))
    if isinstance(density, sp.exp):
        return density.args[0]
    if density.is_Pow:
        return density.exp * logarithm(density.base)
    return sp.log(density)


@dataclass(frozen=True)
class Distribution:
    """p(y) when the output is a. joint: whether the outputs of a sample share one distribution.

    variance: what VARIANCE stands for in the density, or 1 where it is left out.
    """

    name: str
    density: sp.Expr
    joint: bool = False
    variance: sp.Expr = sp.Integer(1)

    @cached_property
    def log(self) -> sp.Expr:
        return logarithm(self.density)

    @cached_property
    def surprise(self) -> sp.Expr:
        """−log p."""
        return sp.Add(*(-summand for summand in sp.Add.make_args(self.log)))

    def explains(self, loss: sp.Expr) -> bool:
        """Whether the loss is −log p up to summands without a."""
        difference = self.surprise - loss
        if not difference.has(A):
            return True
        rest = sp.diff(difference, A)
        # One place tells faster than algebra that it is not 0.
        return abs(at(rest, 2 / 7, 3 / 5)) < SMALL and bool(sp.cancel(rest) == 0)


def at(formula: sp.Expr, a: float, y: float) -> float:
    """Its value there, with 1 for whatever else it holds."""
    plain = formula.xreplace(dict.fromkeys(elements(formula), sp.Integer(1)))
    return double(plain)({**dict.fromkeys(plain.free_symbols, 1.0), A: a, Y: y})


DISTRIBUTIONS = (
    Distribution("bernoulli", A**Y * (1 - A) ** (1 - Y)),
    Distribution("categorical", A**Y, joint=True),
    Distribution("poisson", A**Y * sp.exp(-A) / sp.factorial(Y)),
)


def gaussian(variance: sp.Expr) -> Distribution:
    """A normal distribution around the output; a variance that is not 1 keeps its letter."""
    v = sp.Integer(1) if variance == 1 else VARIANCE
    density = sp.exp(-((Y - A) ** 2) / (2 * v)) / sp.sqrt(TWO_PI * v)
    return Distribution("gaussian", density, variance=variance)


def distribution(loss: sp.Expr) -> Distribution | None:
    """The distribution behind a loss, a formula in A and Y; None for a loss that comes from none of them."""
    slope = sp.diff(loss, A)
    ratio = (A - Y) / slope if slope != 0 else A
    if abs(at(ratio, 2 / 7, 3 / 5) - at(ratio, 5 / 7, 1 / 5)) < SMALL:
        variance = sp.cancel(ratio)
        if not variance.has(A, Y):
            return gaussian(variance)
    return next((d for d in DISTRIBUTIONS if d.explains(loss)), None)
