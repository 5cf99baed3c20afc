"""The table of symbols with shapes left out."""

from __future__ import annotations

from collections.abc import Iterator

from derive.handout.blocks import Block, Kept, Table, Task, Text
from derive.handout.exercises.roles import Roles
from derive.handout.exercises.sheet import Sheet
from derive.handout.maths import Shape
from derive.handout.parts.front import row

WIDTH = 16


def blocks(sheet: Sheet, roles: Roles) -> Iterator[Block]:
    """A shape that is left out is left out wherever it stands."""
    paper = sheet.paper
    rows = [row(paper, tensor) for tensor in sheet.tensors]
    shapes = list(dict.fromkeys(shape for _, (shape,), _ in rows if isinstance(shape, Shape) and shape.sizes))
    missing = sheet.some(shapes, min(sheet.level.shapes, len(shapes) - 1))
    filled: list[tuple[Text, ...]] = []
    for symbol, (shape,), meaning in rows:
        shown = sheet.blank(shape, WIDTH) if shape in missing and isinstance(shape, Shape) else shape
        filled.append((symbol, (shown,), meaning))
    half = (len(filled) + 1) // 2
    empty: tuple[Text, ...] = ((), (), ())
    right = [*filled[half:], *([empty] * (2 * half - len(filled)))]
    head = tuple(paper.say(key) for key in ("symbol", "shape", "meaning"))
    table = Table(head * 2, tuple(a + b for a, b in zip(filled[:half], right, strict=True)), "llLllL")
    yield Kept((Task("", paper.word("task symbols"), paper.say("task symbols text")), table))
