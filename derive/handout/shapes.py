"""Whether shapes under its symbols help to read an equation."""

from __future__ import annotations

import sympy as sp

from derive.arrays import Array, AxisSum, Entrywise, MatrixProduct
from derive.printing.entry import has_matrix_notation
from derive.printing.letters import parts


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
