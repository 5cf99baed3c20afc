"""One walker over SymPy scalars and our notation: which kind of expression is compiled by what."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar

import sympy as sp
from sympy.core.function import AppliedUndef

from derive.evaluation import branches, exponents, names, sums
from derive.evaluation.frame import Frame
from derive.evaluation.kinds import Closure, EvaluationError
from derive.notation import CostPartial, Delta, Element, Index, IndexSum, Mask, Partial, Terms

Builders = tuple[tuple[Any, Callable[[Frame, Any], Closure]], ...]
BUILDERS: Builders = (
    (Element, names.element),
    (IndexSum, sums.index_sum),
    (sp.Rational, names.rational),
    (sp.Add, sums.add),
    (sp.Mul, sums.multiply),
    ((Delta, Mask), sums.indicator),
    ((sp.exp, sp.core.numbers.Exp1), exponents.exp),
    (sp.Pow, exponents.power),
    (Index, names.index),
    ((sp.Symbol, sp.NumberSymbol), names.symbol),
    (tuple(names.FUNCTIONS), names.function),
    ((sp.tanh, sp.coth, sp.sinh, sp.cosh, sp.sech, sp.csch), exponents.hyperbolic),
    ((sp.sin, sp.cos, sp.tan), exponents.circular),
    ((sp.erf, sp.erfc), exponents.erf),
    (sp.Abs, branches.absolute),
    (sp.sign, branches.sign),
    ((sp.Max, sp.Min), branches.extreme),
    (sp.Piecewise, branches.piecewise),
    (Partial, names.partial),
    (CostPartial, names.cost_partial),
    ((AppliedUndef, sp.Derivative, sp.Subs), names.opaque),
)


class Evaluator(Frame):
    """Compiles expressions once into closures over the frame; evaluating them calls no SymPy."""

    builders: ClassVar[Builders] = BUILDERS

    @cached_property
    def _compiled(self) -> dict[Any, Closure]:
        return {}

    def terms(self, terms: Terms) -> Closure:
        """The sum of the terms."""
        products = [sums.times(self, (t.coefficient, *t.factors)) for t in terms]
        parts = [sums.summed(self, body, t.sums) for body, t in zip(products, terms, strict=True)]
        return sums.total(self, parts)

    def scalar(self, expr: Any) -> Closure:
        found = self._compiled.get(expr)
        if found is None:
            found = self._compiled[expr] = self._build(expr)
        return found

    def _build(self, expr: Any) -> Closure:
        for kind, build in self.builders:
            if isinstance(expr, kind):
                return build(self, expr)
        raise EvaluationError(
            f"no value is known for {type(expr).__name__} in {expr}: add it to derive/evaluation/evaluator.py"
        )
