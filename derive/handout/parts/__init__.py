"""The parts of a handout, in order, by the names that --parts takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from derive.errors import SpecError, unknown
from derive.handout.blocks import Block, Document
from derive.handout.paper import Paper
from derive.handout.parts import (
    activations,
    backward,
    code,
    evidence,
    example,
    forward,
    front,
    learning,
    likelihood,
    stable,
    summary,
)

Part = Callable[[Paper], Iterable[Block]]
PARTS: dict[str, Part] = {
    "front": front.blocks,
    "graph": front.graph,
    "loss": likelihood.blocks,
    "forward": forward.blocks,
    "activations": activations.blocks,
    "backward": backward.blocks,
    "summary": summary.blocks,
    "numbers": stable.blocks,
    "learning": learning.blocks,
    "example": example.blocks,
    "evidence": evidence.blocks,
    "code": code.blocks,
}
BRIEF = ("front", "summary", "evidence")


def chosen(names: Sequence[str]) -> tuple[str, ...]:
    """The names of parts in the order of the handout; raises SpecError for one that is none."""
    for name in names:
        if name not in PARTS:
            raise SpecError(unknown("part", name, PARTS))
    return tuple(name for name in PARTS if name in names)


def wanted(names: Sequence[str], detail: str) -> tuple[str, ...]:
    """These names, or if there are none those of the detail."""
    return tuple(names) or (BRIEF if detail == "brief" else tuple(PARTS))


def document(paper: Paper, names: Sequence[str]) -> Document:
    """The handout made of these parts."""
    blocks = tuple(block for name in chosen(names) for block in PARTS[name](paper))
    return Document(
        paper.derivation.name,
        paper.word("title"),
        paper.lang,
        paper.short,
        blocks,
    )
