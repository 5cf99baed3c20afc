"""From index form to matrix form: summed indices are eliminated one by one."""

from __future__ import annotations

import sympy as sp

from derive.arrays import (
    Array,
    Axes,
    AxisSum,
    Einsum,
    Entrywise,
    Filled,
    Leaf,
    MatrixProduct,
    Reshaped,
    Transposed,
)
from derive.calculus.algebra import Rank
from derive.notation import (
    CostPartial,
    Delta,
    Element,
    Index,
    IndexSum,
    Mask,
    Partial,
    elements,
    outermost,
)


def array_form(expr: sp.Expr, axes: Axes, rank: Rank) -> Array | None:
    """The index expression as an array whose physical axes run over the given indices.

    >>> from derive.notation import Tensor, Index, IndexSum
    >>> A, B = Tensor("A", (2, 3)), Tensor("B", (4, 3))
    >>> i, j, k = Index("i", 2), Index("j", 4), Index("k", 3)
    >>> product = array_form(IndexSum(A[i, k] * B[j, k], k), (i, j), lambda atom: 0)
    >>> type(product).__name__, type(product.right).__name__
    ('MatrixProduct', 'Transposed')
    """
    if expr.has(Delta, Mask, Partial, CostPartial):
        return None
    if any(not isinstance(arg, Index) for e in elements(expr) for arg in e.args):
        return None
    if any(len(set(e.args)) != len(e.args) for e in elements(expr)):
        return None
    return filled(_array(expr, axes, rank), axes)


def _array(expr: sp.Expr, axes: Axes, rank: Rank) -> Array:
    """Like array_form, but an axis along which nothing varies may have size 1 (None)."""
    found = list(dict.fromkeys(outermost(expr, (Element, IndexSum))))
    operands = []
    formula = expr
    swap = {}
    for n, atom in enumerate(sorted(found, key=rank)):
        if isinstance(atom, Element):
            array = aligned(Leaf(atom.tensor.axes(atom.args), atom.tensor), axes)
        else:
            array = aligned(_contracted(atom, axes, rank), axes)
        placeholder = sp.Dummy(f"x{n:03d}", real=True)
        swap[atom] = placeholder
        operands.append((placeholder, array))
    formula = expr.xreplace(swap)
    if len(operands) == 1 and formula == operands[0][0]:
        return operands[0][1]
    return _entrywise(formula, tuple(operands), axes)


def _entrywise(formula: sp.Expr, operands: tuple[tuple[sp.Dummy, Array], ...], axes: Axes) -> Array:
    """One entrywise operation; where every operand is transposed the result is, instead of each."""
    operands, formula = _outer_products(operands, formula)
    arrays = [a for _, a in operands if a.axes]
    if operands and formula == operands[0][0]:
        return operands[0][1]
    if arrays and len(arrays) > 1 and all(isinstance(a, Transposed) for a in arrays):
        orders = {a.order for a in arrays if isinstance(a, Transposed)}
        if len(orders) == 1:
            (order,) = orders
            inner = tuple((d, a.operand if isinstance(a, Transposed) else a) for d, a in operands)
            whole = Entrywise(_broadcast([a.axes for _, a in inner if a.axes]), formula, inner)
            return Transposed(tuple(whole.axes[n] for n in order), whole, order)
    return Entrywise(_broadcast([a.axes for a in arrays]), formula, operands)


def _outer_products(
    operands: tuple[tuple[sp.Dummy, Array], ...], formula: sp.Expr
) -> tuple[tuple[tuple[sp.Dummy, Array], ...], sp.Expr]:
    """A column times a row, where both stand in one product only, as the matrix product that it is."""
    for first, column in operands:
        for second, row in operands:
            shapes = [tuple(a is not None for a in array.axes) for array in (column, row)]
            if shapes != [(True, False), (False, True)]:
                continue
            joined = sp.Dummy(first.name, real=True)
            folded = formula.subs(first * second, joined)
            if not folded.has(first, second):
                product = MatrixProduct((column.axes[0], row.axes[1]), column, row)
                rest = [(d, a) for d, a in operands if d not in (first, second)]
                return _outer_products(((joined, product), *rest), folded)
    return operands, formula


