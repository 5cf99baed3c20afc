"""The computational graph: values forward above it, gradients backward below it."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from derive.arrays import Entrywise
from derive.handout.drawing import Drawing, Label, Stroke, Tile
from derive.handout.example import Example
from derive.handout.maths import Digits, Formula, Grid, Mark, Math, Whole, joined
from derive.handout.paper import Paper
from derive.notation import Tensor
from derive.program import Node

WIDTH, TILE = 157.0, (10.4, 6.8)
MOST = 7
ROW = 3.6
NAME = 12
SHORT = 3
LETTER = 1.15
"""Millimetres that a letter of a label takes."""
Item = Stroke | Label | Tile


def graph_picture(paper: Paper) -> Drawing | None:
    """Tiles on one line, parameters below them; of a deep network its first and last layers."""
    net = paper.net
    if net is None:
        return None
    nodes = chain(paper)
    shown: list[Node | None] = list(nodes)
    if len(nodes) > MOST - 1:
        shown = [*nodes[:2], None, *nodes[-3:]]
    made = paper.example if len(shown) == len(nodes) else None
    tallest = 0
    if made is not None:
        tallest = max(len(column(made, t)) for t in (net.X, *(n.tensor for n in nodes)))
    middle = max(tallest, 1) * ROW + 6
    below = max(tallest * ROW + 6, 13) + 2
    gap = (WIDTH - TILE[0]) / len(shown)
    items = tuple(_items(paper, made, shown, gap, middle, below))
    return Drawing(
        (WIDTH, middle + below + 16), items, paper.word("network described", layers=paper.described)
    )


def _items(
    paper: Paper, made: Example | None, nodes: list[Node | None], gap: float, middle: float, below: float
) -> Iterator[Item]:
    net = paper.net
    assert net is not None
    places = [TILE[0] / 2 + n * gap for n in range(len(nodes) + 1)]
    yield from _tile(paper, made, net.X, places[0], middle)
    for n, node in enumerate(nodes, 1):
        start, end = places[n - 1] + TILE[0] / 2, places[n] - TILE[0] / 2
        if node is None:
            yield Label((places[n], middle), Mark("dots"), "c", "ink", 11)
            continue
        yield Stroke(((start, middle - 1.1), (end, middle - 1.1)), "forward", 1.0, arrow=True)
        inside = fused(paper) and n >= len(nodes) - 1
        if n > 1 and not inside and (has_gradient(paper, node) or node.tensor is paper.program.loss):
            yield Stroke(((end, middle + 1.1), (start, middle + 1.1)), "backward", 1.0, True, True)
        name = operation(paper, node)
        lines: list[Math | str] = [*stacked(name)] if isinstance(name, str) else [name]
        widest = max(map(width, lines)) if isinstance(name, str) else 0
        above = middle - (3.4 if widest < end - start else TILE[1] / 2 + 2)
        for number, line in enumerate(reversed(lines)):
            yield Label(((start + end) / 2, above - 3 * number), line, "c", "forward", 7)
        yield from _tile(paper, made, node.tensor, places[n], middle)
        yield from _leaves(paper, node, (start + end) / 2, middle, below)
    if fused(paper):
        yield from _around(paper, places[-3], places[-1], middle)


def chain(paper: Paper) -> list[Node]:
    """The definitions from the input to the loss."""
    return [n for n in paper.program.nodes if n.tensor is not paper.program.regularizer]


def fused(paper: Paper) -> bool:
    """Whether the gradient of the last pre-activation is computed without that of the output."""
    linear = chain(paper)[-3].tensor
    found = [g for g in paper.derivation if g.of is linear]
    return bool(found) and any(step.rule == "fuse" for step in found[0].steps)


def _around(paper: Paper, end: float, start: float, middle: float) -> Iterator[Item]:
    """One curved arrow past the output, with the gradient that it leads to."""
    top = middle + TILE[1] / 2
    turn = top + 11
    curve = ((start, top), (start - 2, turn), (end + 18, turn), (end + TILE[0] / 2 + 0.4, top - 1.5))
    yield Stroke(curve, "backward", 1.0, True, True, True)
    gradient = next(g for g in paper.derivation if g.of is chain(paper)[-3].tensor)
    if gradient.array is not None:
        formula: Math = Whole(gradient.symbol)
        if not isinstance(gradient.array, Entrywise) or sp.count_ops(gradient.array.formula) <= SHORT:
            formula = joined("=", formula, Formula(gradient.array, gradient.naming))
        yield Label(((start + end) / 2 - 9, turn + 1.6), formula, "c", "backward", 7.5)


def has_gradient(paper: Paper, node: Node | None) -> bool:
    return node is not None and f"d{node.tensor.name}" in paper.tensors


def _tile(paper: Paper, made: Example | None, tensor: Tensor, x: float, middle: float) -> Iterator[Item]:
    yield Tile((x, middle), TILE)
    yield Label((x, middle), Whole(tensor), "c", "ink", 9)
    if made is None:
        return
    above = column(made, tensor)
    yield Label((x, middle - TILE[1] / 2 - 1.2), above_grid(above), "n", "forward", 7)
    symbol = paper.tensors.get(f"d{tensor.name}")
    if symbol is not None and symbol.role == "gradient" and (symbol[(0,) * len(symbol.dims)] in made.values):
        yield Label((x, middle + TILE[1] / 2 + 1.2), above_grid(column(made, symbol)), "s", "backward", 7)


def width(text: Math | str) -> float:
    """How wide a word of a label is, about, in millimetres."""
    return sum(LETTER * (2 if letter > "\u2e80" else 1) for letter in str(text))


def stacked(name: str) -> list[str]:
    """Words of a long name on lines of their own."""
    return name.split(" ") if len(name) > NAME else [name]


def above_grid(entries: list[str]) -> Math:
    return Grid(tuple((Digits(entry),) for entry in entries))


def column(made: Example, tensor: Tensor) -> list[str]:
    """The entries of the first sample, with two decimals."""
    sample = made.net.samples
    if sample not in tensor.dims:
        return []
    axis = tensor.dims.index(sample)
    found = [v for e, v in made.values.items() if e.tensor is tensor and e.args[axis] == 0]
    return [f"{float(v):.2f}".replace("-", "−") for v in found]


def operation(paper: Paper, node: Node) -> Math | str:
    if node.note:
        return paper.called(node)
    weight = next(t for t in node.uses if t.role == "parameter" and len(t.dims) == 2)
    bias = next(t for t in node.uses if t.role == "parameter" and len(t.dims) == 1)
    return joined("+", joined("", Whole(weight), Mark("dot")), Whole(bias))


def _leaves(paper: Paper, node: Node, x: float, middle: float, below: float) -> Iterator[Item]:
    """Parameters with their gradients below an arrow, labels above the loss."""
    parameters = [t for t in node.uses if t.role == "parameter"]
    if parameters and node.tensor is not paper.program.loss:
        y = middle + below + 4
        yield Stroke(((x - 0.9, y - TILE[1] / 2), (x - 0.9, middle - 0.6)), "forward", 1.0, arrow=True)
        yield Stroke(((x + 0.9, middle + 1.4), (x + 0.9, y - TILE[1] / 2)), "backward", 1.0, True, True)
        yield Tile((x, y), (13.0, TILE[1]))
        yield Label((x, y), joined(",", *map(Whole, parameters)), "c", "ink", 8.5)
        slopes = [Whole(paper.tensors[f"d{t.name}"]) for t in parameters if f"d{t.name}" in paper.tensors]
        yield Label((x, y + TILE[1] / 2 + 2.6), joined(",", *slopes), "c", "backward", 8)
    labels = [t for t in node.uses if t.role == "label"]
    if labels:
        y = middle + below + 4
        yield Tile((x, y), TILE)
        yield Label((x, y), Whole(labels[0]), "c", "ink", 9)
        yield Stroke(((x, y - TILE[1] / 2), (x, middle - 0.6)), "forward", 1.0, arrow=True)
