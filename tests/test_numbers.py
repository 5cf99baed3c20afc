"""Values of formulas whose parts are shared: each is worked out once."""

import mpmath as mp
import sympy as sp

from derive.numbers import value


def test_a_shared_part_is_worked_out_once() -> None:
    x = sp.Symbol("x", real=True)
    tower: sp.Expr = x
    for _ in range(60):
        tower = sp.Add(sp.sin(tower, evaluate=False), sp.cos(tower, evaluate=False), evaluate=False)
    expected = mp.mpf("0.3")
    for _ in range(60):
        expected = mp.sin(expected) + mp.cos(expected)
    assert value(tower, {x: mp.mpf("0.3")}) == expected


def test_what_is_known_stays_as_it_was() -> None:
    x = sp.Symbol("x", real=True)
    at = {x: mp.mpf(2)}
    assert value(x**2 + x, at) == 6
    assert at == {x: 2}
