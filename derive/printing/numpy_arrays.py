"""NumPy over whole arrays: `dZ2 @ A1.T / m`."""

from __future__ import annotations

import keyword
from functools import reduce
from typing import Any, ClassVar

import sympy as sp
from sympy.codegen import cfunctions

from derive.arrays import (
    Array,
    Axes,
    AxisSum,
    Einsum,
    Filled,
    Leaf,
    MatrixProduct,
    Reshaped,
    Transposed,
)
from derive.notation import Index
from derive.printing.linear import LinearPrinter
from derive.printing.order import ATOM, COMPARISON, ENTRYWISE, MATRIX, POWER, SUM
from derive.printing.printer import Factor, Piece, PrintingError

FUNCTIONS: dict[type, str] = {
    sp.exp: "np.exp",
    sp.log: "np.log",
    sp.sin: "np.sin",
    sp.cos: "np.cos",
    sp.tan: "np.tan",
    sp.asin: "np.arcsin",
    sp.acos: "np.arccos",
    sp.atan: "np.arctan",
    sp.sinh: "np.sinh",
    sp.cosh: "np.cosh",
    sp.tanh: "np.tanh",
    sp.asinh: "np.arcsinh",
    sp.acosh: "np.arccosh",
    sp.atanh: "np.arctanh",
    sp.Abs: "np.abs",
    sp.sign: "np.sign",
    sp.floor: "np.floor",
    sp.ceiling: "np.ceil",
    sp.erf: "special.erf",
    sp.erfc: "special.erfc",
    cfunctions.log1p: "np.log1p",
    cfunctions.expm1: "np.expm1",
}


def python_name(name: str) -> str:
    """The name as Python can use it: a keyword gets an underscore."""
    return name + "_" if keyword.iskeyword(name) else name


