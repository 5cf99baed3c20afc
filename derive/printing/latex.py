r"""LaTeX mathematics: `\frac{1}{m}\,dZ^{[2]}\,A^{[1]\top}`.

Between whole arrays ⊙ is the entrywise product and juxtaposition the matrix product; fractions and
functions of arrays are taken entry by entry, ^{\odot 2} is the entrywise square, and 𝟏 is a column
of ones, so that a row sum is dZ 𝟏. Arrays of more than two axes are written by their entries.
"""

from __future__ import annotations

from typing import Any, ClassVar

import sympy as sp
from sympy.codegen import cfunctions

from derive.arrays import Array, AxisSum, Filled, Leaf, MatrixProduct, Reshaped, Transposed
from derive.notation import CostPartial, Delta, Element, Index, Mask, Partial, Tensor
from derive.printing.entry import entry, entry_indices, has_matrix_notation
from derive.printing.latex_products import TALL, LatexProducts
from derive.printing.letters import Value
from derive.printing.names import math_name, scripted, tensor_name
from derive.printing.order import BIG, COMPARISON, ENTRYWISE, MATRIX, POWER, SUM
from derive.printing.printer import Naming, Piece, PrintingError, branches

FUNCTIONS: dict[type, str] = {
    sp.log: r"\log",
    sp.sin: r"\sin",
    sp.cos: r"\cos",
    sp.tan: r"\tan",
    sp.asin: r"\arcsin",
    sp.acos: r"\arccos",
    sp.atan: r"\arctan",
    sp.sinh: r"\sinh",
    sp.cosh: r"\cosh",
    sp.tanh: r"\tanh",
    sp.asinh: r"\operatorname{arsinh}",
    sp.acosh: r"\operatorname{arcosh}",
    sp.atanh: r"\operatorname{artanh}",
    sp.sign: r"\operatorname{sign}",
    sp.erf: r"\operatorname{erf}",
    sp.erfc: r"\operatorname{erfc}",
    sp.Max: r"\max",
    sp.Min: r"\min",
    cfunctions.log1p: r"\operatorname{log1p}",
    cfunctions.expm1: r"\operatorname{expm1}",
}
RELATIONS: dict[type, str] = {
    sp.StrictGreaterThan: ">",
    sp.StrictLessThan: "<",
    sp.GreaterThan: r"\ge",
    sp.LessThan: r"\le",
    sp.Equality: "=",
    sp.Unequality: r"\ne",
}


def latex_expression(value: Value, naming: Naming | None = None) -> str:
    """The formula of a matrix form, of terms, or of a scalar expression."""
    naming = naming or Naming()
    if isinstance(value, Array) and not has_matrix_notation(value):
        value = entry(value)
    return LatexPrinter(naming, value).value(value).text


def latex_equation(
    tensor: Tensor, indices: tuple[Index, ...], value: Value, naming: Naming | None = None
) -> str:
    """`tensor = value`, or `tensor_{ij} = value` where the value is an index form."""
    naming = naming or Naming()
    if isinstance(value, Array):
        if has_matrix_notation(value):
            return f"{tensor_name(tensor)} = {latex_expression(value, naming)}"
        indices, value = entry_indices(tensor, value.axes), entry(value)
    printer = LatexPrinter(naming, value, indices)
    return f"{printer.piece(tensor[indices]).text} = {printer.value(value).text}"


