"""The forward pass four times: one neuron, one layer, a loop over samples, one matrix product."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from derive.arrays import Array
from derive.derivation import Definition
from derive.handout.blocks import Block, Kept, Line, Pair, Paragraph, Result, Section, Steps
from derive.handout.maths import Grid, Letter, Mark, Math, ShapeCheck, Shaped, Whole, joined
from derive.handout.paper import Paper
from derive.handout.shapes import needs_shapes
from derive.notation import Index, IndexSum, Tensor
from derive.printing import numpy_expression


def blocks(paper: Paper) -> Iterator[Block]:
    yield Section("", paper.say("forward"))
    if paper.net is not None:
        yield from four_times(paper)
    yield Paragraph(paper.say("forward definitions"))
    for definition in paper.derivation.forward:
        if definition.node.tensor not in paper.program.costs:
            yield result(paper, definition)
    yield Paragraph(paper.say("forward cost"))
    yield from costs(paper)


def result(paper: Paper, definition: Definition) -> Result:
    tensor = definition.node.tensor
    shapes = ShapeCheck(tensor, definition.array, paper.naming)
    entrywise = not definition.node.body.has(IndexSum)
    aside = paper.say("entrywise shapes" if entrywise else "shapes", shapes=shapes)
    return Result(equation(paper, definition), aside, paper.numbers[tensor.name])


def equation(paper: Paper, definition: Definition) -> Math:
    node = definition.node
    if definition.array is not None and needs_shapes(definition.array):
        return Shaped(node.tensor, definition.array, paper.naming)
    if definition.array is not None:
        return joined("=", Whole(node.tensor), paper.math(definition.array))
    return joined("=", paper.math(node.tensor[node.indices]), paper.math(node.body))


def costs(paper: Paper) -> Iterator[Block]:
    for definition in paper.derivation.forward:
        node = definition.node
        if node.tensor in paper.program.costs:
            left, right = paper.math(node.tensor[node.indices]), paper.math(node.body)
            yield Result(joined("=", left, right), (paper.called(node),), paper.numbers[node.tensor.name])
    yield Result(joined("=", Letter("J"), paper.total), paper.say("scalar"), paper.numbers["J"])


def four_times(paper: Paper) -> Iterator[Block]:
    linear, active = paper.derivation.forward[:2]
    node = linear.node
    tensor, (weight, bias) = node.tensor, parameters(linear)
    unit, sample = unit_and_sample(paper, linear)
    yield Section("", paper.say("one neuron"), 2)
    yield Paragraph(
        paper.say(
            "one neuron text", k=paper.math(unit), i=paper.math(sample), n=paper.math(inner(linear).dim)
        )
    )
    lines = [
        Line(paper.math(tensor[node.indices]), paper.math(node.body), paper.say("neuron sum")),
        Line(
            paper.math(active.node.tensor[active.node.indices]),
            paper.math(active.node.body),
            paper.say("neuron activation"),
        ),
    ]
    yield Kept(tuple(Steps((line,)) for line in lines))
    yield Section("", paper.say("one layer"), 2)
    yield Paragraph(
        paper.say(
            f"one layer text {paper.derivation.convention.layout}",
            n=paper.math(unit.dim),
            weight=Whole(weight),
            bias=Whole(bias),
        )
    )
    yield Steps(tuple(stacked(paper, linear)))
    yield Section("", paper.say("all samples"), 2)
    yield Paragraph(paper.say("all samples text"))
    yield Pair(
        (paper.word("a loop"), paper.word("one product")), (loop(paper, linear), product(paper, linear))
    )
    yield Paragraph(paper.say(f"broadcast {paper.derivation.convention.layout}", bias=Whole(bias)))
    yield Section("", paper.say("all definitions"), 2)


def parameters(linear: Definition) -> tuple[Tensor, Tensor]:
    """The weights and the biases of a linear definition."""
    found = [t for t in linear.node.uses if t.role == "parameter"]
    return max(found, key=lambda t: len(t.dims)), min(found, key=lambda t: len(t.dims))


def inner(linear: Definition) -> Index:
    (total,) = linear.node.body.atoms(IndexSum)
    index: Index = total.indices[0]
    return index


def unit_and_sample(paper: Paper, linear: Definition) -> tuple[sp.Expr, sp.Expr]:
    assert paper.net is not None
    samples = [index for index in linear.node.indices if index.dim == paper.net.samples]
    units = [index for index in linear.node.indices if index.dim != paper.net.samples]
    return units[0], samples[0]


def source(linear: Definition) -> Tensor:
    return next(t for t in linear.node.uses if t.role != "parameter")


def stacked(paper: Paper, linear: Definition) -> Iterator[Line]:
    """One sample: the neurons under each other (or side by side, where samples are rows)."""
    rows = paper.derivation.convention.layout == "rows"
    weight, bias = parameters(linear)
    value, tensor = source(linear), linear.node.tensor
    axis = 1 if rows else 0
    count_in, count_out = (int(t.dims[axis].xreplace(paper.program.sizes)) for t in (value, tensor))
    left = vector(tensor, count_out, rows)
    right = _row_times(
        rows,
        vector(value, count_in, rows),
        matrix(weight, (count_in, count_out) if rows else (count_out, count_in)),
    )
    yield Line(left, joined("+", right, vector(bias, count_out, rows, sample=False)), paper.say("stacked"))


def _row_times(rows: bool, values: Math, weights: Math) -> Math:
    return joined("", values, weights) if rows else joined("", weights, values)


def shown(count: int) -> list[int | None]:
    """Which of the entries are shown, None for dots."""
    return list(range(1, count + 1)) if count <= 4 else [1, 2, None, count]


def vector(tensor: Tensor, count: int, row: bool, sample: bool = True) -> Grid:
    letters = ("i",) if sample else ()
    entries: list[Math] = []
    for number in shown(count):
        if number is None:
            entries.append(Mark("dots" if row else "vertical dots"))
        else:
            below = (*letters, str(number)) if row else (str(number), *letters)
            entries.append(Whole(tensor, below))
    return Grid((tuple(entries),)) if row else Grid(tuple((entry,) for entry in entries))


def matrix(tensor: Tensor, counts: tuple[int, int]) -> Grid:
    def entry(i: int | None, j: int | None) -> Math:
        if i is None:
            return Mark("vertical dots") if j is not None else Mark("nothing")
        return Mark("dots") if j is None else Whole(tensor, (str(i), str(j)))

    return Grid(tuple(tuple(entry(i, j) for j in shown(counts[1])) for i in shown(counts[0])))


def product(paper: Paper, linear: Definition) -> tuple[str, ...]:
    array = linear.array
    assert isinstance(array, Array)
    text = numpy_expression(array, paper.open_naming, linear.node.tensor.axes(linear.node.indices))
    return (f"{linear.name} = {text}",)


def loop(paper: Paper, linear: Definition) -> tuple[str, ...]:
    """The same product for one sample after the other, one column, or row, each."""
    rows = paper.derivation.convention.layout == "rows"
    one = "[[i], :]" if rows else "[:, [i]]"
    (line,) = product(paper, linear)
    name, text = line.split(" = ", 1)
    value = source(linear).name
    text = text.replace(value, f"{value}{one}", 1)
    return (
        f"{name} = np.zeros({shape_text(linear.node.tensor)})",
        "for i in range(m):",
        f"    {name}{one} = {text}",
    )


def shape_text(tensor: Tensor) -> str:
    return f"({', '.join(map(str, tensor.shape))})"
