"""Values and equations as a whole, by the printer of any notation."""

from __future__ import annotations

from derive.arrays import Array
from derive.notation import Index, Tensor
from derive.printing.entry import entry, entry_indices, has_matrix_notation
from derive.printing.letters import Value
from derive.printing.printer import Naming, Printer


def shown(value: Value) -> Value:
    """The value, or its entry where it is an array that has no matrix notation."""
    return entry(value) if isinstance(value, Array) and not has_matrix_notation(value) else value


def expression(printer: type[Printer], value: Value, naming: Naming | None) -> str:
    """A matrix form, terms or a scalar expression."""
    value = shown(value)
    return printer(naming or Naming(), value).value(value).text


def equation(
    printer: type[Printer],
    name: str,
    tensor: Tensor,
    indices: tuple[Index, ...],
    value: Value,
    naming: Naming | None,
) -> str:
    """`name = value`, or the tensor's entry = value where the value is an index form."""
    if isinstance(value, Array):
        if has_matrix_notation(value):
            return f"{name} = {expression(printer, value, naming)}"
        indices, value = entry_indices(tensor, value.axes), entry(value)
    made = printer(naming or Naming(), value, indices)
    return f"{made.piece(tensor[indices]).text} = {made.value(value).text}"
