"""Printed NumPy executed: what is right agrees to rounding, what is wrong in any way does not."""

from __future__ import annotations

from dataclasses import replace

import by_hand
import numpy as np
import pytest
import sympy as sp
from by_hand import SIZES, derivation_of, m

from derive import Convention, Network, derive
from derive.calculus.sweep import derivation
from derive.notation import Index, IndexSum, Tensor
from derive.program import Node, Program
from derive.proof.numeric import check_printed, relative_error
from derive.proof.sizes import choose_sizes

RIGHT = {
    "dZ2": "A2 - Y",
    "dW2": "dZ2 @ A1.T / m",
    "db2": "np.sum(dZ2, axis=1, keepdims=True) / m",
    "dA1": "W2.T @ dZ2",
    "dZ1": "dA1 * (1 - A1**2)",
}
HIDDEN = {
    "relu": "dA1 * np.where(Z1 > 0, 1.0, 0.0)",
    "gelu": "dA1 * ((1 + special.erf(Z1 / np.sqrt(2))) / 2 + Z1 * np.exp(-Z1**2 / 2) / np.sqrt(2 * np.pi))",
}


@pytest.mark.parametrize("samples", [1, 7])
@pytest.mark.parametrize("seed", range(3))
def test_right_expressions_agree(samples: int, seed: int) -> None:
    found = check_printed(
        derivation_of(), RIGHT, sizes={**SIZES, m: samples}, seed=seed, forward={"Z1": "W1 @ X + b1"}
    )
    assert [c.name for c in found] == ["Z1", *RIGHT]
    assert all(c.within(1e-12) for c in found), f"seed {seed}: {found}"


@pytest.mark.filterwarnings("error")
def test_a_branch_that_is_not_taken_warns_of_nothing() -> None:
    line = "dA1 * np.where(Z1 > 0, 1 - A1**2, 1 - A1**2 + 0 * np.sqrt(-np.abs(Z1) * (Z1 > 0)))"
    found = check_printed(derivation_of(), {**RIGHT, "dZ1": line}, sizes=SIZES)
    assert all(c.within(1e-12) for c in found), found


@pytest.mark.parametrize(("hidden", "line"), HIDDEN.items())
def test_programs_that_compare_or_use_erf(hidden: str, line: str) -> None:
    derivation = replace(derivation_of(), program=by_hand.program(hidden))
    found = check_printed(derivation, RIGHT | {"dZ1": line}, sizes=SIZES)
    assert all(c.within(1e-9) for c in found), found
    wrong = check_printed(derivation, RIGHT, sizes=SIZES)
    assert not wrong[-1].within(1e-3)


WRONG = {
    "sign": ("dZ2", "Y - A2"),
    "transpose": ("dW2", "A1 @ dZ2.T / m"),
    "1/m": ("dW2", "dZ2 @ A1.T"),
    "axis": ("db2", "np.sum(dZ2, axis=0, keepdims=True) / m"),
    "keepdims": ("db2", "np.sum(dZ2, axis=1) / m"),
    "mismatch": ("dA1", "W2 @ dZ2"),
    "not a number": ("dZ2", "A2 - Y + np.nan"),
    "unknown name": ("dZ2", "A2 - T"),
    "scalar": ("dZ1", "1.0"),
    "no such gradient": ("dQ", "A2 - Y"),
    "builtin": ("dZ2", "open('x')"),
}


@pytest.mark.parametrize(("name", "text"), WRONG.values(), ids=WRONG)
def test_wrong_expressions_do_not_agree(name: str, text: str) -> None:
    found = {c.name: c for c in check_printed(derivation_of(), RIGHT | {name: text}, sizes=SIZES)}
    assert not found[name].within(1e-3)


def test_nothing_compared_is_a_failure() -> None:
    (found,) = check_printed(derivation_of(), {}, sizes=SIZES)
    assert not found.within(1.0) and found.problem == "nothing was compared"
    found = check_printed(derivation_of(), {}, sizes=SIZES, forward={"Q": "X"})[0]
    assert not found.within(1.0)


def test_the_error_is_relative_to_the_largest_entry_and_nan_is_infinite() -> None:
    assert relative_error(np.array([1.0, 10.5]), np.array([1.0, 10.0])) == pytest.approx(0.05)
    assert relative_error(np.array([np.nan]), np.array([1.0])) == float("inf")
    assert relative_error(np.array([0.5]), np.array([0.0])) == 0.5


def test_rounding_is_allowed_for_where_gradients_are_small_and_nothing_else_is() -> None:
    deep = derive(Network.parse(f"2 -> {' -> '.join(['3 leaky_relu'] * 4)} -> 1 sigmoid"))
    right = {gradient.name: gradient.numpy for gradient in deep}
    sizes = choose_sizes(deep.program)
    found = check_printed(deep, right, sizes=sizes)
    assert all(c.within(1e-9) for c in found), found
    assert not all(c.error <= 1e-9 for c in found) and all(0 < c.rounding < 1e-4 for c in found)
    wrong = {c.name: c for c in check_printed(deep, right | {"dW1": f"1.001*({right['dW1']})"}, sizes=sizes)}
    assert not wrong["dW1"].within(1e-9) and wrong["db1"].within(1e-9)
    smooth = check_printed(derivation_of(), RIGHT, sizes=SIZES)
    assert all(c.rounding == 0 for c in smooth)


def test_what_rounding_may_do_does_not_depend_on_the_scale_of_the_cost() -> None:
    found = []
    for convention in ("course", "exact"):
        network = Network.parse("2 -> 3 relu -> 1 sigmoid", convention=Convention(convention=convention))  # type: ignore[arg-type]
        made = derive(network)
        printed = {gradient.name: gradient.numpy for gradient in made}
        (samples,) = made.program.scale.free_symbols
        checked = check_printed(made, printed, sizes={**choose_sizes(made.program), samples: 64})
        found.append({c.name: c.rounding for c in checked})
    course, exact = found
    assert course == pytest.approx(exact)


def test_steps_stay_between_the_bounds_of_a_tensor() -> None:
    n = sp.Symbol("n", integer=True, positive=True)
    bound = sp.Rational(1, 100)
    p, loss, i = Tensor("p", (n,), role="parameter", interval=(0, bound)), Tensor("L"), Index("i", n)
    body = sp.erf(p[i]) - sp.log(p[i]) - sp.log(bound - p[i])
    made = derivation(Program((Node(loss, (), IndexSum(body, i)),), loss), Convention())
    (found,) = check_printed(made, {"dp": made["dp"].numpy}, sizes={n: 9})
    assert found.within(1e-9) and found.rounding > 0, found
