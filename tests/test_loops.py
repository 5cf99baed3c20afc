"""Code for deep networks: loops over runs of equal layers, and the same numbers as without."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from generated_code import source

from derive import Convention, Network, derive
from derive.render import render
from derive.targets import py, runs

DEEP = (
    "3 -> " + "4 tanh -> " * 4 + "1 sigmoid",
    "3 -> " + "4 relu -> " * 4 + "5 gelu -> " * 4 + "3 softmax",
    "3 -> " + "4 relu -> 5 relu -> 3 relu -> " * 2 + "4 tanh -> 1 sigmoid",
    "3 -> " + "4 softmax -> " * 4 + "2 identity | l2(0.3)",
    "3 -> " + "4 leaky_relu(slope) -> " * 4 + "2 tanh | squared_hinge",
)
CHOICES: tuple[dict[str, Any], ...] = (
    {},
    {"layout": "rows", "convention": "exact"},
    {"derivatives": "input", "fused": False},
)
HUNDRED = "3 -> " + "4 tanh -> " * 99 + "1 sigmoid"


def unrolled(spec: str, monkeypatch: pytest.MonkeyPatch, **choices: Any) -> str:
    """The code of the network as it would be without a loop."""
    derivation = derive(Network.parse(spec, convention=Convention(**choices)))
    monkeypatch.setattr(runs, "SHORTEST", 1000)
    py.training_code.cache_clear()
    try:
        return render(derivation, ["py"])["train.py"]
    finally:
        monkeypatch.undo()
        py.training_code.cache_clear()


def executed(text: str) -> Any:
    names: dict[str, Any] = {"__name__": "deep"}
    exec(compile(text, "train.py", "exec"), names)
    return type("Code", (), {name: staticmethod(v) if callable(v) else v for name, v in names.items()})


@pytest.mark.parametrize(
    ("spec", "choices"), [*((s, CHOICES[0]) for s in (*DEEP, HUNDRED)), *((DEEP[1], c) for c in CHOICES[1:])]
)
def test_loops_compute_what_the_lines_compute(
    spec: str, choices: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = source(spec, **choices), unrolled(spec, monkeypatch, **choices)
    assert "for layer in range" in texts[0] and "for layer in range" not in texts[1]
    one, other = map(executed, texts)
    rng = np.random.default_rng(2)
    assert all(np.array_equal(v, other.init_params(7)[k]) for k, v in one.init_params(7).items())
    params = {name: value + rng.normal(size=value.shape) / 4 for name, value in one.init_params(7).items()}
    assert list(params) == [f"{t}{n}" for n in range(1, len(one.LAYER_SIZES)) for t in "Wb"]
    X, Y = rng.normal(size=(3, 6)), np.eye(one.LAYER_SIZES[-1])[:, rng.integers(one.LAYER_SIZES[-1], size=6)]
    if "rows" in choices.values():
        X, Y = X.T, Y.T
    caches = one.forward(params, X), other.forward(params, X)
    grads = one.backward(params, caches[0], Y), other.backward(params, caches[1], Y)
    for found, expected in zip((caches[0], grads[0]), (caches[1], grads[1]), strict=True):
        assert list(found) == list(expected)
        assert all(np.array_equal(found[name], expected[name]) for name in expected)


@pytest.mark.parametrize("spec", [*DEEP, HUNDRED], ids=lambda s: s[:40])
def test_gradients_are_the_slopes_of_the_cost(spec: str) -> None:
    code = executed(source(spec))
    rng = np.random.default_rng(4)
    X, Y = (
        rng.normal(size=(3, 5)),
        np.eye(code.LAYER_SIZES[-1])[:, rng.integers(code.LAYER_SIZES[-1], size=5)],
    )
    assert code.check_gradients(code.init_params(1), X, Y, entries=150) < 1e-6


def test_a_shallow_network_has_no_loop() -> None:
    for spec in (
        "3 -> " + "4 tanh -> " * 3 + "1 sigmoid",
        "3 -> " + "4 tanh -> 4 relu -> " * 4 + "1 sigmoid",
    ):
        assert "for layer in range" not in source(spec)


def test_a_hundred_layers_are_hardly_longer_than_five() -> None:
    five, hundred = (source(s).count("\n") for s in (DEEP[0], HUNDRED))
    assert hundred < five + 15


def test_the_lines_of_a_run_name_their_equations() -> None:
    text, derivation = source(DEEP[0]), derive(Network.parse(DEEP[0]))
    for letter, last in (("dA", 4), ("dZ", 4), ("dW", 4), ("db", 4)):
        numbers = [derivation.equations[f"{letter}{n}"] for n in range(last, 1, -1)]
        shown = re.search(rf"\n +{letter} = .*?equations (\d+), (\d+), \.\.\., (\d+)\n", text)
        assert shown and list(map(int, shown.groups())) == numbers


def test_a_layer_that_reads_its_neighbour_too_late_is_in_no_run() -> None:
    lines = [("Z3", ["Z3 = W3 @ A2"]), ("A3", ["A3 = np.tanh(Z3)"]), ("S3", ["S3 = A3 + A2"])]
    names = {"A2": "A", "A3": "A", "Z3": "Z", "S3": "S"}
    assert runs.handed_in_time(lines[:2], names) and not runs.handed_in_time(lines, names)


def test_loops_pass_linter_and_type_checker(tmp_path: Path) -> None:
    files = []
    for number, spec in enumerate((DEEP[1], DEEP[3], HUNDRED)):
        files.append(tmp_path / f"deep_{number}.py")
        files[-1].write_text(source(spec, **CHOICES[number]), encoding="utf-8")
    rules = ["--select", "E,F,I,UP,B,SIM,RUF,W", "--line-length", "100", "--isolated", "--no-cache"]
    for tool in (
        ["ruff", "check", *rules],
        ["mypy", "--strict", "--no-incremental", f"--cache-dir={tmp_path}", "--config-file="],
    ):
        found = subprocess.run([sys.executable, "-m", *tool, *files], capture_output=True, text=True)
        assert found.returncode == 0, found.stdout
