"""The lines of train.py that compute gradients, with blanks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from derive.derivation import Derivation
from derive.handout.blocks import Block, Kept, Listing, Task
from derive.handout.exercises.roles import Roles
from derive.handout.exercises.sheet import Sheet
from derive.pipeline import derive
from derive.printing import Naming, rank
from derive.targets.backward import backward
from derive.targets.lines import gradient_lines

BLANK, WHOLE = "________", 4
INDENT = "    "


def blocks(sheet: Sheet, roles: Roles) -> Iterator[Block]:
    paper = sheet.paper
    listing = Listing(("def backward(params, cache, Y):", *lines(sheet, roles)))
    yield Kept((Task("", paper.word("task code"), paper.say("task code text")), listing))


def lines(sheet: Sheet, roles: Roles) -> Iterator[str]:
    """Each gradient as train.py computes it; remarks of a line that is blank are left out.

    What is judged elsewhere on the sheet is left out of both: its formula stands there.
    """
    scope = {gradient.name for gradient in sheet.gradients} - {gradient.name for gradient in roles.judged}
    coded = {gradient.name for gradient in roles.coded}
    for name, code in code_of(sheet.paper.derivation).items():
        if name not in scope:
            continue
        place = part(sheet, code) if name in coded and not sheet.level.whole else ""
        shown = code
        if name in roles.out_of_code and not sheet.answers:
            shown = [with_blank(code[-1], place)]
        for text in shown:
            yield from (f"{INDENT}{line}" for line in text.split("\n"))


def code_of(derivation: Derivation) -> dict[str, list[str]]:
    """The lines of each gradient that training needs, the assignment last; code is fused."""
    numbers = derivation.equations
    if not derivation.convention.fused:
        derivation = derive(derivation.program, convention=replace(derivation.convention, fused=True))
    naming = Naming(rank=rank(derivation.program))
    return {
        one.gradient.name: gradient_lines(one, f"equation {numbers[one.gradient.name]}", naming)
        for one in backward(derivation)
    }


def part(sheet: Sheet, code: list[str]) -> str:
    """One array in the line, transposed where it is; the whole line if it has no other."""
    value = code[-1].partition(" = ")[2].partition("  # ")[0]
    names = "|".join(sorted(map(re.escape, sheet.paper.tensors), key=len, reverse=True))
    found = list(dict.fromkeys(re.findall(rf"\b(?:{names})\b(?:\.T)?", value)))
    transposed = [name for name in found if name.endswith(".T")]
    return sheet.chance.choice(transposed or found) if len(found) > 1 else ""


def with_blank(line: str, place: str) -> str:
    """The line with a blank in place of an array, or of all that is assigned."""
    remark, _, assignment = line.rpartition("\n") if line.startswith("# ") else ("", "", line)
    name, _, rest = assignment.partition(" = ")
    value, mark, note = rest.partition("  # ")
    blank = re.sub(rf"(?<!\w){re.escape(place)}(?!\w)", BLANK, value) if place else BLANK * WHOLE
    return "\n".join(filter(None, (remark, f"{name} = {blank}{mark}{note}")))
