"""The slope of each activation as train.py computes it by default, against ball arithmetic."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from generated_code import module, source
from test_finite import ENTRYWISE, attempt, bound, call, points, slope

from derive.activations import ACTIVATIONS
from derive.ranges import Z
from derive.stability.oracle import exactly

IN_THE_INPUT = {"gelu", "gelu_tanh", "silu", "swish", "mish", "hard_swish", "tanhshrink", "sine", "gaussian"}
LEVEL = 4


def computed(activation: str, z: float) -> float:
    """g′(z) in a hidden layer of one unit, where the gradient from above is 1."""
    code = module(f"1 -> 1 {call(ACTIVATIONS[activation])} -> 1 | absolute_error")
    params = {name: np.full_like(value, name[0] == "W") for name, value in code.init_params().items()}
    cache, _ = attempt(code.forward, params, np.array([[z]]))
    grads, _ = attempt(code.backward, params, cache, np.array([[-3000.0]]))
    assert grads["dA1"].item() == 1
    return float(grads["dZ1"].item())


@pytest.mark.parametrize("activation", ENTRYWISE)
def test_the_error_is_a_few_units_in_the_last_place_of_the_largest_slope(activation: str) -> None:
    formula = bound(ACTIVATIONS[activation]).expr
    derivative = slope(formula, Z)
    inside = [z for z in points(formula) if abs(z) <= 708 and not at_kink(formula, z)]
    true = {z: exactly(derivative, {Z: Fraction(z)}) for z in inside}
    unit = Fraction(math.ulp(float(max(map(abs, true.values())))))
    for z, value in true.items():
        error = abs(Fraction(computed(activation, z)) - value)
        assert error <= LEVEL * unit, (z, float(error / unit))


def at_kink(formula: sp.Expr, z: float) -> bool:
    """Where a slope is declared."""
    relations = formula.atoms(sp.core.relational.Relational)
    extremes = formula.atoms(sp.Max, sp.Min)
    compared = [r.lhs - r.rhs for r in relations] + [e.args[0] - e.args[1] for e in extremes]
    return any(difference.subs(Z, sp.Rational(Fraction(z))) == 0 for difference in compared)


def test_slopes_that_the_output_does_not_determine_are_computed_from_z() -> None:
    def line(activation: str) -> str:
        text = source(f"1 -> 1 {call(ACTIVATIONS[activation])} -> 1 | absolute_error")
        return text[text.index("    dA1 = ") : text.index("    dW1 = ")]

    reading_a = {name for name in ENTRYWISE if "A1" in line(name).replace("dA1", "")}
    assert set(ENTRYWISE) - reading_a >= IN_THE_INPUT
