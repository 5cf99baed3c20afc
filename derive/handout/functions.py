"""What an activation does: its slope, its limits, where it saturates, all found from its formula."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import exp, inf, isnan, pi, sqrt
from typing import Any

import mpmath as mp
import sympy as sp

from derive.calculus.inverses import OUTPUT, in_output
from derive.calculus.partials import SLOT, slope
from derive.handout import likelihoods
from derive.handout.doubles import Known, double
from derive.notation import Element, Tensor, elements
from derive.numbers import value
from derive.program import Node
from derive.ranges import Interval, Z, range_of

A = sp.Symbol("a", real=True)
FAR = mp.mpf(10) ** 6
REACH = 30
SMALL = 100
CLOSE = 1e-3
STEP = 0.5
WIDTH, FARTHEST = 0.05, 200
GROWING = 1.01
HALVINGS = 40


_PRINTED = {Z: Tensor("z", latex_name="z")[()], A: Tensor("a", latex_name="a")[()]}
_PRINTED |= {
    likelihoods.TWO_PI: Tensor("two_pi", latex_name=r"2\pi")[()],
    likelihoods.VARIANCE: Tensor("variance", latex_name=r"\sigma^2")[()],
    likelihoods.A: _PRINTED[A],
    likelihoods.Y: Tensor("y", role="label", latex_name="y")[()],
}


def as_printed(expr: sp.Expr) -> sp.Expr:
    """z, a and y as tensors, so that summands and factors stand in the order of the derivation."""
    return relabelled(expr, _PRINTED)


def relabelled(expr: Any, letters: Mapping[sp.Basic, sp.Basic]) -> Any:
    """The expression with other letters, which evaluate to nothing else.

    SymPy would find that out anew, which takes milliseconds for a logarithm.
    """
    if expr in letters:
        return letters[expr]
    args = [relabelled(arg, letters) for arg in expr.args]
    if all(new is old for new, old in zip(args, expr.args, strict=True)):
        return expr
    return expr.func(*args, evaluate=False) if isinstance(expr, sp.Function) else expr.func(*args)


def rounded(number: Any) -> sp.Rational:
    """To three decimals."""
    return sp.Rational(int(mp.nint(number * 1000)), 1000)


@dataclass(frozen=True, eq=False)
class Curve:
    """An activation as a function of z; letters stand for hyperparameters without a number."""

    node: Node

    @cached_property
    def formula(self) -> sp.Expr:
        assert self.node.argument is not None
        return self.node.body.xreplace({self.node.argument: Z})

    @cached_property
    def slope(self) -> sp.Expr:
        return slope(self.node, SLOT).xreplace({SLOT: Z})

    @cached_property
    def in_output(self) -> sp.Expr | None:
        """The slope written in a = g(z); None where that is impossible or changes nothing."""
        change = slope(self.node, SLOT)
        found = in_output(self.formula.xreplace({Z: SLOT}), change, SLOT, OUTPUT)
        return None if found is None or found == change else found.xreplace({SLOT: Z, OUTPUT: A})

    def at(self, expr: sp.Expr, z: Any) -> Any:
        """The value at z, with 1 for every hyperparameter; nan where there is none."""
        return value(expr, {**self._ones, Z: mp.mpf(z)})

    def quickly(self, expr: sp.Expr, z: float) -> float:
        """The same as a float."""
        if expr not in self._doubles:
            self._doubles[expr] = double(expr.xreplace({e: sp.Integer(1) for e in self._ones}))
        found = self._doubles[expr]({Z: z})
        return float(self.at(expr, z)) if isnan(found) else found

    @cached_property
    def _doubles(self) -> dict[sp.Expr, Callable[[Known], float]]:
        return {}

    @cached_property
    def _ones(self) -> dict[Element, Any]:
        return {element: mp.mpf(1) for element in elements(self.formula)}

    @cached_property
    def share(self) -> float:
        """The mean of g(z)² for a standard normal z: the part of its size that a signal keeps.

        Infinite where g grows so fast that what is farthest out still counts.
        """
        zs = [n * WIDTH for n in range(-FARTHEST, FARTHEST + 1)]
        density = (exp(-z * z / 2) / sqrt(2 * pi) for z in zs)
        values = (self.quickly(self.formula, z) for z in zs)
        # Not a power: a product of floats that is too large is infinite, a power raises.
        parts = [p * v * v for v, p in zip(values, density, strict=True)]
        total = sum(parts)
        return total * WIDTH if max(parts[0], parts[-1]) < CLOSE * total else inf

    @property
    def range(self) -> Interval:
        """Its values; with a hyperparameter without a number only their bounds are known."""
        if elements(self.formula):
            return Interval(*(self.node.tensor.interval or (-sp.oo, sp.oo)))
        return range_of(self.formula, f"activation {self.node.note}")

    def limit(self, side: int) -> sp.Expr | None:
        """The limit at +∞ or −∞, read off values far out; None where they do not settle."""
        if elements(self.formula):
            return None
        found, before = (self.at(self.formula, side * z) for z in (FAR, FAR / 3))
        if mp.isnan(found):
            return None
        if abs(found) > FAR / 1000:
            return sp.oo if found > 0 else -sp.oo
        if not abs(found - before) < CLOSE:
            return None
        nearest = sp.Rational(int(mp.nint(found * 2)), 2)
        return nearest if abs(found - nearest.p / mp.mpf(nearest.q)) < CLOSE else rounded(found)

    @cached_property
    def steepest(self) -> float:
        """The largest slope, or the bound that it comes close to; infinite where it still grows far out."""
        inner, outer = (
            max((abs(s) for z, s in self._slopes if abs(z) <= reach and not isnan(s)), default=0.0)
            for reach in (REACH / 2, REACH)
        )
        if outer > GROWING * inner:
            return inf
        around = max((abs(s), z) for z, s in self._slopes if not isnan(s))[1]
        far = [abs(self.quickly(self.slope, side * float(FAR))) for side in (-1, 1)]
        return max(outer, self._highest(around - STEP, around + STEP), *(s for s in far if not isnan(s)))

    def _highest(self, low: float, high: float) -> float:
        """The largest slope between two places with one hill between them; infinite where it has no top."""
        largest: list[float] = []
        for _ in range(HALVINGS):
            third = (high - low) / 3
            left, right = (abs(self.quickly(self.slope, z)) for z in (low + third, high - third))
            low, high = (low + third, high) if left < right else (low, high - third)
            largest.append(max(left, right, *largest[-1:]))
        if largest[-1] > GROWING * largest[HALVINGS // 2]:
            return inf
        return abs(self.quickly(self.slope, (low + high) / 2))

    @cached_property
    def _slopes(self) -> list[tuple[float, float]]:
        count = int(REACH / STEP)
        return [(n * STEP, self.quickly(self.slope, n * STEP)) for n in range(-count, count + 1)]

    def saturates(self, side: int) -> float | None:
        """From where on the slope stays below a hundredth of the steepest; None if it never does."""
        if self.steepest == inf:
            return None
        beyond = [z for z, s in self._slopes if abs(s) >= self.steepest / SMALL]
        last = max(beyond) if side > 0 else min(beyond)
        if abs(last) >= REACH - STEP:
            return None
        near, far = last, last + side * STEP
        for _ in range(HALVINGS):
            middle = (near + far) / 2
            steep = abs(self.quickly(self.slope, middle)) >= self.steepest / SMALL
            near, far = (middle, far) if steep else (near, middle)
        return round(far * 10) / 10 + 0.0

    def samples(self, low: float, high: float, count: int) -> list[list[tuple[float, float, float]]]:
        """z, g(z) and g′(z) between the kinks, one list for each smooth part."""
        points = sorted({float(k.point) for k in self.node.kinks if k.point.is_number})
        cuts = [low, *(p for p in points if low < p < high), high]
        parts = []
        for start, end in pairwise(cuts):
            inside = max(2, round(count * (end - start) / (high - low)))
            zs = [start + (end - start) * n / inside for n in range(inside + 1)]
            zs[0], zs[-1] = zs[0] + 1e-9, zs[-1] - 1e-9
            parts.append([(z, self.quickly(self.formula, z), self.quickly(self.slope, z)) for z in zs])
        return parts
