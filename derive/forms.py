"""Definitions without names: what two of them that differ in names only have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple

import sympy as sp

from derive.notation import Element, Index, IndexSum, Tensor


class Form(NamedTuple):
    """A definition with numbers for names.

    key: equal for two definitions exactly if one becomes the other when tensors[n] and dims[n] are
    replaced. tensors: what is defined, then what is used, in the order in which they were made.
    dims: the symbols in the dimensions.
    """

    key: Hashable
    tensors: tuple[Tensor, ...]
    dims: tuple[sp.Basic, ...]


def form(
    tensors: tuple[Tensor, ...], indices: tuple[Index, ...], body: sp.Expr, others: Hashable = ()
) -> Form:
    """The form of `tensors[0][indices] = body`; others: what else has to be equal."""
    symbols: dict[sp.Basic, None] = {}
    for dim in (dim for tensor in tensors for dim in tensor.dims):
        symbols.update(dict.fromkeys((dim,) if dim.is_Symbol else sorted(dim.free_symbols, key=str)))
    dims: dict[Any, Hashable] = {symbol: ("dim", n) for n, symbol in enumerate(symbols)}
    numbers = {tensor.serial: n for n, tensor in enumerate(tensors)}
    formal: dict[Any, Hashable] = {index: ("index", n, index.name) for n, index in enumerate(indices)}
    key = (
        nameless(body, numbers, {**dims, **formal}),
        tuple(traits(tensor, dims) for tensor in tensors),
        tuple((index.name, nameless(index.dim, {}, dims)) for index in indices),
        others,
    )
    return Form(key, tensors, tuple(symbols))


def traits(tensor: Tensor, dims: Mapping[Any, Hashable]) -> Hashable:
    """What a tensor is beside its name."""
    sizes = tuple(nameless(dim, {}, dims) for dim in tensor.dims)
    values = None if tensor.integer is None else nameless(tensor.integer, {}, dims)
    return tensor.role, tensor.layout, tensor.interval, values, sizes


def nameless(expr: Any, tensors: Mapping[int, int], symbols: Mapping[Any, Hashable]) -> Hashable:
    """The expression as a hashable value in which summands and factors have no order.

    Tensors are given by number, symbols and free indices by what stands for them, summed indices by
    their depth.
    """
    if expr in symbols:
        return symbols[expr]
    if isinstance(expr, IndexSum):
        depth = len(symbols)
        bound = {s: ("sum", depth + n, s.name) for n, s in enumerate(expr.indices)}
        ranges = tuple(nameless(s.dim, {}, symbols) for s in expr.indices)
        return IndexSum, ranges, nameless(expr.body, tensors, {**symbols, **bound})
    if not expr.args:
        return (Element, tensors[expr.tensor.serial]) if isinstance(expr, Element) else expr
    parts = tuple([nameless(arg, tensors, symbols) for arg in expr.args])
    if isinstance(expr, Element):
        return Element, tensors[expr.tensor.serial], parts
    if isinstance(expr, (sp.Add, sp.Mul)):
        return type(expr), frozenset(Counter(parts).items())
    return expr.func, parts
