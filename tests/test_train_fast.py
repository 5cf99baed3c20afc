"""train_fast.py: the numbers of train.py over many steps, no array made in a step, data of every kind."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import mpmath
import numpy as np
import pytest

from derive import Convention, Network, derive
from derive.activations import ACTIVATIONS
from derive.errors import SpecError
from derive.losses import LOSSES
from derive.render import render
from derive.targets.layers import layers
from derive.targets.plan import normal
from derive.targets.plan.buffers import memory, read
from derive.targets.plan.normal import DIGITS, EPS, TERMS, rounding, series
from derive.targets.plan.passes import forward_and_backward
from derive.targets.plan.sections import sections
from derive.targets.plan.values import Value

SPECS = (
    "3 -> 1 sigmoid",
    "3 -> 4 tanh -> 1 sigmoid",
    "3 -> 4 relu -> 3 softmax",
    "3 -> 4 gelu -> 2 identity",
    "3 -> 5 relu -> 4 tanh -> 3 sigmoid -> 1 sigmoid",
    "3 -> 4 leaky_relu(slope) -> 3 log_softmax",
    "3 -> 4 tanh -> 2 identity | huber | l2(0.3) | l1(lam)",
)
LAYOUTS = ("columns", "rows")
BATCHES = ({}, {"batch_size": 16}, {"batch_size": 13})
STEPS = 100


@cache
def both(spec: str, **choices: Any) -> tuple[Any, Any]:
    """train.py and train_fast.py as modules; the fast one in blocks of 7 samples, to have several."""
    texts = render(derive(Network.parse(spec, convention=Convention(**choices))), ["py", "fast"])
    made = []
    for file, text in texts.items():
        module = ModuleType(f"{file[:-3]}_{len(sys.modules)}")
        sys.modules[module.__name__] = module
        exec(compile(text, f"{file} of {spec}", "exec"), module.__dict__)
        made.append(module)
    made[1].BLOCK.update({4: 7, 8: 7})
    return made[0], made[1]


def data(code: Any, m: int, layout: str = "columns", seed: int = 1) -> tuple[Any, Any]:
    """X and labels that fit the output."""
    rng = np.random.default_rng(seed)
    X, n = rng.normal(size=(code.LAYER_SIZES[0], m)), code.LAYER_SIZES[-1]
    if "most probable" in code.predict.__doc__ or "argmax" in code.predict.__doc__:
        Y = np.eye(n)[:, rng.integers(n, size=m)]
    elif "0 or 1" in code.predict.__doc__:
        Y = rng.integers(2, size=(n, m)).astype(float)
    else:
        Y = np.eye(n)[:, rng.integers(n, size=m)]
    return (X.T, Y.T) if layout == "rows" else (X, Y)


def agree(
    plain: Any, fast: Any, X: Any, Y: Any, steps: int = STEPS, tolerance: float = 1e-11, **choices: Any
) -> None:
    """Costs and parameters of both after so many steps, or the epochs that hold them."""
    params = plain.init_params(3)
    samples = max(X.shape[0], X.shape[1])
    epochs = max(1, steps // -(-samples // choices.get("batch_size", samples)))
    wanted, costs = plain.train(X, Y, learning_rate=0.02, epochs=epochs, seed=5, params=params, **choices)
    trainer = fast.Trainer(params, X, Y, learning_rate=0.02, seed=5, **choices)
    np.testing.assert_allclose(trainer.fit(epochs), costs, rtol=tolerance)
    for name, value in trainer.params.items():
        scale = np.max(np.abs(wanted[name]))
        np.testing.assert_allclose(value, wanted[name], rtol=tolerance, atol=tolerance * scale, err_msg=name)
    assert all(np.array_equal(params[name], value) for name, value in plain.init_params(3).items())


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_numbers_of_train_py(spec: str, layout: str) -> None:
    plain, fast = both(spec, layout=layout)
    X, Y = data(plain, 50, layout)
    for choices in BATCHES:
        agree(plain, fast, X, Y, **choices)


WIDE = (
    "3 -> 40 gelu -> 33 selu -> 2 identity",
    "34 -> 33 silu -> 34 softmax",
    "5 -> 33 softmax -> 34 mish -> 33 sigmoid | l2(0.1)",
)


@pytest.mark.parametrize("spec", WIDE)
def test_the_numbers_of_train_py_where_a_few_rows_pass_at_a_time(
    spec: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, fast = both(spec)
    passed: list[int] = []
    pieces = fast.pieces

    def counted(*arrays: Any, **choices: Any) -> Any:
        passed.append(len(found := pieces(*arrays, **choices)))
        return found

    monkeypatch.setattr(fast, "BLOCK", {4: 1500, 8: 1500})
    monkeypatch.setattr(fast, "pieces", counted)
    agree(plain, fast, *data(plain, 4000), steps=3)
    assert max(passed) > 2


@pytest.mark.parametrize(
    "choice", [{"convention": "exact"}, {"derivatives": "input"}, {"fused": False}], ids=str
)
def test_the_same_in_every_convention(choice: dict[str, Any]) -> None:
    plain, fast = both("3 -> 4 tanh -> 3 softmax", **choice)
    agree(plain, fast, *data(plain, 50), batch_size=16)


SCALAR = [n for n, a in ACTIVATIONS.items() if not a.vector and n not in ("exp", "swish")]


@pytest.mark.parametrize("names", [SCALAR[n : n + 7] for n in range(0, len(SCALAR), 7)], ids="-".join)
def test_every_activation(names: list[str]) -> None:
    plain, fast = both("3 -> " + "".join(f"4 {name} -> " for name in names) + "2 identity")
    agree(plain, fast, *data(plain, 20), steps=20, tolerance=1e-9)


OUTPUTS = {"poisson": "softplus", "kl_divergence": "softmax", "cross_entropy": "softmax"} | {
    "negative_log_likelihood": "log_softmax",
    "binary_cross_entropy": "sigmoid",
    "focal": "sigmoid",
}


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss(loss: str) -> None:
    call = f"{loss}(0.5)" if loss == "gaussian_nll" else loss
    plain, fast = both(f"3 -> 4 softmax -> 2 {OUTPUTS.get(loss, 'identity')} | {call}")
    X, Y = data(plain, 20)
    agree(plain, fast, X, np.full_like(Y, 0.5) if loss == "kl_divergence" else Y, steps=20)


def test_float32() -> None:
    plain, fast = both("3 -> 4 tanh -> 3 softmax")
    X, Y = data(plain, 50)
    params = plain.init_params(3)
    wanted, costs = plain.train(X, Y, learning_rate=0.1, epochs=STEPS, params=params)
    trainer = fast.Trainer(params, X, Y, learning_rate=0.1, dtype=np.float32)
    np.testing.assert_allclose(trainer.fit(STEPS), costs, rtol=1e-5)
    for name, value in trainer.params.items():
        assert value.dtype == np.float32
        np.testing.assert_allclose(value, wanted[name], rtol=1e-4, atol=1e-5)
    single = {name: value.astype(np.float32) for name, value in params.items()}
    assert fast.Trainer(single, X, Y, learning_rate=0.1).params["W1"].dtype == np.float32


@pytest.mark.parametrize("terms", [1, 4, TERMS])
def test_the_series_of_the_normal_distribution(terms: int) -> None:
    """Off by what the next term of the Taylor series is, and not by more."""
    for x in (mpmath.mpf(-9), mpmath.mpf(-1), mpmath.mpf(0), mpmath.mpf(3) / 2):
        with mpmath.workdps(60):
            missing = []
            for d in (mpmath.mpf(1) / 1000, mpmath.mpf(1) / 2000):
                total = sum(
                    mpmath.mpf(c.p) / c.q * (x * d) ** i * d ** (2 * j) for (i, j), c in series(terms).items()
                )
                exact = mpmath.ncdf(x) - mpmath.ncdf(x - d)
                missing.append(abs(exact - d * mpmath.npdf(x) * total))
            assert missing[0] < mpmath.npdf(x) * (3 + abs(x)) ** terms * mpmath.mpf(10) ** (-3 * terms - 3)
            assert missing[0] / missing[1] > 2**terms * mpmath.mpf("1.9")


@pytest.mark.parametrize("width", EPS)
def test_what_is_left_of_the_series_is_below_the_rounding(width: int) -> None:
    d = mpmath.mpf(2) ** (-DIGITS - 1)
    for n in range(-374, 60):
        x = mpmath.mpf(n) / 10 if width == 8 else mpmath.mpf(n) / 27
        with mpmath.workdps(60):
            total = sum(
                mpmath.mpf(c.p) / c.q * (x * d) ** i * d ** (2 * j)
                for (i, j), c in normal.kept(width).items()
            )
            missing = mpmath.ncdf(x) - mpmath.ncdf(x - d) - d * mpmath.npdf(x) * total
            assert abs(missing / mpmath.ncdf(x)) < rounding(x, width) / 2


def phi_and_error(fast: Any, z: Any) -> tuple[Any, Any]:
    """Φ in the dtype of z, and its error in units of the rounding."""
    found = np.empty_like(z)
    root = z.dtype.type((2 * np.pi) ** -0.5)
    fast.Normal(z.dtype)(z, np.exp(np.square(z) * z.dtype.type(-0.5)) * root, out=found)
    with mpmath.workdps(40):
        exact = [mpmath.ncdf(mpmath.mpf(float(v))) for v in z]
        error = [float((mpmath.mpf(float(f)) - e) / e) for f, e in zip(found, exact, strict=True)]
    return found, np.abs(error) / np.finfo(z.dtype).eps


@pytest.mark.parametrize(("dtype", "least"), [(np.float64, -37.0), (np.float32, -12.5)])
def test_the_normal_distribution_is_right_to_the_rounding_of_the_square(dtype: Any, least: float) -> None:
    """In SciPy's way, with a rounded argument, the error far out is twice as large or more."""
    _, fast = both("3 -> 4 gelu -> 2 identity")
    special = pytest.importorskip("scipy.special")
    z = np.random.default_rng(0).uniform(least, 9, 3000).astype(dtype)
    found, error = phi_and_error(fast, z)
    assert np.all(error <= 3 + np.square(z.astype(float)) / 4)
    known, far = special.erfc(dtype(-(0.5**0.5)) * z) / 2, (z < -6) & (z > -16)
    assert np.median(np.abs(known / found - 1)[far]) > 2 * np.median(error[far]) * np.finfo(dtype).eps


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_normal_distribution_anywhere(dtype: Any) -> None:
    _, fast = both("3 -> 4 gelu -> 2 identity")
    phi, huge = fast.Normal(np.dtype(dtype)), np.finfo(dtype).max
    with np.errstate(over="ignore"):
        sizes = [30, 60, 4000, 1e4, 2e12, 1e30, huge]
        z = np.array([0.0, -0.0, np.nan, *sizes, *(-size for size in sizes)], dtype)
        density = np.exp(-np.square(z) / 2) * dtype(0.4)
    wanted = [0.5, 0.5, np.nan, *(1 for _ in sizes), *(0 for _ in sizes)]
    wanted[-len(sizes)] = {np.float32: 0, np.float64: float(mpmath.ncdf(-30))}[dtype]
    for chunk in (2, 100):
        phi.chunk = min(chunk, phi.chunk)
        for out in (np.empty_like(z), z.copy(), density.copy()):
            phi(z, density, out=out)
            np.testing.assert_allclose(out, wanted, rtol=1e-12)


