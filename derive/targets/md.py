"""derivation.md: the handout as Markdown, with mathematics in dollars and its figures inside.

A figure is an image in a data address: one file that can be moved and mailed, shown by JupyterLab, VS Code,
nbconvert and pandoc. GitHub keeps no image of that kind, and shows the words that describe it.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterable
from html import escape as attribute
from html import unescape
from typing import Any

from derive.derivation import Derivation
from derive.handout import blocks as b
from derive.handout.drawing import Drawing
from derive.handout.maths import Math
from derive.handout.pages import handout
from derive.targets import RenderOptions, Target, file_name
from derive.targets.html import math as mathml
from derive.targets.markdown import WRITER, code, display, escape, fenced, latex, math, tall
from derive.targets.svg import svg

ALONE = (
    "<style>.label{display:flex;width:100%;height:100%;line-height:1.2;white-space:nowrap;font-family:serif}"
    "math{font-family:math,serif}</style>"
)
RULES = {"l": ":--", "c": ":-:", "r": "--:"}
SPACES = {"svg": "2000/svg", "math": "1998/Math/MathML"}


def inline(part: b.Inline, write: Callable[[str], str] = code) -> str:
    if isinstance(part, str):
        return escape(part)
    if isinstance(part, b.Code):
        return write(part.text)
    if isinstance(part, b.Ref):
        return f"[({part.number})](#eq{part.number})"
    return math(part)


def text(parts: b.Text, write: Callable[[str], str] = code) -> str:
    """One line; mathematics stands apart from other mathematics, from letters and from digits."""
    made = ""
    for part in parts:
        shown = inline(part, write)
        if crowded(made[-1:], shown[:1]):
            made += " "
        made += shown
    return made.strip()


def crowded(before: str, after: str) -> bool:
    """Whether a reader could overlook that mathematics begins or ends between these characters.

    >>> crowded("同", "$"), crowded("，", "$"), crowded("a", "b")
    (True, False, False)
    """
    around = before + after
    return around == "$$" or ("$" in around and around.strip("$").isalnum())


def cell(parts: b.Text) -> str:
    """What stands in a cell of a table."""
    only = parts[0] if len(parts) == 1 else None
    return tall(only) if isinstance(only, Math) else text(parts, barred)


def barred(shown: str) -> str:
    """Code in a table, where | is a border even inside code."""
    return code(shown).replace("|", r"\|")


def rows(lines: Iterable[Iterable[str]]) -> str:
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def table(head: Iterable[str], align: str, body: Iterable[Iterable[str]]) -> str:
    return rows([head, (RULES[letter.lower()] for letter in align), *body])


def image(picture: Drawing) -> str:
    """The drawing as a picture of its own, which has no style and no font of a page to lean on."""
    shown = in_xml(svg(picture, mathml))
    for tag, space in SPACES.items():
        shown = re.sub(rf"<{tag}(?=[ >])", f'<{tag} xmlns="http://www.w3.org/{space}"', shown)
    head, mark, rest = shown.partition(">")
    address = b64encode(f"{head}{mark}{ALONE}{rest}".encode()).decode()
    width = round(picture.size[0] * 4.3)
    words = attribute(picture.description)
    return f'<img src="data:image/svg+xml;base64,{address}" width="{width}" alt="{words}">'


def in_xml(markup: str) -> str:
    """Names of characters that only HTML knows become the characters.

    >>> in_xml("&lt;&#38;&nbsp;&ApplyFunction;") == "&lt;&#38;\\xa0\\u2061"
    True
    """
    return re.sub(r"&(?!(?:lt|gt|amp|quot|apos);)\w+;", lambda found: unescape(found[0]), markup)


def quoted(shown: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in shown.split("\n"))


def _title(block: b.Title) -> str:
    parts = [f"# {escape(block.title)}", f"**{escape(block.name)}** · {escape(block.kind)}"]
    parts += [text(block.subtitle)] if block.subtitle else []
    parts += [image(block.picture)] if block.picture else []
    return "\n\n".join(parts)


def _section(block: b.Section) -> str:
    gap = " " if block.number.isascii() else ""
    heading = f"{'#' * (block.level + 1)} {block.number}{gap}{text(block.text)}"
    return f"{heading}\n\n{text(block.aside)}" if block.aside else heading


def _paragraph(block: b.Paragraph) -> str:
    only = block.text[0]
    return display(only) if len(block.text) == 1 and isinstance(only, Math) else text(block.text)


def _remark(block: b.Remark) -> str:
    return quoted(f"**{escape(block.question)}** {text(block.text)}")


def _panel(block: b.Panel) -> str:
    lines = [f"**{escape(block.title)}**", "", *(f"- **{escape(k)}** {text(said)}" for k, said in block.rows)]
    return quoted("\n".join(lines))


def _steps(block: b.Steps) -> str:
    def line(one: b.Line) -> tuple[str, str, str]:
        left = "" if one.left is None else tall(one.left)
        sign = WRITER.signs.get(one.sign, one.sign).strip()
        return left, rf"$\displaystyle {sign} {latex(one.right)}$", cell(one.reason)

    return table(("", "", ""), "rll", map(line, block.lines))


def _result(block: b.Result) -> str:
    anchor = "" if block.number is None else f'<a id="eq{block.number}"></a>\n\n'
    aside = f"\n\n{text(block.aside)}" if block.aside else ""
    return f"{anchor}{display(block.math, block.number)}{aside}"


def _table(block: b.Table) -> str:
    return table(map(cell, block.head), block.align, (map(cell, row) for row in block.rows))


def _flow(block: b.Flow) -> str:
    return " &emsp; ".join(map(math, block.maths))


def _summary(block: b.Summary) -> str:
    parts = []
    for head, column in zip(block.heads, block.columns, strict=True):
        body = (
            (inline(b.Ref(n)), tall(formula), cell(why), cell((b.Code(line),)))
            for n, formula, why, line in column
        )
        parts.append(f"**{escape(head)}**\n\n{table(('', '', '', ''), 'rlll', body)}")
    return "\n\n".join(parts)


def _figure(block: b.Figure) -> str:
    return f"{image(block.drawing)}\n\n**{escape(block.title)}** {text(block.caption)}"


def _listing(block: b.Listing) -> str:
    return fenced(block.lines)


def _pair(block: b.Pair) -> str:
    sides = zip(block.titles, block.codes, strict=True)
    return "\n\n".join(f"{escape(title)}\n\n{fenced(lines)}" for title, lines in sides)


def _kept(block: b.Kept) -> str:
    return joined(block.blocks)


def _task(block: b.Task) -> str:
    return f"**{escape(block.number)} {escape(block.title)}** {text(block.text)}"


def _room(block: b.Room) -> str:
    return "<br>\n" * (block.lines - 1) + "<br>"


def _answer(block: b.Answer) -> str:
    return quoted(f"**{escape(block.word)}**\n\n{joined(block.blocks)}")


BLOCKS: dict[type, Callable[[Any], str]] = {
    b.Title: _title,
    b.Section: _section,
    b.Paragraph: _paragraph,
    b.Remark: _remark,
    b.Panel: _panel,
    b.Steps: _steps,
    b.Result: _result,
    b.Table: _table,
    b.Flow: _flow,
    b.Summary: _summary,
    b.Figure: _figure,
    b.Listing: _listing,
    b.Pair: _pair,
    b.Kept: _kept,
    b.Task: _task,
    b.Room: _room,
    b.Answer: _answer,
}


def source(block: b.Block) -> str:
    return BLOCKS[type(block)](block)


def joined(blocks: Iterable[b.Block]) -> str:
    return "\n\n".join(map(source, blocks))


def context(derivation: Derivation, options: RenderOptions) -> dict[str, Any]:
    """Everything that templates/md/derivation.md.jinja names."""
    return {"name": derivation.name, "body": joined(handout(derivation, options).blocks)}


def files(options: RenderOptions) -> dict[str, str]:
    return {file_name(options, "md"): "derivation.md.jinja"}


TARGET = Target("md", files, context, attribute)
