"""Every combination of depth, activation, loss, layout and convention: proved, printed, executed."""

from __future__ import annotations

from collections import Counter
from itertools import product

import pytest
import sympy as sp

from derive import Convention, Index, IndexSum, Network, Node, Program, Tensor, derive
from derive.network import Layer
from derive.proof.numeric import check_printed

ACTIVATIONS = ("identity", "sigmoid", "tanh", "relu", "leaky_relu")
LOSSES = ("binary_cross_entropy", "squared_error")
DEPTHS = (1, 2, 3, 4, 5)
LAYOUTS = ("columns", "rows")
CONVENTIONS = ("course", "exact")
SAMPLES = (1, 7)
WIDTHS = (3, 4, 2, 3, 2)
TOLERANCE = 1e-9
ran: Counter[str] = Counter()


def network(depth: int, hidden: str, loss: str, **choices: str) -> Network:
    """Hidden layers of one activation; the output is a sigmoid where the loss needs it."""
    output = "sigmoid" if loss == "binary_cross_entropy" else hidden
    layers = [f"{width} {hidden}" for width in WIDTHS[: depth - 1]] + [f"2 {output}"]
    return Network.parse(f"3 -> {' -> '.join(layers)} | {loss}", convention=Convention(**choices))


def compare(result, samples: int) -> None:
    """No failed check, and every printed gradient within the tolerance of numeric derivatives."""
    assert result.proof.checks >= len(result.gradients) + sum(len(g.steps) for g in result)
    assert not result.proof.failures
    sizes = {**result.program.sizes, sp.Symbol("m", integer=True, positive=True): samples}
    printed = {gradient.name: gradient.numpy for gradient in result}
    comparisons = check_printed(result, printed, sizes=sizes, seed=samples)
    assert len(comparisons) == len(result.gradients)
    for one in comparisons:
        assert one.within(TOLERANCE), (result.name, one)
    ran["networks"] += 1
    ran["gradients"] += len(comparisons)
    ran["checks"] += result.proof.checks


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("hidden", ACTIVATIONS)
@pytest.mark.parametrize("loss", LOSSES)
def test_networks_in_every_convention_agree_with_numbers(depth, hidden, loss):
    for layout, convention in product(LAYOUTS, CONVENTIONS):
        result = derive(network(depth, hidden, loss, layout=layout, convention=convention))
        for samples in SAMPLES:
            compare(result, samples)


@pytest.mark.parametrize("hidden", ACTIVATIONS)
@pytest.mark.parametrize("choices", [{"fused": False}, {"derivatives": "input"}], ids=str)
def test_unfused_and_input_forms_agree_with_numbers(hidden, choices):
    for layout in LAYOUTS:
        result = derive(network(3, hidden, "squared_error", layout=layout, **choices))
        compare(result, 7)


def test_every_combination_ran(say):
    if ran["networks"] < 400:
        pytest.skip("only a part of this file was run")
    expected = len(DEPTHS) * len(ACTIVATIONS) * len(LOSSES) * len(LAYOUTS) * len(CONVENTIONS) * len(SAMPLES)
    say(f"{ran['networks']} networks, {ran['gradients']} gradients, {ran['checks']} checks, 0 failures")
    assert ran["networks"] == expected + len(ACTIVATIONS) * 2 * len(LAYOUTS)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_course_formulas_come_out(layout):
    rows = layout == "rows"
    result = derive(Network.parse("3 -> 4 tanh -> 1 sigmoid", convention=Convention(layout=layout)))
    assert {gradient.name: gradient.numpy for gradient in result} == {
        "dA2": "(A2 - Y) / (A2 * (1 - A2))",
        "dZ2": "A2 - Y",
        "dW2": "A1.T @ dZ2 / m" if rows else "dZ2 @ A1.T / m",
        "db2": f"np.sum(dZ2, axis={0 if rows else 1}, keepdims=True) / m",
        "dA1": "dZ2 @ W2.T" if rows else "W2.T @ dZ2",
        "dZ1": "dA1 * (1 - A1**2)",
        "dW1": "X.T @ dZ1 / m" if rows else "dZ1 @ X.T / m",
        "db1": f"np.sum(dZ1, axis={0 if rows else 1}, keepdims=True) / m",
    }


def test_one_over_m_stands_where_the_convention_says():
    exact = derive(Network.parse("3 -> 1 sigmoid", convention=Convention(convention="exact")))
    assert (exact["dZ1"].numpy, exact["dW1"].numpy) == ("(A1 - Y) / m", "dZ1 @ X.T")


def test_a_sigmoid_and_a_cross_entropy_of_the_users_own_reduce_the_same_way():
    result = derive(
        Network.from_toml(
            """
            inputs = 3
            loss = "mine"
            [[layers]]
            units = 1
            activation = "bent"
            [activations.bent]
            formula = "(1 + tanh(z/2))/2"
            [losses.mine]
            formula = "-(y*log(a) + (1-y)*log(1-a))"
            """
        )
    )
    assert result["dZ1"].numpy == "A1 - Y"
    assert not result.proof.failures


