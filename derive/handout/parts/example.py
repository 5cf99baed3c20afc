"""A worked example: numbers small enough to be redone by hand."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from derive.handout.blocks import Block, Flow, Paragraph, Ref, Section, Table, Text
from derive.handout.example import RATE, Example, entries, fixed
from derive.handout.maths import Bracketed, Digits, Formula, Grid, Letter, Math, Whole, Worked, joined
from derive.handout.paper import Paper
from derive.notation import Element, Tensor

Row = tuple[Text, ...]


def blocks(paper: Paper) -> Iterator[Block]:
    made = paper.example
    if made is None:
        return
    yield Section("", paper.say("example"))
    narrowed = any(made.sizes[symbol] != size for symbol, size in paper.program.sizes.items())
    key = "example narrowed" if narrowed else "example text"
    widths = " → ".join(str(made.sizes[symbol]) for symbol in paper.program.sizes)
    yield Paragraph(
        paper.say(key, m=joined("=", Letter("m"), Digits(str(made.sizes[made.net.samples]))), widths=widths)
    )
    given = [joined("=", Whole(t), grid(made, t)) for t in paper.program.leaves]
    yield Flow(tuple(given))
    head = tuple(paper.say(key) for key in ("quantity", "equation", "by hand", "all entries"))
    forward = [row(paper, made, d[0], d[1]) for d in made.definitions if d[1].role != "gradient"]
    forward.append(cost_row(paper, made))
    backward = [row(paper, made, d[0], d[1]) for d in made.definitions if d[1].role == "gradient"]
    yield Table(head, (*forward, *backward), "llLl", len(forward) - 1)
    yield Paragraph(paper.say("one step", rate=joined("=", Letter("eta"), Formula(RATE))))
    after = made.updated
    steps = [
        joined("=", Whole(t), grid(after, t, True)) for t in paper.program.leaves if t.role == "parameter"
    ]
    yield Flow(tuple(steps))
    yield Paragraph(
        paper.say(
            "cost falls", J=Letter("J"), before=Digits(fixed(made.cost)), after=Digits(fixed(after.cost))
        )
    )


def grid(made: Example, tensor: Tensor, computed: bool = False) -> Math:
    """All entries of a tensor in its layout."""

    def shown(entry: tuple[int, ...]) -> Math:
        element = tensor[entry]
        return Digits(fixed(made.values[element]) if computed else made.digits(element))

    if not tensor.dims:
        return shown(())
    assert tensor.layout is not None
    height, width = (
        1 if axis is None else int(tensor.dims[axis].xreplace(made.sizes)) for axis in tensor.layout
    )

    def at(i: int, j: int) -> tuple[int, ...]:
        place = {axis: n for axis, n in zip(tensor.layout or (), (i, j), strict=True) if axis is not None}
        return tuple(place[n] for n in range(len(tensor.dims)))

    return Grid(tuple(tuple(shown(at(i, j)) for j in range(width)) for i in range(height)))


def row(paper: Paper, made: Example, name: str, tensor: Tensor) -> Row:
    by_hand = made.hand(name)
    line: Text = ()
    if by_hand is not None:
        first = tensor[(0,) * len(tensor.dims)]
        left = Whole(tensor, tuple("1" for _ in tensor.dims))
        result = Digits(made.digits(first))
        worked = Worked(by_hand, made.digits, made.sizes)
        at_once = by_hand.is_number or isinstance(by_hand, Element)
        line = (joined("=", left, result) if at_once else joined("=", left, worked, result),)
    return (Whole(tensor),), (Ref(paper.numbers[name]),), line, (grid(made, tensor),)


def cost_row(paper: Paper, made: Example) -> Row:
    parts = [Digits(made.digits(t[entry])) for t in made.totalled for entry in entries(t, made.sizes)]
    total: Math = parts[0] if len(parts) == 1 else joined("+", *parts)
    scale = sp.sympify(made.program.scale).xreplace(made.sizes)
    cost = Digits(fixed(made.cost))
    line = joined("=", Letter("J"), joined("", Formula(scale), Bracketed(total)), cost)
    return (Letter("J"),), (Ref(paper.numbers["J"]),), (line,), (cost,)
