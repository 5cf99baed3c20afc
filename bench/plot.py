"""What step.py measures as a plot: each network on a line, how many times as fast as the best peer."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable
from typing import Any

COLOURS = {"relu": "#1b6ca8", "tanh": "#d1495b", "gelu": "#5a8f29"}
WIDTH, LEFT, RIGHT, LINE, TOP = 760, 210, 30, 30, 54


def plot(found: list[dict[str, Any]], speed: Callable[[dict[str, Any]], float]) -> str:
    """SVG: filled marks are float64, open ones float32; the axis is logarithmic."""
    shapes = list(dict.fromkeys(row["shape"] for row in found))
    values = [speed(row) for row in found]
    low, high = math.log2(min(*values, 0.5)), math.log2(max(*values, 2.0))

    def x(value: float) -> float:
        return LEFT + (math.log2(value) - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    height = TOP + LINE * len(shapes) + 34
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        'font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        f'<text x="{LEFT}" y="18">times as fast as the best peer '
        f"(geometric mean {statistics.geometric_mean(values):.2f})</text>",
    ]
    for place, (name, colour) in enumerate(COLOURS.items()):
        at = LEFT + 80 * place
        parts.append(f'<circle cx="{at + 5}" cy="36" r="5" fill="{colour}"/>')
        parts.append(f'<text x="{at + 15}" y="40">{name}</text>')
    parts.append(f'<text x="{LEFT + 250}" y="40">filled: float64, open: float32</text>')
    bottom = TOP + LINE * len(shapes)
    for exponent in range(math.ceil(low), math.floor(high) + 1):
        at, colour = x(2.0**exponent), "#333" if exponent == 0 else "#ddd"
        parts.append(f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{TOP}" y2="{bottom}" stroke="{colour}"/>')
        parts.append(f'<text x="{at:.1f}" y="{bottom + 18}" text-anchor="middle">{2.0**exponent:g}</text>')
    for place, shape in enumerate(shapes):
        y = TOP + LINE * (place + 0.5)
        parts.append(f'<text x="{LEFT - 12}" y="{y + 4}" text-anchor="end">{shape}</text>')
        for row in (row for row in found if row["shape"] == shape):
            colour = COLOURS[row["activation"]]
            fill = colour if row["dtype"] == "float64" else "white"
            mark = f'r="5" fill="{fill}" stroke="{colour}" stroke-width="2"'
            parts.append(f'<circle cx="{x(speed(row)):.1f}" cy="{y}" {mark}/>')
    return "\n".join([*parts, "</svg>", ""])
