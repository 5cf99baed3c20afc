"""Printed LaTeX: read back into numbers, and as it stands for what a lecturer writes."""

from __future__ import annotations

import unicodedata
from typing import Any

import numpy as np
import printed
import pytest
import sympy as sp
from latex_reader import LatexReader
from printed import PAIRS, SCALARS, entrywise, leaf, product, transposed

from derive.arrays import Array, AxisSum, Einsum, Filled, Reshaped
from derive.notation import CostPartial, Delta, Index, IndexSum, Mask, Partial, Tensor, Term
from derive.printing import (
    PrintingError,
    escaped,
    latex_equation,
    latex_expression,
    math_name,
    tensor_name,
)


def check(array: Array) -> None:
    text = latex_expression(array)
    found = LatexReader(text, printed.tensors()).read()
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
A2, Y = Tensor("A2", (n, m)), Tensor("Y", (n, m), role="label")
dZ2, W2 = Tensor("dZ2", (n, m), role="gradient"), Tensor("W2", (n, n), role="parameter")
Lam = Tensor("lambda", (), role="hyperparameter")
a, y, dz, w = leaf(A2, i, j), leaf(Y, i, j), leaf(dZ2, i, j), leaf(W2, i, k)

LINES: list[tuple[Any, str]] = [
    (entrywise(lambda x, t: x - t, a, y), r"A^{[2]} - Y"),
    (
        entrywise(lambda x, t: (x - t) / (x * (1 - x)), a, y),
        r"\frac{A^{[2]} - Y}{A^{[2]} \odot (1 - A^{[2]})}",
    ),
    (entrywise(lambda x: x / m, product(dz, transposed(a))), r"\frac{1}{m}\,dZ^{[2]}\,A^{[2]\top}"),
    (entrywise(lambda x: x / m, AxisSum((i, None), dz, 1, True)), r"\frac{1}{m}\,dZ^{[2]}\,\mathbf{1}_{m}"),
    (AxisSum((None, j), dz, 0, True), r"\mathbf{1}_{n}^{\top}\,dZ^{[2]}"),
    (Filled((i, j), AxisSum((None, j), dz, 0, True)), r"\mathbf{1}_{n}\,\mathbf{1}_{n}^{\top}\,dZ^{[2]}"),
    (Filled((i, j), entrywise(lambda: 1 / m)), r"\frac{1}{m}\,\mathbf{1}_{n \times m}"),
    (Filled((i, j), entrywise(lambda: 1)), r"\mathbf{1}_{n \times m}"),
    (
        Reshaped((), AxisSum((None, None), AxisSum((None, j), a, 0, True), 1, True)),
        r"\sum_{i,j} A^{[2]}_{ij}",
    ),
    (product(transposed(w), dz), r"W^{[2]\top}\,dZ^{[2]}"),
    (
        entrywise(lambda d, x: d * (1 - x**2), product(transposed(w), dz), a),
        r"(W^{[2]\top}\,dZ^{[2]}) \odot (1 - A^{[2]\odot 2})",
    ),
    (A2[i, j] ** 2, r"(A^{[2]}_{ij})^{2}"),
    (Tensor("x", (n,))[i] ** 2, r"x_{i}^{2}"),
    (Tensor("x", (n,))[i + k], r"x_{i + k}"),
    (Tensor("x", (n, m))[2 * i + k - 1, j], r"x_{2i + k - 1,j}"),
    (Tensor("W", (n, n), latex_name="W_{Q}")[i, k], r"W_{Q,ik}"),
    (Tensor("W", (n,), latex_name=r"\hat W^a_b")[i], r"{\hat W^a_b}_{i}"),
    (Mask(i - k, n), r"\mathbf{1}[0 \le i - k < n]"),
    (Delta(i, k), r"\delta_{ik}"),
    (Delta(i + k, k), r"\delta_{i + k,k}"),
    (Partial(A2[i, j], W2[k, i]), r"\frac{\partial A^{[2]}_{ij}}{\partial W^{[2]}_{ki}}"),
    (CostPartial(W2[i, k]), r"\frac{\partial \mathcal{L}}{\partial W^{[2]}_{ik}}"),
    (
        (Term((W2[k, i], dZ2[k, j]), (k,), 1 / m), Term((Y[i, j],), (), sp.Integer(-2))),
        r"\frac{1}{m}\,\sum_{k} dZ^{[2]}_{kj}\,W^{[2]}_{ki} - 2\,Y_{ij}",
    ),
    ((Term((A2[i, j] - Y[i, j],), (), -sp.Rational(1, 2)),), r"-\frac{1}{2}\,(A^{[2]}_{ij} - Y_{ij})"),
    (
        (Term((dZ2[i, j], A2[i, j], Y[i, j] / A2[i, j]), ()),),
        r"dZ^{[2]}_{ij}\,\frac{A^{[2]}_{ij}\,Y_{ij}}{A^{[2]}_{ij}}",
    ),
    (
        (Term((Partial(A2[i, j], W2[k, i]), dZ2[i, j], Delta(i, k), A2[i, j] ** -1)),),
        r"\frac{\partial A^{[2]}_{ij}}{\partial W^{[2]}_{ki}}"
        r"\,\frac{dZ^{[2]}_{ij}}{A^{[2]}_{ij}}\,\delta_{ik}",
    ),
    ((), "0"),
    (IndexSum(A2[i, j] - Y[i, j], i), r"\sum_{i} (A^{[2]}_{ij} - Y_{ij})"),
    (entrywise(lambda x, y: 2 * x - 2 * y, a, y), r"2\,(A^{[2]} - Y)"),
    (entrywise(lambda x, y: (x - y) / 3, a, y), r"\frac{1}{3}\,(A^{[2]} - Y)"),
    (
        entrywise(lambda x, y: x**2 / 3 + y**2 / 3, a, y),
        r"\frac{1}{3}\,A^{[2]\odot 2} + \frac{1}{3}\,Y^{\odot 2}",
    ),
    (entrywise(lambda x, y: 2 * x - 4 * y, a, y), r"2\,A^{[2]} - 4\,Y"),
    (entrywise(lambda x: 2 - 2 * x, a), r"2 - 2\,A^{[2]}"),
    (2 * A2[i, j] - 2 * Y[i, j], r"2\,(A^{[2]}_{ij} - Y_{ij})"),
    (Lam[()] * IndexSum(A2[i, j] ** 2 / 2, i), r"\frac{\lambda}{2}\,\sum_{i} (A^{[2]}_{ij})^{2}"),
    ((Term((Lam[()], A2[i, j]), (i,), 1 / m),), r"\frac{\lambda}{m}\,\sum_{i} A^{[2]}_{ij}"),
    (Einsum((i,), (a, leaf(Tensor("v", (m,)), j), y)), r"\sum_{j} A^{[2]}_{ij}\,v_{j}\,Y_{ij}"),
    (sp.Function("g")(A2[i, j]), r"g(A^{[2]}_{ij})"),
    (sp.Rational(1, 10) * A2[i, j], r"0.1\,A^{[2]}_{ij}"),
    (sp.Rational("1.0507009873554804934193349852946") * A2[i, j], r"1.050701\,A^{[2]}_{ij}"),
    (sp.Rational(-7, 2 * 10**9) * A2[i, j], r"-3.5 \cdot 10^{-9}\,A^{[2]}_{ij}"),
    (sp.Rational(1, 10**9) + A2[i, j] ** 2, r"(A^{[2]}_{ij})^{2} + 10^{-9}"),
    (sp.Rational(1, 3) * A2[i, j], r"\frac{1}{3}\,A^{[2]}_{ij}"),
    (sp.Symbol("lambda") * W2[i, k] / m, r"\frac{\lambda}{m}\,W^{[2]}_{ik}"),
]


