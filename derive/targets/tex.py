"""derivation.tex: the handout as LaTeX, for pdflatex (English) and for xelatex."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from keyword import kwlist
from typing import Any

from derive.derivation import Derivation
from derive.handout import blocks as b
from derive.handout.drawing import Drawing
from derive.handout.maths import Math
from derive.handout.pages import handout
from derive.handout.writing import LatexWriter
from derive.targets import RenderOptions, Target, file_name
from derive.targets.folding import foldable
from derive.targets.glyphs import tex_glyphs, tex_text
from derive.targets.tikz import tikz

WRITER = LatexWriter()
ROWS = 20
"""A table with more of them may go on on the next page."""
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
    macro = {1: "topic", 2: "block"}[block.level]
    return call(macro, tex_text(block.number), text(block.text), text(block.aside))


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
    return environment("steps", "\n".join(map(_line, block.lines)))


def _line(line: b.Line) -> str:
    sign = WRITER.signs.get(line.sign, line.sign)
    right, reason = foldable(formula(line.right)), text(line.reason)
    if line.left is None:
        return call("nextstep", sign, right, reason)
    return call("firststep", formula(line.left), sign, right, reason)


def _result(block: b.Result) -> str:
    number = "" if block.number is None else block.number
    return call("result", block.kind, number, foldable(formula(block.math)), text(block.aside))


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
    """Mathematics of its own in a narrow column has its full height."""
    if len(parts) == 1 and isinstance(parts[0], Math) and kind.islower():
        return rf"$\displaystyle {formula(parts[0])}$"
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
    return environment("whole", "\n".join(map(source, block.blocks)))


def _task(block: b.Task) -> str:
    return call("task", tex_text(block.number), tex_text(block.title), text(block.text))


def _room(block: b.Room) -> str:
    return call("writingroom", block.lines)


def _answer(block: b.Answer) -> str:
    return environment("answer", "\n".join(arranged(block.blocks)), tex_text(block.word))


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


def arranged(blocks: tuple[b.Block, ...]) -> Iterator[str]:
    """The blocks in order; a heading or a question, with a sentence after it, stays with what follows."""
    leading: list[b.Block] = []
    for block in blocks:
        if isinstance(block, b.Section) and block.fresh:
            yield from map(source, leading)
            leading = []
            yield r"\newpage"
        if isinstance(block, b.Section | b.Task) or (leading and isinstance(block, b.Paragraph)):
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


GOING_ON = (b.Summary, b.Listing, b.Answer)
WHOLE = (b.Table, b.Flow, b.Room)


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
        "chinese": made.lang == "zh",
        "paper": PAPERS[options.paper],
        "anchors": sorted(set(anchors(made.blocks))),
        "body": own(r"\1", "\n\n".join(arranged(made.blocks))),
    }


_OTHER = re.compile(r"\\otherletter\{(.)\}\{[0-9A-F]+\}")
"""A letter that the fonts of a Chinese handout have."""
PAPERS = {"a4": "a4paper", "us-letter": "letterpaper"}


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
