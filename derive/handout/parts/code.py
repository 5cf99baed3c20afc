"""The lines of train.py that carry the mathematics, each gradient with the number of its equation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from derive.handout.blocks import Block, Listing, Paragraph, Section
from derive.handout.paper import Paper
from derive.handout.parts import summary
from derive.targets import py
from derive.targets.lines import broken


def blocks(paper: Paper) -> Iterator[Block]:
    yield Section("", paper.say("code"))
    if paper.net is None:
        yield Paragraph(paper.say("code of formulas"))
        yield Listing(tuple(formulas(paper)))
    else:
        yield Paragraph(paper.say("code text"))
        yield Listing(tuple(lines(paper)))


def lines(paper: Paper) -> Iterator[str]:
    """The forward pass, the cost and the backward pass, as train.py computes them."""
    made = py.training_code(paper.derivation)
    yield "def forward(params, X):"
    for block in made["forward"]:
        yield from indented(block)
        yield ""
    yield "def cost(cache, Y):"
    yield from indented([*made["cost_reads"], *made["cost_lines"]])
    yield ""
    yield "def backward(params, cache, Y):"
    yield from indented(made["backward_reads"])
    yield ""
    yield from indented(made["gradients"])


def formulas(paper: Paper) -> Iterator[str]:
    """The line of NumPy of each equation with its number."""
    for number, _, _, code in (*summary.definitions(paper), summary.cost(paper), *summary.gradients(paper)):
        yield from f"{broken(*code.split(' = ', 1))}  # equation {number}".split("\n")


def indented(block: Iterable[str]) -> Iterator[str]:
    for text in block:
        yield from (f"    {line}" for line in text.split("\n"))