def test_the_same_bits_in_every_run() -> None:
    plain, fast = both("3 -> 4 tanh -> 3 softmax")
    X, Y = data(plain, 50)
    runs = []
    for seed in (4, 4, 5):
        trainer = fast.Trainer(plain.init_params(), X, Y, learning_rate=0.1, batch_size=16, seed=seed)
        runs.append((trainer.fit(5), trainer.params))
    assert runs[0][0] == runs[1][0] != runs[2][0]
    assert all(np.array_equal(runs[0][1][name], runs[1][1][name]) for name in runs[0][1])


def test_step_gives_the_cost_of_its_batch_before_the_update() -> None:
    plain, fast = both("3 -> 4 tanh -> 2 identity | huber | l2(0.3) | l1(lam)")
    X, Y = data(plain, 50)
    params = plain.init_params()
    trainer = fast.Trainer(params, X, Y, learning_rate=0.1, batch_size=20, seed=9)
    order = np.random.default_rng(9).permutation(50)
    for start in (0, 20, 40):
        batch = order[start : start + 20]
        wanted = plain.cost(trainer.params, X[:, batch], Y[:, batch])
        assert trainer.step() == pytest.approx(wanted, rel=1e-12)


def test_params_are_copies() -> None:
    plain, fast = both("3 -> 1 sigmoid")
    trainer = fast.Trainer(plain.init_params(), *data(plain, 9), learning_rate=0.1)
    trainer.params["W1"][...] = 7
    assert not np.any(trainer.params["W1"] == 7)


