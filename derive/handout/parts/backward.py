"""The backward pass: every gradient from the chain rule to its matrix form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations, product

import sympy as sp

from derive.arrays import Array, Entrywise, Leaf, MatrixProduct, Transposed
from derive.calculus.reasons import reason
from derive.derivation import Gradient, Step
from derive.handout.blocks import BACKWARD, Block, Kept, Line, Paragraph, Remark, Result, Section, Steps, Text
from derive.handout.maths import Formula, Math, ShapeCheck, Shaped, Whole, joined
from derive.handout.paper import Paper
from derive.handout.shapes import needs_shapes
from derive.handout.writing import shape_of
from derive.notation import elements
from derive.printing import latex_expression
from derive.printing.letters import parts

MOVES = ("hoist", "distribute")
"""Rules that may move a sum to where it is printed already."""


def blocks(paper: Paper) -> Iterator[Block]:
    yield Section("", paper.say("backward"))
    yield Paragraph(paper.say("backward text"))
    for gradient in paper.derivation.gradients:
        yield Kept(tuple(gradient_blocks(paper, gradient)))
        yield from remarks(paper, gradient)


def gradient_blocks(paper: Paper, gradient: Gradient) -> Iterator[Block]:
    title = joined("=", Whole(gradient.symbol), paper.quotient(gradient))
    used = paper.refs(uses(paper, gradient))
    aside = paper.say("from", numbers=used) if used else ()
    yield Section("", (title,), 2, aside)
    yield Steps(tuple(lines(paper, gradient)))
    yield Result(equation(paper, gradient), beside(paper, gradient), paper.numbers[gradient.name], BACKWARD)
    if gradient.assumptions:
        assumed = paper.listed(map(paper.prose, gradient.assumptions))
        yield Remark(paper.word("assumed question"), paper.say("assumed", assumed=assumed))


def remarks(paper: Paper, gradient: Gradient) -> Iterator[Remark]:
    """What may stand on the next page."""
    if any(step.rule == "fuse" for step in gradient.steps):
        yield Remark(paper.word("why fuse"), fused(paper, gradient))
    transposed = why_this_transpose(paper, gradient)
    if transposed is not None:
        yield transposed


def lines(paper: Paper, gradient: Gradient) -> Iterator[Line]:
    first, naming, lang = gradient.steps[0], gradient.naming, paper.lang
    left: Math | None = Formula(gradient.element, naming)
    yield Line(left, Formula(first.before, naming), paper.say("definition"))
    found: list[Line] = []
    for step in gradient.steps:
        why = paper.prose(reason(step, gradient, lang))
        if step.rule in MOVES and found and alike(step, gradient):
            found[-1] = replace(found[-1], reason=(*found[-1].reason, paper.word("because"), *why))
        elif not isinstance(step.after, Array):
            found.append(Line(None, Formula(step.after, naming), why))
    yield from found


def alike(step: Step, gradient: Gradient) -> bool:
    """Whether nobody sees what a step does."""
    before, after = (latex_expression(side, gradient.naming) for side in (step.before, step.after))
    return before == after


def beside(paper: Paper, gradient: Gradient) -> Text:
    """The shapes of a result, and why it holds where no line above says so."""
    shapes = ShapeCheck(gradient.symbol, gradient.array, paper.naming)
    last = gradient.steps[-1]
    said = paper.say("shapes", shapes=shapes)
    if not isinstance(last.after, Array):
        return said
    return (*paper.prose(reason(last, gradient, paper.lang)), paper.word("because"), *said)


def equation(paper: Paper, gradient: Gradient) -> Math:
    if needs_shapes(gradient.array):
        assert gradient.array is not None
        return Shaped(gradient.symbol, gradient.array, gradient.naming)
    left: Math = Whole(gradient.symbol)
    if gradient.array is None:
        left = Formula(gradient.element, gradient.naming)
    return joined("=", left, Formula(gradient.value, gradient.naming))


def uses(paper: Paper, gradient: Gradient) -> Iterator[str]:
    """Names of the definitions and gradients that the derivation of a gradient rests on."""
    for node in paper.program.consumers.get(gradient.of.serial, ()):
        yield node.tensor.name
    if gradient.of in paper.program.costs:
        yield "J"
    for step in gradient.steps:
        if isinstance(step.after, tuple):
            for term in step.after:
                used = (e.tensor for factor in term.factors for e in elements(factor))
                yield from (tensor.name for tensor in used if tensor.role == "gradient")


def fused(paper: Paper, gradient: Gradient) -> Text:
    """Both ways to the same gradient: with the upstream gradient kept, and with its value inserted."""
    step = next(step for step in gradient.steps if step.rule == "fuse")
    said = paper.say(
        "fused",
        symbol=Whole(gradient.symbol),
        kept=Formula(step.before, gradient.naming),
        inserted=Formula(step.after, gradient.naming),
        final=Formula(gradient.terms, gradient.naming),
    )
    return (*said, *paper.say("fused divides")) if divides(step) else said


def divides(step: Step) -> bool:
    """Whether what was inserted divides by entries, which may round to 0."""
    factors = [f for term in step.after if isinstance(step.after, tuple) for f in term.factors]  # type: ignore[union-attr]
    return any(elements(sp.denom(factor)) for factor in factors)


def why_this_transpose(paper: Paper, gradient: Gradient) -> Remark | None:
    """How many products of the same two arrays have the shape that is needed."""
    found = matrix_product(gradient.array)
    if found is None:
        return None
    tensors = [part.operand if isinstance(part, Transposed) else part for part in (found.left, found.right)]
    if not all(isinstance(part, Leaf) and len(part.tensor.shape) == 2 for part in tensors):
        return None
    shapes = [part.tensor.shape for part in tensors if isinstance(part, Leaf)]
    wanted = gradient.symbol.shape
    fitting = 0
    for first, second in permutations(shapes):
        for left, right in product((first, first[::-1]), (second, second[::-1])):
            fitting += left[1] == right[0] and (left[0], right[1]) == wanted
    if fitting != 1:
        return None
    names = [Whole(part.tensor) for part in tensors if isinstance(part, Leaf)]
    return Remark(
        paper.word("why this transpose"),
        paper.say(
            "only product",
            first=names[0],
            second=names[1],
            product=Formula(found, gradient.naming),
            shape=shape_of(gradient.of, paper.open_naming),
            of=Whole(gradient.of),
        ),
    )


def matrix_product(array: Array | None) -> MatrixProduct | None:
    """The one matrix product in an array that has a transpose in it."""
    if isinstance(array, MatrixProduct):
        return array if any(isinstance(p, Transposed) for p in (array.left, array.right)) else None
    if isinstance(array, Entrywise):
        found = [p for p in map(matrix_product, parts(array)) if p is not None]
        return found[0] if len(found) == 1 else None
    return None
