"""What an activation does: its slope, its limits, where it saturates, all found from its formula."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import mpmath as mp
import sympy as sp

from derive.calculus.inverses import in_output
from derive.calculus.partials import slope
from derive.handout import likelihoods
from derive.notation import Element, Tensor, elements
from derive.numbers import value
from derive.program import Node
from derive.ranges import Z

A = sp.Symbol("a", real=True)
FAR = mp.mpf(10) ** 6
REACH = 30
SMALL = 100
STEP = mp.mpf(1) / 2


_PRINTED = {Z: Tensor("z", latex_name="z")[()], A: Tensor("a", latex_name="a")[()]}
_PRINTED |= {likelihoods.A: _PRINTED[A], likelihoods.Y: Tensor("y", role="label", latex_name="y")[()]}


def as_printed(expr: sp.Expr) -> sp.Expr:
    """z, a and y as tensors, so that summands and factors stand in the order of the derivation."""
    return expr.xreplace(_PRINTED)


@dataclass(frozen=True, eq=False)
class Curve:
    """An activation as a function of z; letters stand for hyperparameters without a number."""

    node: Node

    @cached_property
    def formula(self) -> sp.Expr:
        return self._in_z(self.node.body)

    @cached_property
    def slope(self) -> sp.Expr:
        return slope(self.node, Z)

    @cached_property
    def in_output(self) -> sp.Expr | None:
        """The slope written in a = g(z); None where that is impossible or changes nothing."""
        found = in_output(self.formula, self.slope, Z, A)
        return None if found is None or found == self.slope else found

    def _in_z(self, expr: sp.Expr) -> sp.Expr:
        assert self.node.argument is not None
        return expr.xreplace({self.node.argument: Z})

    def at(self, expr: sp.Expr, z: Any) -> Any:
        """The value at z, with 1 for every hyperparameter; nan where there is none."""
        return value(expr, {**self._ones, Z: mp.mpf(z)})

    @cached_property
    def _ones(self) -> dict[Element, Any]:
        return {element: mp.mpf(1) for element in elements(self.formula)}

    def limit(self, side: int) -> sp.Expr | None:
        """The limit at +∞ or −∞, read off a value far out; None where it has no simple one."""
        if elements(self.formula):
            return None
        found = self.at(self.formula, side * FAR)
        if mp.isnan(found):
            return None
        if abs(found) > FAR / 1000:
            return sp.oo if found > 0 else -sp.oo
        nearest = sp.Rational(int(mp.nint(found * 2)), 2)
        return nearest if abs(found - mp.mpf(nearest.p) / nearest.q) < 1e-3 else None

    @cached_property
    def steepest(self) -> Any:
        return max(abs(s) for z, s in self._slopes if not mp.isnan(s))

    @cached_property
    def _slopes(self) -> list[tuple[Any, Any]]:
        count = int(REACH / STEP)
        return [(n * STEP, self.at(self.slope, n * STEP)) for n in range(-count, count + 1)]

    def saturates(self, side: int) -> Any | None:
        """From where on the slope stays below a hundredth of the steepest; None if it never does."""
        beyond = [z for z, s in self._slopes if abs(s) >= self.steepest / SMALL]
        last = max(beyond) if side > 0 else min(beyond)
        if abs(last) >= REACH - STEP:
            return None
        near, far = last, last + side * STEP
        for _ in range(30):
            middle = (near + far) / 2
            steep = abs(self.at(self.slope, middle)) >= self.steepest / SMALL
            near, far = (middle, far) if steep else (near, middle)
        return mp.nint(far * 10) / 10

    def samples(self, low: float, high: float, count: int) -> list[list[tuple[float, float, float]]]:
        """z, g(z) and g′(z) between the kinks, one list for each smooth part."""
        points = sorted({float(k.point) for k in self.node.kinks if k.point.is_number})
        cuts = [low, *(p for p in points if low < p < high), high]
        parts = []
        for start, end in pairwise(cuts):
            inside = max(2, round(count * (end - start) / (high - low)))
            zs = [start + (end - start) * n / inside for n in range(inside + 1)]
            zs[0], zs[-1] = zs[0] + 1e-9, zs[-1] - 1e-9
            parts.append([(z, float(self.at(self.formula, z)), float(self.at(self.slope, z))) for z in zs])
        return parts