# Memory

LEAST = 6000
"""Bytes: less than one row of any array of a block has in the test below, more than NumPy's own buffers."""


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("choices", [{}, {"batch_size": 5000}, {"batch_size": 2000}], ids=str)
@pytest.mark.parametrize("spec", ["3 -> 4 gelu -> 3 softmax", "4 -> 4 elu -> 1 sigmoid | l2(0.1)"])
def test_no_array_is_made_in_a_step(spec: str, choices: dict[str, int], dtype: Any, layout: str) -> None:
    plain, fast = both(spec, layout=layout)
    X, Y = data(plain, 8000, layout)
    kept = dict(fast.BLOCK)
    fast.BLOCK.update({4: 2000, 8: 2000})
    try:
        trainer = fast.Trainer(plain.init_params(), X, Y, learning_rate=0.1, dtype=dtype, **choices)
    finally:
        fast.BLOCK.update(kept)
    trainer.fit(2)
    tracemalloc.start()
    try:
        trainer.fit(2)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < LEAST, f"{peak} bytes at the peak of a step"


def peak_of_training(fast: Any, plain: Any, X: Any, Y: Any) -> int:
    tracemalloc.start()
    try:
        fast.Trainer(plain.init_params(), X, Y, learning_rate=0.1).fit(1)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("inputs", [3, 4])
