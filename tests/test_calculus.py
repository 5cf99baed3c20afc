"""Scalar calculus and matrix forms: tables of (before, after), compared by value."""

from __future__ import annotations

import pytest
import sympy as sp

from derive.arrays import AxisSum, Einsum, Entrywise, Filled, Leaf, MatrixProduct, Reshaped, Transposed
from derive.calculus.algebra import cost, oriented, simplest
from derive.calculus.inverses import generator_rate, in_output
from derive.calculus.matrix_form import array_form
from derive.calculus.partials import derivative, scalar_derivative, slope, with_kink
from derive.calculus.terms import canonical, normal_term
from derive.notation import Delta, Index, IndexSum, Mask, Tensor, Term, freshen
from derive.program import Kink, Node

z, a, y = sp.symbols("z a y", real=True)
alpha = sp.Symbol("alpha", real=True)
e = sp.exp

# Derivatives by hand, from a table of derivatives; the engine is given the functions only.
IN_OUTPUT = {
    "sigmoid": (1 / (1 + e(-z)), a * (1 - a)),
    "sigmoid by tanh": ((1 + sp.tanh(z / 2)) / 2, a * (1 - a)),
    "sigmoid the other way up": (e(z) / (1 + e(z)), a * (1 - a)),
    "tanh": (sp.tanh(z), 1 - a**2),
    "tanh by exponentials": ((e(z) - e(-z)) / (e(z) + e(-z)), 1 - a**2),
    "steep sigmoid": (1 / (1 + e(-3 * z)), 3 * a * (1 - a)),
    "exponential": (e(z), a),
    "identity": (z, sp.Integer(1)),
    "elu": (
        sp.Piecewise((z, z > 0), (alpha * (e(z) - 1), True)),
        sp.Piecewise((1, z > 0), (a + alpha, True)),
    ),
    "relu": (sp.Piecewise((z, z > 0), (0, True)), sp.Piecewise((1, z > 0), (0, True))),
}


@pytest.mark.parametrize("name", IN_OUTPUT)
def test_a_derivative_is_written_in_the_output(name):
    f, expected = IN_OUTPUT[name]
    assert sp.simplify(in_output(f, scalar_derivative(f, z), z, a) - expected) == 0


@pytest.mark.parametrize("f", [z / (1 + e(-z)), sp.log(1 + e(z)), z**2, sp.sin(z), e(-(z**2))], ids=str)
def test_a_derivative_that_is_no_function_of_the_output_stays_in_the_input(f):
    assert in_output(f, scalar_derivative(f, z), z, a) is None


def entrywise(formula, *kinks: Kink) -> sp.Expr:
    Z, A = Tensor("Z", (3,)), Tensor("A", (3,))
    i = Index("i", 3)
    return slope(Node(A, (i,), formula.xreplace({z: Z[i]}), kinks), z)


RELU = sp.Piecewise((z, z > 0), (0, True))
KINKED = [
    (RELU, Kink(sp.Integer(0), sp.Integer(0)), {-1: 0, 0: 0, 1: 1}),
    (RELU, Kink(sp.Integer(0), sp.Integer(1)), {-1: 0, 0: 1, 1: 1}),
    (RELU, Kink(sp.Integer(0), sp.Rational(1, 2)), {-1: 0, 0: sp.Rational(1, 2), 1: 1}),
    (z**2, Kink(sp.Integer(0), sp.Integer(5)), {-1: -2, 0: 5, 1: 2}),
    (sp.Max(z, 0), Kink(sp.Integer(0), sp.Integer(0)), {-1: 0, 0: 0, 1: 1}),
    (sp.Abs(z), Kink(sp.Integer(0), sp.Integer(0)), {-2: -1, 0: 0, 2: 1}),
]


@pytest.mark.parametrize(("formula", "kink", "values"), KINKED, ids=str)
def test_a_kink_has_its_declared_derivative(formula, kink, values):
    found = entrywise(formula, kink)
    assert not found.has(sp.Heaviside)
    assert {point: found.subs(z, point) for point in values} == values


