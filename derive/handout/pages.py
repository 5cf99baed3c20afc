"""From a derivation and a reader's choices to a numbered handout."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from derive.derivation import Derivation
from derive.handout.blocks import Document
from derive.handout.numbering import numbered
from derive.handout.paper import Paper
from derive.handout.parts import document, wanted
from derive.targets import RenderOptions


@lru_cache(maxsize=4)
def handout(derivation: Derivation, options: RenderOptions) -> Document:
    """The handout of the parts that were chosen, else of those of the detail; headings are numbered.

    Kept, since every format prints the same.

    Where the options ask for another edition: the exercises, or their answers.
    """
    if options.edition != "handout":
        from derive.handout.exercises import exercises

        made = exercises(derivation, options)
        return replace(made, blocks=numbered(made.blocks, made.lang))
    made = document(Paper(derivation, options.lang, options.detail), wanted(options.parts, options.detail))
    return replace(made, blocks=numbered(made.blocks, made.lang))
