"""The shapes of whole arrays in the place of their names: (1, 4) = (1, m) (m, 4)."""

from __future__ import annotations

import re
from typing import Any

import sympy as sp

from derive.arrays import Array, AxisSum
from derive.printing.displayed import DisplayPrinter
from derive.printing.order import ENTRYWISE, MATRIX, SUM, Product
from derive.printing.printer import Piece

Sizes = tuple[sp.Expr, ...]
SHAPE = r"\((?:[^()]|\([^()]*\))*\)"
"""In parentheses, with indices in parentheses inside where a notation writes n_(l)."""


class ShapesPrinter(DisplayPrinter):
    """Numbers and functions leave no trace; a notation adds how a shape and a slash are written."""

    slash: str

    def shape(self, sizes: Sizes) -> str:
        raise NotImplementedError

    def _print(self, node: Any) -> Piece:
        if isinstance(node, Array | sp.Add | sp.Mul | sp.Pow | sp.Dummy):
            return super()._print(node)
        found = sorted((s for s in node.free_symbols if s in self.operands), key=str)
        return self._sum([self.piece(symbol) for symbol in found])

    def parentheses(self, text: str) -> str:
        return f"[{text}]"

    def total(self, products: list[tuple[Product, bool]]) -> Piece:
        return self._sum([piece for _, piece in self.arranged(products)])

    def magnitude(self, product: Product) -> Piece:
        above, below = map(self._shapes, (product.numerator, product.denominator))
        if below and len({piece.text for piece in (*above, *below)}) == 1:
            return below[0]
        sides = [self._product(side) for side in (above, below) if side]
        if len(sides) < 2:
            return sides[0] if sides else Piece("")
        return Piece(self.slash.join(self.wrapped(side, MATRIX) for side in sides), ENTRYWISE)

    def _shapes(self, powers: tuple[tuple[sp.Expr, sp.Expr], ...]) -> list[Piece]:
        pieces = [self.piece(factor.base) for factor in self.factors(powers)]
        return [piece for piece in pieces if piece.text]

    def _product(self, pieces: list[Piece]) -> Piece:
        if len(pieces) == 1:
            return pieces[0]
        return Piece(self.entrywise.join(self.wrapped(piece, MATRIX) for piece in pieces), ENTRYWISE)

    def _array(self, array: Array) -> Piece:
        sizes = tuple(sp.Integer(1) if axis is None else axis.dim for axis in array.axes)
        return Piece(self.shape(sizes) if sizes else "")

    _Leaf = _Transposed = _Reshaped = _Filled = _Einsum = _array

    def _AxisSum(self, array: AxisSum) -> Piece:
        if len(array.operand.axes) != 2 or not array.keepdims:
            return self._array(array)
        one, summed = sp.Integer(1), array.operand.axes[array.axis]
        inner = self.wrap(array.operand, ENTRYWISE)
        size = one if summed is None else summed.dim
        if array.axis == 1:
            return Piece(inner + self.thin + self.shape((size, one)), MATRIX)
        return Piece(self.shape((one, size)) + self.thin + inner, MATRIX)

    def _sum(self, pieces: list[Piece]) -> Piece:
        """The shapes of summands, each once; of an entrywise product of equal shapes, that shape."""
        if len(pieces) == 1:
            return pieces[0]
        found: dict[str, Piece] = {}
        for piece in pieces:
            alike = set(re.findall(SHAPE, piece.text))
            whole = Piece(alike.pop()) if len(alike) == 1 and self.thin not in piece.text else piece
            found.update({whole.text: whole} if whole.text else {})
        if len(found) == 1:
            return next(iter(found.values()))
        return Piece(" + ".join(found), SUM)
