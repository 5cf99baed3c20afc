"""A sheet of exercises made from a derivation, and its answers."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from derive.derivation import Derivation
from derive.handout.blocks import Block, Document, Panel, Paragraph, Section, Title
from derive.handout.drawing import Drawing, Label
from derive.handout.exercises import (
    changes,
    code,
    derivations,
    forward,
    mistake,
    numbers,
    products,
    prove,
    symbols,
)
from derive.handout.exercises.levels import LEVELS
from derive.handout.exercises.roles import Roles, roles
from derive.handout.exercises.sheet import Sheet
from derive.handout.maths import Joined, Shape
from derive.handout.paper import Paper
from derive.handout.parts.front import conventions
from derive.handout.pictures.network import network_picture
from derive.targets import RenderOptions

Kind = Callable[[Sheet, Roles], Iterator[Block]]
BLANKS: Mapping[str, Kind] = {
    "symbols": symbols.blocks,
    "forward": forward.blocks,
    "derivations": derivations.blocks,
    "code": code.blocks,
}
QUESTIONS: Mapping[str, Kind] = {
    "products": products.blocks,
    "changes": changes.blocks,
    "mistake": mistake.blocks,
    "numbers": numbers.blocks,
    "prove": prove.blocks,
}
NEEDED = ("samples", "gradients", "products", "ones")


def exercises(derivation: Derivation, options: RenderOptions) -> Document:
    """The sheet, or where the options ask for them its answers."""
    sheet = sheet_of(derivation, options)
    paper = sheet.paper
    chosen = roles(sheet)
    title = paper.word(f"{options.edition} title")
    blocks = (
        *front(sheet, options, title),
        *(block for kind in BLANKS.values() for block in kind(sheet, chosen)),
        Section("", paper.say("questions")),
        *(block for kind in QUESTIONS.values() for block in kind(sheet, chosen)),
    )
    return Document(derivation.name, title, paper.lang, paper.short, blocks)


def sheet_of(derivation: Derivation, options: RenderOptions) -> Sheet:
    """A text as seed gives the same choices on every machine."""
    chance = random.Random(f"{options.seed}")
    return Sheet(
        Paper(derivation, options.lang), LEVELS[options.blanks], chance, options.edition == "answers"
    )


def front(sheet: Sheet, options: RenderOptions, title: str) -> Iterator[Block]:
    paper = sheet.paper
    what = paper.say(
        "sheet",
        layers=paper.described,
        loss=paper.called(sheet.net.loss),
        seed=options.seed,
        blanks=paper.word(f"blanks {options.blanks}"),
    )
    yield Title(paper.word(f"kind {options.edition}"), title, paper.derivation.name, what, picture(paper))
    yield Paragraph(paper.say(f"{options.edition} text"))
    needed = [paper.word(key) for key in NEEDED]
    rows = tuple(row for row in conventions(paper) if row[0] in needed)
    yield Panel(paper.word("conventions"), rows)
    yield Section("", paper.say("fill in"))


def picture(paper: Paper) -> Drawing | None:
    """The network without the shapes beside its arrows, which may be asked for."""
    whole = network_picture(paper)
    if whole is None:
        return None
    return replace(whole, items=tuple(item for item in whole.items if not shows_shape(item)))


def shows_shape(item: object) -> bool:
    label = item.text if isinstance(item, Label) else None
    return isinstance(label, Joined) and any(isinstance(part, Shape) for part in label.parts)
