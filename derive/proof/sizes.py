"""Small sizes for a program's dimensions, so that neighbouring dimensions differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import count, product

import sympy as sp

from derive.notation import IndexSum
from derive.program import Program
from derive.proof.excerpts import Excerpt

# Sizes up to this tell dimensions apart that meet in different summands of a definition.
MOST_TOGETHER = 5


def dimension_groups(program: Program | Excerpt) -> list[list[list[sp.Expr]]]:
    """The dimensions that occur together in a summand, for each summand of each definition."""
    return [
        [
            list(dict.fromkeys(dim for dims in (*_dims(part), node.tensor.dims) for dim in dims))
            for part in sp.Add.make_args(node.body)
        ]
        for node in program.nodes
    ]


def _dims(expr: sp.Basic) -> Iterable[tuple[sp.Expr, ...]]:
    tensor = getattr(expr, "tensor", None)
    if tensor is not None:
        yield tensor.dims
    if isinstance(expr, IndexSum):
        yield tuple(index.dim for index in expr.indices)
    for arg in expr.args:
        yield from _dims(arg)


def choose_sizes(
    program: Program | Excerpt, given: Mapping[sp.Symbol, int] | None = None
) -> dict[sp.Symbol, int]:
    """A size of at least 2 for each dimension symbol; given ones are kept.

    Symbols that meet in one summand get different sizes where that is possible, so that a
    transposition or a swapped index changes a shape or a value. So do those that only meet in one
    definition, as long as there are sizes for them up to a bound: a sum over all the weights of a
    deep network would ask for ever larger arrays. Where every dimension made of the
    symbols cannot be a positive integer at such sizes, the first sizes up to 7 that do are taken.
    """
    given = dict(given or {})
    groups = dimension_groups(program)
    neighbours = _meeting(group for summands in groups for group in summands)
    together = _meeting([dim for group in summands for dim in group] for summands in groups)
    sizes = dict(given)
    # What scales the cost comes last, so that m is 4, say: 1/m is then no ½ of a squared error.
    # Not so where roots have to exist: the fewer samples, the sooner leaves are found.
    last = not any(_has_roots(node.body) for node in program.nodes)
    for symbol in sorted(
        neighbours, key=lambda s: ((s in program.scale.free_symbols) == last, len(str(s)), str(s))
    ):
        taken = {sizes[s] for s in neighbours[symbol] if s in sizes}
        if symbol not in sizes:
            used = Counter(sizes[s] for s in together[symbol] if s in sizes)
            small = [n for n in range(2, MOST_TOGETHER + 1) if n not in taken]
            sizes[symbol] = min(
                small or [next(n for n in count(MOST_TOGETHER + 1) if n not in taken)], key=used.__getitem__
            )
    compound = {
        dim
        for summands in groups
        for group in summands
        for dim in group
        if dim.free_symbols and not dim.is_Symbol
    }
    if not compound or _smallest(compound, sizes) >= 2:
        return sizes
    free = [s for s in sizes if s not in given and any(s in dim.free_symbols for dim in compound)]
    possible = (
        {**sizes, **dict(zip(free, values, strict=True))}
        for values in product(range(2, 8), repeat=min(len(free), 5))
    )
    candidates = [c for c in possible if _smallest(compound, c) >= 1] if len(free) <= 5 else []
    if not candidates:
        names = ", ".join(map(str, sorted(compound, key=str)))
        raise ValueError(
            f"no small sizes make {names} positive integers: give sizes for {', '.join(map(str, free))}"
        )
    return max(candidates, key=lambda c: _smallest(compound, c) >= 2)


def _meeting(groups: Iterable[Iterable[sp.Expr]]) -> dict[sp.Symbol, set[sp.Symbol]]:
    """For each symbol the others in its groups; symbols in the order in which they occur."""
    found: dict[sp.Symbol, set[sp.Symbol]] = {}
    for group in groups:
        symbols = list(dict.fromkeys(s for dim in group for s in sorted(dim.free_symbols, key=str)))
        for symbol in symbols:
            found.setdefault(symbol, set()).update(s for s in symbols if s != symbol)
    return found


def _has_roots(expr: sp.Basic) -> bool:
    return expr.has(sp.asinh) or any(
        isinstance(power.exp, sp.Rational) and power.exp.q % 2 == 0 and not power.base.is_number
        for power in expr.atoms(sp.Pow)
    )


def _smallest(dims: Iterable[sp.Expr], sizes: Mapping[sp.Symbol, int]) -> int:
    """The smallest of these dimensions, 0 if one is no integer."""
    values = [sp.sympify(dim.xreplace(dict(sizes))) for dim in dims]
    return min((int(value) if value.is_Integer else 0) for value in values)
