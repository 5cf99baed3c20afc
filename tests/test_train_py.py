"""train.py is executed: its gradients, its cost far out, its functions' contract, its style."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from generated_code import module, source
from numpy.typing import NDArray

from derive import Network, derive
from derive.errors import SpecError
from derive.render import render

ROOT = Path(__file__).parents[1]
SPECS = (
    "3 -> 1 sigmoid",
    "3 -> 2 identity",
    "3 -> 3 softmax",
    "3 -> 4 tanh -> 1 sigmoid",
    "3 -> 4 sigmoid -> 2 sigmoid",
    "3 -> 4 relu -> 2 identity",
    "3 -> 4 leaky_relu(0.1) -> 3 softmax",
    "3 -> 4 leaky_relu(slope) -> 1 sigmoid",
    "3 -> 4 identity -> 2 tanh",
    "3 -> 4 tanh -> 2 sigmoid | squared_error",
    "3 -> 5 relu -> 4 tanh -> 3 sigmoid -> 1 sigmoid",
    "3 -> 4 tanh -> 2 identity | l2(0.3)",
    "3 -> 4 tanh -> 2 tanh | squared_hinge",
)
CHOICES = (
    {},
    {"layout": "rows"},
    {"convention": "exact", "derivatives": "input"},
    {"layout": "rows", "convention": "exact", "fused": False},
)
EVERY = [(spec, choice) for spec in SPECS for choice in CHOICES]
each = pytest.mark.parametrize(
    ("spec", "choice"), EVERY, ids=lambda v: v if isinstance(v, str) else "-".join(map(str, v.values()))
)
Array = NDArray[np.float64]


def data(code: Any, choice: dict[str, Any], m: int = 7, seed: int = 1) -> tuple[Array, Array]:
    """X and labels that fit the network, in its layout."""
    rng = np.random.default_rng(seed)
    X, n = rng.normal(size=(code.LAYER_SIZES[0], m)), code.LAYER_SIZES[-1]
    text = code.predict.__doc__
    if "most probable" in text:
        Y = np.eye(n)[:, rng.integers(n, size=m)]
    elif "-1 or 1" in text:
        Y = 2.0 * rng.integers(2, size=(n, m)) - 1
    elif "0 or 1" in text:
        Y = rng.integers(2, size=(n, m)).astype(float)
    else:
        Y = rng.normal(size=(n, m)) / 2
    return (X.T, Y.T) if choice.get("layout") == "rows" else (X, Y)


def start(code: Any, seed: int = 3) -> dict[str, Array]:
    """Parameters with no zeros among them."""
    rng = np.random.default_rng(seed)
    return {name: rng.normal(size=value.shape) for name, value in code.init_params().items()}


@each
def test_gradients_are_the_slopes_of_the_cost(spec: str, choice: dict[str, Any]) -> None:
    code = module(spec, **choice)
    X, Y = data(code, choice)
    params = start(code)
    grads = code.backward(params, code.forward(params, X), Y)
    rng = np.random.default_rng(5)
    for name, value in params.items():
        direction, h = rng.normal(size=value.shape), 1e-5
        ahead = code.cost({**params, name: value + h * direction}, X, Y)
        behind = code.cost({**params, name: value - h * direction}, X, Y)
        slope = float(np.sum(grads["d" + name] * direction))
        assert abs((ahead - behind) / (2 * h) - slope) <= 1e-7 * max(1.0, abs(slope)), name


@each
def test_the_check_passes_and_notices_a_wrong_gradient(spec: str, choice: dict[str, Any]) -> None:
    code = module(spec, **choice)
    X, Y = data(code, choice)
    params = start(code)
    assert code.check_gradients(params, X, Y) < 1e-6
    right = code.backward
    try:
        code.backward = lambda *given: {k: v * (1.001 if k == "dW1" else 1) for k, v in right(*given).items()}
        assert code.check_gradients(params, X, Y) > 1e-4
        code.backward = lambda *given: {
            k: v * (np.nan if k == "db1" else 1) for k, v in right(*given).items()
        }
        assert not code.check_gradients(params, X, Y) < 1e-6
    finally:
        code.backward = right


@each
def test_training_lowers_the_cost_and_leaves_its_input_alone(spec: str, choice: dict[str, Any]) -> None:
    code = module(spec, **choice)
    X, Y = data(code, choice, m=12)
    params = code.init_params(2)
    kept = {name: value.copy() for name, value in params.items()}
    trained, costs = code.train(X, Y, learning_rate=0.05, epochs=30, params=params)
    assert len(costs) == 30 and costs[-1] < costs[0] == code.cost(params, X, Y)
    assert code.cost(trained, X, Y) < costs[-1]
    assert all(np.array_equal(params[name], kept[name]) for name in kept)
    grads = code.backward(params, code.forward(params, X), Y)
    new = code.update(params, {"d" + name: grads["d" + name] for name in params}, 0.1)
    assert all(np.array_equal(params[name], kept[name]) for name in kept)
    assert all(not np.shares_memory(new[name], params[name]) for name in new)


@each
def test_backward_reads_only_x_z_and_a(spec: str, choice: dict[str, Any]) -> None:
    code = module(spec, **choice)
    X, Y = data(code, choice)
    params = start(code)
    cache = code.forward(params, X)
    bare = {name: value.copy() for name, value in cache.items() if name[0] in "XZA"}
    first, second = code.backward(params, cache, Y), code.backward(params, bare, Y)
    assert list(first) == list(second)
    for name in first:
        np.testing.assert_allclose(first[name], second[name], rtol=1e-12, atol=1e-14)
    layers = len(code.LAYER_SIZES) - 1
    names = list(first)
    assert names.index(f"dZ{layers}") < names.index(f"dW{layers}") < names.index(f"db{layers}")
    assert all(first["d" + name].shape == params[name].shape for name in params)


@each
def test_no_warning_far_out(spec: str, choice: dict[str, Any]) -> None:
    code = module(spec, **choice)
    X, Y = data(code, choice, m=4)
    params = {name: np.ones_like(value) for name, value in code.init_params().items()}
    with np.errstate(all="raise", under="ignore"):
        for size in (0.0, 1e-300, 37.0, 1000.0):
            for sign in (1, -1):
                far = np.full_like(X, sign * size / code.LAYER_SIZES[0])
                cache = code.forward(params, far)
                grads = code.backward(params, cache, Y)
                assert np.isfinite(code.cost(params, far, Y))
                assert all(np.isfinite(value).all() for value in (*cache.values(), *grads.values()))


def test_the_cost_keeps_its_digits_where_the_output_has_none_left() -> None:
    code = module("1 -> 1 sigmoid")
    one = {"W1": np.ones((1, 1)), "b1": np.zeros((1, 1))}
    assert code.cost(one, [[800.0]], [[0]]) == 800.0
    assert code.cost(one, [[40.0]], [[1]]) == pytest.approx(np.exp(-40.0), rel=1e-12)
    soft = module("1 -> 3 softmax")
    params = {"W1": np.array([[1.0], [0.0], [-1.0]]), "b1": np.zeros((3, 1))}
    assert soft.cost(params, [[800.0]], [[0], [0], [1]]) == 1600.0
    assert soft.cost(params, [[40.0]], [[1], [0], [0]]) == pytest.approx(np.exp(-40.0), rel=1e-12)


@pytest.mark.parametrize("dtype", [bool, np.uint8, int, np.float32, float])
def test_labels_of_any_real_type(dtype: Any) -> None:
    code = module("3 -> 4 tanh -> 1 sigmoid")
    X, Y = data(code, {})
    params = start(code)
    assert code.cost(params, X, Y.astype(dtype)) == code.cost(params, X, Y)
    grads = [code.backward(params, code.forward(params, X), labels) for labels in (Y, Y.astype(dtype))]
    assert all(np.array_equal(grads[0][name], grads[1][name]) for name in grads[0])


WRONG = (
    ("X", np.ones((4, 7)), "X has shape (4, 7); (3, m) is needed"),
    ("X", np.ones(3), "X has shape (3,)"),
    ("X", np.ones((3, 0)), "X has shape (3, 0)"),
    ("X", np.full((3, 7), "a"), "X has dtype"),
    ("X", np.ones((3, 7), complex), "X has dtype complex128"),
    ("Y", np.ones((1, 6)), "Y has shape (1, 6); (1, 7) is needed"),
    ("Y", np.ones(7), "Y has shape (7,); (1, 7) is needed"),
    ("Y", np.full((1, 7), None), "Y has dtype object"),
    ("Y", np.full((1, 7), 2.0), "Y lies between 2.0 and 2.0; binary cross-entropy needs labels from 0 to 1"),
    ("Y", np.full((1, 7), np.nan), "Y lies between nan and nan"),
)


@pytest.mark.parametrize(("name", "value", "message"), WRONG, ids=[w[2][:30] for w in WRONG])
def test_a_wrong_array_is_named_with_its_shape(name: str, value: Any, message: str) -> None:
    code = module("3 -> 4 tanh -> 1 sigmoid")
    given = dict(zip("XY", data(code, {}), strict=True)) | {name: value}
    params = start(code)
    for use in (
        lambda: code.cost(params, given["X"], given["Y"]),
        lambda: code.train(given["X"], given["Y"], learning_rate=0.1, epochs=1, params=params),
        lambda: code.check_gradients(params, given["X"], given["Y"]),
    ):
        with pytest.raises(ValueError) as caught:
            use()
        assert message in str(caught.value)


def test_labels_that_are_not_one_hot_are_refused() -> None:
    code = module("3 -> 3 softmax")
    with pytest.raises(ValueError, match="add up to 1"):
        code.cost(start(code), np.ones((3, 2)), np.ones((3, 2)))


def test_batches_and_epochs() -> None:
    code = module("3 -> 4 tanh -> 1 sigmoid")
    X, Y = data(code, {}, m=10)
    seen: list[tuple[int, float]] = []
    run = [
        code.train(
            X, Y, learning_rate=0.1, epochs=5, batch_size=3, seed=4, on_epoch=lambda *e: seen.append(e)
        )
        for _ in range(2)
    ]
    assert run[0][1] == run[1][1] and len(run[0][1]) == 5
    assert [epoch for epoch, _ in seen] == [*range(5), *range(5)] and [c for _, c in seen[:5]] == run[0][1]
    other = code.train(X, Y, learning_rate=0.1, epochs=5, batch_size=3, seed=5)
    assert other[1] != run[0][1]
    for size in (0, 11):
        with pytest.raises(ValueError, match=f"batch_size is {size}; 1 to 10"):
            code.train(X, Y, learning_rate=0.1, epochs=1, batch_size=size)


def test_other_layer_sizes() -> None:
    code = module("3 -> 4 tanh -> 1 sigmoid")
    params = code.init_params(0, (2, 7, 1))
    assert params["W1"].shape == (7, 2) and params["W2"].shape == (1, 7)
    assert code.predict(params, np.ones((2, 5))).shape == (1, 5)
    with pytest.raises(ValueError, match=r"layer_sizes is \(2, 7\); 3 sizes"):
        code.init_params(0, (2, 7))


def test_weights_start_wider_before_activations_without_bound() -> None:
    code = module("3 -> 4 relu -> 3 tanh -> 3 softplus -> 3 sigmoid -> 2 identity")
    sizes = (400, 500, 300, 450, 350, 250)
    params = code.init_params(0, sizes)
    for n, gain in enumerate((2, 1, 2, 1, 1)):
        W = params[f"W{n + 1}"]
        assert W.shape == (sizes[n + 1], sizes[n])
        assert abs(np.var(W) * sizes[n] - gain) < 0.05


def test_kinds_of_prediction() -> None:
    X = np.random.default_rng(0).normal(size=(3, 6))
    binary, classes, values = map(module, ("3 -> 1 sigmoid", "3 -> 3 softmax", "3 -> 2 identity"))
    found = binary.predict(start(binary), X)
    assert found.shape == (1, 6) and set(found.ravel()) <= {0, 1}
    best = classes.predict(start(classes), X)
    assert best.shape == (6,) and np.array_equal(
        best, classes.predict_proba(start(classes), X).argmax(axis=0)
    )
    assert np.array_equal(values.predict(start(values), X), values.forward(start(values), X)["A1"])
    signs, logs = map(module, ("3 -> 2 identity | hinge", "3 -> 3 log_softmax"))
    outputs = signs.forward(start(signs), X)["A1"]
    assert np.array_equal(signs.predict(start(signs), X), np.sign(outputs))
    np.testing.assert_allclose(logs.predict_proba(start(logs), X).sum(axis=0), 1)


def test_bounded_outputs_are_told_apart_in_the_middle_of_their_range() -> None:
    code = module("3 -> 1 sigmoid | hinge")
    X = np.random.default_rng(0).normal(size=(3, 9))
    sides = np.sign(code.forward(start(code), X)["Z1"])
    assert set(sides.ravel()) == {-1, 1}
    assert np.array_equal(code.predict(start(code), X), sides)


def test_differences_do_not_step_over_a_kink() -> None:
    code = module("3 -> 4 relu -> 2 identity")
    X, Y = data(code, {}, m=2000)
    assert code.check_gradients(start(code), X, Y, entries=12) < 1e-6
    params = start(code)
    cache = code.forward(params, X[:, :3])
    params["b1"] += 3e-5 - cache["Z1"][:, :1]
    assert code.check_gradients(params, X[:, :3], Y[:, :3]) < 1e-6
    zero = {name: np.zeros_like(value) for name, value in code.init_params().items()}
    assert code.check_gradients(zero, X[:, :5], Y[:, :5]) < 1e-6


def test_equation_numbers_stand_beside_every_gradient() -> None:
    text = source("3 -> 4 tanh -> 1 sigmoid")
    body = text[text.index("def backward") : text.index("def update")]
    gradients = [line for line in body.splitlines() if line.startswith("    d")]
    assert len(gradients) == 7
    assert all("equation" in line and "(n" in line for line in gradients)
    numbers = [int(line.rsplit(" ", 1)[1]) for line in gradients]
    assert numbers == sorted(set(numbers))


def test_hidden_activations_never_reach_the_code_as_code(tmp_path: Path) -> None:
    derivation = derive(Network.parse("2 -> 3 tanh -> 1 sigmoid"))
    hostile = '"""; import os  # {{ 7*7 }} {% raw %} \\ \n__import__("os")'
    object.__setattr__(derivation.program, "name", hostile)
    for node in derivation.program.nodes:
        object.__setattr__(node, "note", hostile)
    text = render(derivation, ["py"])["train.py"]
    compile(text, "train.py", "exec")
    assert "import os" not in [line.strip() for line in text.splitlines()]
    assert "49" not in text and "__import__(" not in text.replace("__import__(?os?)", "")


