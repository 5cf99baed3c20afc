"""Shapes of whole arrays as a line of mathematics that a reader checks: (1, 4) = (1, m)(m, 4)."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from derive.arrays import Array, AxisSum, Entrywise, Leaf, MatrixProduct, Transposed
from derive.notation import Tensor
from derive.printing import Naming, latex_expression, tensor_name
from derive.printing.entry import has_matrix_notation
from derive.printing.latex import LatexPrinter
from derive.printing.letters import parts
from derive.printing.order import POWER
from derive.printing.printer import Piece
from derive.targets.glyphs import tex_glyphs

Sizes = Mapping[sp.Symbol, int]


def shape(tensor: Tensor, sizes: Sizes) -> str:
    """The shape of a tensor in LaTeX, with numbers where they are known."""
    return _tuple([_size(size, sizes) for size in tensor.shape])


def shape_check(tensor: Tensor, array: Array, sizes: Sizes) -> str:
    """What the shapes on both sides of `tensor = array` are."""
    right = _shapes(array, sizes)
    own = shape(tensor, sizes)
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
        return Piece(self.under(name, _shapes(array, self.naming.sizes)) if array.axes else name)

    def _Transposed(self, array: Transposed) -> Piece:
        if not isinstance(array.operand, Leaf):
            return super()._Transposed(array)
        name = super()._Transposed(array).text
        return Piece(self.under(name, _shapes(array, self.naming.sizes)), POWER)


def _has_functions(array: Array) -> bool:
    own = isinstance(array, Entrywise) and array.formula.has(sp.Function)
    return own or any(map(_has_functions, parts(array)))


def _contracts(array: Array) -> bool:
    return isinstance(array, MatrixProduct | AxisSum) or any(map(_contracts, parts(array)))


def _shapes(array: Array, sizes: Sizes) -> str:
    if isinstance(array, MatrixProduct):
        left, right = _shapes(array.left, sizes), _shapes(array.right, sizes)
        return rf"{_bracketed(left)}\,{_bracketed(right)}"
    if isinstance(array, AxisSum) and len(array.operand.axes) == 2 and array.keepdims:
        summed = array.operand.axes[array.axis]
        inner = _bracketed(_shapes(array.operand, sizes))
        size = "1" if summed is None else _size(summed.dim, sizes)
        return rf"{inner}\,{_tuple([size, '1'])}" if array.axis == 1 else rf"{_tuple(['1', size])}\,{inner}"
    if isinstance(array, Entrywise):
        shapes = [_shapes(operand, sizes) for _, operand in array.operands if operand.axes]
        if array.formula.is_Mul and sp.denom(array.formula).free_symbols.isdisjoint(
            dummy for dummy, _ in array.operands
        ):
            return r" \odot ".join(shapes)
        return " + ".join(dict.fromkeys(shapes))
    return _tuple(["1" if axis is None else _size(axis.dim, sizes) for axis in array.axes])


def _bracketed(shapes: str) -> str:
    return f"[{shapes}]" if " + " in shapes or r" \odot " in shapes else shapes


def _size(size: sp.Expr, sizes: Sizes) -> str:
    return latex_expression(sp.sympify(size), Naming(sizes=sizes))


def _tuple(sizes: list[str]) -> str:
    if not sizes:
        return r"\text{scalar}"
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"
