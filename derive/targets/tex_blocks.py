"""The blocks of a handout as LaTeX, in the macros of templates/tex/blocks.jinja."""

from __future__ import annotations

import re
from collections.abc import Callable
from keyword import kwlist
from typing import Any

from derive.handout import blocks as b
from derive.handout.drawing import Drawing
from derive.handout.maths import Math
from derive.handout.writing import LatexWriter
from derive.targets.folding import foldable
from derive.targets.glyphs import tex_glyphs, tex_text
from derive.targets.tikz import tikz

WRITER = LatexWriter()
_KEYWORD = re.compile(rf"\b({'|'.join(kwlist)})\b")


def formula(node: Math) -> str:
    """The LaTeX of mathematics, with no glyph missing."""
    return tex_glyphs(WRITER.math(node))


def inline(part: b.Inline) -> str:
    if isinstance(part, str):
        return tex_text(part)
    if isinstance(part, b.Code):
        return rf"\texttt{{{tex_text(part.text)}}}"
    if isinstance(part, b.Ref):
        return rf"\eq{{{part.number}}}"
    return f"${formula(part)}$"


def text(parts: b.Text) -> str:
    return "".join(map(inline, parts))


def tied(parts: b.Text) -> str:
    """A remark in which no line ends before a symbol or at an equals sign."""
    shown = ""
    for part in parts:
        if isinstance(part, Math) and shown.endswith(" "):
            shown = f"{shown[:-1]}~"
        shown += inline(part).replace(" = ", "~=~") if isinstance(part, str) else inline(part)
    return shown


def drawing(picture: Drawing) -> str:
    return tikz(picture, inline)


def call(macro: str, *arguments: Any) -> str:
    return rf"\{macro}" + "".join(f"{{{argument}}}" for argument in arguments)


def environment(name: str, inside: str, *arguments: str) -> str:
    given = "".join(f"{{{argument}}}" for argument in arguments)
    return f"\\begin{{{name}}}{given}\n{inside}\n\\end{{{name}}}"


def _title(block: b.Title) -> str:
    picture = f"%\n{drawing(block.picture)}" if block.picture else ""
    words = map(tex_text, (block.kind, block.title, block.name))
    return call("titleblock", *words, text(block.subtitle), picture)


def _section(block: b.Section) -> str:
    shown = tex_text(block.number), text(block.text), text(block.aside)
    if block.level == 2:
        return call("block", *shown)
    words = "".join(part for part in block.text if isinstance(part, str))
    return call("topic", *shown, tex_text(f"{block.number} {words}".strip()))


def _paragraph(block: b.Paragraph) -> str:
    only = block.text[0]
    if len(block.text) == 1 and isinstance(only, Math):
        return call("displayed", foldable(formula(only)))
    return text(block.text) + r"\par"


def _remark(block: b.Remark) -> str:
    return call("sideremark", tex_text(block.question), text(block.text))


def _panel(block: b.Panel) -> str:
    rows = "\n".join(
        rf"\ragged\textbf{{{tex_text(label)}}} & \ragged {text(said)} \\" for label, said in block.rows
    )
    return environment("panel", rows, tex_text(block.title))


def _steps(block: b.Steps) -> str:
    """Two lines stay with the heading, two go on to the result."""
    lines = [
        ("\\tied\n" if n in (0, 1, len(block.lines) - 1) else "") + _line(line)
        for n, line in enumerate(block.lines)
    ]
    return environment("steps", "\n".join(lines))


def _line(line: b.Line) -> str:
    sign = WRITER.signs.get(line.sign, line.sign)
    right, reason = foldable(formula(line.right)), tied(line.reason)
    if line.left is None:
        return call("nextstep", sign, right, reason)
    return call("firststep", formula(line.left), sign, right, reason)


def _result(block: b.Result) -> str:
    number = "" if block.number is None else block.number
    return call("result", block.kind, number, foldable(formula(block.math)), tied(block.aside))


def _table(block: b.Table) -> str:
    wide = sum(kind.isupper() for kind in block.align)
    rows = [_row(block.head, block.align, r"\textbf") + r"\headrule"]
    for number, row in enumerate(block.rows):
        rows.append(_row(row, block.align))
        rows += [r"\ruled"] * (number == block.after)
    return call("columned", len(block.align), wide, "%\n" + "\n".join(rows)) + "\n"


def _row(row: tuple[b.Text, ...], align: str, style: str = "") -> str:
    cells = "".join(
        rf"\cell {number} {kind} {{{_cell(parts, kind) if not style else f'{style}{{{text(parts)}}}'}}}"
        for number, (parts, kind) in enumerate(zip(row, align, strict=True), 1)
    )
    return call("row", cells)


def _cell(parts: b.Text, kind: str) -> str:
    """Mathematics of its own has its full height; in a wide column it is folded where it has to be."""
    if len(parts) == 1 and isinstance(parts[0], Math):
        shown = formula(parts[0])
        return rf"$\displaystyle {shown}$" if kind.islower() else call("folded", foldable(shown))
    return text(parts)


def _flow(block: b.Flow) -> str:
    return call("flow", "%\n" + "\n".join(rf"\piece{{{formula(part)}}}" for part in block.maths))


def _summary(block: b.Summary) -> str:
    columns = []
    for column in block.columns:
        rows = (
            call("summaryrow", number, foldable(formula(shown)), text(why), tex_text(code))
            for number, shown, why, code in column
        )
        columns.append("%\n" + "\n".join(rows))
    return call("summary", *map(tex_text, block.heads), *columns)


def _figure(block: b.Figure) -> str:
    return call("drawn", f"%\n{drawing(block.drawing)}%\n", tex_text(block.title), text(block.caption))


def _listing(block: b.Listing) -> str:
    lines = (_code_line(line, n if block.numbered else "") for n, line in enumerate(block.lines, 1))
    return environment("listing", "\n".join(lines))


def _code_line(line: str, number: int | str) -> str:
    """Code with its number, and the remark at its end, which leads to its equation."""
    if not line.strip():
        return r"\blankline"
    code, mark, note = line.partition("  # ")
    if not code.strip() or line.lstrip().startswith("#"):
        return call("codeline", number, rf"\codenote{{{_spaced(line)}}}", "")
    said, equation, n = note.rpartition("equation ")
    linked = _spaced(said + equation) + (rf"\eqplain{{{n}}}" if equation else _spaced(n))
    shown = _KEYWORD.sub(r"\\textbf{\1}", _spaced(code))
    return call("codeline", number, shown, rf"\codenote{{\#~{linked}}}" if mark else "")


def _spaced(code: str) -> str:
    return tex_text(code).replace(" ", "~")


def _pair(block: b.Pair) -> str:
    codes = ("\n".join(rf"\pairline{{{_spaced(line)}}}" for line in code) for code in block.codes)
    return call("pair", *map(tex_text, block.titles), *(f"%\n{code}" for code in codes))


def _kept(block: b.Kept) -> str:
    return environment("tall" if block.long else "whole", "\n".join(map(source, block.blocks)))


def _task(block: b.Task) -> str:
    return call("task", tex_text(block.number), tex_text(block.title), text(block.text))


def _room(block: b.Room) -> str:
    return call("writingroom", block.lines)


def _answer(block: b.Answer) -> str:
    return environment("answer", "\n".join(map(source, block.blocks)), tex_text(block.word))


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
