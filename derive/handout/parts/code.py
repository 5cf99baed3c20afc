"""The functions of train.py, each gradient line with the number of its equation."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from derive.handout.blocks import Block, Listing, Paragraph, Section
from derive.handout.paper import Paper

FUNCTIONS = ("init_params", "forward", "cost", "backward", "update")


def blocks(paper: Paper) -> Iterator[Block]:
    if paper.net is None:
        return
    yield Section("", paper.say("code"))
    yield Paragraph(paper.say("code text"))
    yield Listing(tuple(functions(training_code(paper))))


def training_code(paper: Paper) -> str:
    from derive.render import render

    return render(paper.derivation, ("py",))["train.py"]


def functions(text: str) -> Iterator[str]:
    """The lines of the functions that carry the mathematics, without what they say about themselves."""
    lines = text.splitlines()
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name in FUNCTIONS:
            if node.name != FUNCTIONS[0]:
                yield ""
            first = node.body[0]
            said = range(first.lineno, (first.end_lineno or 0) + 1) if ast.get_docstring(node) else range(0)
            for number in range(node.lineno, (node.end_lineno or 0) + 1):
                if number not in said:
                    yield lines[number - 1].rstrip()
