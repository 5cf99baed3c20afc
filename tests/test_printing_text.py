"""Printed text: turned into Python and evaluated, and as it stands on the terminal."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import printed
import pytest
import sympy as sp
from printed import PAIRS, SCALARS, entrywise, leaf
from scipy import special

from derive.arrays import Array, AxisSum, Einsum, Filled
from derive.notation import CostPartial, Delta, Index, Mask, Partial, Tensor, Term
from derive.printing import Naming, PrintingError, letters, text_equation, text_expression

POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
NAMES: dict[str, Any] = {
    **{name: getattr(np, name) for name in ("exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh")},
    **{name: getattr(np, name) for name in ("arcsin", "arccos", "arctan", "abs", "sign", "floor", "ceil")},
    **{f"ar{name}": getattr(np, f"arc{name}") for name in ("sinh", "cosh", "tanh")},
    **{name: getattr(special, name) for name in ("erf", "erfc", "log1p", "expm1")},
    "max": lambda *xs: np.max(np.broadcast_arrays(*xs), axis=0),
    "min": lambda *xs: np.min(np.broadcast_arrays(*xs), axis=0),
    "root": np.sqrt,
    "where": np.where,
    "π": np.pi,
    "e": np.e,
    "sum": lambda x, axis: np.sum(x, axis=axis, keepdims=True),
    "fill": lambda x, _: x + np.zeros((3, 3)),
}


def python(text: str) -> str:
    """Text notation as Python: side by side is @, ⊙ and · are *."""
    text = re.sub(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda found: f"**{found[0].translate(POWERS)}", text)
    while "{" in text:
        text = re.sub(r"\{([^{}]*)\}", lambda found: _where(found[1]), text)
    text = re.sub(r"axis (\d)", r"axis=\1", text).replace("3×3", "0")
    text = re.sub(r"(?<=[\w)\]ᵀ]) (?=[\w(√])", " @ ", text)
    for old, new in {"−": "-", "⊙": "*", "·": "*", "ᵀ": ".T", "^": "**", "√": "root "}.items():
        text = text.replace(old, new)
    return re.sub(r"root (\w+)", r"root(\1)", text).replace("root (", "root(")


def _where(cases: str) -> str:
    result = "0"
    for case in reversed(re.split(r", (?![^(]*\))", cases)):
        value, condition = case.split(" if ")
        shown = f"({condition})".replace("∧", "&").replace("∨", "|")
        if shown != f"({condition})":
            shown = re.sub(r"[^&|()]+[<>≤≥≠=][^&|()]+", r"(\g<0>)", shown)
        for old, new in {" = ": " == ", "≥": ">=", "≤": "<=", "≠": "!="}.items():
            shown = shown.replace(old, new)
        result = f"where({shown},({value}),{result})"
    return result


def check(array: Array) -> None:
    text = text_expression(array)
    found = eval(python(text), {**NAMES, **printed.tensors()})
    wanted = printed.value(array, printed.tensors())
    np.testing.assert_allclose(np.zeros(np.shape(wanted)) + found, wanted, rtol=1e-12, err_msg=text)


@pytest.mark.parametrize("name", SCALARS)
def test_scalar_formulas(name: str) -> None:
    i, j = Index("i", 3), Index("j", 3)
    check(entrywise(SCALARS[name], leaf(printed.A, i, j), leaf(printed.B, i, j)))


@pytest.mark.parametrize(("outer", "inner", "right"), PAIRS)
def test_pairs_of_operators(outer: str, inner: str, right: bool) -> None:
    check(printed.pair(outer, inner, right))


n, m = sp.symbols("n m", integer=True, positive=True)
i, j, k = Index("i", n), Index("j", m), Index("k", n)
A, dZ = Tensor("A", (n, m)), Tensor("dZ", (n, m), role="gradient")
a, dz = leaf(A, i, j), leaf(dZ, i, j)

LINES: list[tuple[Any, str]] = [
    (A[i + k - 1, j] ** 2, "A[i + k − 1,j]²"),
    (sp.sqrt(A[i, j] + 1), "√(A[i,j] + 1)"),
    ((Term((dZ[k, j], Delta(k, i)), (k,), 1 / m),), "(1/m) Σ[k] dZ[k,j]·δ[k,i]"),
    ((Term((dZ[k, j],), (k,), sp.Integer(2) / (3 * m)),), "(2/(3·m)) Σ[k] dZ[k,j]"),
    ((Term((dZ[k, j],), (k,), -n),), "−n Σ[k] dZ[k,j]"),
    (Mask(i - k, n), "1[0 ≤ i − k < n]"),
    (CostPartial(A[i, j]) * Partial(A[i, j], dZ[k, j]), "∂ℒ/∂A[i,j]·∂A[i,j]/∂dZ[k,j]"),
    (AxisSum((None,), AxisSum((i,), a, 1, False), 0, False), "Σ[i,j] A[i,j]"),
    (Filled((i, None), leaf(Tensor("s"))), "fill(s, n×1)"),
    (Einsum((i,), (a, dz, leaf(Tensor("v", (m,)), j))), "Σ[j] dZ[i,j]·A[i,j]·v[j]"),
    (sp.Function("g")(A[i, j]), "g(A[i,j])"),
    (sp.Rational("1.0507009873554804934193349852946") * A[i, j], "1.050701·A[i,j]"),
    (sp.oo, "∞"),
]


@pytest.mark.parametrize(("value", "wanted"), LINES, ids=[wanted for _, wanted in LINES])
def test_lines(value: Any, wanted: str) -> None:
    assert text_expression(value) == wanted


def test_equations() -> None:
    assert text_equation(dZ, (i, j), entrywise(lambda x: 2 * x, a)) == "dZ = 2·A"
    assert text_equation(dZ, (i, j), A[i, j]) == "dZ[i,j] = A[i,j]"
    assert text_equation(Tensor("v", (n,)), (i,), Einsum((k,), (leaf(A, k, j),))) == "v[k] = Σ[j] A[k,j]"
    assert text_expression(n, Naming(sizes={n: 4})) == "4"


def test_what_has_no_notation_raises() -> None:
    with pytest.raises(PrintingError, match="add a method _gamma"):
        text_expression(sp.gamma(A[i, j]))


def test_letters_are_distinct_within_a_formula_and_kept_across_formulas() -> None:
    r, s = k.fresh(), k.fresh()
    steps = [A[i, j] * A[k, j], A[r, j] * A[k, j], A[s, j] * A[i, j]]
    chosen = letters(steps, free=(i, j))
    assert [chosen[index] for index in (i, j, k, r, s)] == ["i", "j", "k", "l", "k"]


def test_letters_keep_names_of_a_program_and_avoid_names_of_tensors() -> None:
    t, x, odd, b = Index("t", n), Index("x", n), Index("if", n), Index("b", m)
    vector = Tensor("x", (n,))
    chosen = letters([vector[t] * vector[x] * vector[odd] * A[t, b]], avoid=("k",))
    assert chosen[t] == "t" and chosen[b] == "b"
    assert len({"x", "if", "k", "t", "b", chosen[x], chosen[odd]}) == 7


def test_letters_do_not_run_out() -> None:
    many = [Index("k", n) for _ in range(40)]
    chosen = letters([sum(A[index, j] for index in many)])
    assert len(set(chosen.values())) == 41
