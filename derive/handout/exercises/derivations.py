"""Derivations of gradients in which lines, entries and the result have blanks."""

from __future__ import annotations

from collections.abc import Iterator

from derive.arrays import Array, Transposed
from derive.calculus.reasons import reason
from derive.derivation import Gradient, Step
from derive.handout.blocks import BACKWARD, Block, Kept, Line, Result, Steps, Task
from derive.handout.exercises.roles import Roles
from derive.handout.exercises.sheet import Sheet, can_be_blank, latex, leaves
from derive.handout.maths import Formula, Math, Whole, joined
from derive.handout.parts.backward import uses
from derive.notation import Element, Partial, elements

WIDTH = 60


def blocks(sheet: Sheet, roles: Roles) -> Iterator[Block]:
    for gradient in roles.derived:
        yield Kept(tuple(derivation(sheet, roles, gradient)))


def derivation(sheet: Sheet, roles: Roles, gradient: Gradient) -> Iterator[Block]:
    paper = sheet.paper
    title = joined("=", Whole(gradient.symbol), paper.quotient(gradient))
    yield Task("", paper.word("task derivation"), paper.say("task derivation text", gradient=title))
    yield Steps(tuple(lines(sheet, roles, gradient)))
    yield Result(
        joined("=", Whole(gradient.symbol), result(sheet, gradient)),
        paper.say("from", numbers=paper.refs(uses(paper, gradient))),
        paper.numbers[gradient.name],
        BACKWARD,
    )


def lines(sheet: Sheet, roles: Roles, gradient: Gradient) -> Iterator[Line]:
    """The first line says what is to be found; the lines after it may have blanks."""
    paper, naming = sheet.paper, gradient.naming
    steps = index_steps(gradient)
    texts = [text for g in roles.derived for text in sheet.lines[g.name]]
    texts += [latex(Formula(g.element, g.naming)) for g in sheet.gradients]
    own = zip(steps, sheet.lines[gradient.name], strict=True)
    alone = [step for step, line in own if sum(line in text for text in texts) == 1]
    taken = sheet.some(alone, min(sheet.level.lines, len(steps) - 1))
    rest = [step for step in alone if step not in taken and places(step, gradient)]
    pierced = {
        id(step): sheet.chance.choice(places(step, gradient))
        for step in sheet.some(rest, sheet.level.entries)
    }
    yield Line(
        Formula(gradient.element, naming), Formula(gradient.steps[0].before, naming), paper.say("definition")
    )
    for step in steps:
        shown: Math = Formula(step.after, naming)
        if step in taken:
            shown = sheet.blank(shown, WIDTH)
        elif id(step) in pierced:
            shown = sheet.pierced(step.after, naming, pierced[id(step)])
        yield Line(None, shown, paper.prose(reason(step, gradient, paper.lang)))


def index_steps(gradient: Gradient) -> list[Step]:
    return [step for step in gradient.steps if not isinstance(step.after, Array)]


def places(step: Step, gradient: Gradient) -> list[Element]:
    """The entries in a line that may be left out; what a derivative is taken of is not one of them."""
    assert isinstance(step.after, tuple)
    factors = (f for term in step.after for f in term.factors if not f.has(Partial))
    found = dict.fromkeys(element for factor in factors for element in elements(factor))
    return [element for element in found if can_be_blank(step.after, gradient.naming, element)]


def result(sheet: Sheet, gradient: Gradient) -> Math:
    """The matrix form without one of its arrays, a transposed one if there is one."""
    array = gradient.array
    assert array is not None
    found = [leaf for leaf in leaves(array) if can_be_blank(array, gradient.naming, leaf)]
    if sheet.level.whole or not found:
        return sheet.blank(Formula(array, gradient.naming), WIDTH)
    transposed = [leaf for leaf in found if isinstance(leaf, Transposed)]
    return sheet.pierced(array, gradient.naming, sheet.chance.choice(transposed or found))
