"""From a derivation and a reader's choices to a numbered handout."""

from __future__ import annotations

from dataclasses import replace

from derive.derivation import Derivation
from derive.handout.blocks import Document
from derive.handout.numbering import numbered
from derive.handout.paper import Paper
from derive.handout.parts import BRIEF, PARTS, document
from derive.targets import RenderOptions


def handout(derivation: Derivation, options: RenderOptions) -> Document:
    """The handout of the parts that were chosen, else of those of the detail; headings are numbered."""
    names = options.parts or (BRIEF if options.detail == "brief" else tuple(PARTS))
    made = document(Paper(derivation, options.lang), names)
    return replace(made, blocks=numbered(made.blocks, made.lang))
