"""Lines of the two passes, one of them wrong."""

from __future__ import annotations

from collections.abc import Iterator

from derive.arrays import Array, MatrixProduct
from derive.handout.blocks import BACKWARD, Block, Kept, Paragraph, Result, Table, Task, Text
from derive.handout.exercises.roles import Roles
from derive.handout.exercises.sheet import Sheet
from derive.handout.maths import Formula, Math, Whole, joined
from derive.handout.parts.learning import move, parameters
from derive.printing.letters import parts

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
    """The lines by name, in the order in which they are computed; entries and moves fill up a short list."""
    sure, moves = list(entries(sheet, roles)), list(descent(sheet))
    fillers = sheet.some([*sure, *moves], LINES - len(roles.judged))
    lines = [filler for filler in fillers if filler in sure]
    for gradient in roles.judged:
        value = roles.planted if gradient is roles.wrong else gradient.value
        lines.append((gradient.name, joined("=", Whole(gradient.symbol), Formula(value, gradient.naming))))
    return [*lines, *(filler for filler in fillers if filler in moves)]


def entries(sheet: Sheet, roles: Roles) -> Iterator[tuple[str, Math]]:
    """Definitions in index form; as matrix products they stand on the sheet already."""
    for definition in sheet.definitions:
        node, array = definition.node, definition.array
        if definition not in roles.forward and array is not None and holds_product(array):
            element = sheet.paper.math(node.tensor[node.indices])
            yield f"entry of {definition.name}", joined("=", element, sheet.paper.math(node.body))


def holds_product(array: Array) -> bool:
    return isinstance(array, MatrixProduct) or any(map(holds_product, parts(array)))


def descent(sheet: Sheet) -> Iterator[tuple[str, Math]]:
    """The steps of gradient descent."""
    about = {gradient.name for gradient in sheet.gradients}
    for tensor, gradient in parameters(sheet.paper):
        if gradient.name in about:
            yield f"move of {tensor.name}", move(tensor, gradient)


def letter(number: int) -> str:
    return f"({chr(ord('a') + number)})"
