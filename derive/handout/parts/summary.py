"""The page that collects every formula."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from derive.calculus.reasons import reason
from derive.derivation import Gradient
from derive.handout.blocks import Block, Inline, Kept, Paragraph, Section, Summary, Text
from derive.handout.maths import Formula, Letter, Math, Whole, joined
from derive.handout.paper import Paper
from derive.printing import numpy_expression

ROWS = 8
"""Rows that surely have room on one page."""
Row = tuple[int, Math, Text, str]
COMMON = ("element partial", "hoist", "distribute", "delta", "matrix form")
"""Rules of which a sentence above the brief summary tells."""


def blocks(paper: Paper) -> Iterator[Block]:
    forward = (*definitions(paper), cost(paper))
    backward = tuple(reversed(tuple(gradients(paper))))
    summary = Summary((paper.word("summary forward"), paper.word("summary backward")), (forward, backward))
    said = Paragraph(paper.say("summary text"))
    if paper.detail == "brief":
        yield from (Section("", paper.say("summary")), said, Paragraph(paper.say("backward text")), summary)
    elif max(map(len, summary.columns)) > ROWS:
        yield from (Section("", paper.say("summary"), fresh=True), said, summary)
    else:
        yield Kept((Section("", paper.say("summary")), said, summary))


def definitions(paper: Paper) -> Iterator[Row]:
    for definition in paper.derivation.forward:
        node = definition.node
        value = definition.array if definition.array is not None else node.body
        left: Math = Whole(node.tensor)
        if definition.array is None:
            left = paper.math(node.tensor[node.indices])
        text = numpy_expression(value, paper.open_naming, node.tensor.axes(node.indices))
        yield (
            paper.numbers[definition.name],
            joined("=", left, paper.math(value)),
            (paper.called(node),) if node.note else paper.say("weighted sum"),
            f"{definition.name} = {text}",
        )


def cost(paper: Paper) -> Row:
    loss = paper.program.loss.name
    total = f"np.sum({loss})" if paper.program.loss.dims else loss
    if paper.program.regularizer is not None:
        total = f"({total} + {paper.program.regularizer.name})"
    why = paper.say("mean" if paper.program.scale != 1 else "cost")
    return paper.numbers["J"], joined("=", Letter("J"), paper.total), why, f"J = {_scaled(paper, total)}"


def _scaled(paper: Paper, total: str) -> str:
    top, bottom = sp.fraction(paper.program.scale)
    text = total if top == 1 else f"{numpy_expression(top, paper.open_naming)} * {total}"
    return text if bottom == 1 else f"{text} / {numpy_expression(bottom, paper.open_naming)}"


def reasons(paper: Paper, gradient: Gradient) -> Iterator[Inline]:
    """Where a gradient comes from; in a brief handout all but the moves that are the same in each block."""
    steps = [step for step in gradient.steps if step.rule not in COMMON]
    steps = steps if paper.detail == "brief" else steps[:1]
    for number, said in enumerate(dict.fromkeys(reason(step, gradient, paper.lang) for step in steps)):
        if number:
            yield paper.word("because")
        yield from paper.prose(said)


def gradients(paper: Paper) -> Iterator[Row]:
    for gradient in paper.derivation:
        left: Math = Whole(gradient.symbol)
        if gradient.array is None:
            left = Formula(gradient.element, gradient.naming)
        formula = joined("=", left, Formula(gradient.value, gradient.naming))
        why = tuple(reasons(paper, gradient))
        yield paper.numbers[gradient.name], formula, why, f"{gradient.name} = {gradient.numpy}"
