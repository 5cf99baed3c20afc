"""Every output with every loss that fits it: proved, printed, executed; what does not fit is refused."""

from __future__ import annotations

import re
from collections import Counter
from itertools import product

import numpy as np
import pytest
import sympy as sp
from generated_code import module

from derive import Convention, Network, derive
from derive.activations import ACTIVATIONS
from derive.entries import Own, own_activation, own_loss
from derive.errors import SpecError
from derive.losses import LOSSES
from derive.proof.numeric import check_printed

LAYOUTS = ("columns", "rows")
SAMPLES = (1, 7)
TOLERANCE = 1e-9
M = sp.Symbol("m", integer=True, positive=True)
ran: Counter[str] = Counter()


def call(entry) -> str:
    """The entry's name, with a value for each parameter that has none."""
    given = [f"{key}=0.7" for key, default in entry.parameters if default is None]
    return f"{entry.name}({', '.join(given)})" if given else entry.name


def line(activation: str, loss: str) -> str:
    return f"2 -> 3 {call(ACTIVATIONS[activation])} | {call(LOSSES[loss])}"


def fits(activation: str, loss: str) -> bool:
    given = {key: default or "0.7" for key, default in ACTIVATIONS[activation].parameters}
    return LOSSES[loss].fits(ACTIVATIONS[activation].bind(**given).range)


EVERY = tuple(product(ACTIVATIONS, LOSSES))
PAIRS = tuple(pair for pair in EVERY if fits(*pair))
OTHERS = tuple(pair for pair in EVERY if pair not in PAIRS)


@pytest.mark.parametrize(("activation", "loss"), PAIRS, ids=map("-".join, PAIRS))
def test_a_pair_that_fits_derives_proves_and_prints(activation: str, loss: str) -> None:
    for layout in LAYOUTS:
        result = derive(Network.parse(line(activation, loss), convention=Convention(layout=layout)))
        assert not result.proof.failures
        assert result.proof.checks >= len(result.gradients) + sum(len(g.steps) for g in result)
        printed = {gradient.name: gradient.numpy for gradient in result}
        for samples in SAMPLES:
            sizes = {**result.program.sizes, M: samples}
            compared = check_printed(result, printed, sizes=sizes, seed=samples)
            assert [one.name for one in compared] == [g.name for g in result]
            assert all(one.within(TOLERANCE) for one in compared), (layout, samples, compared)
            ran["runs"] += 1
            ran["gradients"] += len(compared)
        ran["checks"] += result.proof.checks
    ran["pairs"] += 1


def test_every_pair_ran() -> None:
    if ran["pairs"] < len(PAIRS):
        pytest.skip("only a part of this file was run")
    print(
        f"{ran['pairs']} of {len(EVERY)} pairs fit; {ran['runs']} runs, {ran['gradients']} gradients, "
        f"{ran['checks']} checks, 0 failures"
    )
    assert {a for a, _ in PAIRS} == set(ACTIVATIONS) and {loss for _, loss in PAIRS} == set(LOSSES)
    assert ran["runs"] == len(PAIRS) * len(LAYOUTS) * len(SAMPLES)


@pytest.mark.parametrize(("activation", "loss"), OTHERS, ids=map("-".join, OTHERS))
def test_a_pair_that_does_not_fit_is_refused_with_what_would(activation: str, loss: str) -> None:
    with pytest.raises(SpecError) as caught:
        Network.parse(line(activation, loss))
    losses, outputs = re.search(
        rf"Losses that fit {activation}: (.+)\. Outputs that fit {loss}: (.+)$", str(caught.value)
    ).groups()
    assert losses.split(", ") == [fitting for output, fitting in PAIRS if output == activation]
    assert set(outputs.split(", ")) >= {
        output
        for output, fitting in PAIRS
        if fitting == loss and None not in dict(ACTIVATIONS[output].parameters).values()
    }


def covering() -> list[tuple[str, str]]:
    """Pairs among which each activation and each loss is found."""
    chosen: list[tuple[str, str]] = []
    for activation, loss in PAIRS:
        if activation not in {a for a, _ in chosen} or loss not in {known for _, known in chosen}:
            chosen.append((activation, loss))
    return chosen


COVERING = covering()


