"""The functions of train.py, one by one."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Functions:
    """train.py as text; its parts are found by name."""

    program: str

    @cached_property
    def lines(self) -> list[str]:
        return self.program.splitlines()

    @cached_property
    def found(self) -> dict[str, ast.FunctionDef]:
        tree = ast.parse(self.program)
        return {part.name: part for part in tree.body if isinstance(part, ast.FunctionDef)}

    def source(self, *names: str) -> str:
        """These functions, one after the other; of those that may be missing, the ones that are there."""
        parts = (self.found[name] for name in names if name in self.found)
        return "\n\n\n".join(self.text(part) for part in parts)

    def text(self, part: ast.stmt) -> str:
        assert part.end_lineno is not None
        return "\n".join(self.lines[part.lineno - 1 : part.end_lineno])

    def imports(self, names: Sequence[str]) -> str:
        """The imports that these functions and the constants need."""
        parts = (*(self.found[name] for name in names if name in self.found), *self._constants)
        used = {name.id for part in parts for name in ast.walk(part) if isinstance(name, ast.Name)}
        kept: list[str] = []
        for line in self.lines[: self._first]:
            bound = {alias.asname or alias.name for alias in _aliases(line)}
            if bound & used:
                kept.append(line.partition("  # ")[0])
            elif not line and kept and kept[-1]:
                kept.append("")
        return "\n".join(kept).strip()

    def constants(self) -> str:
        """What is assigned before the first function."""
        return "\n".join(map(self.text, self._constants))

    @cached_property
    def _first(self) -> int:
        return min(part.lineno for part in self.found.values()) - 1

    @cached_property
    def _constants(self) -> list[ast.Assign]:
        body = ast.parse(self.program).body
        return [part for part in body if isinstance(part, ast.Assign) and part.lineno <= self._first]


def _aliases(line: str) -> list[ast.alias]:
    """What a line imports; nothing if it is no import."""
    if not line.startswith(("import ", "from ")):
        return []
    (part,) = ast.parse(line).body
    assert isinstance(part, ast.Import | ast.ImportFrom)
    return part.names
