"""What a page is made of, whatever the format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from derive.handout.drawing import Drawing
from derive.handout.maths import Math


@dataclass(frozen=True)
class Code:
    """A few characters of code inside a sentence."""

    text: str


@dataclass(frozen=True)
class Ref:
    """The number of an equation."""

    number: int


Inline: TypeAlias = str | Math | Code | Ref
Text: TypeAlias = tuple[Inline, ...]
FORWARD, BACKWARD = "forward", "backward"


@dataclass(frozen=True)
class Block:
    """A part of a page; the classes below are the only kinds there are."""


@dataclass(frozen=True)
class Title(Block):
    """The head of the first page."""

    kind: str
    title: str
    name: str
    subtitle: Text
    picture: Drawing | None = None


@dataclass(frozen=True)
class Section(Block):
    """A heading; level 1 or 2. aside stands at its right.

    fresh: on a new page, unless half of this one is free.
    """

    number: str
    text: Text
    level: int = 1
    aside: Text = ()
    fresh: bool = False


@dataclass(frozen=True)
class Paragraph(Block):
    text: Text


@dataclass(frozen=True)
class Remark(Block):
    """A side remark that opens with a question."""

    question: str
    text: Text


@dataclass(frozen=True)
class Panel(Block):
    """A tinted box of label and text."""

    title: str
    rows: tuple[tuple[str, Text], ...]


@dataclass(frozen=True)
class Line:
    """A line of a derivation: left is None where it is that of the line above."""

    left: Math | None
    right: Math
    reason: Text
    sign: str = "="


@dataclass(frozen=True)
class Steps(Block):
    """Lines of a derivation, aligned at their signs, each with its reason."""

    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Result(Block):
    """A formula in a box, forward or backward; aside: its shapes or what it is."""

    math: Math
    aside: Text = ()
    number: int | None = None
    kind: str = FORWARD


@dataclass(frozen=True)
class Table(Block):
    """Rows of cells under a head; align is one of l, c, r for each
    column, a capital for one that takes the room that is left. after: a rule after this row."""

    head: tuple[Text, ...]
    rows: tuple[tuple[Text, ...], ...]
    align: str
    after: int | None = None


@dataclass(frozen=True)
class Flow(Block):
    """Pieces of mathematics side by side, on as many lines as they need."""

    maths: tuple[Math, ...]


@dataclass(frozen=True)
class Summary(Block):
    """Two columns, forward read down and backward read up: number, formula, reason, line of NumPy."""

    heads: tuple[str, str]
    columns: tuple[tuple[tuple[int, Math, Text, str], ...], tuple[tuple[int, Math, Text, str], ...]]


@dataclass(frozen=True)
class Figure(Block):
    """title: "Figure" and its number, once the handout is numbered."""

    drawing: Drawing
    caption: Text
    title: str = ""


@dataclass(frozen=True)
class Listing(Block):
    """Lines of a program; numbered or not."""

    lines: tuple[str, ...]
    numbered: bool = True


@dataclass(frozen=True)
class Pair(Block):
    """Two short listings side by side, under a word each."""

    titles: tuple[str, str]
    codes: tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True)
class Task(Block):
    """A question; its number and title open its first line."""

    number: str
    title: str
    text: Text


@dataclass(frozen=True)
class Room(Block):
    """Dotted lines to write on."""

    lines: int


@dataclass(frozen=True)
class Answer(Block):
    """What answers a question, set apart under a word."""

    word: str
    blocks: tuple[Block, ...]


FEWEST_LINES = 4
"""In a derivation that is broken: two stay with the heading, two go on."""


@dataclass(frozen=True)
class Kept(Block):
    """Blocks that stay on one page; a long derivation may go on between two lines if it is tall, too."""

    blocks: tuple[Block, ...]

    @property
    def long(self) -> bool:
        return any(isinstance(block, Steps) and len(block.lines) >= FEWEST_LINES for block in self.blocks)


@dataclass(frozen=True)
class Document:
    """A whole handout: what metadata say, and its blocks."""

    name: str
    title: str
    lang: str
    short: str
    blocks: tuple[Block, ...]
