"""Which lines of train.py a student writes: between the marks of nbgrader, everything else without shapes."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import groupby

from derive.targets.notebook.cells import BEGIN, END

SIZES = r"\((?:n\w*|m|1)(?:, (?:n\w*|m|1))+\)"
Given = Callable[[str, tuple[str, ...]], bool]


@dataclass(frozen=True)
class Lines:
    """Lines of a function, counted from 1, and what they compute: a name, LOOP, RESULT, or "" for nothing."""

    first: int
    last: int
    name: str


LOOP, RESULT = "a loop", "the result"


def marked(source: str, known: Collection[str], given: Given) -> str:
    """A function with marks around what is to be written.

    known: names of definitions and gradients. given: whether what computes a name, in these lines, is shown.
    """
    lines, function = source.split("\n"), parsed(source)
    hidden = set[int]()
    for part in computed(function, known):
        text = tuple(lines[part.first - 1 : part.last])
        if part.name and not given(part.name, text):
            hidden.update(range(part.first, part.last + 1))
    return "\n".join(_written(lines, without_shapes(source).split("\n"), hidden))


def parsed(source: str) -> ast.FunctionDef:
    (function,) = ast.parse(source).body
    assert isinstance(function, ast.FunctionDef)
    return function


def _written(lines: list[str], shown: list[str], hidden: set[int]) -> Iterator[str]:
    """lines: as they are, for what is hidden; shown: the same without shapes."""
    for is_hidden, group in groupby(range(1, len(lines) + 1), hidden.__contains__):
        numbers = list(group)
        if not is_hidden:
            yield from (shown[n - 1] for n in numbers)
            continue
        part = [lines[n - 1] for n in numbers]
        start = next(n for n, line in enumerate(part) if line)
        margin = " " * (len(part[start]) - len(part[start].lstrip()))
        yield from (*part[:start], f"{margin}{BEGIN}", *part[start:], f"{margin}{END}")


def computed(function: ast.FunctionDef, known: Collection[str]) -> Iterator[Lines]:
    """The body in order; a help variable goes with what is computed from it, a remark with the line below."""
    end = function.body[0].lineno - 1
    first: int | None = None
    for statement in function.body:
        assert statement.end_lineno is not None
        start, end = end + 1, statement.end_lineno
        name = named(statement, known)
        if name is None and first is None:
            first = start
        elif name is not None:
            yield Lines(first or start, end, name)
            first = None


def named(statement: ast.stmt, known: Collection[str]) -> str | None:
    """What a statement computes: "" for nothing, None for a help variable."""
    if isinstance(statement, ast.For):
        return LOOP
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        target = statement.targets[0].id
        if target in known:
            return target
        return None if computes(statement) else ""
    return RESULT if not isinstance(statement, ast.If | ast.Expr) and computes(statement) else ""


def computes(statement: ast.stmt) -> bool:
    """Whether there is more in it than taking arrays out, checking them, and naming them."""
    parts = tuple(ast.walk(statement))
    called = any(isinstance(p, ast.Call) and not ast.unparse(p.func).startswith("checked_") for p in parts)
    return called or any(isinstance(p, ast.BinOp) and not isinstance(p.op, ast.BitOr) for p in parts)


def without_shapes(source: str) -> str:
    r"""The function without the shapes in its docstring and in remarks.

    >>> print(without_shapes("def f(x):\n    'A, (n1, m).'\n    W1 = x[(n0, 1)]  # (n1, n0), equation 3"))
    def f(x):
        'A.'
        W1 = x[(n0, 1)]  # equation 3
    """
    words = parsed(source).body[0]
    assert words.end_lineno is not None
    lines = source.split("\n")
    for number, line in enumerate(lines):
        code, mark, remark = line.rpartition("# ")
        if words.lineno <= number + 1 <= words.end_lineno:
            lines[number] = re.sub(rf",? {SIZES}", "", line)
        elif mark:
            kept = re.sub(rf"{SIZES}(?:, )?", "", remark).strip()
            lines[number] = f"{code}{mark}{kept}" if kept else code.rstrip()
    return "\n".join(lines)
