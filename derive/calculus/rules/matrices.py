"""The last rule: an index form read as operations on whole arrays."""

from __future__ import annotations

from derive.calculus.context import Context, Rewriting
from derive.calculus.matrix_form import array_form
from derive.notation import Terms, expression


def matrix_form(terms: Terms, context: Context) -> Rewriting | None:
    """None where deltas, masks or shifted indices stand: then the index form is the result."""
    array = array_form(expression(terms), context.axes, context.rank)
    return None if array is None else Rewriting(terms, array=array)