def test_memory_grows_with_the_block_not_with_the_data(
    inputs: int, layout: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, fast = both(f"{inputs} -> 4 tanh -> 1 sigmoid", layout=layout)
    fast.BLOCK.update({4: 512, 8: 512})
    monkeypatch.setattr(fast, "KEPT", 0)
    peaks = []
    for m in (10240, 102400):
        X, Y = data(plain, m, layout)
        mapped = []
        for name, value in (("X", X), ("Y", Y)):
            array = np.memmap(tmp_path / f"{name}{m}", value.dtype, "w+", shape=value.shape)
            array[...] = value
            array.flush()
            mapped.append(np.memmap(tmp_path / f"{name}{m}", value.dtype, "r", shape=value.shape))
        peaks.append(peak_of_training(fast, plain, *mapped))
    fast.BLOCK.update({4: 7, 8: 7})
    assert peaks[1] < peaks[0] * 1.1 < 5120 * 8 * 3


def other_strides(value: Any) -> list[Any]:
    wide = np.zeros((value.shape[0], 2 * value.shape[1]))
    wide[:, ::2] = value
    frozen = value.copy()
    frozen.flags.writeable = False
    swapped = value.astype(value.dtype.newbyteorder())
    return [np.asfortranarray(value), wide[:, ::2], value[:, ::-1].copy()[:, ::-1], frozen, swapped]


@pytest.mark.parametrize("kept", [0, 2**20])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("inputs", [3, 4])
def test_data_in_any_order_of_strides(
    inputs: int, layout: str, kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, fast = both(f"{inputs} -> 4 tanh -> 3 softmax", layout=layout)
    monkeypatch.setattr(fast, "KEPT", kept)
    X, Y = (np.ascontiguousarray(value) for value in data(plain, 50, layout))
    for choices in ({}, {"batch_size": 16}):
        results = []
        for given in zip([X, *other_strides(X)], [Y, *other_strides(Y)], strict=True):
            trainer = fast.Trainer(plain.init_params(), *given, learning_rate=0.1, **choices)
            results.append((trainer.fit(3), trainer.params["W1"]))
        for costs, W in results[1:]:
            np.testing.assert_allclose(costs, results[0][0], rtol=1e-14)
            np.testing.assert_allclose(W, results[0][1], rtol=1e-13)


@pytest.mark.parametrize("kept", [0, 2**20])
@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int64, np.float32, np.float16])
def test_data_of_any_real_dtype(dtype: Any, kept: int, monkeypatch: pytest.MonkeyPatch) -> None:
    plain, fast = both("3 -> 4 tanh -> 1 sigmoid")
    monkeypatch.setattr(fast, "KEPT", kept)
    X, Y = data(plain, 50)
    X, Y = X > 0, Y > 0
    for choices in ({}, {"batch_size": 16}):
        wanted = fast.Trainer(
            plain.init_params(), X.astype(float), Y.astype(float), learning_rate=0.1, **choices
        )
        trainer = fast.Trainer(
            plain.init_params(), X.astype(dtype), Y.astype(dtype), learning_rate=0.1, **choices
        )
        assert trainer.fit(3) == wanted.fit(3)


