"""The network as circles and lines."""

from __future__ import annotations

from collections.abc import Iterator

from derive.handout.drawing import Disc, Drawing, Label, Stroke
from derive.handout.maths import Digits, Letter, Mark, Math, Scripts, Whole, joined
from derive.handout.paper import Paper
from derive.handout.writing import shape_of
from derive.notation import Tensor
from derive.targets.layers import Layers

RADIUS = 3.4
GAP_X, GAP_Y = 25.0, 9.2
MOST_UNITS, MOST_LAYERS = 5, 4


def network_picture(paper: Paper) -> Drawing | None:
    """Layers from left to right; of a wide layer its first and last units, of a deep network its ends."""
    net = paper.net
    if net is None:
        return None
    columns = [Column(net.X, 0), *(Column(n.tensor, k) for k, n in enumerate(net.activations, 1))]
    if len(columns) > MOST_LAYERS:
        columns = [*columns[: MOST_LAYERS - 2], None, columns[-1]]  # type: ignore[list-item]
    rows = max(len(shown_units(paper, c)) for c in columns if c)
    height = rows * GAP_Y + 11
    width = (len(columns) - 1) * GAP_X + 4 * RADIUS + 10
    items = tuple(_items(paper, net, columns, rows, height - 3))
    return Drawing((width, height), items, paper.word("network described", layers=paper.described))


class Column:
    """A layer: its tensor of values and its number."""

    def __init__(self, tensor: Tensor, number: int) -> None:
        self.tensor, self.number = tensor, number


def units(paper: Paper, column: Column) -> int:
    assert paper.net is not None
    return int(paper.net.width(column.tensor).xreplace(paper.program.sizes))


def shown_units(paper: Paper, column: Column) -> list[int | None]:
    count = units(paper, column)
    return list(range(1, count + 1)) if count <= MOST_UNITS else [1, 2, 3, None, count]


def _items(
    paper: Paper, net: Layers, columns: list[Column], rows: int, foot: float
) -> Iterator[Stroke | Disc | Label]:
    places: list[list[tuple[float, float]]] = []
    for n, column in enumerate(columns):
        shown = shown_units(paper, column) if column else [None]
        top = 5 + (rows - len(shown)) * GAP_Y / 2 + GAP_Y / 2
        places.append([(8 + n * GAP_X, top + k * GAP_Y) for k in range(len(shown))])
    for n in range(1, len(columns)):
        if columns[n] and columns[n - 1]:
            yield from _edges(paper, columns[n - 1], columns[n], places[n - 1], places[n])
    for n, column in enumerate(columns):
        if not column:
            yield Label(places[n][0], Mark("dots"), size=11)
            continue
        for place, unit in zip(places[n], shown_units(paper, column), strict=True):
            if unit is None:
                yield Label(place, Mark("vertical dots"), size=9)
            else:
                chosen = column.number == 1 and unit == min(2, units(paper, column))
                yield Disc(place, RADIUS, "forward" if chosen else "ink", True)
                yield Label(place, _unit(column, unit), size=7)
        count = units(paper, column)
        text = paper.word("input below" if count == 1 else "inputs below", n=count)
        if column.number:
            name = paper.called(net.activations[column.number - 1])
            text = paper.word("units below", n=count, name=name)
        yield Label((places[n][0][0], foot), text, "c", "grey", 7.5)
    for n in range(1, len(columns)):
        if columns[n] and columns[n - 1]:
            weight = [t for t in net.parameters if len(t.dims) == 2][columns[n].number - 1]
            x = (places[n - 1][0][0] + places[n][0][0]) / 2
            yield Label((x, 2.2), joined(":", Whole(weight), shape_of(weight, paper.naming)), "c", "grey", 7)


def _edges(
    paper: Paper,
    left: Column,
    right: Column,
    starts: list[tuple[float, float]],
    ends: list[tuple[float, float]],
) -> Iterator[Stroke]:
    chosen = min(2, units(paper, right)) if right.number == 1 else 0
    lines = []
    for start, here in zip(starts, shown_units(paper, left), strict=True):
        for end, there in zip(ends, shown_units(paper, right), strict=True):
            if here is not None and there is not None:
                blue = there == chosen
                lines.append(Stroke((start, end), "forward" if blue else "hair", 1.1 if blue else 0.45))
    yield from sorted(lines, key=lambda line: line.width)


def _unit(column: Column, unit: int) -> Math:
    number = Digits(str(unit))
    if column.number == 0:
        return Scripts(Letter("x"), number)
    return Scripts(Letter("a"), number, Digits(f"[{column.number}]"))
