"""What accuracy.py measures as tables and a plot: a line for each activation, loss and slope."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

OURS, TEXTBOOK = "ours", "textbook"
COLUMNS = (OURS, TEXTBOOK, "PyTorch", "SciPy", "JAX")
COLOURS = ("#1b6ca8", "#999999", "#d1495b", "#5a8f29", "#b07aa1")
LEVEL = 4.0
HEADINGS = {
    ("activation", ""): "Activations",
    ("activation", "'"): "Derivatives of activations",
    ("loss", ""): "Losses, the worst over all outputs",
    ("loss", "'"): "Gradients by the pre-activation, the worst over all outputs",
}
PANEL, LEFT, LINE, TOP, BETWEEN = 470, 165, 15, 44, 24
LOW, HIGH = -1.0, 18.0


@dataclass(frozen=True)
class Row:
    """The worst errors by column; inf where there is no number, or not the right infinity.

    what: the activation or the loss; output: of which activation it is the loss; order: "'" for a slope.
    """

    what: str
    output: str
    order: str
    errors: Mapping[str, float]
    found: bool

    @property
    def name(self) -> str:
        return f"{self.what} of {self.output}{self.order}" if self.output else self.what + self.order

    @property
    def better(self) -> list[str]:
        """Peers that are more accurate."""
        ours = self.errors[OURS]
        return [f"{c} {e:.3g}" for c, e in self.errors.items() if c not in (OURS, TEXTBOOK) and e < ours]

    @property
    def text(self) -> str:
        cells = (f"{self.errors[c]:10.3g}" if c in self.errors else " " * 10 for c in COLUMNS)
        return f"{self.name:44s}" + "".join(cells)


def summary(rows: Sequence[Row]) -> list[str]:
    """The rows that are not as they should be, by name."""
    missing = [row.name for row in rows if not row.found]
    above = [f"{row.name} ({row.errors[OURS]:.3g})" for row in rows if row.errors[OURS] > LEVEL]
    beaten = [f"{r.name} ({r.errors[OURS]:.3g}, {', '.join(r.better)})" for r in rows if r.better]
    return [
        f"{len(rows)} functions",
        f"no stable form found: {', '.join(missing) or 'none'}",
        f"above {LEVEL:g}: {', '.join(above) or 'none'}",
        f"a peer is more accurate: {', '.join(beaten) or 'none'}",
    ]


def grouped(rows: Sequence[Row]) -> Iterator[tuple[str, list[Row]]]:
    """The groups of table and plot; the losses that a peer has stand apart, output by output."""
    for (kind, order), heading in HEADINGS.items():
        own = [row for row in rows if row.order == order and bool(row.output) == (kind == "loss")]
        yield heading, own if kind == "activation" else list(_worst(own))
    beside = [row for row in rows if row.output and set(row.errors) - {OURS, TEXTBOOK}]
    yield "Losses and gradients that PyTorch has, by the pre-activation", beside


def _worst(rows: Sequence[Row]) -> Iterator[Row]:
    for loss in dict.fromkeys(row.what for row in rows):
        own = [row for row in rows if row.what == loss]
        errors = {c: max(row.errors[c] for row in own) for c in (OURS, TEXTBOOK)}
        yield Row(loss, "", own[0].order, errors, all(row.found for row in own))


def markdown(rows: Sequence[Row], points: int, versions: str, plot: str) -> str:
    lines = [
        "The largest error in units in the last place of the true value, over the condition number where",
        f"that exceeds 1, at {points} points and both sides of every kink in ±[1e-300, 1000] and 0, against",
        "ball arithmetic. inf: not a number, or an infinity where the true value is a double.",
        f"float64; {versions}.",
    ]
    for heading, own in grouped(rows):
        columns = [c for c in COLUMNS if any(c in row.errors for row in own)]
        lines += ["", f"## {heading}", "", f"| | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
        for row in own:
            cells = (f"{row.errors[c]:.3g}" if c in row.errors else "" for c in columns)
            lines.append(f"| {row.name} | {' | '.join(cells)} |")
    lines += ["", *(f"- {line}" for line in summary(rows)), "", f"![largest errors]({plot})", ""]
    return "\n".join(lines)


def plot(rows: Sequence[Row]) -> str:
    """SVG: a line for each function, a mark for each column, on logarithmic axes, in two panels."""
    groups = list(grouped(rows))
    panels = (groups[:1] + groups[4:], groups[1:4])
    count = max(sum(len(own) + 2 for _, own in panel) for panel in panels)
    height, width = TOP + LINE * count + 10, 2 * PANEL + BETWEEN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="11">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        '<text x="10" y="16" font-size="13">'
        "largest error in units in the last place (right edge: no number)</text>",
    ]
    for n, (column, colour) in enumerate(zip(COLUMNS, COLOURS, strict=True)):
        parts.append(f'<circle cx="{18 + 90 * n}" cy="31" r="4" fill="{colour}"/>')
        parts.append(f'<text x="{26 + 90 * n}" y="35">{column}</text>')
    for n, panel in enumerate(panels):
        parts += _panel(panel, n * (PANEL + BETWEEN))
    return "\n".join([*parts, "</svg>", ""])


def _panel(groups: Sequence[tuple[str, list[Row]]], left: int) -> Iterator[str]:
    def x(error: float) -> float:
        place = min(max(math.log10(error), LOW), HIGH) if error > 0 else LOW
        return left + LEFT + (place - LOW) / (HIGH - LOW) * (PANEL - LEFT - 12)

    y = float(TOP)
    for heading, own in groups:
        yield f'<text x="{left + 10}" y="{y + 12:.0f}" font-weight="bold">{heading}</text>'
        top = y + LINE + 3
        yield from _grid(x, top, top + LINE * len(own))
        for n, row in enumerate(own):
            yield from _line(row, left, top + LINE * (n + 0.5), x)
        y = top + LINE * (len(own) + 1) - 3


def _grid(x: Callable[[float], float], top: float, bottom: float) -> Iterator[str]:
    for error in (1.0, 1e4, 1e8, 1e12, 1e16):
        yield f'<line x1="{x(error):.1f}" x2="{x(error):.1f}" y1="{top}" y2="{bottom}" stroke="#ddd"/>'
        at = f'x="{x(error):.1f}" y="{bottom + 9}"'
        yield f'<text {at} font-size="8" fill="#666" text-anchor="middle">{error:g}</text>'
    yield f'<line x1="{x(LEVEL):.1f}" x2="{x(LEVEL):.1f}" y1="{top}" y2="{bottom}" stroke="#333"/>'


def _line(row: Row, left: int, y: float, x: Callable[[float], float]) -> Iterator[str]:
    name = row.name.replace("binary_cross_entropy", "cross-entropy")
    yield f'<text x="{left + LEFT - 8}" y="{y + 4}" font-size="10" text-anchor="end">{name}</text>'
    for column, colour in reversed(list(zip(COLUMNS, COLOURS, strict=True))):
        if column in row.errors:
            at = f'cx="{x(row.errors[column]):.1f}" cy="{y}"'
            yield f'<circle {at} r="3.5" fill="{colour}" fill-opacity="0.8"/>'
