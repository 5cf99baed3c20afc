"""The letters that indices are printed with: chosen for all formulas of a derivation at once."""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Iterator
from typing import TypeAlias

import sympy as sp

from derive.arrays import Array, Einsum, Entrywise, Leaf, MatrixProduct
from derive.notation import Index, IndexSum, Terms, elements

POOL = "klrsuvpqabcghij"
RESERVED = {"np", *keyword.kwlist}
Value: TypeAlias = Array | Terms | sp.Basic


def letters(
    values: Iterable[Value], free: Iterable[Index] = (), avoid: Iterable[str] = ()
) -> dict[Index, str]:
    """A letter for each index: the same in all the values, never two alike within one of them.

    An index keeps its own name if no index that it meets has it; otherwise the first free letter of
    k, l, r, s, … is taken. `free` are the indices of the left-hand side, which meet every other.
    `avoid`: names taken by tensors and dimensions; those found in the values are avoided anyway.
    """
    free = tuple(dict.fromkeys(free))
    formulas = [tuple(dict.fromkeys((*free, *_indices(value)))) for value in values] or [free]
    taken = set(avoid)
    for value in values:
        taken |= _names(value)
    taken |= {name for formula in formulas for index in formula for name in _names(index.dim)}
    met: dict[Index, set[Index]] = {}
    for formula in formulas:
        for index in formula:
            met.setdefault(index, set()).update(formula)
    chosen: dict[Index, str] = {}
    for index, company in met.items():
        used = taken | {chosen[other] for other in company if other in chosen}
        chosen[index] = next(letter for letter in _candidates(index) if letter not in used)
    return chosen


def _candidates(index: Index) -> Iterator[str]:
    if index.name.isidentifier() and len(index.name) <= 2 and index.name not in RESERVED:
        yield index.name
    yield from POOL
    number = 1
    while True:
        yield from (f"{letter}{number}" for letter in POOL)
        number += 1


def _indices(value: Value) -> Iterator[Index]:
    if isinstance(value, tuple):
        for term in value:
            yield from term.sums
            for factor in term.factors:
                yield from _indices(factor)
    elif isinstance(value, Array):
        yield from (index for index in value.axes if index is not None)
        for part in parts(value):
            yield from _indices(part)
    elif isinstance(value, Index):
        yield value
    elif isinstance(value, IndexSum):
        yield from value.indices
        yield from _indices(value.body)
    else:
        for arg in value.args:
            yield from _indices(arg)


def parts(array: Array) -> tuple[Array, ...]:
    """The arrays that an array is made of."""
    if isinstance(array, Leaf):
        return ()
    if isinstance(array, Entrywise):
        return tuple(operand for _, operand in array.operands)
    if isinstance(array, MatrixProduct):
        return array.left, array.right
    if isinstance(array, Einsum):
        return array.operands
    return (array.operand,)  # type: ignore[attr-defined]


def _names(value: Value) -> set[str]:
    if isinstance(value, tuple):
        return {name for term in value for part in (*term.factors, term.coefficient) for name in _names(part)}
    if isinstance(value, Array):
        own = {value.tensor.name} if isinstance(value, Leaf) else set()
        if isinstance(value, Entrywise):
            own |= _names(value.formula)
        return own.union(*map(_names, parts(value)))
    symbols = {s.name for s in value.atoms(sp.Symbol) if not isinstance(s, sp.Dummy)}
    return symbols | {element.tensor.name for element in elements(value)}
