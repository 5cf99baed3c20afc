"""From a derivation and a reader's choices to a numbered handout."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from derive.derivation import Derivation
from derive.handout.blocks import Block, Document, Figure, Kept, Section
from derive.handout.paper import Paper
from derive.handout.parts import BRIEF, PARTS, document
from derive.targets import RenderOptions


def handout(derivation: Derivation, options: RenderOptions) -> Document:
    """The handout of the parts that were chosen, else of those of the detail; headings are numbered."""
    names = options.parts or (BRIEF if options.detail == "brief" else tuple(PARTS))
    made = document(Paper(derivation, options.lang), names)
    return replace(made, blocks=tuple(numbered(made.blocks)))


def numbered(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """The blocks with numbers in their headings and figures."""
    return iter(_Counter().walk(blocks))


class _Counter:
    def __init__(self) -> None:
        self.section, self.subsection, self.figure = 0, 0, 0

    def walk(self, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        return tuple(map(self.number, blocks))

    def number(self, block: Block) -> Block:
        if isinstance(block, Kept):
            return Kept(self.walk(block.blocks))
        if isinstance(block, Figure):
            self.figure += 1
            return replace(block, number=self.figure)
        if not isinstance(block, Section):
            return block
        if block.level == 1:
            self.section, self.subsection = self.section + 1, 0
            return replace(block, number=str(self.section))
        self.subsection += 1
        return replace(block, number=f"{self.section}.{self.subsection}")
