"""What a sheet asks for, read off its answers, and where the same text would give it away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any, TypeAlias

from derive import Convention, Derivation, Network, derive
from derive.handout import blocks as b
from derive.handout import maths
from derive.handout.blocks import Document
from derive.handout.exercises import sheet_of
from derive.handout.exercises.roles import Roles, roles
from derive.handout.exercises.sheet import Sheet, latex
from derive.handout.pages import handout
from derive.targets import RenderOptions

Pages: TypeAlias = tuple[Document, Document]
SHALLOW = "3 -> 4 tanh -> 1 sigmoid"
NETWORKS: tuple[tuple[str, dict[str, str]], ...] = (
    (SHALLOW, {}),
    (SHALLOW, {"layout": "rows"}),
    (SHALLOW, {"convention": "exact"}),
    ("3 -> 1 sigmoid", {}),
    ("2 -> 4 tanh -> 3 softmax", {}),
    ("3 -> 4 tanh -> 1 identity | l2(lambda)", {}),
    ("3 -> 2 relu -> 1 sigmoid | squared_error", {}),
    ("2 -> 3 relu -> 2 tanh -> 1 sigmoid", {"derivatives": "input"}),
    ("2 -> 3 relu -> 3 relu -> 3 tanh -> 3 relu -> 2 tanh -> 2 softmax", {}),
)
SYMBOLS = 6
"""Columns of the table of symbols; the shapes of products may be those of symbols."""
LEVELS = ("easy", "medium", "hard")


@cache
def derivation(line: str = SHALLOW, **choices: Any) -> Derivation:
    return derive(Network.parse(line, convention=Convention(**choices)))


def options(edition: str = "exercises", seed: int = 0, blanks: str = "medium", lang: str = "en") -> Any:
    return RenderOptions(edition=edition, seed=seed, blanks=blanks, lang=lang)  # type: ignore[arg-type]


@cache
def both(made: Derivation, seed: int = 0, blanks: str = "medium", lang: str = "en") -> Pages:
    """The sheet and its answers."""
    sheet, answers = (handout(made, options(e, seed, blanks, lang)) for e in ("exercises", "answers"))
    return sheet, answers


def drawn(made: Derivation, seed: int = 0, blanks: str = "medium") -> tuple[Sheet, Roles]:
    sheet = sheet_of(made, options(seed=seed, blanks=blanks))
    return sheet, roles(sheet)


def parts(node: Any, kind: type) -> Iterator[Any]:
    """Everything of a kind in a document, in its order."""
    if isinstance(node, kind):
        yield node
    if isinstance(node, tuple | list):
        for part in node:
            yield from parts(part, kind)
    elif is_dataclass(node) and isinstance(node, Document | b.Block | b.Line | maths.Math):
        for field in fields(node):
            yield from parts(getattr(node, field.name), kind)


def without_rules(node: Any) -> Any:
    """The same with what was filled in as if it had never been blank."""
    if isinstance(node, maths.Filled):
        return without_rules(node.inside)
    if isinstance(node, maths.Pierced):
        return maths.Formula(node.value, node.naming)
    if isinstance(node, tuple):
        return tuple(map(without_rules, node))
    if is_dataclass(node) and isinstance(node, Document | b.Block | b.Line | maths.Math):
        return replace(node, **{f.name: without_rules(getattr(node, f.name)) for f in fields(node)})  # type: ignore[type-var]
    return node


def filled(node: Any) -> bool:
    return bool([*parts(node, maths.Filled), *parts(node, maths.Pierced)])


def secrets(answers: Document, sheet: Document) -> list[maths.Math]:
    """The formulas that are asked for: in each line, box or cell with a blank the whole formula.

    A line of a proof that is a mere name is none.
    """
    names = {latex(line.left) for line in parts(sheet, b.Line) if line.left}
    return [found for found in _secrets(answers, sheet) if latex(found) not in names]


def _secrets(answers: Document, sheet: Document) -> Iterator[maths.Math]:
    asked = {latex(line.right) for steps in parts(sheet, b.Steps) for line in steps.lines}
    for line in parts(answers, b.Line):
        if filled(line.right):
            yield without_rules(line.right)
    for box in parts(answers, b.Result):
        if filled(box.math):
            yield without_rules(box.math.parts[1])
    for table in parts(answers, b.Table):
        for row in table.rows:
            yield from (without_rules(cell[0]) for cell in row if filled(cell) and len(row) == SYMBOLS)
    for answer in parts(answers, b.Answer):
        for steps in parts(answer, b.Steps):
            worked = any(isinstance(line.right, maths.Worked) for line in steps.lines)
            yield from (n.right for n in steps.lines[1:] if worked or latex(n.right) not in asked)
        yield from (box.math.parts[1] for box in parts(answer, b.Result))
        for table in parts(answer, b.Table):
            yield from (row[2][0] for row in table.rows)


def secret_code(answers: Document, sheet: Document) -> list[str]:
    """The lines of code that are asked for."""
    shown, whole = ({line for code in parts(d, b.Listing) for line in code.lines} for d in (sheet, answers))
    lines = (line.strip().partition("  # ")[0] for line in whole - shown)
    return sorted(line.partition(" = ")[2] for line in lines if " = " in line and not line.startswith("#"))