def _broadcast(shapes: list[Axes]) -> Axes:
    if not shapes:
        return ()
    return tuple(next((a for a in column if a is not None), None) for column in zip(*shapes, strict=True))


def labels(axes: Axes) -> tuple[Index, ...]:
    """The axes that are not of size 1."""
    return tuple(a for a in axes if a is not None)


def aligned(array: Array, axes: Axes) -> Array:
    """The array with each index where `axes` has it and size 1 elsewhere; rank 0 stays."""
    if not array.axes:
        return array
    wanted: Axes = tuple(a if a in labels(array.axes) else None for a in axes)
    if array.axes == wanted:
        return array
    order = [array.axes.index(a) for a in labels(wanted)]
    if len(array.axes) == len(wanted):
        spare = iter(n for n, a in enumerate(array.axes) if a is None)
        permutation = tuple(array.axes.index(a) if a is not None else next(spare) for a in wanted)
        return _transposed(array, permutation)
    if order != sorted(order):
        spare_axes = [n for n, a in enumerate(array.axes) if a is None]
        array = _transposed(array, (*order, *spare_axes))
    if isinstance(array, AxisSum) and array.keepdims and len(wanted) == len(array.axes) - 1:
        dropped = AxisSum(wanted, array.operand, array.axis, False)
        if tuple(a for n, a in enumerate(array.axes) if n != array.axis) == wanted:
            return dropped
    return Reshaped(wanted, array)


def _transposed(array: Array, order: tuple[int, ...]) -> Array:
    if order == tuple(range(len(order))):
        return array
    axes = tuple(array.axes[n] for n in order)
    if isinstance(array, MatrixProduct) and order == (1, 0):
        return MatrixProduct(axes, _transposed(array.right, order), _transposed(array.left, order))
    if isinstance(array, Transposed):
        return _transposed(array.operand, tuple(array.order[n] for n in order))
    return Transposed(axes, array, order)


def filled(array: Array, axes: Axes) -> Array:
    """The array repeated along the axes on which it does not depend."""
    return array if array.axes == axes else Filled(axes, array)


def _contracted(total: IndexSum, axes: Axes, rank: Rank) -> Array:
    """A sum of a product as sums over axes, matrix products and, at last, einsum."""
    number, groups = _groups(total.body, axes, total.indices)
    order = [*labels(axes), *total.indices]
    groups = sorted(groups, key=lambda g: (rank(g[0]), str(g[0])))
    idle = [s for s in total.indices if not any(s in _labels_of(g) for g in groups)]
    number *= sp.Mul(*(s.dim for s in idle))
    pending = [s for s in total.indices if s not in idle]
    parts: list[Part] = [(_labels_of(g), sp.Mul(*g)) for g in groups]
    while pending:
        index = min(pending, key=lambda s: sum(s in used for used, _ in parts))
        holding = [p for p in parts if index in p[0]]
        rest = [p for p in parts if index not in p[0]]
        together = [
            s for s in pending if all(s in p[0] for p in holding) and all(s not in p[0] for p in rest)
        ]
        if len(holding) == 1:
            new = _summed(holding[0], together, axes, rank)
        elif len(holding) == 2 and together == [index] and _is_product(holding, index):
            new = _product(holding[0], holding[1], index, axes, rank)
        elif (merged := _merged(holding)) is not None:
            parts = [*rest, *merged]
            continue
        else:
            new = _einsum(holding, together, order, rank)
        pending = [s for s in pending if s not in together]
        parts = [*rest, new]
    factors = [_placed(p, axes, rank) for p in parts]
    if len(factors) == 1 and number == 1:
        return factors[0]
    names = [sp.Dummy(f"x{n:03d}", real=True) for n in range(len(factors))]
    return _entrywise(number * sp.Mul(*names), tuple(zip(names, factors, strict=True)), axes)


Part = tuple[frozenset[Index], "sp.Expr | Array"]


def _labels_of(factors: tuple[sp.Expr, ...]) -> frozenset[Index]:
    return frozenset(s for f in factors for s in f.free_symbols if isinstance(s, Index))


