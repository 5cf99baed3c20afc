"""What every part of a sheet looks up: the paper, the seeded choices, and whether answers are shown."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from derive.arrays import Array, Leaf, Transposed
from derive.derivation import Definition, Gradient
from derive.errors import SpecError
from derive.handout.blocks import Answer, Block, Room
from derive.handout.exercises.levels import Level
from derive.handout.maths import Blank, Filled, Formula, Math, Pierced
from derive.handout.paper import Paper
from derive.handout.writing import LatexWriter
from derive.notation import Tensor
from derive.printing import Naming
from derive.printing.letters import parts
from derive.targets.layers import Layers

T = TypeVar("T")
MOST = 9
WRITER = LatexWriter()


@dataclass(frozen=True, eq=False)
class Sheet:
    """chance decides what is asked: two sheets of one seed ask the same, with and without answers."""

    paper: Paper
    level: Level
    chance: random.Random
    answers: bool

    @cached_property
    def net(self) -> Layers:
        if self.paper.net is None:
            raise SpecError(
                f"{self.paper.program.name}: exercises are made for networks of layers, and this program is "
                "none; build it without --exercises"
            )
        return self.paper.net

    @cached_property
    def definitions(self) -> tuple[Definition, ...]:
        """The forward definitions that a sheet is about: of a deep network the last ones."""
        return self.paper.derivation.forward[-MOST:]

    @cached_property
    def tensors(self) -> tuple[Tensor, ...]:
        """What these definitions define and use, in the order of the program."""
        serials = {t.serial for d in self.definitions for t in (d.node.tensor, *d.node.uses)}
        return tuple(t for t in self.paper.program.tensors if t.serial in serials)

    @cached_property
    def gradients(self) -> tuple[Gradient, ...]:
        """The gradients of these tensors that have a matrix form and are no mere copies of others."""
        serials = {t.serial for t in self.tensors}
        found = (g for g in self.paper.derivation if g.of.serial in serials)
        return tuple(g for g in found if g.array is not None and not isinstance(g.array, Leaf))

    @cached_property
    def values(self) -> dict[str, str]:
        """The formula of each gradient in LaTeX, by its name."""
        return {g.name: latex(Formula(g.value, g.naming)) for g in self.gradients}

    @cached_property
    def lines(self) -> dict[str, tuple[str, ...]]:
        """The lines of each derivation in LaTeX, without the last, which is the matrix form."""
        return {
            g.name: tuple(
                latex(Formula(s.after, g.naming)) for s in g.steps if not isinstance(s.after, Array)
            )
            for g in self.gradients
        }

    def some(self, items: Sequence[T], count: int) -> list[T]:
        """So many of the items, or all, in their order."""
        chosen = sorted(self.chance.sample(range(len(items)), min(count, len(items))))
        return [items[n] for n in chosen]

    def blank(self, inside: Math, width: int) -> Math:
        return Filled(inside) if self.answers else Blank(width)

    def pierced(self, value: Any, naming: Naming, place: Any, width: int = 16) -> Math:
        """The formula with a blank in this place."""
        return Pierced(value, naming, place, width, self.answers)

    def answer(self, blocks: Sequence[Block], room: int) -> Block:
        """The answer, or so many lines to write it on."""
        return Answer(self.paper.word("answer"), tuple(blocks)) if self.answers else Room(room)


def leaves(array: Array) -> list[Array]:
    """The arrays that have a name, each once, with the transpose where one is taken."""
    if isinstance(array, Leaf) or (isinstance(array, Transposed) and isinstance(array.operand, Leaf)):
        return [array]
    return list(dict.fromkeys(leaf for part in parts(array) for leaf in leaves(part)))


def can_be_blank(value: Any, naming: Naming, place: Any) -> bool:
    """Whether a blank there leaves something of the formula, and shows."""
    left = latex(Pierced(value, naming, place))
    return left not in (latex(Formula(value, naming)), latex(Blank()))


def latex(node: Math) -> str:
    return WRITER.math(node)
