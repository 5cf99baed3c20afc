"""Programs built by hand: what a layered network is not."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from derive.calculus.sweep import derivation
from derive.calculus.terms import canonical
from derive.derivation import Convention
from derive.notation import Index, IndexSum, Mask, Tensor
from derive.program import Node, Program, SumFact


def dims(names: str) -> tuple[sp.Symbol, ...]:
    return sp.symbols(names, integer=True, positive=True)  # type: ignore[no-any-return]


def half_square(y: Tensor, t: Tensor, name: str = "L") -> Node:
    """L = ½ Σ (y − t)², a number."""
    indices = y.indices()
    return Node(Tensor(name), (), IndexSum((y[indices] - t[indices]) ** 2 / 2, *indices))


def residual() -> Program:
    """A = X + tanh(W X), so that X reaches the cost twice; X is a parameter here."""
    n, m = dims("n m")
    X, W, T = (
        Tensor("X", (n, m), role="parameter"),
        Tensor("W", (n, n), role="parameter"),
        Tensor("T", (n, m), role="label"),
    )
    Z, H, A = Tensor("Z", (n, m)), Tensor("H", (n, m)), Tensor("A", (n, m))
    i, j, k = Index("i", n), Index("j", m), Index("k", n)
    nodes = (
        Node(Z, (i, j), IndexSum(W[i, k] * X[k, j], k)),
        Node(H, (i, j), sp.tanh(Z[i, j])),
        Node(A, (i, j), H[i, j] + X[i, j]),
        half_square(A, T),
    )
    return Program(nodes, nodes[-1].tensor, sp.Integer(1) / m, name="residual")


def shared_weight() -> Program:
    """One weight matrix used in two layers, and its transpose in a third."""
    n, m = dims("n m")
    W = Tensor("W", (n, n), role="parameter")
    X, T = Tensor("X", (n, m), role="input"), Tensor("T", (n, m), role="label")
    H, G, Y = Tensor("H", (n, m)), Tensor("G", (n, m)), Tensor("Y", (n, m))
    i, j, k, r, s = Index("i", n), Index("j", m), Index("k", n), Index("r", n), Index("s", n)
    nodes = (
        Node(H, (i, j), IndexSum(W[i, k] * X[k, j], k)),
        Node(G, (i, j), IndexSum(W[i, r] * sp.tanh(H[r, j]), r)),
        Node(Y, (i, j), IndexSum(W[s, i] * G[s, j], s)),
        half_square(Y, T),
    )
    return Program(nodes, nodes[-1].tensor, name="shared_weight")


def three_consumers() -> Program:
    """S feeds three nodes, which meet in the cost."""
    n, m = dims("n m")
    S, T = Tensor("S", (n, m), role="parameter"), Tensor("T", (n, m), role="label")
    E, F, G, Y = (Tensor(name, (n, m)) for name in "EFGY")
    i, j = Index("i", n), Index("j", m)
    nodes = (
        Node(E, (i, j), sp.exp(S[i, j])),
        Node(F, (i, j), S[i, j] ** 2),
        Node(G, (i, j), 3 * S[i, j]),
        Node(Y, (i, j), E[i, j] * F[i, j] + G[i, j]),
        half_square(Y, T),
    )
    return Program(nodes, nodes[-1].tensor, name="three_consumers")


def lost_index() -> Program:
    """s[i] = Σ_j W[i,j]: the index j is summed and the result lacks it; and u = Σ_ij W[i,j]²."""
    n, k = dims("n k")
    W, t = Tensor("W", (n, k), role="parameter"), Tensor("t", (n,), (0, None), role="label")
    s, u, L = Tensor("s", (n,), (0, None)), Tensor("u"), Tensor("L")
    i, j, p, q, r = Index("i", n), Index("j", k), Index("p", n), Index("q", k), Index("r", n)
    nodes = (
        Node(s, (i,), IndexSum(W[i, j], j)),
        Node(u, (), IndexSum(W[p, q] ** 2, p, q)),
        Node(L, (), IndexSum((s[r] - t[r]) ** 2, r) / 2 + u[()] ** 2),
    )
    return Program(nodes, L, name="lost_index")


def square_weights() -> Program:
    """n × n weights and two dimensions of one size: only the identity of an index tells them apart."""
    n = dims("n")
    A, B = Tensor("A", (n, n), role="parameter"), Tensor("B", (n, n), role="parameter")
    C, T = Tensor("C", (n, n)), Tensor("T", (n, n), role="label")
    i, j, k = Index("i", n), Index("j", n), Index("k", n)
    nodes = (
        Node(C, (i, j), IndexSum(A[i, k] * B[j, k], k) + A[j, i]),
        half_square(C, T),
    )
    return Program(nodes, nodes[-1].tensor, name="square_weights")


def mean_over_last() -> Program:
    """Rank 3: X[b,t,c] minus its mean over c, squared."""
    B, T, M = dims("B T M")
    X, V = Tensor("X", (B, T, M), role="parameter"), Tensor("V", (B, T, M), role="label")
    mu, C = Tensor("mu", (B, T), (0, 1, None)), Tensor("C", (B, T, M))
    b, t, c, s = Index("b", B), Index("t", T), Index("c", M), Index("s", M)
    nodes = (
        Node(mu, (b, t), IndexSum(X[b, t, c], c) / M),
        Node(C, (b, t, s), X[b, t, s] - mu[b, t]),
        half_square(C, V),
    )
    return Program(nodes, nodes[-1].tensor, name="mean_over_last")


def attention() -> Program:
    """softmax(Q Kᵀ/√d) V with a softmax over each row."""
    t, u, d, e = dims("t u d e")
    Q = Tensor("Q", (t, d), role="parameter")
    K = Tensor("K", (u, d), role="parameter")
    V = Tensor("V", (u, e), role="parameter")
    T = Tensor("T", (t, e), role="label")
    S, P, Out = Tensor("S", (t, u)), Tensor("P", (t, u)), Tensor("Out", (t, e))
    i, j, k, c, r, o = (
        Index("i", t),
        Index("j", u),
        Index("k", d),
        Index("c", u),
        Index("r", u),
        Index("o", e),
    )
    nodes = (
        Node(S, (i, j), IndexSum(Q[i, k] * K[j, k], k) / sp.sqrt(d)),
        Node(P, (i, j), sp.exp(S[i, j]) / IndexSum(sp.exp(S[i, c]), c)),
        Node(Out, (i, o), IndexSum(P[i, r] * V[r, o], r)),
        half_square(Out, T),
    )
    return Program(nodes, nodes[-1].tensor, name="attention")


def slice_of() -> Program:
    """y[i] = x[i + 2]: the first two entries do not reach the cost."""
    n = dims("n")
    x, T, y = Tensor("x", (n + 2,), role="parameter"), Tensor("T", (n,), role="label"), Tensor("y", (n,))
    i = Index("i", n)
    nodes = (Node(y, (i,), x[i + 2] ** 2), half_square(y, T))
    return Program(nodes, nodes[-1].tensor, name="slice_of")


def strided_convolution() -> Program:
    """y[i] = Σ_r w[r] x[2i + r − 1], zero outside: stride 2, padding 1."""
    n, q = dims("n q")
    x, w = Tensor("x", (2 * n,), role="parameter"), Tensor("w", (q,), role="parameter")
    y, T = Tensor("y", (n,)), Tensor("T", (n,), role="label")
    i, r = Index("i", n), Index("r", q)
    nodes = (
        Node(y, (i,), IndexSum(w[r] * Mask(2 * i + r - 1, 2 * n) * x[2 * i + r - 1], r)),
        half_square(y, T),
    )
    return Program(nodes, nodes[-1].tensor, name="strided_convolution")


def scalar_parameter() -> Program:
    """y = c · tanh(x) with one number c, and a penalty λ/2 c²: rank 0 tensors have gradients too."""
    n = dims("n")
    c, lam = Tensor("c", role="parameter"), Tensor("lam", role="hyperparameter")
    x, T, y, R = Tensor("x", (n,)), Tensor("T", (n,), role="label"), Tensor("y", (n,)), Tensor("R")
    i = Index("i", n)
    nodes = (
        Node(y, (i,), c[()] * sp.tanh(x[i])),
        half_square(y, T),
        Node(R, (), lam[()] / 2 * c[()] ** 2),
    )
    return Program(nodes, nodes[1].tensor, sp.Integer(1) / n, R, name="scalar_parameter")


def embedding() -> Program:
    """Rows of a table looked up by tokens: an element whose argument is an integer tensor's element."""
    v, d, t = dims("v d t")
    table, T = Tensor("E", (v, d), role="parameter"), Tensor("T", (t, d), role="label")
    tok = Tensor("tok", (t,), role="input", integer=v)
    y = Tensor("y", (t, d))
    i, j = Index("i", t), Index("j", d)
    nodes = (Node(y, (i, j), table[tok[i], j]), half_square(y, T))
    return Program(nodes, nodes[-1].tensor, name="embedding")


