"""Cells of a notebook, and the notebook as the bytes that Jupyter reads."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
BEGIN_HIDDEN, END_HIDDEN = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
STUBS = {"code": "# YOUR CODE HERE\nraise NotImplementedError()", "markdown": "YOUR ANSWER HERE"}
"""What nbgrader writes in place of a solution, in every language."""


@dataclass(frozen=True)
class Cell:
    """kind: markdown or code. role: what nbgrader takes it for, a key of ROLES; "" for nothing."""

    name: str
    kind: str
    source: str
    role: str = ""


ROLES: Mapping[str, Mapping[str, Any]] = {
    "": {},
    "solution": {"grade": False, "locked": False, "solution": True},
    "answer": {"grade": True, "locked": False, "points": 1, "solution": True},
    "test": {"grade": True, "locked": True, "points": 1, "solution": False},
    "given": {"grade": False, "locked": True, "solution": False},
}


def stripped(cell: Cell) -> Cell:
    """The cell as a student gets it: a stub in place of what stands between the marks, or of everything."""
    stub = STUBS[cell.kind]
    source = cut(cell.source, BEGIN_HIDDEN, END_HIDDEN, "")
    if ROLES[cell.role].get("solution"):
        found = cut(source, BEGIN, END, stub)
        source = found if found != source else stub
    return replace(cell, source=source)


def cut(source: str, begin: str, end: str, stub: str) -> str:
    """The text with a stub, indented like the first mark, in place of the marks and what is between them."""

    def put(found: re.Match[str]) -> str:
        return "".join(f"{found[1]}{line}\n" for line in stub.splitlines())

    whole = re.sub(
        rf"^( *){re.escape(begin)}\n.*?^ *{re.escape(end)}\n", put, f"{source}\n", flags=re.M | re.S
    )
    return whole.removesuffix("\n")


def written(cells: Iterable[Cell], marks: tuple[str, ...], title: str) -> str:
    """The notebook, in format 4.5; its first two lines hold the first of the marks.

    >>> print(written([], ("Made by derive.", "handout"), "T")[:47])
    {"metadata": {"derive": [
       "Made by derive.",
    """
    whole = {
        "metadata": {
            "derive": marks,
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
            "title": title,
        },
        "nbformat": 4,
        "nbformat_minor": 5,
        "cells": [_as_object(cell) for cell in named_apart(cells)],
    }
    text = json.dumps(whole, ensure_ascii=False, indent=1)
    return re.sub(r"^\{\s*\"metadata\": \{\s*\"derive\": \[\n", '{"metadata": {"derive": [\n', text)


def named_apart(cells: Iterable[Cell]) -> Iterator[Cell]:
    """The cells with a number after a name that has been there before: ids have to differ."""
    seen: Counter[str] = Counter()
    for cell in cells:
        seen[cell.name] += 1
        yield replace(cell, name=f"{cell.name}-{seen[cell.name]}") if seen[cell.name] > 1 else cell


def _as_object(cell: Cell) -> dict[str, Any]:
    metadata: dict[str, Any] = {}
    if cell.role:
        shared = {"grade_id": cell.name, "schema_version": 3, "task": False}
        metadata["nbgrader"] = dict(sorted({**ROLES[cell.role], **shared}.items()))
    made: dict[str, Any] = {"cell_type": cell.kind, "id": cell.name, "metadata": metadata}
    if cell.kind == "code":
        made |= {"execution_count": None, "outputs": []}
    return made | {"source": cell.source.splitlines(keepends=True)}
