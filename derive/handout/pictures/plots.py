"""Plots of activations: g solid, its slope dashed, on plain axes."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, dist, floor

from derive.handout.drawing import Drawing, Label, Point, Stroke
from derive.handout.functions import Curve
from derive.handout.maths import Digits, Letter, Mark, Math, Scripts

WIDTH, HEIGHT = 76.0, 44.0
LEFT, RIGHT, TOP, BOTTOM = 9.0, 3.0, 3.0, 6.0
LOW, HIGH = -4, 4
LARGEST = 4
COUNT = 60
BESIDE = 3.0
Item = Stroke | Label


class Frame:
    """From coordinates of the plot to millimetres."""

    def __init__(self, left: float, low: float, high: float) -> None:
        self.left, self.low, self.high = left, low, high

    def x(self, z: float) -> float:
        return self.left + LEFT + (z - LOW) / (HIGH - LOW) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        return HEIGHT - BOTTOM - (value - self.low) / (self.high - self.low) * (HEIGHT - TOP - BOTTOM)

    def point(self, z: float, value: float) -> Point:
        return self.x(z), self.y(value)

    def room(self, place: Point) -> float:
        """How far inside a point is; negative outside."""
        (left, foot), (right, head) = self.point(LOW, self.low), self.point(HIGH, self.high)
        return min(place[0] - left, right - place[0], place[1] - head, foot - place[1])


def plots(curves: list[Curve], description: str) -> Drawing:
    """Two beside each other at most."""
    items = [item for n, curve in enumerate(curves) for item in _plot(curve, n * (WIDTH + 6.0))]
    width = len(curves) * WIDTH + (len(curves) - 1) * 6.0
    return Drawing((width, HEIGHT), tuple(items), description)


def _plot(curve: Curve, left: float) -> Iterator[Item]:
    parts = curve.samples(LOW, HIGH, COUNT)
    values = [v for part in parts for _, *both in part for v in both]
    low = floor(max(min(*values, 0), -LARGEST) * 2) / 2
    high = ceil(min(max(*values, 0.5), LARGEST) * 2) / 2
    frame = Frame(left, low, high)
    yield from _axes(frame)
    for number, (colour, dashed) in enumerate((("forward", False), ("backward", True)), 1):
        for part in parts:
            inside = [(p[0], p[number]) for p in part if low - 1e-6 <= p[number] <= high + 1e-6]
            if len(inside) > 1:
                points = tuple(frame.point(z, v) for z, v in inside)
                yield Stroke(points, colour, 1.5, dashed)
    yield from _names(frame, [p for part in parts for p in part])


def _axes(frame: Frame) -> Iterator[Item]:
    if frame.low < 0:
        yield Stroke((frame.point(LOW, 0), frame.point(HIGH, 0)), "hair", 0.4)
    yield Stroke((frame.point(0, frame.low), frame.point(0, frame.high)), "hair", 0.4)
    corner = frame.point(LOW, frame.low)
    yield Stroke((frame.point(LOW, frame.high), corner, frame.point(HIGH, frame.low)), "grey", 0.5)
    for z in range(LOW, HIGH + 1, 2):
        x, y = frame.point(z, frame.low)
        yield Stroke(((x, y), (x, y + 0.8)), "grey", 0.5)
        yield Label((x, y + 3.2), _number(z), "c", "grey", 7)
    step = 1 if frame.high - frame.low > 1.5 else 0.5 if frame.high - frame.low > 0.6 else 0.25
    count = floor((frame.high - frame.low) / step + 1e-9)
    for n in range(count + 1):
        value = ceil(frame.low / step) * step + n * step
        if value <= frame.high + 1e-9:
            x, y = frame.point(LOW, value)
            yield Stroke(((x - 0.8, y), (x, y)), "grey", 0.5)
            yield Label((x - 1.6, y), _number(value), "w", "grey", 7)


def _names(frame: Frame, points: list[tuple[float, float, float]]) -> Iterator[Item]:
    """Each curve is named beside it, where the other curve, the frame and the other name are far away."""
    curves = [[frame.point(z, both[n]) for z, *both in points] for n in range(2)]
    names: tuple[tuple[Math, str], ...] = (
        (Letter("g"), "forward"),
        (Scripts(Letter("g"), above=Mark("prime")), "backward"),
    )
    taken: list[Point] = []
    for own, other, (name, colour) in zip(curves, reversed(curves), names, strict=True):
        places = [(x, y + side) for x, y in own[::4] for side in (-BESIDE, BESIDE)]
        free = {
            place: min(2 * _room(place, own), _room(place, [*other, *taken]), frame.room(place), 3 * BESIDE)
            for place in places
        }
        best = max(free, key=lambda place: free[place])
        if free[best] > BESIDE / 2:
            taken.append(best)
            yield Label(best, name, "c", colour, 8.5)


def _room(place: Point, others: list[Point]) -> float:
    return min(dist(place, other) for other in others)


def _number(value: float) -> Math:
    return Digits(f"{value:g}")
