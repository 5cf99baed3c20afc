"""Numbers that courses have published, through generated code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from generated_code import module

CASES = Path(__file__).parent / "cases"
POINTS = 1.5


def arrays(value: Any) -> Any:
    """JSON values with their arrays as arrays."""
    if isinstance(value, dict):
        if "ndarray" in value:
            return np.array(value["ndarray"], dtype=value["dtype"]).reshape(value["shape"])
        return {key: arrays(part) for key, part in value.items()}
    return value


def records(file: str) -> dict[str, Any]:
    return {case["id"]: arrays(case) for case in json.loads((CASES / file).read_text())["cases"]}


LOGISTIC = records("dlai_c1w2_logistic.json")
PLANAR = records("planar.json")


def close(found: Any, case: dict[str, Any], expected: Any) -> None:
    np.testing.assert_allclose(found, expected, rtol=case["rtol"], atol=case["atol"])


def logistic_cases(function: str) -> Any:
    found = [case for case in LOGISTIC.values() if case["function"] == function]
    return pytest.mark.parametrize("case", found, ids=lambda case: case["id"])


def logistic(case: dict[str, Any]) -> tuple[Any, dict[str, Any], dict[str, Any]]:
    """The network, its parameters as ours, and the inputs."""
    given = case["inputs"]
    X = given.get("X", given.get("X_train"))
    code = module(f"{len(X)} -> 1 sigmoid")
    w = given.get("w", np.zeros((len(X), 1)))
    return code, {"W1": w.T, "b1": np.full((1, 1), given.get("b", 0.0))}, given


@pytest.mark.parametrize(
    "case", [c for c in LOGISTIC.values() if c["function"] == "propagate"], ids=lambda c: c["id"]
)
def test_logistic_cost_and_gradients(case: dict[str, Any]) -> None:
    code, params, given = logistic(case)
    grads = code.backward(params, code.forward(params, given["X"]), given["Y"])
    close(grads["dW1"].T, case, case["expected"]["dw"])
    close(grads["db1"].item(), case, case["expected"]["db"])
    close(code.cost(params, given["X"], given["Y"]), case, case["expected"]["cost"])


@pytest.mark.parametrize(
    "case", [c for c in LOGISTIC.values() if c["function"] == "optimize"], ids=lambda c: c["id"]
)
def test_logistic_descent(case: dict[str, Any]) -> None:
    code, params, given = logistic(case)
    X, Y, rate, epochs = given["X"], given["Y"], given["learning_rate"], given["num_iterations"]
    before, costs = code.train(X, Y, learning_rate=rate, epochs=epochs - 1, params=params)
    grads = code.backward(before, code.forward(before, X), Y)
    after = code.update(before, grads, rate)
    expected = case["expected"]
    close(after["W1"].T, case, expected["w"])
    close(after["b1"].item(), case, expected["b"])
    close(grads["dW1"].T, case, expected["dw"])
    close(grads["db1"].item(), case, expected["db"])
    if "costs" in expected:
        close([costs[0], code.cost(before, X, Y)], case, expected["costs"])


@pytest.mark.parametrize(
    "case", [c for c in LOGISTIC.values() if c["function"] == "predict"], ids=lambda c: c["id"]
)
def test_logistic_prediction(case: dict[str, Any]) -> None:
    code, params, given = logistic(case)
    assert np.array_equal(code.predict(params, given["X"]), case["expected"]["pred"])


def test_logistic_model() -> None:
    case = LOGISTIC["dlai21-model"]
    code, params, given = logistic(case)
    trained, costs = code.train(
        given["X_train"],
        given["Y_train"],
        learning_rate=given["learning_rate"],
        epochs=given["num_iterations"],
        params=params,
    )
    expected = case["expected"]
    close(costs[0], case, expected["costs"][0])
    close(trained["W1"].T, case, expected["w"])
    close(trained["b1"].item(), case, expected["b"])
    assert np.array_equal(code.predict(trained, given["X_test"]), expected["Y_prediction_test"])
    assert np.array_equal(code.predict(trained, given["X_train"]), expected["Y_prediction_train"])


PLANAR_CODE = "2 -> 4 tanh -> 1 sigmoid"


def test_planar_forward_means() -> None:
    case = PLANAR["dlai18v2-planar-forward-means"]
    code = module(PLANAR_CODE)
    cache = code.forward(case["inputs"]["parameters"], case["inputs"]["X"])
    close([np.mean(cache[name]) for name in ("Z1", "A1", "Z2", "A2")], case, case["expected"]["means"])


def test_planar_cost() -> None:
    case = PLANAR["dlai18v2-planar-cost"]
    A2 = case["inputs"]["A2"]
    Z2 = np.log(A2 / (1 - A2))
    close(module(PLANAR_CODE).cost_of({"Z2": Z2, "A2": A2}, case["inputs"]["Y"]), case, case["expected"])


def test_planar_gradients_from_a_cache_made_elsewhere() -> None:
    case = PLANAR["dlai18v2-planar-backward"]
    given = case["inputs"]
    grads = module(PLANAR_CODE).backward(given["parameters"], {**given["cache"], "X": given["X"]}, given["Y"])
    for name, expected in case["expected"].items():
        close(grads[name], case, expected)


FLOWER = PLANAR["dlai18-planar-hidden-sizes"]
ACCURACIES = dict(zip(FLOWER["inputs"]["sizes"], FLOWER["expected"]["accuracy_percent"], strict=True))


@pytest.mark.parametrize("hidden", ACCURACIES)
def test_flower_accuracy_by_hidden_size(hidden: int) -> None:
    code = module(PLANAR_CODE)
    with np.load(CASES / FLOWER["inputs"]["dataset"]) as flower:
        X, Y = flower["X"], flower["Y"]
    old = np.random.RandomState(FLOWER["inputs"]["init_np_random_seed"])
    params = {
        "W1": old.randn(hidden, 2) * 0.01,
        "b1": np.zeros((hidden, 1)),
        "W2": old.randn(1, hidden) * 0.01,
        "b2": np.zeros((1, 1)),
    }
    trained, _ = code.train(
        X,
        Y,
        learning_rate=FLOWER["inputs"]["learning_rate"],
        epochs=FLOWER["inputs"]["num_iterations"],
        params=params,
    )
    accuracy = 100 * np.mean(code.predict(trained, X) == Y)
    assert abs(accuracy - ACCURACIES[hidden]) <= POINTS
