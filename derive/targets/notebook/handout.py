"""The handout as cells: each part, then the functions of train.py that belong to it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from textwrap import dedent

from derive.handout.blocks import Block, Code, Kept, Listing, Paragraph, Result, Section, Text
from derive.handout.maths import Digits, Letter
from derive.handout.numbering import numbered
from derive.handout.paper import Paper
from derive.handout.parts import PARTS
from derive.targets.layers import Layers
from derive.targets.md import joined
from derive.targets.notebook.cells import Cell
from derive.targets.notebook.data import bounds, epochs, is_curved, labels
from derive.targets.notebook.functions import Functions
from derive.targets.notebook.solutions import computed, parsed

FUNCTIONS: Mapping[str, tuple[str, ...]] = {
    "start": ("init_params",),
    "forward": ("forward", "checked_inputs"),
    "cost": ("cost", "cost_of", "checked_labels"),
    "backward": ("backward",),
    "learning": ("update", "train"),
    "prediction": ("predict_proba", "predict"),
    "check": ("check_gradients", "central_difference", "sides"),
}
AFTER: Mapping[str, tuple[str, ...]] = {
    "forward": ("start", "forward", "cost"),
    "backward": ("backward",),
    "learning": ("learning", "prediction"),
}
"""Which functions stand after a part of the handout; the part that lists the code is not needed here."""
PACKAGES = {"numpy": "NumPy", "scipy": "SciPy", "matplotlib": "Matplotlib"}
INCLUDED = "code"
TWO = 2


@dataclass(frozen=True)
class Pages:
    """A notebook in the making: what it says, train.py, and by name the code that runs it."""

    paper: Paper
    net: Layers
    functions: Functions
    code: Mapping[str, str]

    @property
    def has_surface(self) -> bool:
        """Whether the inputs can be drawn."""
        return next(iter(self.net.sizes.values())) == TWO

    @cached_property
    def definitions(self) -> frozenset[str]:
        return frozenset(node.tensor.name for node in self.paper.program.nodes)

    @cached_property
    def gradients(self) -> frozenset[str]:
        return frozenset(gradient.name for gradient in self.paper.derivation)

    def opening(self, key: str) -> Text:
        """What the notebook is, and the packages that it imports."""
        source = self.setup().source
        used = [name for name in PACKAGES if re.search(rf"^ *(?:from|import) {name}\b", source, re.M)]
        command = Code(f"pip install {' '.join(used)}")
        needed = self.paper.listed([PACKAGES[name] for name in used])
        return self.paper.say(key, needed=needed, command=command)

    def setup(self) -> Cell:
        names = [name for group in FUNCTIONS.values() for name in group]
        missing = self.paper.word("notebook missing")
        plots = (
            "try:\n    import matplotlib.pyplot as plt\nexcept ImportError:\n"
            f'    raise ImportError("{missing}") from None'
        )
        parts = (self.functions.imports(names), plots, self.functions.constants())
        return Cell("setup", "code", "\n\n".join(parts))

    def function(self, stage: str) -> Cell:
        return Cell(stage, "code", self.functions.source(*FUNCTIONS[stage]))

    def running(self) -> Iterator[Block | Cell]:
        """Data, the gradient check, training and, for two inputs, what was learnt."""
        yield from self.chapter("data", (*self.paper.say("notebook data text"), " ", *self.about_labels()))
        yield Cell("data", "code", self.code["data"])
        yield from self.chapter("check", self.paper.say("notebook check text"))
        yield self.function("check")
        yield Cell("checked", "code", self.code["check"])
        yield from self.chapter(
            "training", self.paper.say("notebook training text", J=Letter("J"), epochs=epochs(self.net))
        )
        yield Cell("training", "code", self.code["training"])
        if self.has_surface:
            yield from self.chapter(
                "surface" if self.net.is_regression else "boundary", self.paper.say("notebook boundary text")
            )
            yield Cell("surface", "code", self.code["surface"])

    def chapter(self, key: str, text: Text) -> tuple[Block, Block]:
        return Section("", self.paper.say(f"notebook {key}")), Paragraph(text)

    def about_labels(self) -> Text:
        say = self.paper.say
        form = "curved" if is_curved(self.net) else "flat"
        low, high = (Digits(str(bound)) for bound in bounds(self.net))
        return say(
            f"notebook data {labels(self.net).name}",
            border=say(f"border {form}"),
            signal=say(f"signal {form}"),
            low=low,
            high=high,
        )

    def with_code(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """Under each equation its lines of train.py, where it has lines of its own."""
        for block in flat(blocks):
            yield block
            if isinstance(block, Result) and block.number in self.lines:
                yield Listing(self.lines[block.number], numbered=False)

    @cached_property
    def lines(self) -> dict[int | None, tuple[str, ...]]:
        """The lines that compute what has an equation, by its number."""
        numbers, found = self.paper.numbers, dict[int | None, tuple[str, ...]]()
        for function, names in (("forward", self.definitions), ("backward", self.gradients)):
            source = self.functions.source(function)
            for part in computed(parsed(source), names):
                if part.name in names:
                    code = "\n".join(source.split("\n")[part.first - 1 : part.last])
                    found[numbers[part.name]] = tuple(dedent(code).strip("\n").split("\n"))
        return found

    def handout(self, parts: Iterable[str]) -> list[Cell]:
        """The parts of these names, and all code; headings are numbered throughout."""
        chosen = set(parts)
        made: list[Block | Cell] = []
        for name, part in PARTS.items():
            if name in chosen and name != INCLUDED:
                made += self.with_code(part(self.paper))
            if name == next(iter(PARTS)):
                made += (Paragraph(self.opening("notebook")), self.setup())
            for stage in AFTER.get(name, ()):
                made += (Section("", self.paper.say(f"notebook {stage}"), 2), self.function(stage))
        return list(as_cells((*made, *self.running()), self.paper.lang))


def flat(blocks: Iterable[Block]) -> Iterator[Block]:
    """Without what keeps blocks on one page: a notebook has none."""
    for block in blocks:
        if isinstance(block, Kept):
            yield from flat(block.blocks)
        else:
            yield block


def as_cells(made: Iterable[Block | Cell], lang: str) -> Iterator[Cell]:
    """Blocks between cells become Markdown, a cell for each heading."""
    made = tuple(part for one in made for part in (flat((one,)) if isinstance(one, Block) else (one,)))
    counted = iter(numbered(tuple(one for one in made if isinstance(one, Block)), lang))
    chapter = 0
    group: list[Block] = []
    for one in (next(counted) if isinstance(one, Block) else one for one in made):
        if group and (isinstance(one, Section | Cell)):
            yield Cell(f"text-{chapter}", "markdown", joined(group))
            group = []
        if isinstance(one, Cell):
            yield one
            continue
        chapter += isinstance(one, Section) and one.level == 1
        group.append(one)
    if group:
        yield Cell(f"text-{chapter}", "markdown", joined(group))