class NumpyPrinter(LinearPrinter):
    """Whole arrays. @, * and / are of one precedence and group from the left."""

    functions: ClassVar[dict[type, str]] = FUNCTIONS
    together = False

    def _Symbol(self, symbol: sp.Symbol) -> Piece:
        size = self.naming.sizes.get(symbol)
        return Piece(python_name(symbol.name) if size is None else str(size))

    def rounded(self, value: sp.Rational) -> str:
        return repr(value.p / value.q)

    def _Float(self, value: sp.Float) -> Piece:
        return Piece(repr(float(value)), ATOM if value >= 0 else SUM)

    def _Pi(self, _: Any) -> Piece:
        return Piece("np.pi")

    def _Exp1(self, _: Any) -> Piece:
        return Piece("np.e")

    def _Infinity(self, _: Any) -> Piece:
        return Piece("np.inf")

    def _BooleanTrue(self, _: Any) -> Piece:
        return Piece("True")

    def _BooleanFalse(self, _: Any) -> Piece:
        return Piece("False")

    def _AppliedUndef(self, expr: Any) -> Piece:
        return self.call(expr.func.__name__.replace("'", "_prime"), expr)

    def root(self, base: sp.Expr) -> Piece:
        return Piece(f"np.sqrt({self.piece(base).text})")

    def raised(self, base: sp.Expr, exponent: sp.Expr) -> Piece:
        left, right = self.wrap(base, POWER), self.wrap(exponent, POWER)
        simple = all(text.replace(".", "").replace("_", "").isalnum() for text in (left, right))
        return Piece(f"{left}**{right}" if simple else f"{left} ** {right}", POWER)

    def product(
        self, coefficient: sp.Expr, factors: list[Factor], below: list[Factor], summed: Piece | None
    ) -> Piece:
        plain = [f for f in factors if not (is_indicator(f.base) and f.exponent == 1)]
        if all(f.scalar for f in plain) or len(plain) == len(factors):
            return super().product(coefficient, factors, below, summed)
        # True and False times numbers are numbers, as long as one factor is one.
        first = super().product(coefficient, plain, below, summed)
        if coefficient == 1 and not below and len(plain) == 1:
            first = self.power(plain[0])
        shown = [self.parentheses(self.piece(f.base.args[0][1]).text) for f in factors if f not in plain]
        return Piece(
            " * ".join([self.wrapped(first, SUM if first.level == ENTRYWISE else MATRIX), *shown]), ENTRYWISE
        )

    def _Piecewise(self, expr: sp.Piecewise) -> Piece:
        *branches, last = expr.args
        if last[1] != sp.true:
            raise PrintingError(f"{expr} leaves values undefined; end it with a branch for True")
        text = self._branch(last[0])
        for value, condition in reversed(branches):
            text = f"np.where({self.piece(condition).text}, {self._branch(value)}, {text})"
        return Piece(text)

    def _branch(self, value: sp.Expr) -> str:
        return str(float(value)) if value.is_Integer else self.piece(value).text

    def _And(self, expr: sp.And) -> Piece:
        return self._logical(" & ", expr)

    def _Or(self, expr: sp.Or) -> Piece:
        return self._logical(" | ", expr)

    def _Not(self, expr: sp.Not) -> Piece:
        return Piece(f"~{self.parentheses(self.piece(expr.args[0]).text)}", COMPARISON)

    def _logical(self, operator: str, expr: sp.Expr) -> Piece:
        shown = sorted(self.parentheses(self.piece(arg).text) for arg in expr.args)
        return Piece(operator.join(shown), COMPARISON)

    def _Max(self, expr: sp.Max) -> Piece:
        return self._extreme("np.maximum", expr)

    def _Min(self, expr: sp.Min) -> Piece:
        return self._extreme("np.minimum", expr)

    def _extreme(self, name: str, expr: sp.Expr) -> Piece:
        shown = sorted(self.piece(arg).text for arg in expr.args)
        return Piece(reduce(lambda a, b: f"{name}({a}, {b})", shown))

    def _Leaf(self, array: Leaf) -> Piece:
        return Piece(python_name(array.tensor.name))

    def _MatrixProduct(self, array: MatrixProduct) -> Piece:
        left = self.piece(array.left)
        shown = left.text if left.level == MATRIX else self.wrapped(left, MATRIX)
        return Piece(f"{shown} @ {self.wrap(array.right, MATRIX)}", MATRIX)

    def _AxisSum(self, array: AxisSum) -> Piece:
        operand, axes = array.operand, [array.axis]
        while array.keepdims and isinstance(operand, AxisSum) and operand.keepdims:
            axes.append(operand.axis)
            operand = operand.operand
        axis = axes[0] if len(axes) == 1 else tuple(sorted(axes))
        keep = ", keepdims=True" if array.keepdims else ""
        return Piece(f"np.sum({self.piece(operand).text}, axis={axis}{keep})")

    def _Transposed(self, array: Transposed) -> Piece:
        order = array.order
        if order == tuple(reversed(range(len(order)))):
            return Piece(f"{self.wrap(array.operand, POWER)}.T")
        return Piece(f"np.transpose({self.piece(array.operand).text}, {order})")

    def _Reshaped(self, array: Reshaped) -> Piece:
        if not array.operand.axes:
            return Piece(f"np.reshape({self.piece(array.operand).text}, {(1,) * len(array.axes)})")
        if not array.axes and isinstance(array.operand, AxisSum):
            return Piece(f"np.sum({self.piece(summed_up(array.operand)).text})")
        subscripts = reshaping(array.operand.axes, array.axes)
        if set(subscripts) == {":"}:
            return self.piece(array.operand)
        return Piece(f"{self.wrap(array.operand, POWER)}[{', '.join(subscripts)}]")

    def _Einsum(self, array: Einsum) -> Piece:
        names: dict[Index, str] = {}
        spare = iter("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
        ones = iter("ZYXWVUTSRQPONMLKJIHGFEDCBA")
        for index in (i for operand in (array, *array.operands) for i in operand.axes):
            if index is not None and index not in names:
                names[index] = next(spare)
        inputs = ["".join(next(ones) if i is None else names[i] for i in op.axes) for op in array.operands]
        output = "".join(names[i] for i in array.axes if i is not None)
        operands = ", ".join(self.piece(operand).text for operand in array.operands)
        text = f'np.einsum("{",".join(inputs)}->{output}", {operands})'
        if None not in array.axes:
            return Piece(text)
        if not output:
            return Piece(f"np.reshape({text}, {(1,) * len(array.axes)})")
        subscripts = ", ".join("None" if i is None else ":" for i in array.axes)
        return Piece(f"{text}[{subscripts}]")

    def _Filled(self, array: Filled) -> Piece:
        sizes = ["1" if i is None else self.piece(i.dim).text for i in array.axes]
        comma = "," if len(sizes) == 1 else ""
        return Piece(f"np.broadcast_to({self.piece(array.operand).text}, ({', '.join(sizes)}{comma}))")


def is_indicator(expr: Any) -> bool:
    """Whether it is 1 where a condition holds and 0 elsewhere."""
    if not isinstance(expr, sp.Piecewise) or len(expr.args) != 2:
        return False
    (first, _), (second, otherwise) = expr.args
    return bool(first == 1 and second == 0 and otherwise == sp.true)


def summed_up(array: Array) -> Array:
    """What is left when sums over axes are taken off."""
    while isinstance(array, AxisSum):
        array = array.operand
    return array


def reshaping(old: Axes, new: Axes) -> list[str]:
    """Subscripts that turn axes into others: `:` keeps, `0` drops and `None` inserts one of size 1."""
    subscripts: list[str] = []
    kept = [axis for axis in old if axis is not None]
    if kept != [axis for axis in new if axis is not None]:
        raise PrintingError(f"axes {old} cannot become {new} by inserting and dropping axes of size 1")
    for have, want in zip(_gaps(old), _gaps(new), strict=True):
        same = min(have, want)
        subscripts += [":"] * same + ["0"] * (have - same) + ["None"] * (want - same) + [":"]
    return subscripts[:-1]


def _gaps(axes: Axes) -> list[int]:
    """How many axes of size 1 stand before each index and after the last."""
    gaps = [0]
    for axis in axes:
        if axis is None:
            gaps[-1] += 1
        else:
            gaps.append(0)
    return gaps
