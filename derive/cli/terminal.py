"""Printing: results on standard output, remarks, progress and errors on standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence

from derive.report import Row, aligned


def print_rows(rows: Sequence[Row], styles: Sequence[str] = (), indent: str = "  ") -> None:
    """Rows with their cells under each other: in colour and wrapped on a terminal, plain in a pipe."""
    if not rows:
        return
    if not is_terminal(sys.stdout):
        print("\n".join(aligned(rows, indent)))
        return
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 3, 0, 0))
    for number in range(len(rows[0])):
        table.add_column(style=styles[number] if number < len(styles) else "", overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    Console(highlight=False).print(Padding(table, (0, 0, 0, len(indent))))


def remark(text: str) -> None:
    print(text, file=sys.stderr)


def complain(message: object) -> None:
    print(f"derive: {message}", file=sys.stderr)


def with_progress(specs: Sequence[str]) -> Iterator[str]:
    """The specs, with a bar on standard error when there are several and somebody is looking."""
    if len(specs) < 2 or not is_terminal(sys.stderr):
        yield from specs
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(specs, description="building", console=Console(stderr=True), transient=True)


def is_terminal(stream: object) -> bool:
    """Whether somebody looks at the stream, in a terminal that knows more than lines."""
    isatty = getattr(stream, "isatty", None)
    return bool(isatty and isatty()) and os.environ.get("TERM") != "dumb"
