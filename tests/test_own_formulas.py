"""Formulas of the user's own through the whole engine: derived, proved, printed, executed."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp

from derive import Convention, Network, derive
from derive.entries import Own, own_activation, own_loss
from derive.proof.numeric import check_printed
from derive.render import render
from derive.targets import RenderOptions

M = sp.Symbol("m", integer=True, positive=True)
# Each of these once failed: a branch inside a branch, exponents that are multiples of one another in
# the proof, a sign that moved to and fro, a sum of exponentials at another rate.
FORMULAS = (
    ("(sqrt(z**2 + 1) - 1)/2 + z", "(a - y)**4"),
    ("z*0.5*min(z, 1) if tanh(sinh(z)) > 1 else z", "sin(a)*(a + y)"),
    ("erf((z if z > 1 else 2)*z)", "(a - y)**2"),
    ("-z", "softplus(a) if (a - y)**2 > 1 else 0.3 - a"),
    ("erf(asinh(z) - z/2)/(1 + sum(exp(z)))", "(a - y)**2"),
    ("exp(2*z)/sum(exp(2*z))", "-y*log(a)"),
    ("z*exp(-z/2)/(1 + sum(exp(z/3)))", "log(cosh(a - y))"),
    ("abs(z)*sign(z - 1)", "abs(a - y)*(1 + a**2)"),
    ("1/(1 + exp(-3*z)) + atan(z)", "sqrt(1 + (a - y)**2)"),
)


@pytest.mark.parametrize("choices", [{}, {"layout": "rows", "derivatives": "input"}], ids=str)
@pytest.mark.parametrize(("activation", "loss"), FORMULAS)
def test_a_formula_of_ones_own(activation: str, loss: str, choices: dict[str, Any]) -> None:
    own = Own((own_activation("bent", activation),), (own_loss("mine", loss),))
    network = Network.parse("2 -> 3 bent -> 2 bent | mine", own=own, convention=Convention(**choices))
    result = derive(network)
    assert not result.proof.failures
    printed = {gradient.name: gradient.numpy for gradient in result}
    assert all(gradient.equation for gradient in result)
    for samples in (1, 4):
        compared = check_printed(result, printed, sizes={**result.program.sizes, M: samples}, seed=samples)
        assert all(one.within(1e-8) for one in compared), compared


@pytest.mark.parametrize(
    "formula", ["exp(exp(exp(z)))", "exp(z**4)", "sqrt(abs(z))", "abs(z)**1.5", "max(z, 0)**1.5"]
)
def test_formulas_that_overflow_have_no_steepest_place_or_no_real_branch_are_built(formula: str) -> None:
    own = Own((own_activation("f", formula),))
    derivation = derive(Network.parse("2 -> 3 f -> 1 identity", own))
    assert render(derivation, ("py",))["train.py"]
    (text,) = render(derivation, ("typ",), RenderOptions(parts=("activations", "learning"))).values()
    assert "Largest slope" in text and "$inf$" not in text
