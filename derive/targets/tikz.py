r"""Figures as TikZ: coordinates are millimetres, y points down as in the drawing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from derive.handout import drawing as d
from derive.handout.maths import Math

ANCHORS = {"c": "center", "n": "south", "s": "north", "e": "west", "w": "east"}


def tikz(picture: d.Drawing, text: Callable[[Math | str], str]) -> str:
    """The drawing; text prints what stands at a label."""
    width, height = picture.size
    items = "".join(f"  {ITEMS[type(item)](item, text)}\n" for item in picture.items)
    frame = f"  \\useasboundingbox (0,0) rectangle ({_n(width)},{_n(height)});\n"
    return f"\\begin{{tikzpicture}}[drawing]\n{frame}{items}\\end{{tikzpicture}}"


def _stroke(item: d.Stroke, text: Callable[[Math | str], str]) -> str:
    points = [_at(point) for point in item.points]
    path = " -- ".join(points)
    if item.curved:
        start, first, second, end = points
        path = f"{start} .. controls {first} and {second} .. {end}"
    style = [item.colour, f"line width={item.width}pt", *["dashes"] * item.dashed, *["tip"] * item.arrow]
    return rf"\draw[{','.join(style)}] {path};"


def _disc(item: d.Disc, text: Callable[[Math | str], str]) -> str:
    fill = ",fill=white" if item.filled else ""
    radius = f"[radius={_n(item.radius)}]"
    return rf"\draw[{item.colour},line width={item.width}pt{fill}] {_at(item.centre)} circle{radius};"


def _tile(item: d.Tile, text: Callable[[Math | str], str]) -> str:
    (x, y), (width, height) = item.centre, item.size
    corners = (x - width / 2, y - height / 2), (x + width / 2, y + height / 2)
    return rf"\draw[{item.colour},tile] {_at(corners[0])} rectangle {_at(corners[1])};"


def _label(item: d.Label, text: Callable[[Math | str], str]) -> str:
    style = rf"{item.colour},anchor={ANCHORS[item.anchor]},font=\lettersize{{{item.size}}}"
    return rf"\node[{style}] at {_at(item.at)} {{{text(item.text)}}};"


ITEMS: dict[type, Callable[[Any, Callable[[Math | str], str]], str]] = {
    d.Stroke: _stroke,
    d.Disc: _disc,
    d.Tile: _tile,
    d.Label: _label,
}


def _at(point: d.Point) -> str:
    return f"({_n(point[0])},{_n(point[1])})"


def _n(length: float) -> str:
    return f"{length:.2f}".rstrip("0").rstrip(".")