class LatexPrinter(LatexProducts):
    functions: ClassVar[dict[type, str]] = FUNCTIONS

    def call(self, name: str, node: Any) -> Piece:
        shown = [self.piece(arg).text for arg in node.args]
        return Piece(name + self.parentheses(", ".join(sorted(shown) if len(shown) > 1 else shown)))

    def _Float(self, value: sp.Float) -> Piece:
        mantissa, _, exponent = repr(float(value)).partition("e")
        return Piece(mantissa + (rf" \cdot 10^{{{int(exponent)}}}" if exponent else ""), SUM)

    def _Pi(self, _: Any) -> Piece:
        return Piece(r"\pi")

    def _Exp1(self, _: Any) -> Piece:
        return Piece("e")

    def _Infinity(self, _: Any) -> Piece:
        return Piece(r"\infty")

    def _Index(self, index: Index) -> Piece:
        return Piece(math_name(self.letters[index]))

    def _Symbol(self, symbol: sp.Symbol) -> Piece:
        size = self.naming.sizes.get(symbol)
        return Piece(math_name(symbol.name) if size is None else str(size))

    def _AppliedUndef(self, expr: Any) -> Piece:
        return self.call(math_name(expr.func.__name__), expr)

    def _exp(self, expr: sp.Expr) -> Piece:
        exponent = self.piece(expr.args[0]).text
        if any(part in exponent for part in TALL):
            return Piece(r"\exp" + self.parentheses(exponent))
        return Piece(f"e^{{{exponent}}}", POWER)

    def big_sum(self, indices: tuple[Index, ...], body: Piece) -> Piece:
        shown = ",".join(math_name(letter) for letter in sorted(self.letters[index] for index in indices))
        return Piece(rf"\sum_{{{shown}}} {self.wrapped(body, SUM)}", BIG)

    # Brackets, cases and conditions

    def _Abs(self, expr: sp.Expr) -> Piece:
        return Piece(rf"\left|{self.piece(expr.args[0]).text}\right|")

    def _floor(self, expr: sp.Expr) -> Piece:
        return Piece(rf"\left\lfloor {self.piece(expr.args[0]).text} \right\rfloor")

    def _ceiling(self, expr: sp.Expr) -> Piece:
        return Piece(rf"\left\lceil {self.piece(expr.args[0]).text} \right\rceil")

    def _Piecewise(self, expr: sp.Piecewise) -> Piece:
        rows = [f"{self.piece(value).text} & {self.piece(c).text}" for value, c in branches(expr)]
        return Piece(r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}")

    def _Relational(self, relation: sp.Expr) -> Piece:
        left, right = (self.wrap(arg, COMPARISON) for arg in relation.args)
        symbol = next(s for cls, s in RELATIONS.items() if isinstance(relation, cls))
        return Piece(f"{left} {symbol} {right}", COMPARISON)

    def _And(self, expr: sp.And) -> Piece:
        return self._logical(r" \land ", expr)

    def _Or(self, expr: sp.Or) -> Piece:
        return self._logical(r" \lor ", expr)

    def _logical(self, operator: str, expr: sp.Expr) -> Piece:
        shown = [(self.piece(arg).text, arg.is_Relational) for arg in expr.args]
        return Piece(
            operator.join(text if plain else self.parentheses(text) for text, plain in sorted(shown)),
            COMPARISON,
        )

    def _Not(self, expr: sp.Not) -> Piece:
        return Piece(rf"\lnot {self.wrap(expr.args[0], COMPARISON)}", COMPARISON)

    # Index forms

    def _subscript(self, arguments: tuple[Any, ...]) -> str:
        shown = [self.piece(arg).text for arg in arguments]
        return ("" if all(len(text) == 1 and text.isalpha() for text in shown) else ",").join(shown)

    def _Element(self, element: Element) -> Piece:
        return Piece(scripted(tensor_name(element.tensor), self._subscript(element.args)))

    def _Delta(self, delta: Delta) -> Piece:
        return Piece(rf"\delta_{{{self._subscript(delta.args)}}}")

    def _Mask(self, mask: Mask) -> Piece:
        position, dim = (self.piece(arg).text for arg in mask.args)
        return Piece(rf"\mathbf{{1}}[0 \le {position} < {dim}]")

    def _Partial(self, partial: Partial) -> Piece:
        above, below = self.piece(partial.of).text, self.piece(partial.by).text
        return Piece(rf"\frac{{\partial {above}}}{{\partial {below}}}")

    def _CostPartial(self, partial: CostPartial) -> Piece:
        return Piece(rf"\frac{{\partial \mathcal{{L}}}}{{\partial {self.piece(partial.by).text}}}")

    # Matrix forms

    def _Leaf(self, array: Leaf) -> Piece:
        return Piece(tensor_name(array.tensor))

    def _MatrixProduct(self, array: MatrixProduct) -> Piece:
        left, right = (self.wrap(part, ENTRYWISE) for part in (array.left, array.right))
        return Piece(rf"{left}\,{right}", MATRIX)

    def _AxisSum(self, array: AxisSum) -> Piece:
        if all(axis is None for axis in array.axes):
            return self.piece(entry(array))
        summed = array.operand.axes[array.axis]
        shown = self.wrap(array.operand, ENTRYWISE)
        if summed is None:
            return self.piece(array.operand)
        ones = rf"\mathbf{{1}}_{{{self.piece(summed.dim).text}}}"
        if array.axis == 0:
            return Piece(rf"{ones}^{{\top}}\,{shown}", MATRIX)
        return Piece(rf"{shown}\,{ones}", MATRIX)

    def _Transposed(self, array: Transposed) -> Piece:
        if isinstance(array.operand, Leaf):
            return Piece(scripted(tensor_name(array.operand.tensor), superscript=r"\top"), POWER)
        return Piece(rf"{self.wrap(array.operand, POWER)}^{{\top}}", POWER)

    def _Reshaped(self, array: Reshaped) -> Piece:
        return self.piece(array.operand)

    def _Filled(self, array: Filled) -> Piece:
        old = array.operand.axes or (None,) * len(array.axes)
        new = [i for was, i in zip(old, array.axes, strict=True) if was is None and i is not None]
        sizes = [self.piece(index.dim).text for index in new]
        ones = r"\mathbf{1}_{" + r" \times ".join(sizes) + "}"
        shown = self.wrap(array.operand, ENTRYWISE)
        if len(new) == len([i for i in array.axes if i is not None]):
            return Piece(ones if shown == "1" else rf"{shown}\,{ones}", ENTRYWISE)
        if array.axes[0] is new[0]:
            return Piece(rf"{ones}\,{shown}", MATRIX)
        return Piece(rf"{shown}\,{ones}^{{\top}}", MATRIX)

    def _Einsum(self, array: Array) -> Piece:
        raise PrintingError("a product over more than two arrays has no matrix notation; print its entry")
