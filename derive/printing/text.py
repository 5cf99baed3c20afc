"""Plain text in Unicode for the terminal: `dZ2 A1ᵀ / m`, `Σ[k] dZ2[k,j]·W2[k,i]`."""

from __future__ import annotations

from typing import Any, ClassVar

import sympy as sp
from sympy.codegen import cfunctions

from derive.arrays import AxisSum, Entrywise, Filled, Leaf, MatrixProduct, Reshaped, Transposed
from derive.notation import CostPartial, Delta, Element, Index, Mask, Partial, Tensor
from derive.printing.conditions import branches
from derive.printing.entry import entry
from derive.printing.letters import Value
from derive.printing.linear import LinearPrinter
from derive.printing.order import BIG, COMPARISON, ENTRYWISE, MATRIX, POWER, SUM
from derive.printing.printer import Naming, Piece
from derive.printing.whole import equation, expression

FUNCTIONS: dict[type, str] = {
    sp.exp: "exp",
    sp.log: "log",
    sp.sin: "sin",
    sp.cos: "cos",
    sp.tan: "tan",
    sp.asin: "arcsin",
    sp.acos: "arccos",
    sp.atan: "arctan",
    sp.sinh: "sinh",
    sp.cosh: "cosh",
    sp.tanh: "tanh",
    sp.asinh: "arsinh",
    sp.acosh: "arcosh",
    sp.atanh: "artanh",
    sp.Abs: "abs",
    sp.sign: "sign",
    sp.floor: "floor",
    sp.ceiling: "ceil",
    sp.erf: "erf",
    sp.erfc: "erfc",
    sp.Max: "max",
    sp.Min: "min",
    cfunctions.log1p: "log1p",
    cfunctions.expm1: "expm1",
}
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def text_expression(value: Value, naming: Naming | None = None) -> str:
    """A matrix form, terms or a scalar expression on one line."""
    return expression(TextPrinter, value, naming)


def text_equation(
    tensor: Tensor, indices: tuple[Index, ...], value: Value, naming: Naming | None = None
) -> str:
    """`tensor = value`, or `tensor[i,j] = value` where the value is an index form."""
    return equation(TextPrinter, tensor.name, tensor, indices, value, naming)


class TextPrinter(LinearPrinter):
    functions: ClassVar[dict[type, str]] = FUNCTIONS
    minus = "−"
    times = "·"
    entrywise = " ⊙ "
    relations: ClassVar[dict[type, str]] = {
        **LinearPrinter.relations,
        sp.GreaterThan: "≥",
        sp.LessThan: "≤",
        sp.Equality: "=",
        sp.Unequality: "≠",
    }

    def call(self, name: str, node: Any) -> Piece:
        shown = [self.piece(arg).text for arg in node.args]
        return Piece(f"{name}({', '.join(sorted(shown) if len(shown) > 1 else shown)})")

    def _Symbol(self, symbol: sp.Symbol) -> Piece:
        size = self.naming.sizes.get(symbol)
        return Piece(symbol.name if size is None else str(size))

    def _Float(self, value: sp.Float) -> Piece:
        return Piece(repr(float(value)), SUM)

    def _Pi(self, _: Any) -> Piece:
        return Piece("π")

    def _Exp1(self, _: Any) -> Piece:
        return Piece("e")

    def _Infinity(self, _: Any) -> Piece:
        return Piece("∞")

    def _AppliedUndef(self, expr: Any) -> Piece:
        return self.call(expr.func.__name__, expr)

    def root(self, base: sp.Expr) -> Piece:
        return Piece(f"√{self.wrap(base, POWER)}")

    def raised(self, base: sp.Expr, exponent: sp.Expr) -> Piece:
        if exponent.is_Integer:
            return Piece(self.wrap(base, POWER) + str(exponent).translate(SUPERSCRIPTS), POWER)
        return Piece(f"{self.wrap(base, POWER)}^{self.wrap(exponent, POWER)}", POWER)

    def big_sum(self, indices: tuple[Index, ...], body: Piece) -> Piece:
        shown = ",".join(sorted(self.letters[index] for index in indices))
        return Piece(f"Σ[{shown}] {self.wrapped(body, SUM)}", BIG)

    def _Piecewise(self, expr: sp.Piecewise) -> Piece:
        cases = [f"{self.piece(value).text} if {self.piece(c).text}" for value, c in branches(expr)]
        return Piece(f"{{{', '.join(cases)}}}")

    def _And(self, expr: sp.And) -> Piece:
        return self._logical(" ∧ ", expr)

    def _Or(self, expr: sp.Or) -> Piece:
        return self._logical(" ∨ ", expr)

    def _logical(self, operator: str, expr: sp.Expr) -> Piece:
        shown = [(self.piece(arg).text, arg.is_Relational) for arg in expr.args]
        return Piece(
            operator.join(text if plain else self.parentheses(text) for text, plain in sorted(shown)),
            COMPARISON,
        )

    def _Not(self, expr: sp.Not) -> Piece:
        return Piece(f"¬{self.wrap(expr.args[0], COMPARISON)}", COMPARISON)

    # Index forms

    def _Element(self, element: Element) -> Piece:
        if not element.args:
            return Piece(element.tensor.name)
        return Piece(f"{element.tensor.name}[{','.join(self.piece(arg).text for arg in element.args)}]")

    def _Delta(self, delta: Delta) -> Piece:
        return Piece(f"δ[{','.join(self.piece(arg).text for arg in delta.args)}]")

    def _Mask(self, mask: Mask) -> Piece:
        position, dim = (self.piece(arg).text for arg in mask.args)
        return Piece(f"1[0 ≤ {position} < {dim}]")

    def _Partial(self, partial: Partial) -> Piece:
        return Piece(f"∂{self.piece(partial.of).text}/∂{self.piece(partial.by).text}", POWER)

    def _CostPartial(self, partial: CostPartial) -> Piece:
        return Piece(f"∂ℒ/∂{self.piece(partial.by).text}", POWER)

    # Matrix forms

    def _Entrywise(self, array: Entrywise) -> Piece:
        """A scalar is printed as its entry, so that numbers in its sums stand before them."""
        return super()._Entrywise(array) if array.axes else self.piece(entry(array))

    def _Leaf(self, array: Leaf) -> Piece:
        return Piece(array.tensor.name)

    def _MatrixProduct(self, array: MatrixProduct) -> Piece:
        left, right = (self.wrap(part, ENTRYWISE) for part in (array.left, array.right))
        return Piece(f"{left} {right}", MATRIX)

    def _AxisSum(self, array: AxisSum) -> Piece:
        if all(axis is None for axis in array.axes):
            return self.piece(entry(array))
        return Piece(f"sum({self.piece(array.operand).text}, axis {array.axis})")

    def _Transposed(self, array: Transposed) -> Piece:
        return Piece(f"{self.wrap(array.operand, POWER)}ᵀ", POWER)

    def _Reshaped(self, array: Reshaped) -> Piece:
        return self.piece(array.operand)

    def _Filled(self, array: Filled) -> Piece:
        sizes = ["1" if i is None else self.piece(i.dim).text for i in array.axes]
        return Piece(f"fill({self.piece(array.operand).text}, {'×'.join(sizes)})")
