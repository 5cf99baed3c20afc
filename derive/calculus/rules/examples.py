"""One example for each rule, run as a test: the terms before, their context, the result."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import sympy as sp

from derive.calculus.algebra import rank_of
from derive.calculus.context import Context, Example
from derive.derivation import Convention, Gradient, Step
from derive.notation import CostPartial, Delta, Index, IndexSum, Mask, Partial, Tensor, Term
from derive.program import Node, Program, SumFact

N, M = sp.symbols("n m", integer=True, positive=True)
P, Q, K, R = Index("i", N), Index("j", M), Index("k", N), Index("r", M)
UNIT = (sp.Integer(0), sp.Integer(1))
Z, Y = Tensor("Z", (N, M)), Tensor("Y", (N, M), role="label")
A, L = Tensor("A", (N, M), interval=UNIT), Tensor("L", (M,), (None, 0))
W, S = Tensor("W", (N, N), role="parameter"), Tensor("S", (N, M), interval=UNIT)
DA, DZ = Tensor("dA", (N, M), role="gradient"), Tensor("dZ", (N, M), role="gradient")
SIGMOID = Node(A, (P, Q), 1 / (1 + sp.exp(-Z[P, Q])), note="sigmoid")
SOFTMAX = Node(S, (P, Q), sp.exp(Z[P, Q]) / IndexSum(sp.exp(Z[K, Q]), K), note="softmax")


_PROGRAM = Program((SIGMOID,), A)


def _context(of: Tensor, *nodes: Node, upstream: Gradient | None = None, **convention: Any) -> Context:
    used = nodes[-1].tensor
    loss = Node(L, (Q,), IndexSum(-Y[K, Q] * sp.log(used[K, Q]), K))
    program = Program((*nodes, loss), L, 1 / M, facts=(SumFact(Y, 0),))
    known = {} if upstream is None else {upstream.of.serial: upstream}
    return Context(
        program,
        Convention(**convention),
        of,
        MappingProxyType(known),
        MappingProxyType({g.symbol.serial: s for s, g in known.items()}),
        frozenset(known),
        rank_of({t.serial: n for n, t in enumerate(program.tensors)}),
        of.axes((P, Q)),
        lambda terms, _: terms,
    )


def _upstream(*factors: sp.Expr) -> Gradient:
    value = (Term(factors),)
    return Gradient(A, DA, (P, Q), (Step("group", value, value),), _PROGRAM, Convention())


def chain() -> Example:
    after = IndexSum(DA[K, R] * Partial(A[K, R], Z[P, Q]), K, R)
    return Example((Term((CostPartial(Z[P, Q]),)),), _context(Z, SIGMOID, upstream=_upstream(A[P, Q])), after)


def element_partial() -> Example:
    linear = Node(Z, (P, Q), IndexSum(W[P, K] * A[K, Q], K))
    k, r = Index("p", N), Index("q", N)
    before = (Term((Partial(Z[P, Q], W[k, r]),)),)
    return Example(before, _context(W, linear), IndexSum(A[K, Q] * Delta(P, k) * Delta(K, r), K))


def elementwise_partial() -> Example:
    before = (Term((Partial(A[K, R], Z[P, Q]),)),)
    slope = sp.exp(-Z[K, R]) / (1 + sp.exp(-Z[K, R])) ** 2
    return Example(before, _context(Z, SIGMOID), slope * Delta(K, P) * Delta(R, Q))


def distribute() -> Example:
    before = (Term((DZ[P, Q], Delta(P, K) - A[P, Q] * Delta(Q, R))),)
    return Example(before, _context(Z, SIGMOID), DZ[P, Q] * Delta(P, K) - DZ[P, Q] * A[P, Q] * Delta(Q, R))


def hoist() -> Example:
    inner = IndexSum(A[K, Q] * Delta(K, P), K)
    return Example(
        (Term((DZ[P, Q], inner)),), _context(Z, SIGMOID), IndexSum(DZ[P, Q] * A[K, Q] * Delta(K, P), K)
    )


def delta() -> Example:
    return Example((Term((A[K, Q], Delta(K, P)), (K,)),), _context(Z, SIGMOID), A[P, Q])


def shifted_delta() -> Example:
    before = (Term((A[K, Q], Delta(K + 2, P)), (K,)),)
    return Example(before, _context(Z, SIGMOID), A[P - 2, Q] * Mask(P - 2, N))


def count() -> Example:
    return Example((Term((A[P, Q],), (K,)),), _context(Z, SIGMOID), N * A[P, Q])


def via_output() -> Example:
    slope = sp.exp(-Z[P, Q]) / (1 + sp.exp(-Z[P, Q])) ** 2
    return Example((Term((slope,)),), _context(Z, SIGMOID), A[P, Q] * (1 - A[P, Q]))


def fold_output() -> Example:
    before = (Term((sp.exp(Z[P, Q]), 1 / IndexSum(sp.exp(Z[K, Q]), K))),)
    return Example(before, _context(Z, SOFTMAX), S[P, Q])


def fact() -> Example:
    return Example((Term((A[P, Q], Y[K, Q]), (K,)),), _context(Z, SIGMOID), A[P, Q])


def accumulate() -> Example:
    first = Term((A[K, Q],), (K,))
    other = Index("s", N)
    second = Term((A[other, Q],), (other,))
    return Example((first, second), _context(Z, SIGMOID), 2 * IndexSum(A[K, Q], K))


def group() -> Example:
    a, y = A[P, Q], Y[P, Q]
    return Example((Term(((a - y) / (a * (1 - a)), a, 1 - a)),), _context(Z, SIGMOID), a - y)


def gather() -> Example:
    before = (Term((A[P, Q],)), Term((1 - A[P, Q],)))
    return Example(before, _context(Z, SIGMOID), sp.Integer(1))


def fuse() -> Example:
    context = _context(Z, SIGMOID, upstream=_upstream(1 / A[P, Q]))
    return Example((Term((DA[P, Q], A[P, Q])),), context, sp.Integer(1))


def via_input() -> Example:
    context = _context(Z, SIGMOID, derivatives="input")
    return Example((Term((A[P, Q] - Y[P, Q],)),), context, 1 / (1 + sp.exp(-Z[P, Q])) - Y[P, Q])


def matrix_form() -> Example:
    """The result stands for the same entries: it is compared with this index form by value."""
    total = IndexSum(W[K, P] * A[K, Q], K)
    return Example((Term((W[K, P], A[K, Q]), (K,)),), _context(Z, SIGMOID), total)
