"""Formulas as the sheet prints them: in the printers' LaTeX, with no glyph missing."""

from __future__ import annotations

from derive.notation import Index, Tensor
from derive.printing import Naming, latex_equation, latex_expression, tensor_name
from derive.printing.letters import Value
from derive.targets.glyphs import tex_glyphs


def formula(value: Value, naming: Naming | None = None) -> str:
    return tex_glyphs(latex_expression(value, naming))


def equation(tensor: Tensor, indices: tuple[Index, ...], value: Value, naming: Naming) -> str:
    return tex_glyphs(latex_equation(tensor, indices, value, naming))


def symbol(tensor: Tensor) -> str:
    return tex_glyphs(tensor_name(tensor))
