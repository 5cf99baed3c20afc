"""Scalar formulas as NumPy calls on whole arrays, each value computed once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce
from typing import Any

import sympy as sp
from sympy.core.relational import Relational

from derive.errors import SpecError
from derive.notation import Element, outermost
from derive.printing.numpy_arrays import FUNCTIONS, is_indicator
from derive.targets.plan.values import Call, Constant, Line, Normal, Operand, Value, shape_of

COMPARISONS: dict[type, str] = {
    sp.StrictGreaterThan: "np.greater",
    sp.GreaterThan: "np.greater_equal",
    sp.StrictLessThan: "np.less",
    sp.LessThan: "np.less_equal",
    sp.Equality: "np.equal",
    sp.Unequality: "np.not_equal",
}
EXTREMES: dict[Any, str] = {sp.Max: "np.maximum", sp.Min: "np.minimum"}
RESULT = -1


class Formulas:
    """Lines that compute formulas, in order; what is asked for twice is computed once.

    bound: the arrays of symbols and elements; all others are hyperparameters. shares: those that
    lie between 0 and 1.
    """

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.bound: dict[Any, Operand] = {}
        self.shares: set[Any] = set()
        self._known: dict[Call, Value] = {}

    def call(self, call: Call, name: str = "") -> Value:
        """The value of a call, which is made only if it was not made before."""
        if call not in self._known:
            self._known[call] = Value(shape_of(call), name)
            self.lines.append(Line(call, self._known[call]))
        return self._known[call]

    def let(self, symbol: sp.Symbol, meaning: sp.Expr) -> None:
        """From here on the symbol stands for the value of an expression."""
        self.bound[symbol] = self.formula(meaning)
        self.shares.discard(symbol)
        if isinstance(meaning, sp.exp) and meaning.args[0].is_nonpositive:
            self.shares.add(symbol)

    def entrywise(self, function: str, *operands: Operand) -> Value:
        return self.call(Call(function, operands))

    def formula(self, expr: sp.Expr) -> Operand:
        """The value of an expression, a constant if no array is in it."""
        if expr in self.bound:
            return self.bound[expr]
        if not self.varies(expr):
            return Constant(expr)
        for kind, method in _METHODS.items():
            if isinstance(expr, kind):
                return method(self, expr)
        for kind in type(expr).__mro__:
            if kind in FUNCTIONS:
                return self.entrywise(FUNCTIONS[kind], self.formula(expr.args[0]))
        raise SpecError(f"train_fast.py cannot compute {type(expr).__name__}, in {expr}; build train.py")

    def varies(self, expr: sp.Basic) -> bool:
        """Whether an array is in the expression."""
        return any(leaf in self.bound for leaf in outermost(expr, (Element, sp.Symbol)))

    def _add(self, expr: sp.Expr) -> Operand:
        terms = [term for term in expr.args if self.varies(term)]
        constant = sp.Add(*(term for term in expr.args if term not in terms))
        negative = [term for term in terms if term.as_coeff_Mul()[0].is_negative]
        plus = [self.formula(term) for term in terms if term not in negative]
        minus = [self.formula(-term) for term in negative]
        if constant != 0:
            plus = [*plus, Constant(constant)]
        if not plus:
            plus, minus = [self.entrywise("np.negative", minus[0])], minus[1:]
        total = reduce(lambda a, b: self.entrywise("np.add", a, b), plus)
        return reduce(lambda a, b: self.entrywise("np.subtract", a, b), minus, total)

    def _mul(self, expr: sp.Expr) -> Operand:
        constant, above, below = sp.Integer(1), [], []
        for factor in sp.Mul.make_args(expr):
            base, exponent = factor.as_base_exp()
            if not self.varies(factor):
                constant *= factor
            elif exponent.is_number and exponent.is_negative and not isinstance(factor, sp.exp):
                below.append(base**-exponent)
            else:
                above.append(factor)
        values: list[Operand] = []
        tails = [factor for factor in above if isinstance(factor, sp.erfc)]
        above = [factor for factor in above if factor not in tails]
        values += [self._normal(-sp.sqrt(2) * tail.args[0]) for tail in tails]
        constant *= 2 ** len(tails)
        # Plain arrays come last, so that a number times a function is shared with other formulas.
        values += [self.formula(f) for f in sorted(above, key=lambda f: f in self.bound)]
        if constant == -1 and values:
            values[0] = self.entrywise("np.negative", values[0])
        elif constant != 1 or not values:
            values.insert(0, Constant(constant))
        product = self._product(values)
        return (
            self.entrywise("np.divide", product, self._product(map(self.formula, below)))
            if below
            else product
        )

    def _product(self, values: Iterable[Operand]) -> Operand:
        return reduce(lambda a, b: self.entrywise("np.multiply", a, b), values)

    def _normal(self, x: sp.Expr) -> Operand:
        """Φ(x) = erfc(−x/√2)/2, from the density Φ'(x), which the derivative needs, too."""
        t = sp.Dummy(real=True)
        density = sp.diff(sp.erfc(-t / sp.sqrt(2)) / 2, t).xreplace({t: x})
        return self.call(Call("", (Normal(), self.formula(x), self.formula(density))))

    def _pow(self, expr: sp.Pow) -> Operand:
        base, exponent = expr.args
        if exponent.is_number and exponent.is_negative:
            return self._mul(expr)
        inner = self.formula(base)
        if exponent == sp.Rational(1, 2):
            return self.entrywise("np.sqrt", inner)
        if exponent.is_Integer:
            return self._power(inner, int(exponent))
        return self.entrywise("np.power", inner, self.formula(exponent))

    def _power(self, base: Operand, exponent: int) -> Operand:
        if exponent == 1:
            return base
        half = self.entrywise("np.square", self._power(base, exponent // 2))
        return self.entrywise("np.multiply", half, base) if exponent % 2 else half

    def _extreme(self, expr: sp.Expr) -> Operand:
        constants = [a for a in expr.args if not self.varies(a)]
        values = [self.formula(a) for a in expr.args if a not in constants]
        values += [Constant(a) for a in constants]
        return reduce(lambda a, b: self.entrywise(EXTREMES[type(expr)], a, b), values)

    def _piecewise(self, expr: sp.Piecewise) -> Operand:
        (value, condition), *rest = expr.args
        if condition == sp.true:
            return self.formula(value)
        other = sp.Piecewise(*rest)
        if is_indicator(expr) and isinstance(condition, Relational):
            return self._compared(condition)
        for extreme in EXTREMES:
            if _is_extreme(extreme, value, other, condition):
                return self._extreme(extreme(value, other, evaluate=False))
        if value == 1 and self._is_share(other) and isinstance(condition, Relational):
            return self.entrywise("np.maximum", self._compared(condition), self.formula(other))
        mask = self._mask(condition)
        if other == 0:
            return self._bits("np.bitwise_and", self.formula(value), mask)
        # Picked bit by bit: branches of NumPy take ten times as long, and 0 times inf is no number.
        chosen, left = self.formula(value), self.formula(other)
        mixed = self._bits("np.bitwise_and", self._bits("np.bitwise_xor", chosen, left), mask)
        return self._bits("np.bitwise_xor", mixed, left)

    def _is_share(self, expr: sp.Expr) -> bool:
        return expr in self.shares or (expr.is_Number and 0 <= expr <= 1)

    def _mask(self, condition: Any) -> Operand:
        """All bits 1 where the condition holds, all 0 elsewhere."""
        if isinstance(condition, Relational):
            return self._bits("np.negative", self._compared(condition, (RESULT,)))
        if isinstance(condition, sp.Not):
            return self._bits("np.invert", self._mask(condition.args[0]))
        if isinstance(condition, sp.And | sp.Or):
            name = "np.bitwise_and" if isinstance(condition, sp.And) else "np.bitwise_or"
            masks = [self._mask(part) for part in sorted(condition.args, key=str)]
            return reduce(lambda a, b: self._bits(name, a, b), masks)
        raise SpecError(f"train_fast.py cannot compute the condition {condition}; build train.py")

    def _compared(self, condition: Relational, bits: tuple[int, ...] = ()) -> Value:
        """1 where a comparison holds, else 0, as a float or as an integer."""
        sides = (self.formula(condition.lhs), self.formula(condition.rhs))
        if isinstance(condition, sp.StrictGreaterThan):
            # max(z, c) > c where z > c, and z itself need not be kept.
            sides = (self._known.get(Call("np.maximum", sides), sides[0]), sides[1])
        return self.call(Call(COMPARISONS[type(condition)], sides, "comparison", bits))

    def _bits(self, function: str, *operands: Operand) -> Value:
        return self.call(Call(function, operands, bits=(*range(len(operands)), RESULT)))


def _is_extreme(kind: Any, value: sp.Expr, other: sp.Expr, condition: Any) -> bool:
    """Whether `value if condition else other` is the larger (or smaller) of both."""
    if not isinstance(condition, Relational) or type(condition) not in _DIRECTIONS[kind]:
        return False
    ratio = sp.cancel((condition.lhs - condition.rhs) / (value - other)) if value != other else sp.S.Zero
    return bool(ratio.is_positive) and not ratio.free_symbols and not ratio.has(Element)


_DIRECTIONS = {
    sp.Max: (sp.StrictGreaterThan, sp.GreaterThan),
    sp.Min: (sp.StrictLessThan, sp.LessThan),
}
_METHODS: dict[Any, Callable[[Formulas, Any], Operand]] = {
    sp.erfc: Formulas._mul,
    sp.exp: lambda self, e: self.entrywise("np.exp", self.formula(e.args[0])),
    sp.Add: Formulas._add,
    sp.Mul: Formulas._mul,
    sp.Pow: Formulas._pow,
    sp.Max: Formulas._extreme,
    sp.Min: Formulas._extreme,
    sp.Piecewise: Formulas._piecewise,
}
