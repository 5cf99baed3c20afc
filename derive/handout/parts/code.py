"""The lines of train.py that carry the mathematics, each gradient with the number of its equation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from derive.handout.blocks import Block, Listing, Paragraph, Section
from derive.handout.paper import Paper
from derive.targets import py


def blocks(paper: Paper) -> Iterator[Block]:
    if paper.net is None:
        return
    yield Section("", paper.say("code"))
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


def indented(block: Iterable[str]) -> Iterator[str]:
    for text in block:
        yield from (f"    {line}" for line in text.split("\n"))