def test_a_symbol_that_the_code_uses_itself_is_refused() -> None:
    with pytest.raises(SpecError, match="cache"):
        source("3 -> 4 leaky_relu(cache) -> 1 sigmoid")


def test_every_name_of_the_code_is_reserved() -> None:
    from derive.targets.py import RESERVED

    for spec in (
        "3 -> 4 relu -> 1 sigmoid",
        "3 -> 4 gelu -> 3 softmax",
        "3 -> 1 identity",
        "3 -> 1 tanh | hinge",
    ):
        code = module(spec)
        own = {name for name in vars(code) if not name.startswith("__")} - {"annotations", "special"}
        assert own <= RESERVED, own - RESERVED


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("code")
    for number, (spec, choice) in enumerate(EVERY):
        (folder / f"train_{number:02}.py").write_text(source(spec, **choice), encoding="utf-8")
    return folder


def test_generated_code_passes_the_linter(written: Path) -> None:
    rules = ["--select", "E,F,I,UP,B,SIM,RUF", "--line-length", "100", "--isolated", "--no-cache"]
    result = subprocess.run(
        [sys.executable, "-m", "ruff", "check", *rules, str(written)], capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout


def test_generated_code_passes_the_strict_type_checker(written: Path, tmp_path: Path) -> None:
    files = sorted(map(str, written.glob("*.py")))[:: len(CHOICES) + 1]
    assert len(files) >= len(SPECS) * 3 // 4
    options = ["--strict", "--no-incremental", f"--cache-dir={tmp_path}", "--config-file="]
    result = subprocess.run([sys.executable, "-m", "mypy", *options, *files], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout


def test_same_bytes_under_every_hash_seed() -> None:
    script = (
        "import sys; from derive import Network, derive; from derive.render import render; "
        "sys.stdout.write(render(derive(Network.parse('3 -> 4 sigmoid -> 3 softmax')), ['py'])['train.py'])"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "PATH": ""},
        ).stdout
        for seed in ("0", "1")
    }
    assert len(texts) == 1 and "def backward" in texts.pop()
