"""Shapes of whole arrays as a line of mathematics that a reader checks: (1, 4) = (1, m)(m, 4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import sympy as sp

from derive.arrays import Array, AxisSum, Entrywise, Leaf, MatrixProduct, Transposed
from derive.notation import Tensor
from derive.printing import Naming, latex_expression, tensor_name
from derive.printing.entry import has_matrix_notation
from derive.printing.latex import LatexPrinter
from derive.printing.letters import parts
from derive.printing.order import ENTRYWISE, MATRIX, POWER, SUM, Product
from derive.printing.printer import Piece
from derive.targets.glyphs import tex_glyphs

Sizes = Mapping[sp.Symbol, int]


def shape(tensor: Tensor, sizes: Sizes) -> str:
    """The shape of a tensor in LaTeX, with numbers where they are known."""
    return _tuple([_size(size, sizes) for size in tensor.shape])


def shape_check(tensor: Tensor, array: Array, naming: Naming) -> str:
    """What the shapes on both sides of `tensor = array` are."""
    right = ShapesPrinter(naming, array).piece(array).text
    own = shape(tensor, naming.sizes)
    return own if right in ("", own) else f"{own} = {right}"


def shaped_equation(tensor: Tensor, array: Array, naming: Naming) -> str | None:
    """`tensor = array` with its shape under each symbol; None where no product or sum needs it."""
    if not has_matrix_notation(array) or not _contracts(array) or _has_functions(array):
        return None
    printer = ShapedPrinter(naming, array)
    left = printer.under(tensor_name(tensor), _tuple([_size(size, naming.sizes) for size in tensor.shape]))
    return tex_glyphs(f"{left} = {printer.piece(array).text}")


class ShapedPrinter(LatexPrinter):
    """LaTeX in which every whole array carries its shape."""

    def under(self, name: str, shape: str) -> str:
        return rf"\underset{{{shape}}}{{{name}}}"

    def _Leaf(self, array: Leaf) -> Piece:
        name = super()._Leaf(array).text
        return Piece(self.under(name, _axes(array, self.naming.sizes)) if array.axes else name)

    def _Transposed(self, array: Transposed) -> Piece:
        if not isinstance(array.operand, Leaf):
            return super()._Transposed(array)
        name = super()._Transposed(array).text
        return Piece(self.under(name, _axes(array, self.naming.sizes)), POWER)


def _has_functions(array: Array) -> bool:
    own = isinstance(array, Entrywise) and array.formula.has(sp.Function)
    return own or any(map(_has_functions, parts(array)))


def _contracts(array: Array) -> bool:
    return isinstance(array, MatrixProduct | AxisSum) or any(map(_contracts, parts(array)))


class ShapesPrinter(LatexPrinter):
    """The shapes of whole arrays in the place of their names; numbers and functions leave no trace."""

    def _print(self, node: Any) -> Piece:
        if isinstance(node, Array | sp.Add | sp.Mul | sp.Pow | sp.Dummy):
            return super()._print(node)
        found = sorted((s for s in node.free_symbols if s in self.operands), key=str)
        return _sum([self.piece(symbol) for symbol in found])

    def parentheses(self, text: str) -> str:
        return f"[{text}]"

    def total(self, products: list[tuple[Product, bool]]) -> Piece:
        return _sum([piece for _, piece in self.arranged(products)])

    def magnitude(self, product: Product) -> Piece:
        above, below = map(self._shapes, (product.numerator, product.denominator))
        if below and len({piece.text for piece in (*above, *below)}) == 1:
            return below[0]
        sides = [self._product(side) for side in (above, below) if side]
        if len(sides) < 2:
            return sides[0] if sides else Piece("")
        return Piece(" / ".join(self.wrapped(side, MATRIX) for side in sides), ENTRYWISE)

    def _shapes(self, powers: tuple[tuple[sp.Expr, sp.Expr], ...]) -> list[Piece]:
        pieces = [self.piece(factor.base) for factor in self.factors(powers)]
        return [piece for piece in pieces if piece.text]

    def _product(self, pieces: list[Piece]) -> Piece:
        if len(pieces) == 1:
            return pieces[0]
        return Piece(r" \odot ".join(self.wrapped(piece, MATRIX) for piece in pieces), ENTRYWISE)

    def _array(self, array: Array) -> Piece:
        return Piece(_axes(array, self.naming.sizes) if array.axes else "")

    _Leaf = _Transposed = _Reshaped = _Filled = _Einsum = _array

    def _AxisSum(self, array: AxisSum) -> Piece:
        if len(array.operand.axes) != 2 or not array.keepdims:
            return self._array(array)
        summed = array.operand.axes[array.axis]
        inner = self.wrap(array.operand, ENTRYWISE)
        size = "1" if summed is None else _size(summed.dim, self.naming.sizes)
        ones = _tuple([size, "1"] if array.axis == 1 else ["1", size])
        return Piece(rf"{inner}\,{ones}" if array.axis == 1 else rf"{ones}\,{inner}", MATRIX)


def _sum(pieces: list[Piece]) -> Piece:
    """The shapes of summands, each once; of an entrywise product of equal shapes, that shape."""
    if len(pieces) == 1:
        return pieces[0]
    found: dict[str, Piece] = {}
    for piece in pieces:
        alike = set(re.findall(r"\([^()]*\)", piece.text))
        whole = Piece(alike.pop()) if len(alike) == 1 and r"\," not in piece.text else piece
        found.update({whole.text: whole} if whole.text else {})
    if len(found) == 1:
        return next(iter(found.values()))
    return Piece(" + ".join(found), SUM)


def _size(size: sp.Expr, sizes: Sizes) -> str:
    return latex_expression(sp.sympify(size), Naming(sizes=sizes))


def _axes(array: Array, sizes: Sizes) -> str:
    return _tuple(["1" if axis is None else _size(axis.dim, sizes) for axis in array.axes])


def _tuple(sizes: list[str]) -> str:
    if not sizes:
        return r"\text{scalar}"
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"
