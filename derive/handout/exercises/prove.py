"""A step of a derivation that is to be proved."""

from __future__ import annotations

from collections.abc import Iterator

from derive.calculus.reasons import reason
from derive.handout.blocks import Block, Kept, Line, Steps, Task
from derive.handout.exercises.derivations import index_steps
from derive.handout.exercises.roles import Roles
from derive.handout.exercises.sheet import Sheet
from derive.handout.maths import Formula, Whole, joined

LONGEST = 3


def blocks(sheet: Sheet, roles: Roles) -> Iterator[Block]:
    """From one line of the derivation to a later one; the answer has the lines between them."""
    paper, gradient = sheet.paper, roles.proved
    naming = gradient.naming
    steps = index_steps(gradient)
    first = sheet.chance.randrange(max(1, len(steps) - 2))
    last = min(len(steps) - 1, first + LONGEST)
    passed = steps[first + 1 : last + 1]
    title = joined("=", Whole(gradient.symbol), paper.quotient(gradient))
    rules = paper.listed([paper.word(f"rule {rule}") for rule in dict.fromkeys(step.rule for step in passed)])
    start = Line(Formula(gradient.element, naming), Formula(steps[first].after, naming), paper.say("given"))
    end = Line(None, Formula(steps[last].after, naming), paper.say("prove from", rule=rules))
    lines = [
        Line(None, Formula(s.after, naming), paper.prose(reason(s, gradient, paper.lang))) for s in passed
    ]
    yield Kept(
        (
            Task("", paper.word("task prove"), paper.say("task prove text", gradient=title)),
            Steps((start, end)),
            sheet.answer((Steps((start, *lines)),), 2 + 2 * len(passed)),
        )
    )