@pytest.mark.parametrize(("value", "wanted"), LINES, ids=[wanted for _, wanted in LINES])
def test_lines(value: Any, wanted: str) -> None:
    assert latex_expression(value) == wanted


def test_equations_name_entries_only_where_the_value_does() -> None:
    assert latex_equation(dZ2, (i, j), entrywise(lambda x, t: x - t, a, y)) == r"dZ^{[2]} = A^{[2]} - Y"
    assert latex_equation(dZ2, (i, j), A2[i, j]) == r"dZ^{[2]}_{ij} = A^{[2]}_{ij}"
    v = Tensor("v", (n,), (0, None))
    whole = Einsum((i, None), (a, y))
    assert latex_equation(v, (k,), whole) == r"v_{i} = \sum_{j} A^{[2]}_{ij}\,Y_{ij}"


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("W2", "W^{[2]}"),
        ("dZ10", "dZ^{[10]}"),
        ("dgamma", r"d \gamma"),
        ("x_1", r"x_{(1)}"),
        ("σ", r"\sigma"),
        ("Λ", r"\Lambda"),
        ("Α", "A"),
        ("drop_out", r"\mathrm{drop\_out}"),
        ("x_y_z", r"\mathrm{x\_y\_z}"),
        ("größe", r"\text{größe}"),
        ("权重", r"\text{权重}"),
        ("_", r"\mathrm{\_}"),
        ("__2", r"\mathrm{\_\_2}"),
    ],
)
def test_names_of_tensors(name: str, wanted: str) -> None:
    assert tensor_name(Tensor(name)) == wanted


def test_names_of_dimensions() -> None:
    assert [math_name(name) for name in ("n0", "m", "lam", "T", "N_2")] == [
        "n_{0}",
        "m",
        r"\mathrm{lam}",
        "T",
        "N_{2}",
    ]


def test_nothing_from_outside_is_a_command() -> None:
    hostile = "\\input{x} \\write18{y} ^^5c $&#_%~{}\n\r\x00\u202e\"'`<>|--"
    shown = escaped(hostile)
    for command in (r"\textbackslash{}", r"\textasciicircum{}", r"\textasciitilde{}"):
        shown = shown.replace(command, "")
    assert r"\input" not in shown and r"\write" not in shown and "^" not in shown
    assert not any(unicodedata.category(char).startswith("C") for char in shown)


@pytest.mark.parametrize(
    ("value", "message"),
    [(sp.gamma(A2[i, j]), "add a method _gamma"), (sp.Dummy("q"), "stands for no operand")],
)
def test_what_has_no_notation_raises(value: Any, message: str) -> None:
    with pytest.raises(PrintingError, match=message):
        latex_expression(value)