def test_a_kink_that_a_branch_has_already_changes_nothing():
    step = sp.Piecewise((1, z > 0), (0, True))
    assert with_kink(step, z, Kink(sp.Integer(0), sp.Integer(0))) == step


def test_a_jump_adds_nothing_to_a_second_derivative():
    assert scalar_derivative(sp.sign(z), z) == 0


def test_an_opaque_function_has_a_derivative_with_a_prime():
    g = sp.Function("g")
    assert str(scalar_derivative(g(z) ** 2, z)) == "2*g(z)*g'(z)"


SIMPLEST = [
    (-y / a + (1 - y) / (1 - a), (a - y) / (a * (1 - a))),
    ((a - y) / (a * (1 - a)) * a * (1 - a), a - y),
    (1 - a**2, 1 - a**2),
    (a - a**2, a * (1 - a)),
    (y * (a - 1) / (a**2 - a), y / a),
]


@pytest.mark.parametrize(("before", "after"), SIMPLEST, ids=str)
def test_a_scalar_becomes_the_simplest_one(before, after):
    T, U = Tensor("a", (3,)), Tensor("y", (3,))
    i = Index("i", 3)
    place = {T: 0, U: 1}
    elements = {a: T[i], y: U[i]}
    found = simplest(before.xreplace(elements), lambda atom: place[atom.tensor])
    assert found == after.xreplace(elements)


def test_signs_are_those_of_the_leading_summands():
    x0, x1 = sp.symbols("x000 x001", real=True)
    assert oriented((x1 - x0) / (x0 * (x0 - 1))) == (x0 - x1) / (x0 * (1 - x0))
    assert oriented(-(x0 - x1) * x0) == (x1 - x0) * x0


@pytest.mark.parametrize("power", [-2, -1, 2, 3])
def test_turning_a_factor_keeps_the_value(power):
    x0, x1 = sp.symbols("x000 x001", real=True)
    turned = oriented((x1 - x0) ** power * x1)
    assert turned.has(x0 - x1)
    assert sp.cancel(turned - (x1 - x0) ** power * x1) == 0


RATES = [
    (sp.exp(z) + sp.exp(z / 2), sp.Rational(1, 2)),
    (sp.exp(-3 * z) / (1 + sp.exp(6 * z)), 3),
    (sp.tanh(z), 1),
    (sp.exp(z + 1), 1),
    (sp.exp(z) + sp.exp(3 * z / 2), None),
    (sp.exp(z) + sp.exp(sp.sqrt(2) * z), None),
    (sp.exp(z**2), None),
    (z, None),
]


@pytest.mark.parametrize(("formula", "rate"), RATES, ids=[str(f) for f, _ in RATES])
def test_the_rate_of_which_all_exponents_are_multiples(formula, rate):
    assert generator_rate(formula, z) == rate


def test_cost_counts_operations():
    assert cost(a - y) == 1
    assert cost(a * (1 - a)) == 2
    assert cost(sp.exp(z)) > cost(a * (1 - a))
    assert cost(IndexSum(z * Index("i", 2), Index("k", 3))) > 4


n, m, q = sp.symbols("n m q", integer=True, positive=True)
W, X, B = Tensor("W", (n, m)), Tensor("X", (m, q)), Tensor("B", (n,), (0, None))
V3 = Tensor("V", (n, m, q))
i, j, k, r = Index("i", n), Index("j", m), Index("k", q), Index("r", m)


def forms(expr, axes) -> str:
    return shape_of(array_form(expr, axes, lambda atom: 0))


def shape_of(array) -> str:
    match array:
        case None:
            return "none"
        case Leaf():
            return array.tensor.name
        case MatrixProduct():
            return f"({shape_of(array.left)} @ {shape_of(array.right)})"
        case Transposed():
            return f"{shape_of(array.operand)}.T{array.order if len(array.order) > 2 else ''}"
        case AxisSum():
            return f"sum({shape_of(array.operand)}, {array.axis})"
        case Reshaped():
            return f"reshaped({shape_of(array.operand)})"
        case Filled():
            return f"filled({shape_of(array.operand)})"
        case Einsum():
            return f"einsum({', '.join(map(shape_of, array.operands))})"
        case Entrywise():
            names = {d: sp.Symbol(shape_of(o)) for d, o in array.operands}
            return str(array.formula.xreplace(names))
    raise TypeError(array)


