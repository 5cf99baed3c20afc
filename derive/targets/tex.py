"""derivation.tex: what its template is given. Formulas and reasons come from the derivation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import sympy as sp

from derive.derivation import Derivation
from derive.errors import SpecError
from derive.printing import Naming, numpy_expression
from derive.targets import RenderOptions, Target, file_name, py
from derive.targets.bounds import EXPONENTS, largest_error
from derive.targets.bounds import passed as within
from derive.targets.formulas import formula
from derive.targets.glyphs import tex_text
from derive.targets.layers import layers
from derive.targets.lines import broken
from derive.targets.parts import Block, Box, Sheet
from derive.targets.prelude import conventions, symbols
from derive.targets.words import WORDS, called


def context(derivation: Derivation, options: RenderOptions) -> dict[str, Any]:
    """Everything that templates/tex/derivation.tex.jinja names."""
    sheet = Sheet(derivation, options)
    lines = numpy_lines(sheet)
    trained = training(derivation, options)
    forward, cost, gradients = list(sheet.forward()), list(sheet.cost()), list(sheet.gradients())
    return {
        "name": derivation.name,
        "title": sheet.words["title"],
        "subtitle": subtitle(sheet),
        "words": sheet.words,
        "intro": sheet.words[f"intro {options.detail}"],
        "chinese": options.lang == "zh",
        "conventions": list(conventions(sheet)),
        "symbols": symbols(sheet),
        "forward": forward,
        "cost": cost,
        "gradients": gradients,
        "forward_summary": summary([*forward, *cost], lines, options),
        "backward_summary": summary(gradients, lines, options),
        "evidence": evidence(sheet),
        "code_text": sheet.words[f"code {'of formulas' if trained is None else 'of training'}"],
        "code": [code_row(line) for line in (plain(lines) if trained is None else trained)],
    }


def subtitle(sheet: Sheet) -> str:
    """The network in one line; empty for a program that is not a chain of layers."""
    try:
        net = layers(sheet.derivation)
    except SpecError:
        return ""
    parts = (part.partition(" ") for part in net.describe().split(" -> "))
    shown = (f"{size} {called(name, sheet.lang)}".strip() for size, _, name in parts)
    loss = tex_text(called(net.loss.note, sheet.lang))
    return sheet.words["subtitle"].format(layers=r" $\to$ ".join(map(tex_text, shown)), loss=loss)


def summary(
    blocks: Iterable[Block], lines: dict[int, str], options: RenderOptions
) -> list[tuple[Box, str, str]]:
    """Formulas with their lines of NumPy, and with their reasons where these stand nowhere else."""
    join = WORDS[options.lang]["because"].join
    return [
        (
            block.box,
            tex_text(lines[block.box.number]),
            join(block.reasons) if options.detail == "brief" else "",
        )
        for block in blocks
    ]


def numpy_lines(sheet: Sheet) -> dict[int, str]:
    """A line of NumPy for each equation."""
    program, naming = sheet.program, sheet.naming
    lines = {}
    for definition in sheet.derivation.forward:
        node = definition.node
        value = definition.array if definition.array is not None else node.body
        text = numpy_expression(value, naming, node.tensor.axes(node.indices))
        lines[sheet.numbers[definition.name]] = f"{definition.name} = {text}"
    total = f"np.sum({program.loss.name})" if program.loss.dims else program.loss.name
    if program.regularizer is not None:
        total = f"({total} + {program.regularizer.name})"
    lines[sheet.numbers["J"]] = f"J = {_scaled(program.scale, total, naming)}"
    for gradient in sheet.derivation:
        lines[sheet.numbers[gradient.name]] = f"{gradient.name} = {gradient.numpy}"
    return lines


def _scaled(scale: sp.Expr, total: str, naming: Naming) -> str:
    top, bottom = sp.fraction(scale)
    text = total if top == 1 else f"{numpy_expression(top, naming)} * {total}"
    return text if bottom == 1 else f"{text} / {numpy_expression(bottom, naming)}"


def training(derivation: Derivation, options: RenderOptions) -> list[str] | None:
    """The lines of the training program; None for a program that is not a chain of layers."""
    try:
        made = py.context(derivation, options)
    except SpecError:
        return None
    lines = [*(line for block in made["forward"] for line in block), "", *made["gradients"]]
    return [row for line in lines for row in line.split("\n")]


def plain(lines: dict[int, str]) -> list[str]:
    """The line of each equation with its number."""
    text = (broken(*line.split(" = ", 1)) + f"  # equation {n}" for n, line in sorted(lines.items()))
    return [row for line in text for row in line.split("\n")]


def code_row(line: str) -> str:
    """A line of code as TeX prints it, with its spaces kept and its remark set apart."""
    text, mark, remark = line.partition("# ")
    said, equation, number = (mark + remark).partition("equation ")
    said = tex_text(said + equation).replace(" ", "~")
    link = rf"\hyperlink{{eq{number}}}{{{number}}}" if number else ""
    return tex_text(text).replace(" ", "~") + (rf"\remark{{{said}{link}}}" if mark else "")


def evidence(sheet: Sheet) -> list[str]:
    """What the proof checked, in sentences."""
    proof, words = sheet.derivation.proof, sheet.words
    if proof is None:
        return [words["evidence none"]]
    if proof.failures:
        failed = {"failures": len(proof.failures), "first": tex_text(str(proof.failures[0]))}
        return [words["evidence failed"].format(checks=proof.checks, **failed)]
    sizes = words["join"].join(f"${formula(sp.Symbol(name))} = {size}$" for name, size in proof.sizes.items())
    passed = words["evidence passed"].format(
        checks=proof.checks, prime=proof.prime, sizes=sizes, seed=proof.seed
    )
    same = [words["evidence carried"].format(carried=proof.carried)] if proof.carried else []
    return [passed, *same, *numeric(sheet), words["evidence scope"]]


def numeric(sheet: Sheet) -> Iterator[str]:
    """The bound that the lines of NumPy keep, where they can be run."""
    error = largest_error(sheet.derivation)
    if error is None:
        return
    bound = within(error)
    if bound is None:
        yield sheet.words["evidence numeric failed"].format(bound=max(EXPONENTS))
    else:
        yield sheet.words["evidence numeric"].format(bound=bound)


TEMPLATES = {"full": "derivation.tex.jinja", "brief": "brief.tex.jinja"}


def files(options: RenderOptions) -> dict[str, str]:
    return {file_name(options, "tex"): TEMPLATES[options.detail]}


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
