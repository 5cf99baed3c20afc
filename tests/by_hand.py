"""A two-layer network and its gradients, written down by hand so that each can be spoilt."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import sympy as sp

from derive.arrays import Array, AxisSum, Entrywise, Leaf, MatrixProduct, Transposed
from derive.derivation import Convention, Definition, Derivation, Gradient, Step
from derive.notation import CostPartial, Index, IndexSum, Tensor, Term, Terms
from derive.program import Node, Program

n0, n1, n2, m = sp.symbols("n0 n1 n2 m", integer=True, positive=True)
X, Y = Tensor("X", (n0, m), role="input"), Tensor("Y", (n2, m), role="label")
W1, W2 = Tensor("W1", (n1, n0), role="parameter"), Tensor("W2", (n2, n1), role="parameter")
b1, b2 = (Tensor(f"b{n}", (dim,), (0, None), role="parameter") for n, dim in ((1, n1), (2, n2)))
Z1, A1, Z2, A2 = (Tensor(name, (dim, m)) for name, dim in (("Z1", n1), ("A1", n1), ("Z2", n2), ("A2", n2)))
L = Tensor("L", (m,), (None, 0))
SIZES = {n0: 3, n1: 4, n2: 2, m: 5}


@cache
def program(hidden: str = "tanh") -> Program:
    i, j, k, r = Index("i", m), Index("j", n0), Index("k", n1), Index("r", n2)
    z = Z1[k, i]
    bodies = {
        "tanh": sp.tanh(z),
        "relu": sp.Piecewise((z, z > 0), (0, True)),
        "gelu": z * (1 + sp.erf(z / sp.sqrt(2))) / 2,
    }
    a, y = A2[r, i], Y[r, i]
    nodes = (
        Node(Z1, (k, i), IndexSum(W1[k, j] * X[j, i], j) + b1[k]),
        Node(A1, (k, i), bodies[hidden]),
        Node(Z2, (r, i), IndexSum(W2[r, k] * A1[k, i], k) + b2[r]),
        Node(A2, (r, i), 1 / (1 + sp.exp(-Z2[r, i]))),
        Node(L, (i,), IndexSum(-y * sp.log(a) - (1 - y) * sp.log(1 - a), r)),
    )
    return Program(nodes, L, 1 / m, name="by_hand")


def gradient(
    of: Tensor, indices: tuple[Index, ...], terms: Terms, array: Array | None, scale: sp.Expr
) -> Gradient:
    symbol = {t.name: t for t in (dZ2, dW2, db2, dA1, dZ1)}["d" + of.name]
    start = (Term((CostPartial(of[indices]),), (), scale if of.role == "parameter" else sp.Integer(1)),)
    steps = [Step("chain", start, terms)]
    if array is not None:
        steps.append(Step("matrix form", terms, array))
    return Gradient(of, symbol, indices, tuple(steps), program(), Convention())


dZ2, dW2, db2, dA1, dZ1 = (
    Tensor("d" + t.name, t.dims, t.layout, role="gradient") for t in (Z2, W2, b2, A1, Z1)
)


def entrywise(axes: tuple[Index | None, ...], array: Array, factor: sp.Expr) -> Array:
    d = sp.Dummy("d", real=True)
    return Entrywise(axes, factor * d, ((d, array),))


@cache
def gradients(convention: str = "course") -> dict[str, Gradient]:
    """dZ2 = A2 − Y, dW2 = dZ2 A1ᵀ/m, db2 = Σ dZ2/m, dA1 = W2ᵀ dZ2, dZ1 = dA1 (1 − A1²)."""
    i, k, r = Index("i", m), Index("k", n1), Index("r", n2)
    inside, outside = (1 / m, sp.Integer(1)) if convention == "exact" else (sp.Integer(1), 1 / m)
    a, y, u, v = (sp.Dummy(letter, real=True) for letter in "ayuv")
    start = 1 / m if convention == "exact" else sp.Integer(1)
    found = [
        gradient(
            Z2,
            (r, i),
            (Term((A2[r, i],), (), inside), Term((Y[r, i],), (), -inside)),
            Entrywise((r, i), (a - y) * inside, ((a, Leaf((r, i), A2)), (y, Leaf((r, i), Y)))),
            start,
        ),
        gradient(
            W2,
            (r, k),
            (Term((dZ2[r, i], A1[k, i]), (i,), outside),),
            entrywise(
                (r, k),
                MatrixProduct((r, k), Leaf((r, i), dZ2), Transposed((i, k), Leaf((k, i), A1), (1, 0))),
                outside,
            ),
            1 / m,
        ),
        gradient(
            b2,
            (r,),
            (Term((dZ2[r, i],), (i,), outside),),
            entrywise((r, None), AxisSum((r, None), Leaf((r, i), dZ2), 1, True), outside),
            1 / m,
        ),
        gradient(
            A1,
            (k, i),
            (Term((W2[r, k], dZ2[r, i]), (r,)),),
            MatrixProduct((k, i), Transposed((k, r), Leaf((r, k), W2), (1, 0)), Leaf((r, i), dZ2)),
            start,
        ),
        gradient(
            Z1,
            (k, i),
            (Term((dA1[k, i], 1 - A1[k, i] ** 2)),),
            Entrywise((k, i), u * (1 - v**2), ((u, Leaf((k, i), dA1)), (v, Leaf((k, i), A1)))),
            start,
        ),
    ]
    if convention == "exact":
        found = [replace(g, steps=(replace(g.steps[0], before=_scaled(g)), *g.steps[1:])) for g in found]
    return {g.name: g for g in found}


def _scaled(g: Gradient) -> Terms:
    return (Term((CostPartial(g.of[g.indices]),), (), 1 / m),)


def forward(p: Program) -> tuple[Definition, ...]:
    i, j, k = Index("i", m), Index("j", n0), Index("k", n1)
    node = p.node(Z1)
    assert node is not None
    k, i = node.indices
    u, v = sp.Dummy("u", real=True), sp.Dummy("v", real=True)
    product = MatrixProduct((k, i), Leaf((k, j), W1), Leaf((j, i), X))
    line = Entrywise((k, i), u + v, ((u, product), (v, Leaf((k, None), b1))))
    return (Definition(node, line),)


def derivation_of(*changed: Gradient, convention: str = "course") -> Derivation:
    """The right derivation with some gradients put in place of those of their name."""
    p = program()
    found = gradients(convention) | {g.name: g for g in changed}
    return Derivation(p, Convention(convention=convention), forward(p), tuple(found.values()))  # type: ignore[arg-type]


def with_terms(name: str, terms: Terms) -> Gradient:
    """The gradient with these terms in place of its own, without a matrix form."""
    right = gradients()[name]
    return replace(right, steps=(replace(right.steps[0], after=terms),))


def with_array(name: str, array: Array) -> Gradient:
    right = gradients()[name]
    return replace(right, steps=(right.steps[0], replace(right.steps[1], after=array)))