p = Index("p", n)
MATRIX = [
    (W[i, j], (i, j), "W"),
    (W[i, j], (j, i), "W.T"),
    (IndexSum(W[i, j] * X[j, k], j), (i, k), "(W @ X)"),
    (IndexSum(W[i, j] * X[j, k], j), (k, i), "(X.T @ W.T)"),
    (IndexSum(W[i, j] * W[p, j], j), (i, p), "(W @ W.T)"),
    (IndexSum(W[i, j] * B[i], i), (j, None), "(W.T @ B)"),
    (IndexSum(W[i, j] * B[i], i), (None, j), "(B.T @ W)"),
    (IndexSum(W[i, j], j), (i, None), "sum(W, 1)"),
    (IndexSum(W[i, j], i), (None, j), "sum(W, 0)"),
    (IndexSum(W[i, j], i, j), (), "reshaped(sum(sum(W, 0), 1))"),
    (IndexSum(B[i], j), (i, None), "B*m"),
    (B[i], (i, j), "filled(B)"),
    (sp.Integer(2), (i, j), "filled(2)"),
    (B[i] * B[p], (i, p), "(B @ B.T)"),
    (IndexSum(W[i, j] * X[j, k] * B[i], i, j), (k, None), "(X.T @ (W.T @ B))"),
    (IndexSum(V3[i, j, k], k), (i, j), "sum(V, 2)"),
    (IndexSum(V3[i, j, k] * X[j, k], j, k), (i, None), "reshaped(einsum(V, X))"),
    (IndexSum(W[i, j] * X[j, k] * V3[i, j, k], j), (i, k), "einsum(V*reshaped(W), X)"),
    (W[i, j] * Delta(i, p), (i, j), "none"),
    (W[i, j] * Mask(j - 1, m), (i, j), "none"),
    (W[i, r + 1], (i, r), "none"),
]


@pytest.mark.parametrize(("expr", "axes", "form"), MATRIX, ids=lambda x: str(x)[:40])
def test_an_index_form_as_operations_on_arrays(expr, axes, form):
    assert forms(expr, axes) == form


def test_a_matrix_form_runs_over_the_axes_that_were_asked_for():
    for expr, axes, form in MATRIX:
        if form != "none":
            assert array_form(expr, axes, lambda atom: 0).axes == axes


def test_a_partial_derivative_of_a_product_has_both_deltas():
    S = Tensor("S", (n, n))
    s, t = Index("s", n), Index("t", n)
    found = derivative(S[i, p] * S[p, i], S, (s, t))
    assert found == S[p, i] * Delta(i, s) * Delta(p, t) + S[i, p] * Delta(p, s) * Delta(i, t)


def test_the_softmax_jacobian_has_its_off_diagonal_term():
    Z = Tensor("Z", (n,))
    c, t = Index("c", n), Index("t", n)
    total = IndexSum(e(Z[c]), c)
    found = derivative(e(Z[i]) / total, Z, (t,))
    both = e(Z[i]) / total * Delta(i, t) - e(Z[i]) / total**2 * IndexSum(e(Z[c]) * Delta(c, t), c)
    assert sp.simplify(canonical(found - both)) == 0


def test_copies_of_a_sum_never_share_a_bound_index():
    total = IndexSum(W[i, j] * IndexSum(X[r, k], r), j)
    copy = freshen(total)
    assert canonical(copy) == canonical(total)
    assert not set(copy.indices) & set(total.indices)
    assert not {s for t in copy.atoms(IndexSum) for s in t.indices} & {j, r}


def test_a_term_keeps_numbers_and_dimensions_in_front():
    term = normal_term(Term((2 * m * W[i, j], sp.Integer(3), Delta(i, i)), (j,)))
    assert (term.factors, term.coefficient) == ((W[i, j],), 6 * m)
    assert normal_term(Term((sp.Integer(0), W[i, j]))).coefficient == 0
