"""Figures as SVG, with mathematics as MathML inside."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from math import atan2, degrees

from derive.handout import drawing as d
from derive.handout.maths import Math

COLOURS = {
    "ink": "#141414",
    "forward": "#17406D",
    "backward": "#C2501C",
    "grey": "#5F5F5F",
    "hair": "#BEBEBE",
}
UNIT = 10
"""Units of the picture in a millimetre: smaller numbers would meet the browser's least size of letters."""
POINT = 0.3528
ROOM = 800
PLACES = {"c": (0.5, "center", 0.5), "n": (0.5, "center", 1.0), "s": (0.5, "center", 0.0)}
PLACES |= {"e": (0.0, "flex-start", 0.5), "w": (1.0, "flex-end", 0.5)}
BASE = {"c": "center", "n": "flex-end", "s": "flex-start", "e": "center", "w": "center"}


def svg(picture: d.Drawing, math: Callable[[Math], str]) -> str:
    """The drawing at its width in millimetres, or narrower where there is less room."""
    width, height = picture.size
    items = "".join(_item(item, math) for item in picture.items)
    return (
        f'<svg role="img" aria-label="{escape(picture.description)}" viewBox="0 0 {_n(width)} {_n(height)}" '
        f'style="width:{width * 1.15:.0f}mm">{items}</svg>'
    )


def _item(item: d.Stroke | d.Disc | d.Tile | d.Label, math: Callable[[Math], str]) -> str:
    if isinstance(item, d.Stroke):
        return _stroke(item)
    if isinstance(item, d.Disc):
        x, y = item.centre
        fill = "#fff" if item.filled else "none"
        pen = _pen(item.colour, item.width)
        return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(item.radius)}" fill="{fill}" {pen}/>'
    if isinstance(item, d.Tile):
        (x, y), (w, h) = item.centre, item.size
        return (
            f'<rect x="{_n(x - w / 2)}" y="{_n(y - h / 2)}" width="{_n(w)}" height="{_n(h)}" rx="7" '
            f'fill="#fff" {_pen(item.colour, 0.7)}/>'
        )
    return _label(item, math)


def _stroke(item: d.Stroke) -> str:
    points = [f"{_n(x)} {_n(y)}" for x, y in item.points]
    path = f"M{points[0]}" + (
        "C" + " ".join(points[1:]) if item.curved else "".join(f"L{p}" for p in points[1:])
    )
    dash = ' stroke-dasharray="14 7"' if item.dashed else ""
    shown = f'<path d="{path}" fill="none" {_pen(item.colour, item.width)}{dash}/>'
    if item.arrow:
        (x0, y0), (x, y) = item.points[-2:]
        turn = degrees(atan2(y - y0, x - x0))
        shown += (
            f'<path d="M0 0L-17 -6L-17 6Z" fill="{COLOURS[item.colour]}" '
            f'transform="translate({_n(x)} {_n(y)}) rotate({turn:.1f})"/>'
        )
    return shown


def _label(item: d.Label, math: Callable[[Math], str]) -> str:
    across, side, down = PLACES[item.anchor]
    x, y = item.at[0] * UNIT - across * ROOM, item.at[1] * UNIT - down * ROOM
    shown = escape(item.text) if isinstance(item.text, str) else math(item.text)
    style = (
        f"font-size:{item.size * POINT * UNIT:.1f}px;color:{COLOURS[item.colour]};"
        f"justify-content:{side};align-items:{BASE[item.anchor]}"
    )
    return (
        f'<foreignObject x="{x:.1f}" y="{y:.1f}" width="{ROOM}" height="{ROOM}">'
        f'<div xmlns="http://www.w3.org/1999/xhtml" class="label" style="{style}">{shown}</div>'
        "</foreignObject>"
    )


def _pen(colour: str, width: float) -> str:
    return f'stroke="{COLOURS[colour]}" stroke-width="{width * POINT * UNIT:.2f}"'


def _n(length: float) -> str:
    return f"{length * UNIT:.1f}".rstrip("0").rstrip(".")
