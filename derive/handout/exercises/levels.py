"""How much of a sheet is left blank."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Level:
    """Counts of blanks; fewer are left where there are not so many places.

    shapes: different shapes left out of the table of symbols. forward: definitions with a blank.
    derived: derivations with blanks; entries, lines: blanks in each. coded: lines of code for which no
    formula stands on the sheet. whole: a blank takes a whole formula or line of code, not one symbol of it.
    """

    shapes: int
    forward: int
    derived: int
    entries: int
    lines: int
    coded: int
    whole: bool


LEVELS: Mapping[str, Level] = {
    "easy": Level(shapes=2, forward=1, derived=1, entries=2, lines=0, coded=1, whole=False),
    "medium": Level(shapes=4, forward=2, derived=2, entries=1, lines=1, coded=2, whole=False),
    "hard": Level(shapes=6, forward=3, derived=2, entries=1, lines=3, coded=2, whole=True),
}