def _groups(body: sp.Expr, axes: Axes, sums: tuple[Index, ...]) -> tuple[sp.Expr, list[tuple[sp.Expr, ...]]]:
    """The number in front, and the factors, those over the same indices together."""
    number, rest = body.as_coeff_Mul()
    found: dict[frozenset[Index], list[sp.Expr]] = {}
    for factor in sp.Mul.make_args(rest):
        used = _labels_of((factor,))
        if not used and not factor.has(Element):
            number *= factor
        else:
            found.setdefault(used, []).append(factor)
    return number, [tuple(g) for g in found.values()]


def _natural(part: Part, first: tuple[Index, ...], rank: Rank) -> Axes:
    """The order of axes in which a part is stored; `first` decides where its leaves disagree."""
    used, what = part
    if isinstance(what, Array):
        return what.axes
    shapes = [e.tensor.axes(e.args) for e in elements(what) if used <= set(e.tensor.axes(e.args))]
    return shapes[0] if shapes else tuple(s for s in first if s in used)


def _placed(part: Part, axes: Axes, rank: Rank) -> Array:
    """The part as an array aligned to these axes."""
    _, what = part
    return aligned(what if isinstance(what, Array) else _array(what, axes, rank), axes)


def _summed(part: Part, over: list[Index], axes: Axes, rank: Rank) -> Part:
    natural = _natural(part, (*labels(axes), *over), rank)
    array = _placed(part, natural, rank)
    for index in over:
        place = natural.index(index)
        natural = tuple(None if n == place else a for n, a in enumerate(natural))
        array = AxisSum(natural, array, place, True)
    return part[0] - set(over), array


def _is_product(holding: list[Part], index: Index) -> bool:
    """Whether two parts over one summed index make a matrix product: nothing else is shared."""
    (left, _), (right, _) = holding
    return left & right == {index} and max(len(left), len(right)) <= 2


def _product(left: Part, right: Part, index: Index, axes: Axes, rank: Rank) -> Part:
    used = (left[0] | right[0]) - {index}
    places = {a: n for n, a in enumerate(axes) if a is not None}

    def place(part: Part) -> tuple[int, int]:
        own = [places[a] for a in part[0] if a in places]
        natural = _natural(part, labels(axes), rank)
        return (own[0] if own else len(places), natural.index(index))

    if not used:
        rows, columns = sorted((left, right), key=lambda p: _natural(p, (), rank).index(index), reverse=True)
    elif len(used) == 1 and len(axes) == 2:
        (kept,) = used
        vector, matrix = sorted((left, right), key=lambda p: len(p[0]))
        rows, columns = (matrix, vector) if places.get(kept, 0) == 0 else (vector, matrix)
    else:
        rows, columns = sorted((left, right), key=place)
    row = next((a for a in rows[0] if a is not index), None)
    column = next((a for a in columns[0] if a is not index), None)
    product = MatrixProduct(
        (row, column), _placed(rows, (row, index), rank), _placed(columns, (index, column), rank)
    )
    return used, product


def _merged(holding: list[Part]) -> list[Part] | None:
    """Of three or more parts, one that is over a subset of another's indices goes into it."""
    if len(holding) < 3 or any(isinstance(p[1], Array) for p in holding):
        return None
    for n, small in enumerate(holding):
        for k, large in enumerate(holding):
            if n != k and small[0] <= large[0]:
                rest = [p for q, p in enumerate(holding) if q not in (n, k)]
                return [(large[0], large[1] * small[1]), *rest]  # type: ignore[operator]
    return None


def _einsum(holding: list[Part], over: list[Index], order: list[Index], rank: Rank) -> Part:
    used = frozenset().union(*(p[0] for p in holding)) - set(over)
    operands = []
    for part in holding:
        natural = _natural(part, tuple(order), rank)
        array = _placed(part, natural, rank)
        kept = labels(array.axes)
        operands.append(array if array.axes == kept else Reshaped(kept, array))
    return used, Einsum(tuple(s for s in order if s in used), tuple(operands))