@pytest.mark.parametrize("spec", ["3 -> 4 tanh -> 1 sigmoid", "4 -> 4 tanh -> 1 sigmoid"])
def test_small_data_are_read_once(spec: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plain, fast = both(spec)
    monkeypatch.setattr(fast, "KEPT", fast.LAYER_SIZES[0] * 1000 * 8)
    for m, once in ((1000, True), (1001, False)):
        X, Y = data(plain, m)
        given = X.astype(np.float32)
        trainer = fast.Trainer(plain.init_params(), given, Y, learning_rate=0.1)
        untouched = fast.Trainer(plain.init_params(), X.astype(np.float32), Y, learning_rate=0.1)
        given[...] = 0
        assert (trainer.step() == untouched.step()) is once


# Bad input

GOOD_X, GOOD_Y = np.ones((3, 7)), np.ones((1, 7))
BAD: tuple[tuple[dict[str, Any], str], ...] = (
    ({"X": np.ones((4, 7))}, "X has shape (4, 7); (3, m) is needed"),
    ({"X": np.ones((3, 0))}, "X has shape (3, 0)"),
    ({"X": np.ones(3)}, "X has shape (3,)"),
    ({"X": np.full((3, 7), "a")}, "X has shape (3, 7) and dtype <U1; real numbers"),
    ({"X": [[1, 2], [3]]}, "X is no array"),
    ({"X": np.full((3, 7), np.nan)}, "X has nan or inf"),
    ({"X": np.full((3, 7), 1e300), "dtype": np.float32}, "X has nan or inf, as float32"),
    ({"Y": np.ones((1, 6))}, "Y has shape (1, 6), X (3, 7); (1, 7) is needed"),
    ({"Y": np.ones((1, 7), complex)}, "Y has shape (1, 7) and dtype complex128"),
    ({"Y": np.full((1, 7), 2.0)}, "binary cross-entropy needs labels from 0 to 1"),
    ({"Y": np.full((1, 7), np.nan)}, "Y has nan or inf"),
    ({"batch_size": 8}, "batch_size is 8, X has shape (3, 7); 1 to 7"),
    ({"batch_size": 0}, "batch_size is 0"),
    ({"batch_size": 2.5}, "batch_size is 2.5, X has shape (3, 7); 1 to 7"),
    ({"batch_size": True}, "batch_size is True"),
    ({"batch_size": np.array(2)}, "batch_size is 2, X has shape (3, 7)"),
    ({"learning_rate": 0.0}, "learning_rate is 0.0"),
    ({"learning_rate": True}, "learning_rate is True"),
    ({"learning_rate": np.nan}, "learning_rate is nan"),
    ({"learning_rate": 10**400}, "learning_rate is 1000"),
    ({"learning_rate": 1e-50, "dtype": np.float32}, "learning_rate is 1e-50; a positive number of float32"),
    ({"seed": -1}, "seed is -1; a whole number from 0 up"),
    ({"seed": "one"}, "seed is one"),
    ({"learning_rate": "0.1"}, "learning_rate is 0.1; a positive number"),
    ({"params": ["W1", "b1"]}, "params has the type list; a dictionary"),
    ({"params": {}}, "params has nothing; W1, b1 are needed"),
    ({"params": {1: np.ones((1, 3))}}, "params has 1; W1, b1 are needed"),
    (
        {"params": {"W1": np.full((1, 3), 1e300), "b1": np.ones((1, 1))}, "dtype": np.float32},
        "W1 with shape (1, 3) has nan or inf, as float32",
    ),
    ({"params": {"W1": np.full((1, 3), np.nan), "b1": np.ones((1, 1))}}, "W1 with shape (1, 3) has nan"),
    ({"dtype": np.float16}, "dtype is <class 'numpy.float16'>; float32 or float64"),
    ({"dtype": "no type"}, "dtype is no type"),
    ({"params": {"W1": np.ones((1, 3))}}, "params has W1; W1, b1 are needed"),
    ({"params": {"W1": np.ones((3, 1)), "b1": np.ones((1, 1))}}, "W1 has shape (3, 1)"),
    ({"params": {"W1": np.full((1, 3), "a"), "b1": np.ones((1, 1))}}, "W1 has shape (1, 3) and dtype"),
)


@pytest.mark.parametrize(("wrong", "message"), BAD, ids=[message for _, message in BAD])
def test_bad_input_is_named_with_its_shape(wrong: dict[str, Any], message: str) -> None:
    plain, fast = both("3 -> 1 sigmoid")
    params = plain.init_params()
    given = {"params": params, "X": GOOD_X, "Y": GOOD_Y, "learning_rate": 0.1, **wrong}
    with np.errstate(all="raise"), pytest.raises(ValueError) as caught:
        fast.Trainer(**given)
    assert message in str(caught.value)
    assert all(np.array_equal(params[name], value) for name, value in plain.init_params().items())


@pytest.mark.parametrize("batch_size", [2, np.uint8(2), np.int64(2)], ids=repr)
def test_integers_of_numpy_are_integers(batch_size: Any) -> None:
    plain, fast = both("3 -> 1 sigmoid")
    trainer = fast.Trainer(plain.init_params(), GOOD_X, GOOD_Y, learning_rate=0.1, batch_size=batch_size)
    wanted = fast.Trainer(plain.init_params(), GOOD_X, GOOD_Y, learning_rate=0.1, batch_size=2)
    assert trainer.fit(np.int32(3)) == wanted.fit(3)


@pytest.mark.parametrize("epochs", [0, -1, "3", 2.5, None, True], ids=repr)
def test_what_is_no_number_of_epochs_changes_nothing(epochs: Any) -> None:
    plain, fast = both("3 -> 1 sigmoid")
    trainer = fast.Trainer(plain.init_params(), GOOD_X, GOOD_Y, learning_rate=0.1)
    with pytest.raises(ValueError, match=f"epochs is {epochs}; a whole number from 1 up"):
        trainer.fit(epochs)
    assert all(np.array_equal(trainer.params[name], value) for name, value in plain.init_params().items())


def test_a_program_that_is_no_chain_of_layers_is_refused() -> None:
    derivation = derive(Network.parse("3 -> 1 sigmoid"))
    object.__setattr__(derivation.program, "sizes", {})
    with pytest.raises(SpecError, match="needs one input"):
        render(derivation, ["fast"])


# The plan and the text


@pytest.mark.parametrize(
    "spec",
    [
        *SPECS,
        "3 -> 4 mish -> 4 elu -> 4 softmax -> 2 identity | log_cosh",
        "64 -> 32 gelu -> 33 relu -> 34 mish -> 35 elu -> 36 gelu -> 2 softmax",
    ],
)
def test_what_a_line_reads_is_still_in_its_array(spec: str) -> None:
    derivation = derive(Network.parse(spec))
    done = forward_and_backward(derivation, layers(derivation))
    parts = list(sections(done.lines, done.weights))
    planned = memory(done.lines, done.kept, sections=parts)
    assert [line for part in parts for line in part] == [*done.lines]
    inside: dict[Any, Value] = {}
    for part in parts:
        for line in part:
            for value in read(line.call):
                assert inside[planned.of[value]] is value, f"{value.name or value} is gone"
            if isinstance(line.result, Value):
                inside[planned.of[line.result]] = line.result
        # Of what has only the rows that pass, nothing outlasts them.
        inside = {buffer: value for buffer, value in inside.items() if not buffer.local}
    assert inside[planned.of[done.losses]] is done.losses


def test_the_activation_is_overwritten_by_its_derivative() -> None:
    derivation = derive(Network.parse("3 -> 4 tanh -> 1 sigmoid"))
    done = forward_and_backward(derivation, layers(derivation))
    planned = memory(done.lines, done.kept)
    (own,) = [buffer for buffer in planned.buffers if buffer.joined]
    calls = [line.call.function for line in done.lines if planned.of.get(line.result) is own]  # type: ignore[call-overload]
    assert calls == ["np.matmul", "np.tanh", "np.square", "np.subtract", "np.multiply"]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fast")
    for number, spec in enumerate((*SPECS, *WIDE, "3 -> " + "4 tanh -> " * 12 + "3 softmax")):
        network = Network.parse(spec, name=f"n{number}", convention=Convention(layout=LAYOUTS[number % 2]))  # type: ignore[arg-type]
        text = render(derive(network), ["fast"])["train_fast.py"]
        (folder / f"fast_{number}.py").write_text(text, encoding="utf-8")
    return folder


def test_generated_code_passes_the_linter(written: Path) -> None:
    rules = ["--select", "E,F,I,UP,B,SIM,RUF", "--line-length", "100", "--isolated", "--no-cache"]
    result = subprocess.run(
        [sys.executable, "-m", "ruff", "check", *rules, str(written)], capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout


def test_generated_code_passes_the_strict_type_checker(written: Path, tmp_path: Path) -> None:
    options = ["--strict", "--no-incremental", f"--cache-dir={tmp_path}", "--config-file="]
    files = [str(path) for path in sorted(written.glob("*.py")) if "special" not in path.read_text()]
    result = subprocess.run([sys.executable, "-m", "mypy", *options, *files], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout


def test_only_numpy_is_imported(written: Path) -> None:
    for path in written.glob("*.py"):
        imports = [line for line in path.read_text().splitlines() if line.startswith(("import ", "from "))]
        modules = {line.split()[1].split(".")[0] for line in imports}
        assert modules - sys.stdlib_module_names <= {"numpy", "scipy"}
        assert ("scipy" in str(imports)) == ("special." in path.read_text())
