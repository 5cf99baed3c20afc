"""NumPy expressions of any value."""

from __future__ import annotations

from derive.arrays import Array, Axes
from derive.printing.letters import Value
from derive.printing.numpy_arrays import NumpyPrinter
from derive.printing.numpy_entries import LoopPrinter
from derive.printing.printer import Naming


def numpy_expression(value: Value, naming: Naming | None = None, axes: Axes = ()) -> str:
    """One Python expression over `np`, the tensors' names and dimensions.

    A matrix form gives operations on whole arrays. An index form gives nested comprehensions over
    the entries; `axes` then says which index runs over which axis of the result, None for size 1.
    """
    naming = naming or Naming()
    if isinstance(value, Array):
        return NumpyPrinter(naming, value).piece(value).text
    printer = LoopPrinter(naming, value, [axis for axis in axes if axis is not None])
    return printer.nested(value, axes)
