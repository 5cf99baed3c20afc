"""Text and mathematics that come out of every Markdown reader as they went in."""

from __future__ import annotations

import re

from derive.handout.maths import Math
from derive.handout.writing import LatexWriter

WRITER = LatexWriter()
SPECIAL = frozenset("\\`*_{}[]<>#|~&!")
MARKUP = re.compile(r"\\[,;:!{}|\\]|[|<>*]|(?<![A-Za-z0-9\\])_|\]\(")
SAFE = {
    r"\,": r"\thinspace ",
    r"\;": r"\thickspace ",
    r"\:": r"\medspace ",
    r"\!": r"\negthinspace ",
    r"\{": r"\lbrace ",
    r"\}": r"\rbrace ",
    r"\|": r"\Vert ",
    r"\\": r"\cr ",
    "|": r"\vert ",
    "<": r"\lt ",
    ">": r"\gt ",
    "*": r"\ast ",
    "_": "_ ",
    "](": "] (",
}
"""What Markdown without mathematics would take for markup, and the LaTeX to write for it."""


def escape(text: str) -> str:
    r"""Text from outside in which nothing is markup.

    >>> print(escape("a_b * $x$ <i>"))
    a\_b \* &#36;x&#36; \<i\>
    """
    shown = "".join(f"\\{c}" if c in SPECIAL else c for c in text if c.isprintable())
    shown = re.sub(r"^(\s*)([-+=])", r"\1\\\2", shown.replace("$", "&#36;"))
    return re.sub(r"^(\s*\d+)([.)])(?=\s|$)", r"\1\\\2", shown)


def protected(latex: str) -> str:
    r"""The same mathematics without a character that Markdown would act on.

    >>> print(protected(r"\{x\,|\,y\}_{i}"))
    \lbrace x\thinspace \vert \thinspace y\rbrace _ {i}
    """
    return MARKUP.sub(lambda found: SAFE[found[0]], latex)


def latex(node: Math) -> str:
    return protected(WRITER.math(node)).strip()


def math(node: Math) -> str:
    """In a line of text."""
    return f"${latex(node)}$"


def tall(node: Math) -> str:
    """In a cell of a table, as tall as on a line of its own."""
    return rf"$\displaystyle {latex(node)}$"


def display(node: Math, number: int | None = None) -> str:
    """On a line of its own."""
    tag = "" if number is None else rf" \tag{{{number}}}"
    return f"$${latex(node)}{tag}$$"


def code(text: str) -> str:
    """Code inside a line: a fence of more backticks than it has."""
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    pad = " " if text[:1] == "`" or text[-1:] == "`" else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def fenced(lines: tuple[str, ...]) -> str:
    """Lines of Python, after a fence that is longer than any in them."""
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([f"{fence}python", *lines, fence])
