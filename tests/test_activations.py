"""Every activation has the values it is known for, and a declared slope at every kink."""

from __future__ import annotations

import math
from collections.abc import Callable

import mpmath as mp
import pytest
import sympy as sp

from derive.activations import ACTIVATIONS, Activation
from derive.errors import SpecError
from derive.numbers import value
from derive.ranges import Z

ALPHA, SCALE = 1.6732632423543772848, 1.0507009873554804934


def _sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z))


# Written here by their published definitions, with PyTorch's defaults.
KNOWN: dict[str, Callable[[float], float]] = {
    "identity": lambda z: z,
    "sigmoid": _sigmoid,
    "tanh": math.tanh,
    "relu": lambda z: max(z, 0),
    "leaky_relu": lambda z: max(z, 0) + 0.01 * min(z, 0),
    "relu6": lambda z: min(max(z, 0), 6),
    "elu": lambda z: max(z, 0) + min(0, math.exp(z) - 1),
    "selu": lambda z: SCALE * (max(z, 0) + min(0, ALPHA * (math.exp(z) - 1))),
    "celu": lambda z: max(z, 0) + min(0, math.exp(z) - 1),
    "gelu": lambda z: z * math.erfc(-z / math.sqrt(2)) / 2,
    "gelu_tanh": lambda z: z * _sigmoid(2 * math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)),
    "silu": lambda z: z * _sigmoid(z),
    "swish": lambda z: z * _sigmoid(1.5 * z),
    "mish": lambda z: z * math.tanh(math.log1p(math.exp(z))),
    "softplus": lambda z: math.log1p(math.exp(z)),
    "softsign": lambda z: z / (1 + abs(z)),
    "hard_sigmoid": lambda z: min(max(z + 3, 0), 6) / 6,
    "hard_swish": lambda z: z * min(max(z + 3, 0), 6) / 6,
    "hard_tanh": lambda z: min(max(z, -1), 1),
    "thresholded_relu": lambda z: z if z > 1 else 0,
    "soft_shrink": lambda z: math.copysign(max(abs(z) - 0.5, 0), z),
    "hard_shrink": lambda z: z if abs(z) > 0.5 else 0,
    "tanhshrink": lambda z: z - math.tanh(z),
    "log_sigmoid": lambda z: -math.log1p(math.exp(-z)),
    "exp": math.exp,
    "sine": math.sin,
    "gaussian": lambda z: math.exp(-z * z),
    "squareplus": lambda z: (z + math.sqrt(z * z + 4)) / 2,
    "bent_identity": lambda z: (math.sqrt(z * z + 1) - 1) / 2 + z,
}


def bound(activation: Activation) -> Activation:
    return activation.bind(**{key: text or "1.5" for key, text in activation.parameters})


@pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=lambda a: a.name)
def test_values(activation: Activation) -> None:
    if activation.vector:
        assert activation.name in ("softmax", "log_softmax")
        return
    for z in (-7, -3.5, -1, -0.75, -0.25, 0, 0.3, 0.5, 0.8, 1, 2, 3, 5.5, 8):
        found = value(bound(activation).expr, {Z: mp.mpf(z)})
        assert abs(found - KNOWN[activation.name](z)) < 1e-14, z


# What PyTorch's backward passes give at these points.
KINKS = {
    "relu": {0: 0},
    "leaky_relu": {0: 0.01},
    "relu6": {0: 0, 6: 0},
    "selu": {0: SCALE * ALPHA},
    "hard_sigmoid": {-3: 0, 3: 0},
    "hard_swish": {-3: 0, 3: 1},
    "hard_tanh": {-1: 0, 1: 0},
    "thresholded_relu": {1: 0},
    "soft_shrink": {-0.5: 0, 0.5: 0},
    "hard_shrink": {-0.5: 0, 0.5: 0},
}


@pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=lambda a: a.name)
def test_kinks_are_found_and_have_their_declared_slopes(activation: Activation) -> None:
    found = {float(k.point): float(k.value) for k in bound(activation).declared()}
    assert found == pytest.approx(KINKS.get(activation.name, {}), rel=1e-15)


@pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=lambda a: a.name)
def test_kinks_are_declared_where_the_formula_may_have_one(activation: Activation) -> None:
    activation.bind(**{key: key for key, _ in activation.parameters}).check_kinks()


def test_another_slope_can_be_asked_for() -> None:
    relu6 = ACTIVATIONS["relu6"]
    assert [k.value for k in relu6.declared({"": "1"})] == [1, 1]
    assert [k.value for k in relu6.declared({"6": "1"})] == [0, 1]
    with pytest.raises(SpecError, match="no kink at z = 5; its kinks: 0, 6"):
        relu6.declared({"5": "1"})
    with pytest.raises(SpecError, match="tanh has no kink; its kinks: none"):
        ACTIVATIONS["tanh"].declared({"": "1"})


def test_a_kink_follows_its_parameter() -> None:
    (kink,) = ACTIVATIONS["thresholded_relu"].bind("2").declared()
    assert (kink.point, kink.value) == (2, 0)
    (kink,) = ACTIVATIONS["leaky_relu"].bind("slope").declared()
    assert kink.value == sp.Symbol("slope", real=True)


def test_a_bend_that_is_none_is_no_kink() -> None:
    assert ACTIVATIONS["elu"].bind("1").declared() == ()
    assert [k.value for k in ACTIVATIONS["elu"].bind("2").declared()] == [2]


@pytest.mark.parametrize(
    ("name", "values", "named", "part"),
    [
        ("tanh", ["1"], {}, "takes no parameter; 1 given"),
        ("leaky_relu", ["1", "2"], {}, "takes slope; 2 given"),
        ("swish", [], {}, "needs a value for beta"),
        ("leaky_relu", [], {"slop": "1"}, "did you mean 'slope'"),
        ("leaky_relu", ["1"], {"slope": "1"}, "given twice"),
        ("leaky_relu", ["1+"], {}, "at character"),
        ("leaky_relu", ["inf"], {}, "unknown name 'inf'"),
    ],
)
def test_parameters_that_do_not_fit(name: str, values: list[str], named: dict[str, str], part: str) -> None:
    with pytest.raises(SpecError) as caught:
        ACTIVATIONS[name].bind(*values, **named)
    assert part in str(caught.value)


def test_a_parameter_that_divides_by_zero() -> None:
    with pytest.raises(SpecError, match="division by zero"):
        _ = ACTIVATIONS["celu"].bind("0").expr
