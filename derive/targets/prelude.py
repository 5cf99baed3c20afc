"""What stands before the derivation: the conventions in force, symbols and shapes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from derive.notation import Mask
from derive.targets.formulas import formula, symbol
from derive.targets.glyphs import tex_text
from derive.targets.parts import Sheet
from derive.targets.shapes import shape
from derive.targets.words import called

ROWS = 24
"""Rows of the table of symbols that fit on a page."""


def conventions(sheet: Sheet) -> Iterator[tuple[str, str]]:
    """Labels and sentences: what the names and signs on this sheet mean."""
    words, choice = sheet.words, sheet.derivation.convention
    if any(t.role == "input" for t in sheet.program.leaves) and sheet.program.sizes:
        yield words["samples"], words[f"samples {choice.layout}"]
    if sheet.program.sizes:
        sizes = (f"${formula(dim)} = {size}$" for dim, size in sheet.program.sizes.items())
        yield words["sizes"], words["join"].join(sizes) + words["stop"]
    kind = "same" if sheet.program.scale == 1 else choice.convention
    summed = words["losses"] + (words["and regularizer"] if sheet.program.regularizer else "")
    yield words["gradients"], words[f"gradients {kind}"].format(scale=scaled(sheet), summed=summed)
    yield words["shape rule"], words["shape rule text"]
    yield words["products"], words["products text"]
    yield words["ones"], words["ones text"]
    yield words["delta"], words["delta text"]
    if any(node.body.has(Mask) for node in sheet.program.nodes):
        yield words["masks"], words["masks text"]
    declared = dict.fromkeys(kinks(sheet))
    if declared:
        yield words["kinks"], "; ".join(declared) + words["stop"]
    assumed = dict.fromkeys(sheet.prose(a) for g in sheet.derivation for a in g.assumptions)
    if assumed:
        yield words["assumptions"], words["join"].join(assumed) + words["stop"]


def scaled(sheet: Sheet) -> str:
    """J in terms of the sum of the losses."""
    factor = formula(sheet.program.scale, sheet.naming).replace(r"\frac", r"\tfrac")
    return rf"{'' if factor == '1' else factor}\,\mathcal{{L}}"


def kinks(sheet: Sheet) -> Iterator[str]:
    """What is declared where a function has no derivative."""
    for node in sheet.program.nodes:
        for kink in node.kinks:
            point, value = (formula(number, sheet.naming) for number in (kink.point, kink.value))
            name = tex_text(called(node.note, sheet.lang)) or f"${symbol(node.tensor)}$"
            yield sheet.words["kink"].format(point=f"z = {point}", name=name, value=value)


def symbols(sheet: Sheet) -> dict[str, Any]:
    """Head and rows of the table of symbols, two side by side."""
    words, sizes = sheet.words, sheet.program.sizes
    head = [words["symbol"], words["shape"], words["meaning"]]
    rows = []
    for tensor in sheet.program.tensors:
        meaning = words[tensor.role]
        node = sheet.program.node(tensor)
        if node is not None and node.note:
            meaning = tex_text(called(node.note, sheet.lang))
        rows.append([f"${symbol(tensor)}$", f"${shape(tensor, sizes)}$", meaning])
    half = (len(rows) + 1) // 2
    pairs = [rows[n] + (rows[n + half] if n + half < len(rows) else [""] * 3) for n in range(half)]
    chunks = [pairs[n : n + ROWS] for n in range(0, len(pairs), ROWS)]
    return {"head": head * 2, "chunks": chunks}
