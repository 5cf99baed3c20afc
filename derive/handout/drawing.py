"""Figures as data: shapes and labels in millimetres, x to the right and y down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from derive.handout.maths import Math

Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True)
class Stroke:
    """A path through points, or a curve if there are four: start, two controls, end.

    colour: ink, grey, hair, forward or backward; width in points.
    """

    points: tuple[Point, ...]
    colour: str = "ink"
    width: float = 0.7
    dashed: bool = False
    arrow: bool = False
    curved: bool = False


@dataclass(frozen=True)
class Disc:
    centre: Point
    radius: float
    colour: str = "ink"
    filled: bool = False
    width: float = 0.7


@dataclass(frozen=True)
class Tile:
    """A rounded box around a centre."""

    centre: Point
    size: tuple[float, float]
    colour: str = "ink"


@dataclass(frozen=True)
class Label:
    """Mathematics or words at a point; anchor says which side of them is there: c, n, s, e or w."""

    at: Point
    text: Math | str
    anchor: str = "c"
    colour: str = "ink"
    size: float = 7.5


@dataclass(frozen=True)
class Drawing:
    """description: what it shows, for those who cannot see it."""

    size: tuple[float, float]
    items: tuple[Stroke | Disc | Tile | Label, ...]
    description: str
