"""derivation.typ: the handout as Typst source, which needs no package and no font of the system."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from derive.derivation import Derivation
from derive.handout import blocks as b
from derive.handout import drawing as d
from derive.handout.maths import Math
from derive.handout.pages import handout
from derive.handout.writing import TypstWriter
from derive.targets import RenderOptions, Target, file_name

SPECIAL = frozenset('\\*_`$#<>@[]~"/=+|{}^&%')
WRITER = TypstWriter()
ANNOUNCED = (b.Steps, b.Result, b.Flow, b.Table, b.Pair, b.Kept)
SHORT = 40
"""Characters of source: shorter mathematics in a sentence stays on its line."""

LOW = 1300
"""Characters of source: what is shorter is surely no large part of a page, and need not be measured."""


def escape(text: str) -> str:
    r"""Text from outside as Typst prints it: nothing in it is a command.

    >>> escape("a_b #x -- 'c'")
    "a\\_b \\#x \\-\\- 'c'"
    """
    shown = "".join(f"\\{c}" if c in SPECIAL else c for c in text)
    shown = "".join(c for c in shown if c.isprintable())
    return f"\\{shown}" if shown[:1] in ("-", ".") else shown.replace("--", "\\-\\-").replace("...", "…")


def string(text: str) -> str:
    """A string literal."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'


def inline(part: b.Inline) -> str:
    if isinstance(part, str):
        return escape(part)
    if isinstance(part, b.Code):
        return f"#raw({string(part.text)})"
    if isinstance(part, b.Ref):
        return f"#eq({part.number})"
    shown = math(part)
    return f"#box({shown});" if len(shown) < SHORT else shown


def text(parts: b.Text) -> str:
    return "".join(map(inline, parts))


def math(node: Math) -> str:
    return f"${WRITER.math(node)}$"


def display(node: Math) -> str:
    return f"$ {WRITER.math(node)} $"


def content(parts: b.Text) -> str:
    return f"[{text(parts)}]"


def _title(block: b.Title) -> str:
    picture = drawing(block.picture) if block.picture else "none"
    return (
        f"#title-block([{escape(block.kind)}], [{escape(block.title)}], [{escape(block.name)}], "
        f"{content(block.subtitle)}, {picture})"
    )


def _section(block: b.Section) -> str:
    fresh = "#half-page\n" if block.fresh else ""
    return f"{fresh}#section({block.level}, [{block.number}], {content(block.text)}, {content(block.aside)})"


def _paragraph(block: b.Paragraph) -> str:
    only = block.text[0]
    return (
        f"#sentence[{display(only) if len(block.text) == 1 and isinstance(only, Math) else text(block.text)}]"
    )


def _remark(block: b.Remark) -> str:
    return f"#remark([{escape(block.question)}], {content(block.text)})"


def _panel(block: b.Panel) -> str:
    rows = "\n".join(f"  ([{escape(label)}], {content(said)})," for label, said in block.rows)
    return f"#panel([{escape(block.title)}], (\n{rows}\n))"


def _steps(block: b.Steps) -> str:
    rows = []
    for line in block.lines:
        left = "none" if line.left is None else display(line.left)
        start = "" if line.left is None else WRITER.math(line.left)
        whole = f"$ {start} {line.sign} {WRITER.math(line.right)} $"
        rows.append(f"  ({left}, {whole}, {content(line.reason)}),")
    return "#steps((\n" + "\n".join(rows) + "\n))"


def _result(block: b.Result) -> str:
    number = "none" if block.number is None else block.number
    return f"#result({block.kind}, {number}, {display(block.math)}, {content(block.aside)})"


def _table(block: b.Table) -> str:
    rows = "\n".join(f"  ({', '.join(map(_cell, row, block.align))},)," for row in block.rows)
    head = ", ".join(map(content, block.head))
    after = "none" if block.after is None else block.after
    return f'#columned("{block.align}", ({head},), {after}, (\n{rows}\n))'


def _flow(block: b.Flow) -> str:
    return f"#flow(({''.join(f'{math(part)}, ' for part in block.maths)}))"


def _cell(parts: b.Text, align: str) -> str:
    """Mathematics of its own is set at its full height: as a block in a narrow column, else in lines."""
    if len(parts) != 1 or not isinstance(parts[0], Math):
        return content(parts)
    if align.islower():
        return display(parts[0])
    return f"wide-cell[$#math.display({math(parts[0])}.body)$]"


def _summary(block: b.Summary) -> str:
    columns = []
    for column in block.columns:
        rows = "\n".join(
            f"  ({n}, {display(formula)}, {content(why)}, {string(code)}),"
            for n, formula, why, code in column
        )
        columns.append(f"(\n{rows}\n)")
    heads = ", ".join(f"[{escape(head)}]" for head in block.heads)
    return f"#summary({heads}, {', '.join(columns)})"


