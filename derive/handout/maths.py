"""Mathematics on a page as data: what stands where. The notations of derive.handout.writing print it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy as sp

from derive.arrays import Array
from derive.notation import Element, Tensor
from derive.printing import Naming
from derive.printing.letters import Value


@dataclass(frozen=True)
class Math:
    """A piece of mathematics; the classes below are the only kinds there are."""


@dataclass(frozen=True)
class Formula(Math):
    """What the printers of derivations print: a scalar expression, terms or a matrix form."""

    value: Value
    naming: Naming = field(default_factory=Naming)


@dataclass(frozen=True)
class Whole(Math):
    """A tensor by its name, with indices by their letters."""

    tensor: Tensor
    below: tuple[str, ...] = ()
    transposed: bool = False


@dataclass(frozen=True)
class Shaped(Math):
    """`tensor = array` with its shape under each symbol."""

    tensor: Tensor
    array: Array
    naming: Naming


@dataclass(frozen=True)
class ShapeCheck(Math):
    """The shapes on both sides of `tensor = array`; one alone where they are the same."""

    tensor: Tensor
    array: Array | None
    naming: Naming


@dataclass(frozen=True)
class Worked(Math):
    """A scalar in index form with its sums written out and the digits of each entry in place of its name."""

    value: sp.Expr
    digits: Callable[[Element], str]
    sizes: Mapping[sp.Symbol, int]


@dataclass(frozen=True)
class Shape(Math):
    """A shape in parentheses, () for a scalar."""

    sizes: tuple[sp.Expr, ...]


@dataclass(frozen=True)
class Letter(Math):
    """A symbol by its identifier: eta, n0, J."""

    name: str


@dataclass(frozen=True)
class Function(Math):
    """The name of a function, such as log."""

    kind: type


@dataclass(frozen=True)
class Mark(Math):
    """One of the signs that have a name in every notation: losses, ones, partial, dots, top."""

    name: str


@dataclass(frozen=True)
class Upright(Math):
    """A word inside mathematics."""

    text: str


@dataclass(frozen=True)
class Digits(Math):
    """A number as it is printed, with its sign."""

    text: str


@dataclass(frozen=True)
class Joined(Math):
    """Parts with a sign between them: a relation, an operator, a comma, or a thin gap for ""."""

    parts: tuple[Math, ...]
    sign: str = "="


@dataclass(frozen=True)
class Bracketed(Math):
    inside: Math
    left: str = "("
    right: str = ")"


@dataclass(frozen=True)
class Quotient(Math):
    """A fraction, or with a slash on one line."""

    above: Math
    below: Math
    flat: bool = False


@dataclass(frozen=True)
class Scripts(Math):
    base: Math
    below: Math | None = None
    above: Math | None = None


@dataclass(frozen=True)
class Big(Math):
    """A sum or a product with what stands below its sign."""

    sign: str
    below: Math
    body: Math


@dataclass(frozen=True)
class Grid(Math):
    """A matrix of entries."""

    rows: tuple[tuple[Math, ...], ...]


@dataclass(frozen=True)
class Blank(Math):
    """A rule to write on, as long as this in millimetres."""

    width: int = 16


@dataclass(frozen=True)
class Filled(Math):
    """What stands on the rule in the answers."""

    inside: Math


@dataclass(frozen=True)
class Pierced(Math):
    """A formula in which one entry or one array is a blank, or where filled stands on its rule."""

    value: Value
    naming: Naming
    place: Any
    width: int = 16
    filled: bool = False


def joined(sign: str, *parts: Any) -> Joined:
    return Joined(tuple(parts), sign)
