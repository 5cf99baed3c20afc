"""Lines of the two passes, one of them wrong."""

from __future__ import annotations

from collections.abc import Iterator

from derive.handout.blocks import BACKWARD, Block, Kept, Paragraph, Result, Table, Task, Text
from derive.handout.exercises.definitions import equation
from derive.handout.exercises.roles import Roles
from derive.handout.exercises.sheet import Sheet
from derive.handout.maths import Formula, Math, Whole, joined

ROOM = 4
LINES = 5


def blocks(sheet: Sheet, roles: Roles) -> Iterator[Block]:
    paper = sheet.paper
    lines = shown(sheet, roles)
    rows: list[tuple[Text, ...]] = [((letter(n),), (line,)) for n, (_, line) in enumerate(lines)]
    place = next(letter(n) for n, (name, _) in enumerate(lines) if name == roles.wrong.name)
    why = paper.say(f"mistake {roles.planter}", scale=paper.math(paper.program.scale))
    right = joined("=", Whole(roles.wrong.symbol), Formula(roles.wrong.value, roles.wrong.naming))
    answer = (
        Paragraph(paper.say("mistake found", line=place, why=why)),
        Result(right, (), paper.numbers[roles.wrong.name], BACKWARD),
    )
    yield Kept(
        (
            Task("", paper.word("task mistake"), paper.say("task mistake text")),
            Table((paper.say("line"), paper.say("formula")), tuple(rows), "ll"),
            sheet.answer(answer, ROOM),
        )
    )


def shown(sheet: Sheet, roles: Roles) -> list[tuple[str, Math]]:
    """The lines by name, in the order in which they are computed; definitions fill up a short list."""
    sure = [d for d in sheet.definitions if d not in roles.forward and d.array is not None]
    forward = sheet.some(sure, LINES - len(roles.judged))
    lines = [(d.name, equation(sheet, d)) for d in forward]
    for gradient in roles.judged:
        value = roles.planted if gradient is roles.wrong else gradient.value
        lines.append((gradient.name, joined("=", Whole(gradient.symbol), Formula(value, gradient.naming))))
    return lines


def letter(number: int) -> str:
    return f"({chr(ord('a') + number)})"
