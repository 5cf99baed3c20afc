"""Index forms and matrix forms as they are written by hand; LaTeX and Typst fill in the syntax."""

from __future__ import annotations

from typing import Any, ClassVar

import sympy as sp

from derive.arrays import Array, AxisSum, Entrywise, Filled, Leaf, MatrixProduct, Reshaped, Transposed
from derive.notation import CostPartial, Delta, Element, Index, Mask, Partial
from derive.printing.conditions import branches
from derive.printing.displayed_products import DisplayProducts
from derive.printing.entry import entry
from derive.printing.order import BIG, COMPARISON, ENTRYWISE, MATRIX, POWER, SUM
from derive.printing.printer import Piece, PrintingError


class DisplayPrinter(DisplayProducts):
    """The syntax of a notation is a table of marks and a few methods, such as how a fraction is written."""

    relations: ClassVar[dict[type, str]]
    marks: ClassVar[dict[str, str]]

    def symbol(self, name: str) -> str:
        """An identifier as a mathematical symbol."""
        raise NotImplementedError

    def summation(self, below: str) -> str:
        raise NotImplementedError

    def cases(self, rows: list[tuple[str, str]]) -> str:
        raise NotImplementedError

    def enclosed(self, kind: str, text: str) -> str:
        """The text between the bars of abs, floor or ceil."""
        raise NotImplementedError

    def ones(self, size: str) -> str:
        return self.scripts(self.marks["ones"], size)

    def call(self, name: str, node: Any) -> Piece:
        shown = [self.piece(arg).text for arg in node.args]
        return Piece(name + self.parentheses(", ".join(sorted(shown) if len(shown) > 1 else shown)))

    def _Float(self, value: sp.Float) -> Piece:
        mantissa, _, exponent = repr(float(value)).partition("e")
        power = self.scripts("10", above=str(int(exponent))) if exponent else ""
        return Piece(mantissa + (self.dot + power if power else ""), SUM)

    def _Pi(self, _: Any) -> Piece:
        return Piece(self.marks["pi"])

    def _Exp1(self, _: Any) -> Piece:
        return Piece("e")

    def _Infinity(self, _: Any) -> Piece:
        return Piece(self.marks["infinity"])

    def _NegativeInfinity(self, _: Any) -> Piece:
        return Piece(f"-{self.marks['infinity']}", SUM)

    def _Index(self, index: Index) -> Piece:
        return Piece(self.symbol(self.letters[index]))

    def _Symbol(self, symbol: sp.Symbol) -> Piece:
        size = self.naming.sizes.get(symbol)
        return Piece(self.symbol(symbol.name) if size is None else str(size))

    def _AppliedUndef(self, expr: Any) -> Piece:
        name = expr.func.__name__.rstrip("'")
        return self.call(self.symbol(name) + expr.func.__name__[len(name) :], expr)

    def _exp(self, expr: sp.Expr) -> Piece:
        exponent = self.piece(expr.args[0]).text
        if self.is_tall(exponent):
            return Piece(self.marks["exp"] + self.parentheses(exponent))
        return Piece(self.scripts("e", above=exponent), POWER)

    def big_sum(self, indices: tuple[Index, ...], body: Piece) -> Piece:
        shown = ",".join(self.symbol(letter) for letter in sorted(self.letters[index] for index in indices))
        return Piece(f"{self.summation(shown)} {self.wrapped(body, SUM)}", BIG)

    # Brackets, cases and conditions

    def _Abs(self, expr: sp.Expr) -> Piece:
        return Piece(self.enclosed("abs", self.piece(expr.args[0]).text))

    def _factorial(self, expr: sp.Expr) -> Piece:
        return Piece(f"{self.wrap(expr.args[0], POWER)}!", POWER)

    def _floor(self, expr: sp.Expr) -> Piece:
        return Piece(self.enclosed("floor", self.piece(expr.args[0]).text))

    def _ceiling(self, expr: sp.Expr) -> Piece:
        return Piece(self.enclosed("ceil", self.piece(expr.args[0]).text))

    def _Piecewise(self, expr: sp.Piecewise) -> Piece:
        return Piece(self.cases([(self.piece(v).text, self.piece(c).text) for v, c in branches(expr)]))

    def _Relational(self, relation: sp.Expr) -> Piece:
        left, right = (self.wrap(arg, COMPARISON) for arg in relation.args)
        symbol = next(s for cls, s in self.relations.items() if isinstance(relation, cls))
        return Piece(f"{left} {symbol} {right}", COMPARISON)

    def _And(self, expr: sp.And) -> Piece:
        return self._logical(self.marks["and"], expr)

    def _Or(self, expr: sp.Or) -> Piece:
        return self._logical(self.marks["or"], expr)

    def _logical(self, operator: str, expr: sp.Expr) -> Piece:
        shown = [(self.piece(arg).text, arg.is_Relational) for arg in expr.args]
        return Piece(
            f" {operator} ".join(text if plain else self.parentheses(text) for text, plain in sorted(shown)),
            COMPARISON,
        )

    def _Not(self, expr: sp.Not) -> Piece:
        return Piece(f"{self.marks['not']} {self.wrap(expr.args[0], COMPARISON)}", COMPARISON)

    # Index forms

    def _subscript(self, arguments: tuple[Any, ...]) -> str:
        shown = [self.piece(arg).text for arg in arguments]
        return self.subscripts(shown)

    def subscripts(self, shown: list[str]) -> str:
        """Indices side by side, with commas where one of them is longer than a letter."""
        return ("" if all(len(text) == 1 and text.isalpha() for text in shown) else ",").join(shown)

    def _Element(self, element: Element) -> Piece:
        return Piece(self.tensor(element.tensor, self._subscript(element.args)))

    def _Delta(self, delta: Delta) -> Piece:
        return Piece(self.scripts(self.marks["delta"], self._subscript(delta.args)))

    def _Mask(self, mask: Mask) -> Piece:
        position, dim = (self.piece(arg).text for arg in mask.args)
        return Piece(f"{self.marks['ones']}[0 {self.relations[sp.LessThan]} {position} < {dim}]")

    def _Partial(self, partial: Partial) -> Piece:
        above, below = self.piece(partial.of).text, self.piece(partial.by).text
        return self._derivative(above, below)

    def _CostPartial(self, partial: CostPartial) -> Piece:
        return self._derivative(self.marks["losses"], self.piece(partial.by).text)

    def _derivative(self, above: str, below: str) -> Piece:
        d = self.marks["partial"]
        return Piece(self.fraction(f"{d} {above}", f"{d} {below}"))

    # Matrix forms

    def _Entrywise(self, array: Entrywise) -> Piece:
        """A scalar is printed as its entry, so that numbers in its sums stand before them."""
        return super()._Entrywise(array) if array.axes else self.piece(entry(array))

    def _Leaf(self, array: Leaf) -> Piece:
        return Piece(self.tensor(array.tensor))

    def _MatrixProduct(self, array: MatrixProduct) -> Piece:
        left, right = (self.wrap(part, ENTRYWISE) for part in (array.left, array.right))
        return Piece(f"{left}{self.thin}{right}", MATRIX)

    def _AxisSum(self, array: AxisSum) -> Piece:
        if all(axis is None for axis in array.axes):
            return self.piece(entry(array))
        summed = array.operand.axes[array.axis]
        shown = self.wrap(array.operand, ENTRYWISE)
        if summed is None:
            return self.piece(array.operand)
        ones = self.ones(self.piece(summed.dim).text)
        if array.axis == 0:
            return Piece(f"{self.scripts(ones, above=self.marks['top'])}{self.thin}{shown}", MATRIX)
        return Piece(f"{shown}{self.thin}{ones}", MATRIX)

    def _Transposed(self, array: Transposed) -> Piece:
        if isinstance(array.operand, Leaf):
            return Piece(self.tensor(array.operand.tensor, above=self.marks["top"]), POWER)
        return Piece(self.scripts(self.wrap(array.operand, POWER), above=self.marks["top"]), POWER)

    def _Reshaped(self, array: Reshaped) -> Piece:
        return self.piece(array.operand)

    def _Filled(self, array: Filled) -> Piece:
        old = array.operand.axes or (None,) * len(array.axes)
        new = [i for was, i in zip(old, array.axes, strict=True) if was is None and i is not None]
        sizes = [self.piece(index.dim).text for index in new]
        ones = self.ones(f" {self.marks['times']} ".join(sizes))
        shown = self.wrap(array.operand, ENTRYWISE)
        if len(new) == len([i for i in array.axes if i is not None]):
            return Piece(ones if shown == "1" else f"{shown}{self.thin}{ones}", ENTRYWISE)
        if array.axes[0] is new[0]:
            return Piece(f"{ones}{self.thin}{shown}", MATRIX)
        return Piece(f"{shown}{self.thin}{self.scripts(ones, above=self.marks['top'])}", MATRIX)

    def _Einsum(self, array: Array) -> Piece:
        raise PrintingError("a product over more than two arrays has no matrix notation; print its entry")
