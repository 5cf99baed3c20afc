"""A definition of the forward pass as a sheet shows it, and what may be left out of it."""

from __future__ import annotations

from typing import Any

from derive.arrays import Array
from derive.derivation import Definition
from derive.handout.exercises.sheet import Sheet, can_be_blank, leaves
from derive.handout.maths import Math, Whole, joined
from derive.notation import elements


def value(sheet: Sheet, definition: Definition) -> Any:
    """The matrix form; the index form of a loss, whose sum a reader knows better than its ones."""
    cost = definition.node.tensor in sheet.paper.program.costs
    return definition.node.body if cost or definition.array is None else definition.array


def equation(sheet: Sheet, definition: Definition) -> Math:
    """The definition without shapes under its symbols."""
    return joined("=", left(sheet, definition), sheet.paper.math(value(sheet, definition)))


def left(sheet: Sheet, definition: Definition) -> Math:
    node = definition.node
    whole = isinstance(value(sheet, definition), Array)
    return Whole(node.tensor) if whole else sheet.paper.math(node.tensor[node.indices])


def places(sheet: Sheet, definition: Definition) -> list[Any]:
    """The arrays, or the entries, in a definition that may be left out."""
    shown = value(sheet, definition)
    found: list[Any] = leaves(shown) if isinstance(shown, Array) else elements(shown)
    return [place for place in found if can_be_blank(shown, sheet.paper.naming, place)]
