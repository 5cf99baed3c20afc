"""Mistakes that are really made, planted into the matrix form of a gradient."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import mpmath as mp
import sympy as sp

from derive.arrays import Array, AxisSum, Entrywise, Leaf, MatrixProduct, Transposed
from derive.derivation import Gradient
from derive.handout.functions import Curve
from derive.handout.paper import Paper
from derive.notation import Tensor
from derive.numbers import value
from derive.program import Node

Planter = Callable[[Paper, Gradient], Array | None]
POINTS = ("0.7", "-1.3")


def twice(paper: Paper, gradient: Gradient) -> Array | None:
    """1/m dW → 1/m² dW, and dZ → 1/m dZ where 1/m stands in the gradients of parameters."""
    scale, array = paper.program.scale, gradient.array
    if array is None or scale == 1:
        return None
    if isinstance(array, Entrywise):
        return replace(array, formula=scale * array.formula)
    inside = sp.Dummy("inside")
    return Entrywise(array.axes, scale * inside, ((inside, array),))


def transpose(paper: Paper, gradient: Gradient) -> Array | None:
    """Wᵀ dZ → W dZ."""

    def without(array: Array) -> Array:
        if isinstance(array, MatrixProduct):
            return replace(array, left=without(array.left), right=without(array.right))
        if isinstance(array, Transposed) and isinstance(array.operand, Leaf):
            return array.operand
        if isinstance(array, Entrywise):
            return replace(array, operands=tuple((d, without(operand)) for d, operand in array.operands))
        return array

    if gradient.array is None or all(size == 1 for size in _transposed_sizes(paper, gradient.array)):
        return None
    return without(gradient.array)


def _transposed_sizes(paper: Paper, array: Array) -> list[sp.Expr]:
    """The sizes of what is transposed inside a product."""
    if isinstance(array, Transposed):
        return [paper.naming.sizes.get(axis.dim, axis.dim) for axis in array.axes if axis is not None]
    if isinstance(array, MatrixProduct):
        return _transposed_sizes(paper, array.left) + _transposed_sizes(paper, array.right)
    if isinstance(array, Entrywise):
        return [size for _, operand in array.operands for size in _transposed_sizes(paper, operand)]
    return []


def variable(paper: Paper, gradient: Gradient) -> Array | None:
    """1 − A² → 1 − Z², and tanh′(Z) → tanh′(A) where the slope is written in Z."""
    node, array = _activation(paper, gradient), gradient.array
    if node is None or not isinstance(array, Entrywise) or _labels(array):
        return None
    swapped = {node.tensor.serial: gradient.of, gradient.of.serial: node.tensor}
    used = {operand.tensor.serial for _, operand in array.operands if isinstance(operand, Leaf)}
    if len(used & swapped.keys()) != 1 or not _matters(node):
        return None
    operands = tuple((d, _swapped(operand, swapped)) for d, operand in array.operands)
    return replace(array, operands=operands)


def _swapped(array: Array, swapped: Mapping[int, Tensor]) -> Array:
    if isinstance(array, Leaf) and array.tensor.serial in swapped:
        return replace(array, tensor=swapped[array.tensor.serial])
    return array


def _matters(node: Node) -> bool:
    """Whether the slope at z differs from the slope at g(z); that of ReLU does not."""
    curve = Curve(node)
    slopes = [(curve.at(curve.slope, z), curve.at(curve.slope, curve.at(curve.formula, z))) for z in POINTS]
    return any(abs(here - there) > mp.mpf(1) / 1000 for here, there in slopes)


def difference(paper: Paper, gradient: Gradient) -> Array | None:
    """dZ = A − Y, though output and loss do not make it so."""
    net, array = paper.net, gradient.array
    node = _activation(paper, gradient)
    if net is None or node is not net.output or not isinstance(array, Entrywise):
        return None
    a, y = sp.Dummy("a"), sp.Dummy("y")
    axes = gradient.symbol.axes(gradient.indices)
    scale = paper.program.scale if paper.derivation.convention.convention == "exact" else sp.Integer(1)
    kept = Entrywise(axes, scale * (a - y), ((a, Leaf(axes, node.tensor)), (y, Leaf(axes, net.Y))))
    return kept if _differ(node, net.Y, array, kept) else None


def _differ(node: Node, labels: Tensor, *arrays: Entrywise) -> bool:
    """Whether two formulas in z, a = g(z) and y differ; False for formulas in anything else."""
    curve = Curve(node)
    assert node.argument is not None
    for z in POINTS:
        known = {node.argument.tensor: mp.mpf(z), node.tensor: curve.at(curve.formula, z), labels: mp.mpf(1)}
        found = []
        for array in arrays:
            if not all(isinstance(o, Leaf) and o.tensor in known for _, o in array.operands):
                return False
            at = {d: known[o.tensor] for d, o in array.operands if isinstance(o, Leaf)}
            found.append(
                value(array.formula, at | dict.fromkeys(array.formula.free_symbols - at.keys(), mp.mpf(1)))
            )
        if abs(found[0] - found[1]) > mp.mpf(1) / 1000:
            return True
    return False


def slope(paper: Paper, gradient: Gradient) -> Array | None:
    """dA ⊙ (1 − A²) → dA."""
    array = gradient.array
    if not isinstance(array, Entrywise) or _activation(paper, gradient) is None or not array.formula.is_Mul:
        return None
    return next(
        (
            operand
            for dummy, operand in array.operands
            if dummy in array.formula.args and isinstance(operand, Leaf) and operand.tensor.role == "gradient"
        ),
        None,
    )


def total(paper: Paper, gradient: Gradient) -> Array | None:
    """db = 1/m dZ 𝟏 → 1/m dZ."""
    array = gradient.array
    if isinstance(array, AxisSum):
        return array.operand
    if isinstance(array, Entrywise) and any(isinstance(operand, AxisSum) for _, operand in array.operands):
        operands = tuple((d, o.operand if isinstance(o, AxisSum) else o) for d, o in array.operands)
        return replace(array, operands=operands)
    return None


def penalty(paper: Paper, gradient: Gradient) -> Array | None:
    """dW = 1/m dZ Aᵀ + λ/m W → 1/m dZ Aᵀ."""
    array = gradient.array
    if not isinstance(array, Entrywise):
        return None
    own = [d for d, operand in array.operands if isinstance(operand, Leaf) and operand.tensor is gradient.of]
    summands = sp.Add.make_args(sp.expand_mul(array.formula)) if own else ()
    kept = [summand for summand in summands if not summand.has(*own)]
    if not kept or len(kept) == len(summands):
        return None
    formula = sp.Add(*kept)
    return replace(
        array, formula=formula, operands=tuple((d, o) for d, o in array.operands if formula.has(d))
    )


def _activation(paper: Paper, gradient: Gradient) -> Node | None:
    """g where the gradient is that of z in a = g(z), entry by entry, and g is not the identity."""
    found: tuple[Node, ...] = paper.program.consumers.get(gradient.of.serial, ())
    node = found[0] if len(found) == 1 else None
    if node is None or node.argument is None or node.body == node.argument or not node.note:
        return None
    return node


def _labels(array: Entrywise) -> bool:
    return any(isinstance(o, Leaf) and o.tensor.role == "label" for _, o in array.operands)


PLANTERS: Mapping[str, Planter] = {
    "twice": twice,
    "transpose": transpose,
    "variable": variable,
    "difference": difference,
    "slope": slope,
    "sum": total,
    "penalty": penalty,
}