def test_a_kink_can_be_declared_otherwise():
    above = derive(Network.parse("2 -> 2 relu -> 1", convention=Convention(kinks=(("relu", "1"),))))
    half = derive(Network.parse("2 -> 2 relu -> 1", convention=Convention(kinks=(("relu", "1/2"),))))
    assert above["dZ1"].numpy == "dA1 * (Z1 >= 0)"
    assert "0.5" in half["dZ1"].numpy and not half.proof.failures
    assert derive(Network.parse("2 -> 2 relu -> 1"))["dZ1"].numpy == "dA1 * (Z1 > 0)"


def test_a_symbolic_slope_is_a_tensor_of_rank_0():
    result = derive(Network.parse("2 -> 2 leaky_relu(lam) -> 1"))
    assert "lam" in result["dZ1"].numpy
    assert not result.proof.failures


def test_softmax_and_cross_entropy_name_their_assumption():
    result = derive(Network.parse("4 -> 3 softmax"))
    assert result["dZ1"].numpy == "A1 - Y"
    assert "Σ_k Y[k, i] = 1" in result["dZ1"].assumptions
    compare(result, 5)


def test_steps_begin_with_the_chain_rule_and_differ_from_each_other():
    result = derive(Network.parse("3 -> 4 tanh -> 3 relu -> 2 sigmoid"))
    for gradient in result:
        assert gradient.steps[0].rule == "chain"
        assert len(gradient.steps) >= 2
        for step in gradient.steps:
            assert step.before != step.after
        assert gradient.value is gradient.steps[-1].after


def test_twenty_layers_do_not_repeat_a_name():
    result = derive(Network.parse("2 -> " + "2 tanh -> " * 20 + "1 sigmoid"))
    names = [gradient.name for gradient in result]
    assert len(set(names)) == len(names) == 4 * 21


TOML = """
name = "shallow"
inputs = 3
loss = "binary_cross_entropy"
[[layers]]
units = 4
activation = "tanh"
[[layers]]
units = 1
activation = "sigmoid"
"""


def by_hand() -> Program:
    """The 3-4-1 network as definitions, without a layer in sight."""
    n0, n1, n2, m = sp.symbols("n0 n1 n2 m", integer=True, positive=True)
    X, Y = Tensor("X", (n0, m), role="input"), Tensor("Y", (n2, m), role="label")
    W1, W2 = Tensor("W1", (n1, n0), role="parameter"), Tensor("W2", (n2, n1), role="parameter")
    b1 = Tensor("b1", (n1,), (0, None), role="parameter")
    b2 = Tensor("b2", (n2,), (0, None), role="parameter")
    Z1, A1 = Tensor("Z1", (n1, m)), Tensor("A1", (n1, m))
    Z2, A2 = Tensor("Z2", (n2, m)), Tensor("A2", (n2, m))
    L = Tensor("L", (m,), (None, 0))
    i, j, k, c = Index("i", m), Index("j", n0), Index("k", n1), Index("c", n2)
    nodes = (
        Node(Z1, (k, i), IndexSum(W1[k, j] * X[j, i], j) + b1[k]),
        Node(A1, (k, i), sp.tanh(Z1[k, i])),
        Node(Z2, (c, i), IndexSum(W2[c, k] * A1[k, i], k) + b2[c]),
        Node(A2, (c, i), 1 / (1 + sp.exp(-Z2[c, i]))),
        Node(L, (i,), IndexSum(-Y[c, i] * sp.log(A2[c, i]) - (1 - Y[c, i]) * sp.log(1 - A2[c, i]), c)),
    )
    return Program(nodes, L, 1 / m, sizes={n0: 3, n1: 4, n2: 1})


def test_four_ways_to_write_a_network_give_one_derivation():
    sources = {
        "one line": Network.parse("3 -> 4 tanh -> 1 sigmoid"),
        "TOML": Network.from_toml(TOML),
        "Python": Network(3, (Layer(4, "tanh"), Layer(1, "sigmoid"))),
        "by hand": by_hand(),
    }
    found = {}
    for name, source in sources.items():
        result = derive(source)
        found[name] = [(g.name, g.numpy, g.shape, [step.rule for step in g.steps]) for g in result]
    assert all(one == found["one line"] for one in found.values())


def test_a_notebook_shows_gradients_and_derivations():
    result = derive(Network.parse("3 -> 1 sigmoid"))
    assert result["dZ1"]._repr_latex_() == r"$\displaystyle dZ^{[1]} = A^{[1]} - Y$"
    assert r"dZ^{[1]} &= A^{[1]} - Y" in result._repr_latex_()
    with pytest.raises(KeyError, match="no gradient named 'dQ'; there are dA1, dZ1"):
        result["dQ"]
