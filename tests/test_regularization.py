"""L2 and L1 inside the cost: their gradients are derived, proved, printed and computed like the rest."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import sympy as sp
from generated_code import module

from derive import Convention, Network, derive
from derive.printing import Naming, latex_expression, rank
from derive.proof.exact import prove_exactly
from derive.proof.numeric import check_printed

M = sp.Symbol("m", integer=True, positive=True)
REGULARIZERS = ("l2(0.3)", "l1(0.3)", "l2(lam)", "l1(lam)", "l2(0.1) | l1(0.2)", "l1(lam) | l2(lam)")
CONVENTIONS = tuple(product(("columns", "rows"), ("course", "exact")))
NET = "3 -> 4 tanh -> 2 sigmoid"


def choices(layout: str, convention: str) -> dict[str, str]:
    return {"layout": layout, "convention": convention}


@pytest.mark.parametrize(("layout", "convention"), CONVENTIONS)
@pytest.mark.parametrize("regularizer", REGULARIZERS)
def test_gradients_are_proved_and_agree_with_numbers(regularizer: str, layout: str, convention: str) -> None:
    network = Network.parse(f"{NET} | {regularizer}", convention=Convention(**choices(layout, convention)))
    result = derive(network)
    assert not result.proof.failures
    printed = {gradient.name: gradient.numpy for gradient in result}
    for samples in (1, 7):
        sizes = {**result.program.sizes, M: samples}
        compared = check_printed(result, printed, sizes=sizes, seed=samples)
        assert len(compared) == len(result.gradients)
        assert all(one.within(1e-9) for one in compared), compared


@pytest.mark.parametrize(
    ("regularizer", "added"),
    [
        ("l2(0.3)", "0.3 * W2 / m"),
        ("l1(0.3)", "0.3 * np.sign(W2) / m"),
        ("l2(lam)", "lam * W2 / m"),
        ("l2(1) | l1(2)", "W2 / m + 2 * np.sign(W2) / m"),
    ],
)
def test_what_is_added_to_the_gradient_of_a_weight(regularizer: str, added: str) -> None:
    for layout, convention in CONVENTIONS:
        network = Network.parse(
            f"{NET} | {regularizer}", convention=Convention(**choices(layout, convention))
        )
        result, plain = derive(network), derive(Network.parse(NET, convention=network.convention))
        assert result["dW2"].numpy == f"{plain['dW2'].numpy} + {added}"
        assert result["db2"].numpy == plain["db2"].numpy


@pytest.mark.parametrize("convention", ["course", "exact"])
def test_the_weight_of_a_regularizer_keeps_its_place_in_every_step(convention: str) -> None:
    network = Network.parse(f"{NET} | l2(lambda)", convention=Convention("columns", convention))
    result = derive(network)
    printed = [latex_expression(step.after, Naming(rank(result.program))) for step in result["dW1"].steps]
    summands = [text.split(" + ")[-1] for text in printed if r"\lambda" in text]
    assert len(summands) > 2
    assert all(summand.startswith(r"\frac{\lambda}{m}\,") for summand in summands), summands


def test_the_deterministic_proof_covers_it() -> None:
    result = derive(Network.parse("2 -> 1 sigmoid | l2(0.3) | l1(lam)"))
    proof = prove_exactly(result)
    assert proof.checks and not proof.failures


@pytest.mark.parametrize(("layout", "convention"), CONVENTIONS)
@pytest.mark.parametrize("regularizer", ["l2(0.3)", "l1(0.3)", "l2(0.1) | l1(0.2)"])
def test_code_adds_it_to_the_cost_and_to_the_gradients(
    regularizer: str, layout: str, convention: str
) -> None:
    code = module(f"{NET} | {regularizer}", **choices(layout, convention))
    plain = module(NET, **choices(layout, convention))
    rng = np.random.default_rng(3)
    params = {name: rng.normal(size=value.shape) for name, value in code.init_params().items()}
    X, Y = rng.normal(size=(3, 5)), rng.integers(2, size=(2, 5)).astype(float)
    if layout == "rows":
        X, Y = X.T, Y.T
    weights = {
        name: sum(float(part.split("(")[1].strip(") ")) for part in regularizer.split("|") if name in part)
        for name in ("l1", "l2")
    }
    squares = sum(float(np.sum(params[name] ** 2)) for name in ("W1", "W2"))
    sizes = sum(float(np.sum(np.abs(params[name]))) for name in ("W1", "W2"))
    extra = weights["l2"] / (2 * 5) * squares + weights["l1"] / 5 * sizes
    assert code.cost(params, X, Y) == pytest.approx(plain.cost(params, X, Y) + extra, rel=1e-13)
    assert code.check_gradients(params, X, Y) < 1e-8
    cache = code.forward(params, X)
    ours, theirs = code.backward(params, cache, Y), plain.backward(params, cache, Y)
    for name in ("W1", "W2"):
        wanted = (
            theirs[f"d{name}"] + (weights["l2"] * params[name] + weights["l1"] * np.sign(params[name])) / 5
        )
        np.testing.assert_allclose(ours[f"d{name}"], wanted, rtol=1e-12, atol=1e-15)


def test_at_zero_the_slope_of_l1_is_zero() -> None:
    code, plain = module(f"{NET} | l1(0.3)"), module(NET)
    params = {name: np.zeros_like(value) for name, value in code.init_params().items()}
    X, Y = np.ones((3, 4)), np.zeros((2, 4))
    found = code.backward(params, code.forward(params, X), Y)
    wanted = plain.backward(params, plain.forward(params, X), Y)
    assert all(np.array_equal(found[name], wanted[name]) for name in ("dW1", "dW2"))