def logistic(rows: bool = False) -> Program:
    """Logistic regression with a weight vector: a[i] = σ(Σ_j w[j] X[j,i])."""
    n, m = dims("n m")
    w = Tensor("w", (n,), (0, None), role="parameter")
    X, Y = Tensor("X", (n, m), role="input"), Tensor("Y", (m,), (None, 0), role="label")
    Z, A = Tensor("Z", (m,), (None, 0)), Tensor("A", (m,), (None, 0), interval=(sp.Integer(0), sp.Integer(1)))
    L = Tensor("L", (m,), (None, 0))
    i, j = Index("i", m), Index("j", n)
    a, y = A[i], Y[i]
    nodes = (
        Node(Z, (i,), IndexSum(w[j] * X[j, i], j)),
        Node(A, (i,), 1 / (1 + sp.exp(-Z[i]))),
        Node(L, (i,), -(y * sp.log(a) + (1 - y) * sp.log(1 - a))),
    )
    return Program(nodes, L, sp.Integer(1) / m, name="logistic")


def hessian_vector_product() -> Program:
    """The gradient program of logistic regression, its cost now ⟨v, dJ/dw⟩."""
    first = derivation(logistic(), Convention())
    dw = first["dw"]
    v, P = Tensor("v", dw.of.dims, dw.of.layout, role="direction"), Tensor("P")
    (j,) = dw.of.indices()
    nodes = (
        *first.program.nodes,
        *(first[name].node for name in ("dZ", "dw")),
        Node(P, (), IndexSum(v[j] * dw.symbol[j], j)),
    )
    return Program(nodes, P, name="hessian_vector_product")


