"""The exercise sheet as cells: questions, cells for their answers, functions of train.py to be written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cached_property, partial

import sympy as sp

from derive.handout import blocks as b
from derive.handout.example import Example, entries
from derive.handout.maths import Blank, Math, Pierced
from derive.handout.pages import handout
from derive.notation import Tensor
from derive.targets import RenderOptions
from derive.targets.md import joined
from derive.targets.notebook.cells import BEGIN, BEGIN_HIDDEN, END_HIDDEN, Cell
from derive.targets.notebook.handout import FUNCTIONS, Pages, as_cells, flat
from derive.targets.notebook.solutions import RESULT, marked, without_shapes

Pair = tuple[b.Block, b.Block]


@dataclass(frozen=True)
class Sheet:
    """The notebook of a sheet with its answers; its cells `stripped` are that of the students."""

    pages: Pages
    options: RenderOptions

    @cached_property
    def pairs(self) -> list[Pair]:
        """Each block as it is on the sheet and as it is in the answers."""
        derivation = self.pages.paper.derivation
        sheet, answers = (
            flat(handout(derivation, replace(self.options, edition=edition)).blocks)
            for edition in ("exercises", "answers")
        )
        return list(zip(sheet, answers, strict=True))

    @cached_property
    def asked(self) -> frozenset[str]:
        """Names of the definitions whose equation has a blank."""
        boxes = (sheet for sheet, _ in self.pairs if isinstance(sheet, b.Result))
        numbers = {box.number for box in boxes if has_blank(box)}
        return frozenset(name for name, number in self.pages.paper.numbers.items() if number in numbers)

    @cached_property
    def shown(self) -> frozenset[str]:
        """Lines of code that stand on the sheet, without their remarks."""
        listings = (sheet for sheet, _ in self.pairs if isinstance(sheet, b.Listing))
        return frozenset(bare(line) for listing in listings for line in listing.lines)

    @property
    def costs(self) -> frozenset[str]:
        return frozenset(("J", *(tensor.name for tensor in self.pages.paper.program.costs)))

    def cells(self) -> list[Cell]:
        return list(as_cells(self._made(), self.pages.paper.lang))

    def _made(self) -> Iterator[b.Block | Cell]:
        for number, task in enumerate(tasks(self.pairs)):
            answers: list[b.Block] = []
            for sheet, answer in task:
                if isinstance(sheet, b.Room) and isinstance(answer, b.Answer):
                    answers += answer.blocks
                elif isinstance(sheet, b.Paragraph) and not number:
                    yield b.Paragraph(self.pages.opening("notebook exercises"))
                elif not isinstance(sheet, b.Listing):
                    yield sheet
                    answers += [answer] if has_blank(sheet) else []
            if not number:
                yield self.pages.setup()
            if answers:
                yield Cell(f"answer-{number}", "markdown", joined(answers), "answer")
            if any(isinstance(sheet, b.Listing) for sheet, _ in task):
                yield from self.code()

    def code(self) -> Iterator[b.Block | Cell]:
        """All functions, those to be written between marks, and cells that test them."""
        say, code = self.pages.paper.say, self.pages.code
        for stage in WRITTEN:
            yield b.Section("", say(f"notebook {stage}"), 2)
            source = self.functions(stage)
            yield Cell(stage, "code", source, "solution" if BEGIN in source else "given")
        for stage in FUNCTIONS:
            if stage not in WRITTEN:
                yield Cell(stage, "code", self.functions(stage), "given")
        yield b.Section("", say("notebook data"), 2)
        yield Cell("data", "code", code["data"], "given")
        yield b.Section("", say("notebook tests"), 2)
        yield Cell("test-forward", "code", self.test_of_values(), "test")
        yield Cell("test-gradients", "code", code["check"], "test")
        yield Cell("test-training", "code", code["training"], "test")
        if self.pages.has_surface:
            yield Cell("surface", "code", code["surface"], "given")

    def functions(self, stage: str) -> str:
        """The functions of this group; what a student writes is marked."""
        made = []
        for name in FUNCTIONS[stage]:
            source, written = self.pages.functions.source(name), WRITTEN.get(stage)
            if source and written and name == written.function:
                made.append(marked(source, written.known(self), partial(written.given, self)))
            elif source:
                made.append(without_shapes(source))
        return "\n\n\n".join(made)

    def test_of_values(self) -> str:
        """The forward pass has the right shapes and, in hidden tests, the values of the worked example."""
        output = self.pages.net.output.tensor.name
        lines = [
            f'assert forward(init_params(), X)["{output}"].shape == Y.shape',
            "assert np.isfinite(cost(init_params(), X, Y))",
        ]
        made = self.pages.paper.example
        if made is not None and not self.pages.net.hyperparameters:
            lines += [BEGIN_HIDDEN, *hidden_tests(made), END_HIDDEN]
        return "\n".join(lines)


@dataclass(frozen=True)
class Written:
    """A function that a student writes: what it computes by name, and whether lines for one are given."""

    function: str
    known: Callable[[Sheet], frozenset[str]]
    given: Callable[[Sheet, str, tuple[str, ...]], bool]


WRITTEN: Mapping[str, Written] = {
    "start": Written("init_params", lambda sheet: frozenset(), lambda sheet, name, lines: False),
    "forward": Written(
        "forward",
        lambda sheet: sheet.pages.definitions,
        lambda sheet, name, lines: name in sheet.pages.definitions - sheet.asked,
    ),
    "cost": Written(
        "cost_of",
        lambda sheet: frozenset(),
        lambda sheet, name, lines: name == RESULT and not sheet.costs & sheet.asked,
    ),
    "backward": Written(
        "backward",
        lambda sheet: sheet.pages.gradients,
        lambda sheet, name, lines: {bare(line) for line in lines if line.strip()} <= sheet.shown,
    ),
}
"""By group of functions; none of the lines that start parameters stand on a sheet."""


def hidden_tests(made: Example) -> Iterator[str]:
    net = made.net
    parameters = ", ".join(f'"{t.name}": {numbers_of(made, t)}' for t in net.parameters)
    yield f"params = {{{parameters}}}"
    yield f"given = {numbers_of(made, net.X)}"
    yield "cache = forward(params, given)"
    for node in net.program.nodes:
        if node.tensor not in net.program.costs:
            yield f'assert np.allclose(cache["{node.tensor.name}"], {numbers_of(made, node.tensor)})'
    yield f"assert np.isclose(cost(params, given, {numbers_of(made, net.Y)}), {float(made.cost)!r})"


def numbers_of(made: Example, tensor: Tensor) -> str:
    """The entries of a matrix or a vector as a NumPy array, in the layout of the code."""
    assert tensor.layout is not None
    counts = [
        1 if axis is None else int(sp.sympify(tensor.dims[axis]).xreplace(made.sizes))
        for axis in tensor.layout
    ]
    found = {entry: float(made.values[tensor[entry]]) for entry in entries(tensor, made.sizes)}

    def at(*place: int) -> float:
        by_axis = {axis: n for axis, n in zip(tensor.layout or (), place, strict=True) if axis is not None}
        return found[tuple(by_axis[axis] for axis in range(len(tensor.dims)))]

    rows = [[at(i, j) for j in range(counts[1])] for i in range(counts[0])]
    return f"np.array({rows})"


def tasks(pairs: Sequence[Pair]) -> Iterator[list[Pair]]:
    """What stands before the first question, then each question with what belongs to it."""
    group: list[Pair] = []
    for pair in pairs:
        if isinstance(pair[0], b.Task | b.Section) and group:
            yield group
            group = []
        group.append(pair)
    yield group


def has_blank(node: object) -> bool:
    """Whether something is left out of a block."""
    if isinstance(node, Blank):
        return True
    if isinstance(node, Pierced):
        return not node.filled
    if isinstance(node, tuple):
        return any(map(has_blank, node))
    inside = isinstance(node, b.Block | b.Line | Math) and is_dataclass(node)
    return inside and any(has_blank(getattr(node, field.name)) for field in fields(node))  # type: ignore[arg-type]


def bare(line: str) -> str:
    """A line of code without its margin and its remark."""
    return line.partition("  # ")[0].strip()
