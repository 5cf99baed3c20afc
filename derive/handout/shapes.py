"""What the shapes on both sides of an equation are, as a line that a reader checks."""

from __future__ import annotations

import sympy as sp

from derive.arrays import Array, AxisSum, Entrywise, MatrixProduct
from derive.handout.maths import Bracketed, Joined, Math, Shape, joined
from derive.handout.writing import shape_of
from derive.notation import Tensor
from derive.printing import Naming
from derive.printing.entry import has_matrix_notation
from derive.printing.letters import parts


def shape_check(tensor: Tensor, array: Array | None, naming: Naming) -> Math:
    """(1, 4) = (1, m) (m, 4) for a product; the shape alone where both sides have the same."""
    own = shape_of(tensor, naming)
    if array is None:
        return own
    right = _shapes(array, naming)
    return own if right == own else joined("=", own, right)


def needs_shapes(array: Array | None) -> bool:
    """Whether shapes under the symbols help: there is a product or a sum, and no function in the way."""
    return (
        array is not None and has_matrix_notation(array) and _contracts(array) and not _has_functions(array)
    )


def _contracts(array: Array) -> bool:
    return isinstance(array, MatrixProduct | AxisSum) or any(map(_contracts, parts(array)))


def _has_functions(array: Array) -> bool:
    own = isinstance(array, Entrywise) and array.formula.has(sp.Function)
    return own or any(map(_has_functions, parts(array)))


def _shapes(array: Array, naming: Naming) -> Math:
    if isinstance(array, MatrixProduct):
        return joined("", _closed(_shapes(array.left, naming)), _closed(_shapes(array.right, naming)))
    if isinstance(array, AxisSum) and len(array.operand.axes) == 2 and array.keepdims:
        summed = array.operand.axes[array.axis]
        inner = _closed(_shapes(array.operand, naming))
        size = sp.Integer(1) if summed is None else _size(summed.dim, naming)
        one = sp.Integer(1)
        if array.axis == 1:
            return joined("", inner, Shape((size, one)))
        return joined("", Shape((one, size)), inner)
    if isinstance(array, Entrywise):
        shapes = [_shapes(operand, naming) for _, operand in array.operands if operand.axes]
        below = sp.denom(array.formula).free_symbols
        if array.formula.is_Mul and below.isdisjoint(dummy for dummy, _ in array.operands):
            return shapes[0] if len(set(shapes)) == 1 else Joined(tuple(shapes), "⊙")
        shapes = list(dict.fromkeys(shapes))
        if shapes:
            return shapes[0] if len(shapes) == 1 else Joined(tuple(shapes), "+")
    return Shape(tuple(sp.Integer(1) if i is None else _size(i.dim, naming) for i in array.axes))


def _closed(shapes: Math) -> Math:
    mixed = isinstance(shapes, Joined) and shapes.sign in ("+", "⊙")
    return Bracketed(shapes, "[", "]") if mixed else shapes


def _size(size: sp.Expr, naming: Naming) -> sp.Expr:
    return sp.sympify(size).xreplace(naming.sizes)