def soft_labels() -> Program:
    """Softmax and cross-entropy without the fact that labels sum to 1."""
    return _softmax_cross_entropy(())


def one_hot_labels() -> Program:
    """Softmax and cross-entropy with Σ_k Y[k,i] = 1 declared."""
    return _softmax_cross_entropy((0,))


def _softmax_cross_entropy(known: tuple[int, ...]) -> Program:
    n, m = dims("n m")
    Z, Y = Tensor("Z", (n, m), role="parameter"), Tensor("Y", (n, m), role="label")
    A, L = Tensor("A", (n, m), interval=(sp.Integer(0), sp.Integer(1))), Tensor("L", (m,), (None, 0))
    k, i, c, q = Index("k", n), Index("i", m), Index("c", n), Index("q", n)
    nodes = (
        Node(A, (k, i), sp.exp(Z[k, i]) / IndexSum(sp.exp(Z[c, i]), c)),
        Node(L, (i,), IndexSum(-Y[q, i] * sp.log(A[q, i]), q)),
    )
    return Program(
        nodes, L, sp.Integer(1) / m, facts=tuple(SumFact(Y, axis) for axis in known), name="softmax"
    )


def linear_cost() -> Program:
    """L = Σ_ij b[i] + Σ_ij X[i,j] b[i]: the derivative counts the samples."""
    n, m = dims("n m")
    b, X = Tensor("b", (n,), (0, None), role="parameter"), Tensor("X", (n, m), role="input")
    i, j = Index("i", n), Index("j", m)
    p, q = Index("p", n), Index("q", m)
    L = Node(Tensor("L"), (), IndexSum(b[p], p, q) + IndexSum(X[i, j] * b[i], i, j))
    return Program((L,), L.tensor, name="linear_cost")


def square_of_sum() -> Program:
    """L = Σ_ij S[i] S[j]: both factors contribute the same."""
    n = dims("n")
    S, L = Tensor("S", (n,), role="parameter"), Tensor("L")
    i, j = Index("i", n), Index("j", n)
    return Program((Node(L, (), IndexSum(S[i] * S[j], i, j)),), L, name="square_of_sum")


PROGRAMS: dict[str, Callable[[], Program]] = {
    f.__name__: f
    for f in (
        residual,
        shared_weight,
        three_consumers,
        lost_index,
        square_weights,
        mean_over_last,
        attention,
        slice_of,
        strided_convolution,
        scalar_parameter,
        embedding,
        logistic,
        hessian_vector_product,
        soft_labels,
        one_hot_labels,
        linear_cost,
        square_of_sum,
    )
}


def equal_values(left: sp.Expr, right: sp.Expr) -> bool:
    """Whether two index forms agree but for bound names and the order of what is summed."""
    return sp.simplify(canonical(left) - canonical(right)) == 0  # type: ignore[no-any-return]