@pytest.mark.parametrize(("activation", "loss"), COVERING, ids=map("-".join, COVERING))
def test_generated_code_has_the_derived_gradients(activation: str, loss: str) -> None:
    layout = LAYOUTS[(list(ACTIVATIONS).index(activation) + list(LOSSES).index(loss)) % 2]
    code = module(line(activation, loss), layout=layout)
    rng = np.random.default_rng(2)
    params = {name: rng.normal(size=value.shape) for name, value in code.init_params().items()}
    X, Y = 2 * rng.normal(size=(7, 2)), rng.uniform(0.05, 0.95, size=(7, 3))
    Y /= Y.sum(axis=1, keepdims=True)
    if layout == "columns":
        X, Y = X.T, Y.T
    grads = code.backward(params, code.forward(params, X), Y)
    assert all(np.any(grads[f"d{name}"]) for name in params), "the data leave nothing to compare"
    assert code.check_gradients(params, X, Y) < 1e-7


def reduced(activation: str, loss: str, layout: str = "columns"):
    """The derivation of one layer; a formula stands for an activation or a loss of the user's own."""
    own = {"activations": (), "losses": ()}
    if activation not in ACTIVATIONS:
        own["activations"], activation = (own_activation("bent", activation),), "bent"
    if loss not in LOSSES:
        own["losses"], loss = (own_loss("mine", loss),), "mine"
    network = Network.parse(
        f"2 -> 3 {activation} | {loss}", own=Own(**own), convention=Convention(layout=layout)
    )
    result = derive(network)
    assert not result.proof.failures
    return result["dZ1"]


REDUCTIONS = (
    ("sigmoid", "binary_cross_entropy", "A1 - Y"),
    ("softmax", "cross_entropy", "A1 - Y"),
    ("log_softmax", "negative_log_likelihood", "np.exp(A1) - Y"),
    ("identity", "squared_error", "A1 - Y"),
    ("exp", "poisson", "A1 - Y"),
    ("sigmoid", "poisson", "(1 - A1) * (A1 - Y)"),
    ("sigmoid", "squared_error", "A1 * (1 - A1) * (A1 - Y)"),
    ("tanh", "squared_error", "(A1 - Y) * (1 - A1**2)"),
    ("softmax", "squared_error", "dA1 * A1 - np.sum(dA1 * A1, axis=0, keepdims=True) * A1"),
    ("(1 + tanh(z/2))/2", "-(y*log(a) + (1 - y)*log(1 - a))", "A1 - Y"),
    ("exp(z)/(1 + exp(z))", "binary_cross_entropy", "A1 - Y"),
    ("1 - 1/(1 + exp(z))", "-y*log(a/(1 - a)) - log1p(-a)", "A1 - Y"),
    ("exp(z)/sum(exp(z))", "cross_entropy", "A1 - Y"),
    ("exp(z + 1)/sum(exp(z + 1))", "cross_entropy", "A1 - Y"),
    ("exp(2*z)/sum(exp(2*z))", "cross_entropy", "2 * A1 - 2 * Y"),
    ("exp(-z/3)/sum(exp(-z/3))", "cross_entropy", "Y / 3 - A1 / 3"),
    ("z - log(sum(exp(z)))", "negative_log_likelihood", "np.exp(A1) - Y"),
    ("2*z/2", "a**2/2 - a*y + y**2/2", "A1 - Y"),
    ("e**z", "a - y*log(a)", "A1 - Y"),
    ("cosh(z) + sinh(z)", "poisson", "A1 - Y"),
)


@pytest.mark.parametrize(("activation", "loss", "expected"), REDUCTIONS)
def test_a_reduction_is_found_from_the_formulas(activation: str, loss: str, expected: str) -> None:
    assert reduced(activation, loss).numpy == expected
    assert reduced(activation, loss, "rows").numpy == expected.replace("axis=0", "axis=1")


FACT = "Σ_k Y[k, i] = 1"


def test_what_a_reduction_needs_is_named() -> None:
    assert FACT in reduced("softmax", "cross_entropy").assumptions
    assert FACT in reduced("log_softmax", "negative_log_likelihood").assumptions
    assert reduced("sigmoid", "binary_cross_entropy").assumptions == ("0 < A1 < 1",)
    assert not reduced("identity", "squared_error").assumptions


def test_without_the_fact_the_general_form_stays() -> None:
    general = reduced("softmax", "-y*log(a)")
    assert general.numpy == "A1 * np.sum(Y, axis=0, keepdims=True) - Y"
    assert FACT not in general.assumptions
    assert "np.sum(dA1, axis=0" in reduced("log_softmax", "-y*a").numpy
