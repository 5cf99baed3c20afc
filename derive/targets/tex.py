"""derivation.tex: the handout as LaTeX, for pdflatex (English) and for xelatex."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from derive.derivation import Derivation
from derive.handout import blocks as b
from derive.handout.pages import handout
from derive.targets import RenderOptions, Target, file_name
from derive.targets.glyphs import tex_text
from derive.targets.tex_blocks import source

PAPERS = {"a4": "a4paper", "us-letter": "letterpaper"}
GOING_ON = (b.Summary, b.Listing, b.Answer)
"""What may be continued on the next page, beside long tables."""
ROWS = 20
OPENED = (b.Flow, b.Steps, b.Table, b.Pair)
"""What a sentence opens."""
WHOLE = (b.Table, b.Flow, b.Room)
_OTHER = re.compile(r"\\otherletter\{(.)\}\{[0-9A-F]+\}")
"""A letter that the fonts of a Chinese handout have."""


def arranged(blocks: tuple[b.Block, ...]) -> Iterator[str]:
    """The blocks in order; a heading, a question or a sentence that opens something stays with it."""
    leading: list[b.Block] = []
    for block, following in zip_longest(blocks, blocks[1:]):
        if isinstance(block, b.Section) and block.fresh:
            yield from map(source, leading)
            leading = []
            yield r"\room{.5\textheight}"
        opens = isinstance(block, b.Paragraph) and (leading or isinstance(following, OPENED))
        if opens or isinstance(block, b.Section | b.Task):
            leading.append(block)
        elif not leading:
            yield source(b.Kept((block,)) if isinstance(block, WHOLE) and not goes_on(block) else block)
        elif goes_on(block):
            yield r"\room{6cm}"
            yield from map(source, leading)
            yield "\\nopagebreak\n" + source(block)
            leading = []
        else:
            inside = block.blocks if isinstance(block, b.Kept) else (block,)
            yield source(b.Kept((*leading, *inside)))
            leading = []
    yield from map(source, leading)


def goes_on(block: b.Block) -> bool:
    """Whether a block may be continued on the next page."""
    return isinstance(block, GOING_ON) or (isinstance(block, b.Table) and len(block.rows) > ROWS)


def anchors(blocks: tuple[b.Block, ...]) -> Iterator[int]:
    """Numbers that stand beside a box, so that they can be linked to."""
    for block in blocks:
        if isinstance(block, b.Kept | b.Answer):
            yield from anchors(block.blocks)
        elif isinstance(block, b.Result) and block.number is not None:
            yield block.number


def context(derivation: Derivation, options: RenderOptions) -> dict[str, Any]:
    """Everything that templates/tex/derivation.tex.jinja names."""
    made = handout(derivation, options)
    own = _OTHER.sub if made.lang == "zh" else lambda _, shown: shown
    return {
        "name": own(r"\1", tex_text(derivation.name)),
        "head": own(r"\1", tex_text(made.title)),
        "short": own(r"\1", tex_text(made.short)),
        "lang": made.lang,
        "chinese": made.lang == "zh",
        "paper": PAPERS[options.paper],
        "anchors": sorted(set(anchors(made.blocks))),
        "body": own(r"\1", "\n\n".join(arranged(made.blocks))),
    }


def files(options: RenderOptions) -> dict[str, str]:
    return {file_name(options, "tex"): "derivation.tex.jinja"}


TARGET = Target(
    "tex",
    files,
    context,
    tex_text,
    syntax=(
        ("block_start_string", "<%"),
        ("block_end_string", "%>"),
        ("variable_start_string", "<<"),
        ("variable_end_string", ">>"),
        ("comment_start_string", "<%#"),
        ("comment_end_string", "#%>"),
    ),
)
