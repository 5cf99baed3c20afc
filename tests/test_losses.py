"""Every loss has the values it is known for, and takes the outputs that it should."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import mpmath as mp
import pytest

from derive.activations import ACTIVATIONS
from derive.losses import LOSSES, A, Loss, Y, default_loss
from derive.numbers import value
from derive.ranges import LINE, Interval

KNOWN: dict[str, Callable[[float, float], float]] = {
    "squared_error": lambda a, y: 0.5 * (a - y) ** 2,
    "binary_cross_entropy": lambda a, y: -(y * math.log(a) + (1 - y) * math.log1p(-a)),
    "cross_entropy": lambda a, y: -y * math.log(a),
    "negative_log_likelihood": lambda a, y: -y * a,
    "absolute_error": lambda a, y: abs(a - y),
    "huber": lambda a, y: 0.5 * (a - y) ** 2 if abs(a - y) < 1 else abs(a - y) - 0.5,
    "log_cosh": lambda a, y: math.log(math.cosh(a - y)),
    "hinge": lambda a, y: max(0, 1 - a * y),
    "squared_hinge": lambda a, y: max(0, 1 - a * y) ** 2,
    "exponential": lambda a, y: math.exp(-a * y),
    "poisson": lambda a, y: a - y * math.log(a),
    "kl_divergence": lambda a, y: y * math.log(y / a) if y else 0,
    "focal": lambda a, y: -y * (1 - a) ** 2 * math.log(a) - (1 - y) * a**2 * math.log(1 - a),
    "quantile": lambda a, y: max(0.5 * (y - a), -0.5 * (y - a)),
    "gaussian_nll": lambda a, y: 0.5 * (math.log(2) + (a - y) ** 2 / 2),
}


def bound(loss: Loss) -> Loss:
    return loss.bind(**{key: text or "2" for key, text in loss.parameters})


@pytest.mark.parametrize("loss", LOSSES.values(), ids=lambda loss: loss.name)
def test_values(loss: Loss) -> None:
    tried = 0
    for a in (-3, -0.5, 0.2, 0.9, 4):
        for y in (-1, 0, 0.25, 1, 3):
            point = Interval(a, a, low_closed=True, high_closed=True)
            label = Interval(y, y, low_closed=True, high_closed=True)
            if point in loss.domain and label in loss.labels:
                found = value(bound(loss).expr, {A: mp.mpf(a), Y: mp.mpf(y)})
                assert abs(found - KNOWN[loss.name](a, y)) < 1e-14, (a, y)
                tried += 1
    assert tried >= 4


@pytest.mark.parametrize(
    ("output", "loss"),
    [
        ("sigmoid", "binary_cross_entropy"),
        ("softmax", "cross_entropy"),
        ("log_softmax", "negative_log_likelihood"),
        ("identity", "squared_error"),
        ("tanh", "squared_error"),
        ("relu", "squared_error"),
        ("exp", "squared_error"),
        ("hard_sigmoid", "squared_error"),
    ],
)
def test_the_loss_that_follows_from_an_output(output: str, loss: str) -> None:
    assert default_loss(ACTIVATIONS[output]).name == loss


FITTING_BCE = {"sigmoid", "softmax"}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_cross_entropy_takes_values_between_0_and_1_only(name: str) -> None:
    fits = LOSSES["binary_cross_entropy"].fits(ACTIVATIONS[name].range)
    assert fits is (name in FITTING_BCE)
    assert LOSSES["squared_error"].fits(ACTIVATIONS[name].range)


@pytest.mark.parametrize("loss", LOSSES.values(), ids=lambda loss: loss.name)
@pytest.mark.parametrize("outputs", [Interval(0, 1), LINE, Interval(0, 1, True, True)], ids=str)
def test_a_domain_can_be_found_from_the_formula(loss: Loss, outputs: Interval) -> None:
    if loss.name != "negative_log_likelihood":  # -y·a has a value everywhere, but means log a ≤ 0
        assert replace(bound(loss), domain=None).fits(outputs) is (
            loss.fits(outputs) or (loss.name == "kl_divergence" and outputs == Interval(0, 1))
        )
