"""The definitions of the forward pass with blanks."""

from __future__ import annotations

from collections.abc import Iterator

from derive.derivation import Definition
from derive.handout.blocks import Block, Kept, Result, Task
from derive.handout.exercises.definitions import equation, left, places, value
from derive.handout.exercises.roles import Roles
from derive.handout.exercises.sheet import Sheet
from derive.handout.maths import Letter, Math, joined

WIDTH = 50


def blocks(sheet: Sheet, roles: Roles) -> Iterator[Block]:
    paper = sheet.paper
    task = Task("", paper.word("task forward"), paper.say("task forward text"))
    boxes = []
    for definition in sheet.definitions:
        shown = asked(sheet, definition) if definition in roles.forward else equation(sheet, definition)
        boxes.append(Result(shown, (), paper.numbers[definition.name]))
    cost = Result(joined("=", Letter("J"), paper.total), (), paper.numbers["J"])
    yield Kept((task, boxes[0]))
    yield from (*boxes[1:], cost)


def asked(sheet: Sheet, definition: Definition) -> Math:
    shown, naming = value(sheet, definition), sheet.paper.naming
    place = sheet.chance.choice(places(sheet, definition))
    if sheet.level.whole:
        return joined("=", left(sheet, definition), sheet.blank(sheet.paper.math(shown), WIDTH))
    return joined("=", left(sheet, definition), sheet.pierced(shown, naming, place))
