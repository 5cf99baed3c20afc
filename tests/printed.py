"""Values that every printer must survive: scalar formulas, arrays of every class, pairs of operators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp

from derive.arrays import (
    Array,
    AxisSum,
    Einsum,
    Entrywise,
    Filled,
    Leaf,
    MatrixProduct,
    Reshaped,
    Transposed,
)
from derive.notation import Index, Tensor
from derive.printing import numpy_arrays

Formula = Callable[..., Any]
SCALARS: dict[str, Formula] = {
    "negative": lambda x, y: -x,
    "decimal": lambda x, y: x / 10,
    "third": lambda x, y: x / 3,
    "absolute value by branches": lambda x, y: y * sp.Piecewise((x - 1, x > 1), (1 - x, x < 1), (0, True)),
    "sign by branches": lambda x, y: y - sp.Piecewise((1, x - y > 0), (-1, x - y < 0), (0, True)) / 3,
    "almost a sign": lambda x, y: sp.Piecewise((1, x - y > 0), (-1, x - y < 0), (1, True)) + x,
    "minus third": lambda x, y: -x / 3 - sp.Rational(1, 3),
    "difference": lambda x, y: x - y,
    "number in common": lambda x, y: 2 * x - 2 * y,
    "numbers in common": lambda x, y: x * (3 * x - 3 * y) ** 2 / (2 * sp.exp(x) + 2 * sp.exp(y)),
    "one minus square": lambda x, y: 1 - x**2,
    "plus one": lambda x, y: x + 1,
    "sigmoid": lambda x, y: 1 / (1 + sp.exp(-x)),
    "quotient": lambda x, y: (x - y) / (x * (1 - x)),
    "quotients": lambda x, y: -y / x + (1 - y) / (1 - x),
    "square of a sum": lambda x, y: (x - y) ** 2 / 2,
    "square of a negative": lambda x, y: sp.Pow(-x, 2, evaluate=False),
    "negative of a square": lambda x, y: -(x**2),
    "tower": lambda x, y: x ** (y**2),
    "power of a power": lambda x, y: sp.Pow(sp.Pow(x, y, evaluate=False), 2, evaluate=False),
    "square root": lambda x, y: sp.sqrt(x + y) / sp.sqrt(2),
    "cube root": lambda x, y: x ** sp.Rational(1, 3),
    "negative power": lambda x, y: y / x**3 - 2 / x ** sp.Rational(3, 2),
    "symbolic power": lambda x, y: x ** (-y),
    "constants": lambda x, y: sp.pi * x + sp.E,
    "relu": lambda x, y: sp.Piecewise((x - y, x > y), (0, True)),
    "indicator": lambda x, y: x * sp.Piecewise((1, x > y), (0, True)),
    "indicator alone": lambda x, y: 2 * sp.Piecewise((1, x >= y), (0, True)) - 1,
    "minus indicator": lambda x, y: -x * sp.Piecewise((1, x < y), (0, True)) / 3,
    "slope": lambda x, y: y * sp.Piecewise((1, x <= y), (sp.Rational(1, 10), True)),
    "three branches": lambda x, y: sp.Piecewise((-1, x > 1), (0, x < y), (x, True)),
    "both": lambda x, y: sp.Piecewise((x, (x > y) & (y < 1)), (y, (x > 1) | sp.Ne(x, y)), (1, True)),
    "largest": lambda x, y: sp.Max(x, y, 1) - sp.Min(x, y),
    "softplus": lambda x, y: sp.log(1 + sp.exp(x)) - x * y,
    "silu slope": lambda x, y: y * (x + 1 - x * y) / (2 * x),
    "gelu": lambda x, y: x * (1 + sp.erf(x / sp.sqrt(2))) / 2,
    **{
        str(cls.__name__): (lambda x, y, cls=cls: cls(x) * y)
        for cls in numpy_arrays.FUNCTIONS
        if cls not in (sp.asin, sp.acos, sp.acosh, sp.atanh)
    },
    **{cls.__name__: (lambda x, y, cls=cls: cls(x / 3)) for cls in (sp.asin, sp.acos, sp.atanh)},
    "acosh": lambda x, y: sp.acosh(x + 1),
}


def entrywise(formula: Formula, *operands: Array) -> Entrywise:
    names = [sp.Dummy(f"x{n}", real=True) for n in range(len(operands))]
    rank = max((len(o.axes) for o in operands), default=0)
    axes = tuple(
        next((o.axes[a] for o in operands if o.axes and o.axes[a] is not None), None) for a in range(rank)
    )
    return Entrywise(axes, sp.sympify(formula(*names)), tuple(zip(names, operands, strict=True)))


def leaf(tensor: Tensor, *indices: Index) -> Leaf:
    return Leaf(tensor.axes(indices), tensor)


def transposed(array: Array) -> Transposed:
    return Transposed(tuple(reversed(array.axes)), array, tuple(reversed(range(len(array.axes)))))


def product(left: Array, right: Array) -> MatrixProduct:
    return MatrixProduct((left.axes[0], right.axes[1]), left, right)


def value(array: Array, tensors: dict[str, Any]) -> Any:
    """The numbers of an array, worked out here and not by any printer."""
    if isinstance(array, Leaf):
        return tensors[array.tensor.name]
    if isinstance(array, Entrywise):
        operands = np.broadcast_arrays(*(value(o, tensors) for _, o in array.operands), 0.0)[:-1]
        names = [dummy for dummy, _ in array.operands]
        with np.errstate(all="ignore"):
            return np.asarray(sp.lambdify(names, array.formula, ["scipy", "numpy"])(*operands))
    if isinstance(array, MatrixProduct):
        return np.matmul(value(array.left, tensors), value(array.right, tensors))
    if isinstance(array, AxisSum):
        return value(array.operand, tensors).sum(array.axis, keepdims=array.keepdims)
    if isinstance(array, Transposed):
        return np.transpose(value(array.operand, tensors), array.order)
    sizes = tuple(1 if i is None else int(i.dim) for i in array.axes)
    if isinstance(array, Reshaped):
        return np.reshape(value(array.operand, tensors), sizes)
    if isinstance(array, Filled):
        return np.zeros(sizes) + value(array.operand, tensors)
    assert isinstance(array, Einsum)
    return _contracted(array, tensors, sizes)


def _contracted(array: Einsum, tensors: dict[str, Any], sizes: tuple[int, ...]) -> Any:
    indices = list(dict.fromkeys(i for o in array.operands for i in o.axes if i is not None))
    out = np.zeros(sizes)
    for at in np.ndindex(*(int(i.dim) for i in indices)):
        where = dict(zip(indices, at, strict=True))
        entry = np.prod(
            [value(o, tensors)[tuple(0 if i is None else where[i] for i in o.axes)] for o in array.operands]
        )
        out[tuple(0 if i is None else where[i] for i in array.axes)] += entry
    return out


# Square tensors, so that every operator fits every other.
i, j, k = Index("i", 3), Index("j", 3), Index("k", 3)
NAMES = {"A": "A", "B": "B^{[1]}", "C": "C"}
A, B, C = (Tensor(name, (3, 3), latex_name=latex) for name, latex in NAMES.items())

Operator = Callable[[Array, Array], Array]
OPERATORS: dict[str, Operator] = {
    "add": lambda a, b: entrywise(lambda x, y: x + y, a, b),
    "subtract": lambda a, b: entrywise(lambda x, y: x - y, a, b),
    "negate": lambda a, b: entrywise(lambda x: -x, a),
    "multiply": lambda a, b: entrywise(lambda x, y: x * y, a, b),
    "divide": lambda a, b: entrywise(lambda x, y: x / y, a, b),
    "square": lambda a, b: entrywise(lambda x: x**2, a),
    "reciprocal": lambda a, b: entrywise(lambda x: 1 / x, a),
    "exp": lambda a, b: entrywise(lambda x: sp.exp(-x), a),
    "triple": lambda a, b: entrywise(lambda x: 3 * x, a),
    "halve": lambda a, b: entrywise(lambda x: x / 2, a),
    "minus seventh": lambda a, b: entrywise(lambda x: -x / 7, a),
    "one minus": lambda a, b: entrywise(lambda x: 1 - x, a),
    "where": lambda a, b: entrywise(lambda x: sp.Piecewise((x, x > 1), (2, True)), a),
    "indicated": lambda a, b: entrywise(lambda x, y: y * sp.Piecewise((1, x > 1), (0, True)), a, b),
    "matrix product": lambda a, b: product(a, b),
    "transpose": lambda a, b: transposed(a),
    "row sum": lambda a, b: Filled(a.axes, AxisSum((a.axes[0], None), a, 1, True)),
    "column sum": lambda a, b: Filled(a.axes, AxisSum((None, a.axes[1]), a, 0, True)),
}


def pair(outer: str, inner: str, right: bool) -> Array:
    """outer(inner(A, B), C), or outer(C, inner(A, B))."""
    # A matrix product sums an index, so its operands need axes that meet; all are 3 × 3 here.
    first = OPERATORS[inner](leaf(A, i, j), leaf(B, *((j, k) if inner == "matrix product" else (i, j))))
    a, b = first.axes
    third = leaf(C, b, a) if outer == "matrix product" else leaf(C, a, b)
    if outer == "matrix product":
        third = leaf(C, b, Index("l", 3)) if not right else leaf(C, Index("l", 3), a)
    return OPERATORS[outer](third, first) if right else OPERATORS[outer](first, third)


PAIRS = [
    (outer, inner, right)
    for outer in OPERATORS
    for inner in OPERATORS
    for right in (False, True)
    if not (inner == "indicated" and outer in ("divide", "reciprocal"))  # divides by 0
]


def tensors(seed: int = 0) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    return {name: rng.uniform(0.3, 2.0, (3, 3)) for name in NAMES}
