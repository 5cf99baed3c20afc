"""The range of a formula, found by evaluating it."""

from __future__ import annotations

import pytest
import sympy as sp

from derive.errors import SpecError
from derive.formula import parse
from derive.ranges import LINE, Interval, range_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("z", "(-∞, ∞)"),
        ("1/(1 + exp(-z))", "(0, 1)"),
        ("(1 + tanh(z/2))/2", "(0, 1)"),
        ("exp(z)/(1 + exp(z))", "(0, 1)"),
        ("exp(z)/sum(exp(z))", "(0, 1)"),
        ("z - log(sum(exp(z)))", "(-∞, 0)"),
        ("tanh(z)", "(-1, 1)"),
        ("max(z, 0)", "[0, ∞)"),
        ("min(max(z, 0), 6)", "[0, 6]"),
        ("exp(-z**2)", "(0, 1]"),
        ("1 - exp(-z**2)", "[0, 1)"),
        ("sin(z)", "[-1, 1]"),
        ("z/(1 + abs(z))", "(-1, 1)"),
        ("log(1 + exp(z))", "(0, ∞)"),
        ("(z + sqrt(z**2 + 4))/2", "(0, ∞)"),
        ("asinh(z)", "(-∞, ∞)"),
        ("exp(exp(z))", "(1, ∞)"),
        ("z*(1 + erf(z/sqrt(2)))/2", "[-17/100, ∞)"),
        ("1/2", "[1/2, 1/2]"),
    ],
)
def test_range(text: str, expected: str) -> None:
    assert str(range_of(parse(text, ["z"], units=True), "it")) == expected


NOWHERE = [
    "log(z)",
    "1/z",
    "sqrt(z)",
    "asin(z)",
    "z**z",
    "1 if atanh(z) > 0 else 2",
    "log(z**2)",
    "tanh(z)/z",
]


@pytest.mark.parametrize("text", NOWHERE)
def test_a_formula_without_a_value_somewhere_is_refused(text: str) -> None:
    with pytest.raises(SpecError, match="it has no real value at z = "):
        range_of(parse(text, ["z"]), "it")


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("1/(z - 0.123)", "0.123"),
        ("1/(z - 0.123)**2", "0.123"),
        ("sin(z)/(exp(z) - 2)", "0.693147"),
        ("tan(z)", "1.5708"),
        ("1/(z - 7)", "7"),
        ("log((z - 0.123)**2)", "0.123"),
        ("log(z**2 - 2*z*0.123 + 0.123**2)", "0.123"),
        ("log((3*z - 1)**4)", "0.333333"),
        ("log(1 - cos(z - 0.123))", "0.123"),
        ("1/log(1 + (3*z - 1)**2)", "0.333333"),
    ],
)
def test_a_formula_that_is_infinite_between_two_points_is_refused(text: str, at: str) -> None:
    with pytest.raises(SpecError, match=f"it is infinite at z = {at},"):
        range_of(parse(text, ["z"]), "it")


@pytest.mark.parametrize(
    "text",
    [
        "1/z if z > 1 else 0",
        "1/cosh(z)",
        "tan(tanh(z))",
        "log(z) if z > 0 else 0",
        "log(1 + (3*z - 1)**2)",
        "(3*z - 1)**2*log(1e-30 + (3*z - 1)**2)",
        "1/(1e-9 + (3*z - 1)**2)",
    ],
)
def test_a_formula_that_avoids_its_poles_is_taken(text: str) -> None:
    assert isinstance(range_of(parse(text, ["z"]), "it"), Interval)


def test_a_parameter_without_a_number_leaves_the_range_open() -> None:
    assert range_of(parse("beta/(1 + exp(-z))", ["z", "beta"]), "it") is LINE


@pytest.mark.parametrize(
    ("inner", "outer", "within"),
    [
        (Interval(0, 1), Interval(0, 1), True),
        (Interval(0, 1, low_closed=True), Interval(0, 1), False),
        (Interval(0, 1, high_closed=True), Interval(0, 1), False),
        (Interval(0, 1), Interval(0, 1, low_closed=True, high_closed=True), True),
        (Interval(-1, 1), Interval(0, 1), False),
        (Interval(0, 1), LINE, True),
        (LINE, Interval(0, sp.oo), False),
    ],
)
def test_one_interval_in_another(inner: Interval, outer: Interval, within: bool) -> None:
    assert (inner in outer) is within
