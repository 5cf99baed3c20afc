"""Programs built by hand derive, prove, print and agree with numbers like any network."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from programs import PROGRAMS, hessian_vector_product, logistic

from derive import Convention, Index, IndexSum, Node, Program, Tensor, derive
from derive.notation import Element, Mask, elements
from derive.proof.exact import prove_exactly
from derive.proof.numeric import check_printed

# What each gradient must come to in matrix form, worked out with pencil and paper.
EXPECTED = {
    "residual": {"dX": "W.T @ dZ / m + dA / m", "dW": "dZ @ X.T / m"},
    "square_weights": {"dA": "dC @ B + dC.T", "dB": "dC.T @ A"},
    "attention": {
        "dV": "P.T @ dOut",
        "dP": "dOut @ V.T",
        "dS": "dP * P - np.sum(dP * P, axis=1, keepdims=True) * P",
        "dQ": "dS @ K / np.sqrt(d)",
        "dK": "dS.T @ Q / np.sqrt(d)",
    },
    "mean_over_last": {"dmu": "-np.sum(dC, axis=2, keepdims=True)", "dX": "dC + dmu / M"},
    "logistic": {"dZ": "A - Y", "dw": "X @ dZ.T / m"},
    "one_hot_labels": {"dZ": "(A - Y) / m"},
    "linear_cost": {"db": "np.sum(X, axis=1, keepdims=True) + m"},
}
WITHOUT_MATRIX_FORM = {"slice_of": {"dx"}, "strided_convolution": {"dx", "dw"}, "embedding": {"dE"}}


@pytest.mark.parametrize("convention", ["course", "exact"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_is_proved_and_its_printed_code_agrees_with_numbers(name, convention):
    result = derive(PROGRAMS[name](), convention=Convention(convention=convention))
    assert not result.proof.failures
    assert result.proof.checks >= len(result.gradients) + sum(len(g.steps) for g in result)
    symbols = sorted({s for t in result.program.tensors for dim in t.dims for s in dim.free_symbols}, key=str)
    sizes = {symbol: size for symbol, size in zip(symbols, (3, 4, 2, 5), strict=False)}
    printed = {gradient.name: gradient.numpy for gradient in result}
    for one in check_printed(result, printed, sizes=sizes, seed=3):
        assert one.within(1e-9), one


@pytest.mark.parametrize("name", EXPECTED)
def test_matrix_forms_are_those_of_pencil_and_paper(name):
    result = derive(PROGRAMS[name]())
    assert {g: result[g].numpy for g in EXPECTED[name]} == EXPECTED[name]


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_index_form_is_the_result_only_where_masks_deltas_or_shifts_stand(name):
    result = derive(PROGRAMS[name]())
    without = {gradient.name for gradient in result if gradient.array is None}
    assert without == WITHOUT_MATRIX_FORM.get(name, set())


@pytest.mark.parametrize(
    "name", ["residual", "lost_index", "square_weights", "strided_convolution", "logistic"]
)
def test_the_deterministic_proof_agrees(name):
    proof = prove_exactly(derive(PROGRAMS[name]()))
    assert proof.checks and not proof.failures


def test_a_scalar_parameter_and_a_hyperparameter():
    program = PROGRAMS["scalar_parameter"]()
    (lam,) = (t for t in program.tensors if t.name == "lam")
    (c,) = (t for t in program.tensors if t.name == "c")
    result = derive(program, wrt=(c, lam))
    assert result["dc"].shape == result["dlam"].shape == ()
    assert result["dlam"].numpy == "0.5 * c**2 / n"
    assert not result.proof.failures


def test_the_hessian_vector_product_is_that_of_the_textbook():
    """H v = X diag(a(1 − a)) Xᵀ v / m (Murphy, Probabilistic Machine Learning, eq. 10.23)."""
    result = derive(hessian_vector_product())
    generator = np.random.default_rng(0)
    n, m = 4, 6
    X, w, v = generator.normal(size=(n, m)), generator.normal(size=(n, 1)), generator.normal(size=(n, 1))
    Y = generator.integers(0, 2, size=(1, m))
    space = {"np": np, "X": X, "w": w, "v": v, "Y": Y, "m": m, "n": n}
    for definition in result.forward[:2]:
        space[definition.name] = eval(_numpy(definition, result), space)
    for gradient in result:
        space[gradient.name] = eval(gradient.numpy, space)
    a = space["A"]
    expected = X @ np.diag((a * (1 - a)).ravel()) @ X.T @ v / m
    np.testing.assert_allclose(space["dw_2"], expected, rtol=1e-12)


def _numpy(definition, result):
    from derive.printing import Naming, numpy_expression, rank

    return numpy_expression(definition.array, Naming(rank(result.program)))


def test_a_second_sweep_takes_no_name_twice():
    result = derive(hessian_vector_product())
    names = [t.name for t in result.program.tensors] + [g.name for g in result]
    assert len(set(names)) == len(names)


def test_one_dimension_of_size_n_is_not_another():
    """With W square, W[k,i] and W[i,k] differ: only the identity of an index tells."""
    n = sp.Symbol("n", integer=True, positive=True)
    W, x = Tensor("W", (n, n), role="parameter"), Tensor("x", (n,), (0, None), role="parameter")
    y, L = Tensor("y", (n,), (0, None)), Tensor("L")
    i, k = Index("i", n), Index("k", n)
    p = Index("p", n)
    nodes = (Node(y, (i,), IndexSum(W[k, i] * x[k], k)), Node(L, (), IndexSum(y[p] ** 2 / 2, p)))
    result = derive(Program(nodes, L))
    assert (result["dW"].numpy, result["dx"].numpy) == ("x @ dy.T", "W @ dy")


def test_dead_nodes_are_dropped_and_consumers_found_from_the_graph():
    n = sp.Symbol("n", integer=True, positive=True)
    x, dead, L = Tensor("x", (n,), role="parameter"), Tensor("dead", (n,)), Tensor("L")
    i, p = Index("i", n), Index("p", n)
    program = Program((Node(dead, (i,), sp.exp(x[i])), Node(L, (), IndexSum(x[p] ** 2, p))), L)
    assert [node.tensor.name for node in program.nodes] == ["L"]
    assert [g.name for g in derive(program)] == ["dx"]


n = sp.Symbol("n", integer=True, positive=True)
I1, I2 = Index("i", n), Index("j", n + 1)
V = Tensor("v", (n,))
BAD = {
    "a wrong number of indices": (lambda: V[I1, I1], "v has 1 indices, 2 were given"),
    "a free index": (lambda: Node(Tensor("s"), (), V[I1]), "index i is neither an index of it nor summed"),
    "a range that differs": (lambda: Node(V, (I2,), V[I2] * 0 + 1), "index j runs over n + 1"),
    "a definition by itself": (lambda: Node(V, (I1,), V[I1] + 1), "v is defined by itself"),
    "a name that is no name": (lambda: Tensor("2x"), "letters, digits and _"),
    "a layout that does not fit": (lambda: Tensor("x", (n,), (0, 1)), "must name each of the 1 indices once"),
    "a cost without a node": (lambda: Program((), V), "the cost uses v"),
    "two tensors of one name": (
        lambda: Program((Node(Tensor("s"), (), IndexSum(V[I1] * Tensor("v", (n,))[I1], I1)),), Tensor("s")),
        "two tensors are named v",
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_a_program_is_checked_when_it_is_built(what):
    build, message = BAD[what]
    with pytest.raises(ValueError, match=message.replace("+", r"\+")):
        build()


def test_dimensions_are_equal_when_their_difference_expands_to_0():
    a = Tensor("a", ((n + 1) ** 2,))
    assert Mask(Index("i", n**2 + 2 * n + 1), (n + 1) ** 2) == 1
    index = Index("i", n**2 + 2 * n + 1)
    assert Node(a, (index,), sp.Integer(1)).tensor is a


def test_an_element_takes_affine_arguments_and_integer_tensors():
    tok = Tensor("tok", (n,), integer=n)
    element = V[2 * I1 + 1]
    assert isinstance(element, Element) and str(V[tok[I1]]) == "v[tok[_i]]"
    assert {e.tensor.name for e in elements(V[tok[I1]])} == {"v", "tok"}


def test_the_logistic_program_is_the_logistic_network():
    from derive import Network

    by_hand, network = derive(logistic()), derive(Network.parse("3 -> 1 sigmoid"))
    assert by_hand["dZ"].numpy.replace("A", "A1") == network["dZ1"].numpy


def test_a_cost_that_is_used_again_keeps_what_comes_through_its_consumers():
    """J = L + M with M = L², so that dx = (1 + 2L) ∂L/∂x."""
    x, L, M = Tensor("x", (n,), role="parameter"), Tensor("L"), Tensor("M")
    i = Index("i", n)
    nodes = (Node(L, (), IndexSum(x[i] ** 3, i)), Node(M, (), L[()] ** 2))
    result = derive(Program(nodes, L, regularizer=M))
    assert not result.proof.failures
    assert result["dL"].numpy == "2 * L + 1"
    assert result["dx"].numpy == "3 * (2 * L + 1) * x**2"


def test_what_to_differentiate_by_may_be_named_and_must_reach_the_cost():
    program = logistic()
    assert [g.name for g in derive(program, wrt=["X"])][-1] == "dX"
    with pytest.raises(ValueError, match="does not depend on Q; it depends on w, X"):
        derive(program, wrt=["Q"])
    y, L = Tensor("y", (n,), role="label"), Tensor("L")
    i = Index("i", n)
    with pytest.raises(ValueError, match="nothing to differentiate by"):
        derive(Program((Node(L, (), IndexSum(y[i], i)),), L))


@pytest.mark.parametrize(
    "build",
    [
        lambda: Index("i", "print(1)"),
        lambda: Tensor("x", ("print(1)",)),
        lambda: V["print(1)"],
        lambda: IndexSum("print(1)", I1),
        lambda: Node(Tensor("s"), (), "print(1)"),
        lambda: Mask("print(1)", 3),
        lambda: Program((), V, sizes={n: "print(1)"}),
    ],
)
def test_text_is_never_read_as_a_formula(build, capsys):
    with pytest.raises(TypeError, match=r"'print\(1\)' is text"):
        build()
    assert not capsys.readouterr().out
