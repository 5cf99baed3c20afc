"""Which formulas a sheet leaves blank and which it shows, so that none gives the answer to another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from derive.arrays import Array
from derive.derivation import Definition, Gradient
from derive.errors import SpecError
from derive.handout.exercises.definitions import places
from derive.handout.exercises.mistakes import PLANTERS
from derive.handout.exercises.sheet import Sheet, latex
from derive.handout.maths import Formula
from derive.targets.lines import needed_gradients

ATTEMPTS = 300
JUDGED, FEWEST = 3, 4
LONG = 8


@dataclass(frozen=True)
class Roles:
    """forward: definitions with a blank. derived: gradients whose derivation has blanks. coded: those
    that are asked for as code. judged: those among which the mistake is; wrong: where it is, planted
    by the planter of this name. proved: the one of which a step is proved.

    The right formula of what is derived, coded or wrong stands nowhere on the sheet, in no notation.
    """

    forward: tuple[Definition, ...]
    derived: tuple[Gradient, ...]
    coded: tuple[Gradient, ...]
    judged: tuple[Gradient, ...]
    wrong: Gradient
    planter: str
    planted: Array
    proved: Gradient

    @property
    def out_of_code(self) -> frozenset[str]:
        """The gradients whose line of code is blank."""
        return frozenset(g.name for g in (*self.derived, *self.coded))


def roles(sheet: Sheet) -> Roles:
    """Drawn until no formula that is shown holds one that is asked for."""
    needed = {g.name for g in needed_gradients(sheet.paper.derivation)}
    planted = _planted(sheet, needed)
    for _ in range(ATTEMPTS if planted and len(sheet.gradients) >= FEWEST else 0):
        found = _drawn(sheet, needed, planted)
        if found is not None and keeps_its_secrets(sheet, found):
            forward = [d for d in sheet.definitions if places(sheet, d)]
            return replace(found, forward=tuple(sheet.some(forward, sheet.level.forward)))
    raise SpecError(
        f"{sheet.paper.program.name}: this network has too few formulas for a sheet on which none answers "
        "another; take one with a hidden layer"
    )


def _planted(sheet: Sheet, needed: set[str]) -> dict[str, list[tuple[Gradient, Array]]]:
    """What each planter makes of the gradients that it applies to."""
    found: dict[str, list[tuple[Gradient, Array]]] = {}
    for name, plant in PLANTERS.items():
        for gradient in sheet.gradients:
            array = plant(sheet.paper, gradient) if gradient.name in needed else None
            if array is not None:
                found.setdefault(name, []).append((gradient, array))
    return found


def _drawn(sheet: Sheet, needed: set[str], planted: dict[str, list[tuple[Gradient, Array]]]) -> Roles | None:
    pool = list(sheet.gradients)
    planter = sheet.chance.choice(list(planted))
    wrong, array = sheet.chance.choice(planted[planter])
    pool.remove(wrong)
    room = len(pool) - 2
    derived = sheet.some([g for g in pool if len(g.steps) <= LONG], min(sheet.level.derived, max(1, room)))
    pool = [g for g in pool if g not in derived]
    coded = sheet.some([g for g in pool if g.name in needed], min(sheet.level.coded, max(1, len(pool) - 1)))
    pool = [g for g in pool if g not in coded]
    judged = [wrong, *sheet.some(pool, JUDGED - 1)]
    free = [g for g in sheet.gradients if g not in derived and g is not wrong and 4 <= len(g.steps) <= LONG]
    if not derived or not coded or not free:
        return None
    return Roles(
        (),
        tuple(derived),
        tuple(coded),
        tuple(g for g in sheet.gradients if g in judged),
        wrong,
        planter,
        array,
        sheet.chance.choice(free),
    )


def keeps_its_secrets(sheet: Sheet, found: Roles) -> bool:
    there = list(shown(sheet, found))
    return not any(secret in text for secret in asked(sheet, found) for text in there)


def asked(sheet: Sheet, found: Roles) -> Iterator[str]:
    """The formulas that are asked for, in LaTeX."""
    yield from (sheet.values[gradient.name] for gradient in (*found.derived, *found.coded, found.wrong))
    for gradient in found.derived:
        yield from sheet.lines[gradient.name]


def shown(sheet: Sheet, found: Roles) -> Iterator[str]:
    """Formulas of gradients that stand on the sheet."""
    yield latex(Formula(found.planted, found.wrong.naming))
    yield from (sheet.values[gradient.name] for gradient in found.judged if gradient is not found.wrong)
    yield from sheet.lines[found.proved.name]