def _figure(block: b.Figure) -> str:
    return f"#drawn({drawing(block.drawing)}, [{escape(block.title)}], {content(block.caption)})"


def _listing(block: b.Listing) -> str:
    lines = "\n".join(f"  ({', '.join(map(string, _noted(line)))})," for line in block.lines)
    return f"#listing({str(block.numbered).lower()}, (\n{lines}\n))"


def _noted(line: str) -> tuple[str, str]:
    """The code and the remark at its end."""
    code, mark, note = line.partition("  # ")
    return (code, f"# {note}") if mark and code.strip() else (line, "")


def _pair(block: b.Pair) -> str:
    codes = ", ".join("(" + "".join(f"{string(line)}, " for line in code) + ")" for code in block.codes)
    return f"#pair([{escape(block.titles[0])}], [{escape(block.titles[1])}], {codes})"


def _kept(block: b.Kept) -> str:
    inside = "\n".join(map(source, block.blocks))
    return f"#{'long' if block.long and len(inside) > LOW else 'kept'}[\n{inside}\n]"


def _task(block: b.Task) -> str:
    return f"#task([{block.number}], [{escape(block.title)}], {content(block.text)})"


def _room(block: b.Room) -> str:
    return f"#room({block.lines})"


def _answer(block: b.Answer) -> str:
    return f"#answer([{escape(block.word)}])[\n" + "\n".join(map(source, block.blocks)) + "\n]"


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


# Figures


def _at(point: d.Point) -> str:
    return f"({point[0]:.2f}mm, {point[1]:.2f}mm)"


def _stroke(item: d.Stroke) -> str:
    points = ", ".join(map(_at, item.points))
    return (
        f"stroked({item.colour}, {item.width}pt, {str(item.dashed).lower()}, {str(item.arrow).lower()}, "
        f"{str(item.curved).lower()}, ({points},))"
    )


def _disc(item: d.Disc) -> str:
    fill = "white" if item.filled else "none"
    return f"disc({item.colour}, {item.width}pt, {fill}, {_at(item.centre)}, {item.radius}mm)"


def _tile(item: d.Tile) -> str:
    return f"tile({item.colour}, {_at(item.centre)}, {item.size[0]}mm, {item.size[1]}mm)"


def _label(item: d.Label) -> str:
    shown = f"[{escape(item.text)}]" if isinstance(item.text, str) else math(item.text)
    return f'label-at({item.colour}, {item.size}pt, "{item.anchor}", {_at(item.at)}, {shown})'


ITEMS: dict[type, Callable[[Any], str]] = {
    d.Stroke: _stroke,
    d.Disc: _disc,
    d.Tile: _tile,
    d.Label: _label,
}


def drawing(picture: d.Drawing) -> str:
    width, height = picture.size
    items = "".join(f"\n  {ITEMS[type(item)](item)}," for item in picture.items)
    return f"figure-box({width:.2f}mm, {height:.2f}mm, ({items}\n))"


def _anchors(blocks: tuple[b.Block, ...]) -> Iterator[int]:
    """Numbers that stand beside a box, so that they can be linked to."""
    for block in blocks:
        if isinstance(block, b.Kept):
            yield from _anchors(block.blocks)
        elif isinstance(block, b.Result) and block.number is not None:
            yield block.number


def _body(blocks: tuple[b.Block, ...]) -> Iterator[str]:
    """Blocks one after the other; a sentence under a heading, or before what it announces, stays with it."""
    for before, block, after in zip((None, *blocks), blocks, (*blocks[1:], None), strict=False):
        shown = source(block)
        if isinstance(block, b.Paragraph) and (isinstance(before, b.Section) or isinstance(after, ANNOUNCED)):
            shown = shown.replace("#sentence", "#lead", 1)
        yield shown


def context(derivation: Derivation, options: RenderOptions) -> dict[str, Any]:
    """Everything that templates/typ/derivation.typ.jinja names."""
    made = handout(derivation, options)
    return {
        "name": derivation.name,
        "title": string(made.title),
        "keywords": string(f"Made by derive from {made.name}"),
        "head": escape(made.title),
        "short": escape(made.short),
        "lang": made.lang,
        "paper": options.paper,
        "anchors": sorted(_anchors(made.blocks)),
        "body": "\n\n".join(_body(made.blocks)),
    }


def files(options: RenderOptions) -> dict[str, str]:
    return {file_name(options, "typ"): "derivation.typ.jinja"}


TARGET = Target(
    "typ",
    files,
    context,
    escape,
    syntax=(
        ("block_start_string", "<%"),
        ("block_end_string", "%>"),
        ("variable_start_string", "<<"),
        ("variable_end_string", ">>"),
        ("comment_start_string", "<%#"),
        ("comment_end_string", "#%>"),
    ),
)
