"""What the code computes in another form than the derivation shows, and the list of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from derive import Network, derive
from derive.activations import Activation
from derive.derivation import Convention
from derive.network import Layer
from derive.render import render
from derive.targets.backward import backward
from derive.targets.stable_forms import rewritten

REWRITTEN = [
    ("3 -> 4 tanh -> 1 sigmoid", "output", ["A2", "L"]),
    ("3 -> 4 tanh -> 1 sigmoid", "input", ["A2", "L", "dZ2", "dZ1"]),
    ("3 -> 4 gelu -> 1", "output", ["A1", "dZ1"]),
    ("3 -> 4 relu -> 1", "input", []),
    ("3 -> 2 tanh | hinge", "output", ["L"]),
    ("3 -> 2 tanh | hinge", "input", ["L", "dZ1"]),
]


@pytest.mark.parametrize(("spec", "derivatives", "names"), REWRITTEN)
def test_what_is_computed_in_another_form_is_listed(spec: str, derivatives: Any, names: list[str]) -> None:
    derivation = derive(Network.parse(spec), convention=Convention(derivatives=derivatives))
    found = list(rewritten(derivation))
    assert [r.name for r in found] == names
    assert all(r.status == "found" for r in found)


def test_what_is_not_found_is_listed_too() -> None:
    lost = Activation("lost", "log(cosh(sin(z))) - sin(z)**2/2")
    network = Network(3, (Layer(2, lost),), loss="squared_error")
    found = list(rewritten(derive(network)))
    assert ("A1", "textbook") in [(r.name, r.status) for r in found]


def test_a_gradient_that_is_folded_into_the_next_is_not_computed() -> None:
    derivation = derive(Network.parse("3 -> 2 tanh | hinge"), convention=Convention(derivatives="input"))
    assert "dA1" in [gradient.name for gradient in derivation.needed]
    assert "dA1" not in [computed.gradient.name for computed in backward(derivation)]


SATURATED = [
    ("hinge", "tanh", (1.0, 1.0)),
    ("focal", "sigmoid", (1.0, 1.0)),
    ("kl_divergence", "sigmoid", (1.0, 0.0)),
]


@pytest.mark.parametrize(("loss", "output", "labels"), SATURATED)
@pytest.mark.parametrize("derivatives", ["output", "input"])
def test_gradients_are_numbers_where_the_output_is_rounded_to_a_bound(
    loss: str, output: str, labels: tuple[float, float], derivatives: Any
) -> None:
    network = Network.parse(f"1 -> 2 {output} | {loss}")
    derivation = derive(network, convention=Convention(derivatives=derivatives))
    code: dict[str, Any] = {"__name__": "generated"}
    exec(render(derivation, ("py",))["train.py"], code)
    X = np.array([[-1000.0, -40.0, 0.5, 40.0, 1000.0]])
    params, Y = {"W1": np.ones((2, 1)), "b1": np.zeros((2, 1))}, np.repeat([labels], 5, axis=0).T
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        cache = code["forward"](params, X)
        gradient = code["backward"](params, cache, Y)["dZ1"]
    assert np.all(np.isfinite(gradient))
