"""Printers of formulas on a page: with shapes, with digits for entries, with one place marked."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import mpmath as mp
import sympy as sp

from derive.arrays import Array, Leaf, Transposed
from derive.handout import maths
from derive.notation import Element, IndexSum, elements
from derive.numbers import holds
from derive.printing import Naming
from derive.printing.displayed import DisplayPrinter
from derive.printing.latex import LatexPrinter
from derive.printing.order import ATOM, POWER, SUM
from derive.printing.printer import Piece
from derive.printing.typst import TypstPrinter
from derive.printing.whole import shown


class ShapedPrinter(DisplayPrinter):
    """Every whole array carries its shape."""

    def under(self, name: str, sizes: tuple[sp.Expr, ...]) -> str:
        raise NotImplementedError

    def _sizes(self, array: Array) -> tuple[sp.Expr, ...]:
        return tuple(sp.Integer(1) if axis is None else axis.dim for axis in array.axes)

    def _Leaf(self, array: Leaf) -> Piece:
        name = super()._Leaf(array).text
        return Piece(self.under(name, self._sizes(array)) if array.axes else name)

    def _Transposed(self, array: Transposed) -> Piece:
        if not isinstance(array.operand, Leaf):
            return super()._Transposed(array)
        return Piece(self.under(super()._Transposed(array).text, self._sizes(array)), POWER)


class DigitsPrinter(DisplayPrinter):
    """Sums are written out in their order; an entry is its digits, in parentheses where it is negative."""

    node: maths.Worked

    @classmethod
    def printed(cls, node: maths.Worked) -> str:
        printer = cls(Naming(sizes=node.sizes), node.value)
        printer.thin = printer.dot  # type: ignore[misc]
        printer.node = node
        return printer.piece(node.value).text

    def _Element(self, element: Element) -> Piece:
        text = self.node.digits(element).replace("−", "-")
        return Piece(text, SUM if text.startswith("-") else ATOM)

    def _Piecewise(self, expr: sp.Piecewise) -> Piece:
        """The branch that these digits take."""
        known = {e: mp.mpf(self.node.digits(e).replace("−", "-")) for e in elements(expr)}
        return self.piece(next(branch for branch, condition in expr.args if holds(condition, known)))

    def _IndexSum(self, expr: IndexSum) -> Piece:
        ranges = [range(int(sp.sympify(index.dim).xreplace(self.node.sizes))) for index in expr.indices]
        summands = []
        for at in product(*ranges):
            bound = dict(zip(expr.indices, map(sp.Integer, at), strict=True))
            summands.append(self.piece(expr.body.xreplace(bound)))
        if len(summands) == 1:
            return summands[0]
        text = summands[0].text
        for summand in summands[1:]:
            text += f" {summand.text}" if summand.text.startswith("-") else f" + {summand.text}"
        return Piece(text.replace(" -", " - "), SUM)


class PiercedPrinter(DisplayPrinter):
    """One entry or one array of the formula is marked, wherever it stands."""

    place: Any
    marked: Callable[[str], str]

    @classmethod
    def printed(cls, node: maths.Pierced, marked: Callable[[str], str]) -> str:
        value = shown(node.value)
        printer = cls(node.naming, value)
        printer.place, printer.marked = node.place, marked
        return printer.value(value).text

    def _print(self, node: Any) -> Piece:
        found = super()._print(node)
        return Piece(self.marked(found.text)) if node == self.place else found


class DigitsLatex(DigitsPrinter, LatexPrinter):
    pass


class DigitsTypst(DigitsPrinter, TypstPrinter):
    pass


class PiercedLatex(PiercedPrinter, LatexPrinter):
    pass


class PiercedTypst(PiercedPrinter, TypstPrinter):
    pass
