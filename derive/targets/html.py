"""derivation.html: the handout as one file, with MathML and its fonts inside and no script."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from derive.derivation import Derivation
from derive.errors import MissingError
from derive.handout import blocks as b
from derive.handout.drawing import Drawing
from derive.handout.maths import Math
from derive.handout.pages import handout
from derive.handout.writing import LatexWriter
from derive.targets import RenderOptions, Target, file_name
from derive.targets.faces import faces
from derive.targets.svg import svg

FONT = Path(__file__).parent.parent / "fonts" / "derive-math.woff"
PAPERS = {"a4": "a4", "us-letter": "letter"}
WRITER = LatexWriter()

RULE = re.compile('<munder accentunder="true">(.*?)<mo stretchy="true">\u0332</mo></munder>')
"""What is underlined: no font has a stroke of every length, a border has."""


@cache
def _converter() -> Any:
    try:
        from math_core import LatexToMathML
    except ImportError:
        raise MissingError("math-core is not installed; run: pip install math-core") from None
    return LatexToMathML()


@cache
def mathml(latex: str, display: bool = False) -> str:
    """The MathML of LaTeX mathematics; an unknown command raises."""
    return RULE.sub(
        r'<mrow class="rule">\1</mrow>',
        str(_converter().convert_with_local_state(latex, displaystyle=display)),
    )


def math(node: Math, display: bool = False) -> str:
    return mathml(WRITER.math(node), display)


def block_math(node: Math) -> str:
    """Display style, laid out by what stands around it."""
    return math(node, True)


def inline(part: b.Inline) -> str:
    if isinstance(part, str):
        return escape(part)
    if isinstance(part, b.Code):
        return f"<code>{escape(part.text)}</code>"
    if isinstance(part, b.Ref):
        return f'<a href="#eq{part.number}">({part.number})</a>'
    return math(part)


def text(parts: b.Text) -> str:
    return "".join(map(inline, parts))


def drawing(picture: Drawing) -> str:
    return svg(picture, lambda node: math(node))


def gap(before: str) -> str:
    """The space between two pieces of text: none after punctuation that is as wide as a hanzi."""
    return "" if ord(before[-1]) > 0x3000 else " "


def _title(block: b.Title) -> str:
    picture = drawing(block.picture) if block.picture else ""
    return (
        f'<header><div><p class="kind">{escape(block.kind)}</p><h1>{escape(block.title)}</h1>'
        f'<p class="name">{escape(block.name)}</p><p class="quiet">{text(block.subtitle)}</p></div>'
        f"{picture}</header>"
    )


def _section(block: b.Section) -> str:
    tag = f"h{block.level + 1}"
    aside = f'<span class="aside">{text(block.aside)}</span>' if block.aside else ""
    words = f'<span><span class="number">{block.number}</span>&ensp;{text(block.text)}</span>'
    return f"<{tag}>{words}{aside}</{tag}>"


def _paragraph(block: b.Paragraph) -> str:
    return f"<p>{text(block.text)}</p>"


def _remark(block: b.Remark) -> str:
    return f'<p class="remark"><em>{escape(block.question)}</em>{gap(block.question)}{text(block.text)}</p>'


def _panel(block: b.Panel) -> str:
    rows = "".join(f"<dt>{escape(label)}</dt><dd>{text(said)}</dd>" for label, said in block.rows)
    return f'<section class="panel"><h4>{escape(block.title)}</h4><dl>{rows}</dl></section>'


def _steps(block: b.Steps) -> str:
    rows = []
    for line in block.lines:
        left = "" if line.left is None else block_math(line.left)
        sign = mathml(rf"{WRITER.signs.get(line.sign, line.sign)} {WRITER.math(line.right)}", True)
        rows.append(
            f'<tr><td class="left">{left}</td><td class="right">{sign}</td>'
            f'<td class="why">{text(line.reason)}</td></tr>'
        )
    return f'<div class="scroll"><table class="steps">{"".join(rows)}</table></div>'


def _result(block: b.Result) -> str:
    number = "" if block.number is None else f'<span class="eq" id="eq{block.number}">({block.number})</span>'
    return (
        f'<div class="result {block.kind}"><div class="box">'
        f'<span class="scroll">{block_math(block.math)}</span>'
        f'<span class="why">{text(block.aside)}</span></div>{number}</div>'
    )


def _table(block: b.Table) -> str:
    head = "".join(f"<th>{text(cell)}</th>" for cell in block.head)
    rows = []
    for number, row in enumerate(block.rows):
        ruled = ' class="ruled"' if number == block.after else ""
        rows.append(f"<tr{ruled}>" + "".join(f"<td>{text(cell)}</td>" for cell in row) + "</tr>")
    return (
        f'<div class="scroll"><table class="table"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _flow(block: b.Flow) -> str:
    return '<div class="flow">' + "".join(f"<span>{math(part)}</span>" for part in block.maths) + "</div>"


def _summary(block: b.Summary) -> str:
    columns = []
    for kind, head, column in zip(("forward", "backward"), block.heads, block.columns, strict=True):
        rows = "".join(
            f'<li><div><span class="scroll">{block_math(formula)}</span><a href="#eq{n}">({n})</a></div>'
            f'<span class="why">{text(why)}</span><code>{escape(code)}</code></li>'
            for n, formula, why, code in column
        )
        columns.append(f'<div class="{kind}"><h4>{escape(head)}</h4><ul>{rows}</ul></div>')
    return f'<div class="summary">{"".join(columns)}</div>'


def _figure(block: b.Figure) -> str:
    return (
        f'<figure><div class="scroll">{drawing(block.drawing)}</div><figcaption>'
        f"<strong>{escape(block.title)}</strong> {text(block.caption)}</figcaption></figure>"
    )


def _listing(block: b.Listing) -> str:
    lines = "\n".join(map(_code_line, block.lines))
    return f'<pre class="listing">{lines}</pre>'


def _code_line(line: str) -> str:
    code, mark, note = line.partition("  # ")
    shown = escape(code)
    if line.strip().startswith("#"):
        return f"<i>{escape(line)}</i>"
    return f"{shown}  <i># {escape(note)}</i>" if mark else shown


def _pair(block: b.Pair) -> str:
    sides = (
        f'<div><span class="why">{escape(title)}</span><pre>{escape(chr(10).join(code))}</pre></div>'
        for title, code in zip(block.titles, block.codes, strict=True)
    )
    return f'<div class="pair">{"".join(sides)}</div>'


def _kept(block: b.Kept) -> str:
    return '<div class="kept">' + "\n".join(map(source, block.blocks)) + "</div>"


def _task(block: b.Task) -> str:
    return (
        f'<p class="task"><strong><span class="number">{block.number}</span> {escape(block.title)}</strong> '
        f"{text(block.text)}</p>"
    )


def _room(block: b.Room) -> str:
    return f'<div class="room">{"<hr>" * block.lines}</div>'


def _answer(block: b.Answer) -> str:
    inside = "\n".join(map(source, block.blocks))
    return f'<section class="answer"><span class="why">{escape(block.word)}</span>{inside}</section>'


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


def context(derivation: Derivation, options: RenderOptions) -> dict[str, Any]:
    """Everything that templates/html/derivation.html.jinja names."""
    made = handout(derivation, options)
    body = "\n".join(map(source, made.blocks))
    return {
        "name": derivation.name,
        "title": made.title,
        "lang": {"en": "en", "zh": "zh-Hans"}[made.lang],
        "font": b64encode(FONT.read_bytes()).decode(),
        "faces": faces(body + made.title + made.name),
        "body": body,
        "paper": PAPERS[options.paper],
    }


def files(options: RenderOptions) -> dict[str, str]:
    return {file_name(options, "html"): "derivation.html.jinja"}


TARGET = Target("html", files, context, escape)
