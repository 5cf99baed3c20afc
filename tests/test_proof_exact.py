"""The deterministic proof: right gradients pass, wrong ones do not, and what is 0 is found to be 0."""

from __future__ import annotations

from dataclasses import replace

import by_hand
import pytest
import sympy as sp
from by_hand import A1, SIZES, dA1, derivation_of, gradients, with_terms

from derive.derivation import Convention, Derivation
from derive.notation import Term
from derive.proof.exact import prove_exactly, smallest_sizes
from derive.proof.symbols import Erf, Exp, Switch
from derive.proof.zero import is_zero

SMALL = {**dict.fromkeys(SIZES, 2), by_hand.n2: 1}
u, v = sp.symbols("u v", real=True)


@pytest.mark.parametrize("convention", ["course", "exact"])
def test_a_right_derivation_passes(convention: str) -> None:
    proof = prove_exactly(derivation_of(convention=convention), SMALL)
    assert proof.failures == () and proof.checks == 5


@pytest.mark.parametrize("name", ["dZ2", "dW2", "db2", "dA1", "dZ1"])
def test_a_wrong_sign_is_caught_where_it_is(name: str) -> None:
    first, *rest = gradients()[name].terms
    wrong = with_terms(name, (replace(first, coefficient=-first.coefficient), *rest))
    failures = prove_exactly(derivation_of(wrong), SMALL).failures
    assert [failure.split(":")[0] for failure in failures] == [name]


def test_a_wrong_derivative_is_caught() -> None:
    right = gradients()["dZ1"]
    wrong = with_terms("dZ1", (Term((dA1[right.indices], 1 - A1[right.indices])),))
    assert not prove_exactly(derivation_of(wrong), SMALL).ok


def test_nothing_checked_and_what_raises_are_failures() -> None:
    assert prove_exactly(Derivation(by_hand.program(), Convention(), (), ())).failures == (
        "nothing was checked",
    )
    bare = replace(gradients()["dZ2"], steps=())
    assert not prove_exactly(derivation_of(bare), SMALL).ok
    assert set(smallest_sizes(by_hand.program()).values()) == {2}


ZERO = [
    Exp(u - 2 * sp.log(v)) - Exp(u) / v**2,
    Exp(sp.log(v)) - v,
    Exp(u) * Exp(v) ** -1 - Exp(u) / Exp(v),
    sp.sqrt(Exp(u)) ** 2 - Exp(u),
    1 / (1 + 1 / Exp(u)) - Exp(u) / (1 + Exp(u)),
    sp.sqrt(u**2 + 1) ** 2 - u**2 - 1,
    u / sp.sqrt(u**2 + 1) - u * sp.sqrt(u**2 + 1) / (u**2 + 1),
    Switch(u) ** 2 - Switch(u),
    Switch(u) + Switch(-u) - 1,
    (1 - Switch(u)) * Switch(u),
    sp.sin(u) ** 2 + sp.cos(u) ** 2 - 1,
    Erf(-u, Exp(u**2)) + Erf(u, Exp(u**2)),
    sp.diff(Erf(u, Exp(u**2) ** -1), u) - 2 / (sp.sqrt(sp.pi) * Exp(u**2)),
    sp.diff(Switch(u) * u, u) - Switch(u),
    sp.log(u) * 0,
]


@pytest.mark.parametrize("expr", ZERO, ids=str)
def test_zero_is_found(expr: sp.Expr) -> None:
    assert is_zero(expr)


@pytest.mark.parametrize(
    "expr",
    [Exp(u) - Exp(v), Exp(u) - 1, sp.sqrt(u) - u, Switch(u) - 1, sp.sin(u) - sp.cos(u), sp.log(u), sp.pi - 3],
    ids=str,
)
def test_what_is_not_zero_is_not_found_to_be(expr: sp.Expr) -> None:
    assert not is_zero(expr)
