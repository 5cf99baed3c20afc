"""Printed NumPy is parsed back by Python and gives the numbers that it stands for."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import printed
import pytest
import sympy as sp
from printed import OPERATORS, PAIRS, SCALARS, entrywise, leaf, product, transposed
from scipy import special

from derive.arrays import (
    Array,
    AxisSum,
    Einsum,
    Entrywise,
    Filled,
    MatrixProduct,
    Reshaped,
    Transposed,
)
from derive.notation import Delta, Index, IndexSum, Mask, Tensor, Term
from derive.printing import Naming, PrintingError, numpy_expression, rank


def run(text: str, **names: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return eval(text, {"np": np, "special": special, **names})


def check(array: Array, tensors: dict[str, Any]) -> None:
    text = numpy_expression(array)
    found, wanted = run(text, **tensors), printed.value(array, tensors)
    assert np.shape(found) == np.shape(wanted), text
    np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=0, err_msg=text)


@pytest.mark.parametrize("name", SCALARS)
def test_scalar_formulas_over_arrays(name: str) -> None:
    i, j = Index("i", 3), Index("j", 3)
    array = entrywise(SCALARS[name], leaf(printed.A, i, j), leaf(printed.B, i, j))
    check(array, printed.tensors())


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("1.0507009873554804934193349852946", "1.0507009873554805 * A"),
        ("1/1000000007", f"{1 / 1000000007!r} * A"),
        ("-0.123456789", "-0.123456789 * A"),
        ("1/3", "A / 3"),
    ],
)
def test_a_long_quotient_is_the_nearest_double(number: str, text: str) -> None:
    array = entrywise(lambda x: sp.Rational(number) * x, leaf(printed.A, *printed.A.indices()))
    assert numpy_expression(array) == text
    check(array, printed.tensors())


@pytest.mark.parametrize("name", SCALARS)
def test_scalar_formulas_over_entries(name: str) -> None:
    i, j = Index("i", 3), Index("j", 3)
    array = entrywise(SCALARS[name], leaf(printed.A, i, j), leaf(printed.B, i, j))
    text = numpy_expression(SCALARS[name](printed.A[i, j], printed.B[i, j]), axes=(i, j))
    found = run(text, **printed.tensors())
    np.testing.assert_allclose(found, printed.value(array, printed.tensors()), rtol=1e-12, err_msg=text)


@pytest.mark.parametrize(("outer", "inner", "right"), PAIRS)
def test_pairs_of_operators(outer: str, inner: str, right: bool) -> None:
    check(printed.pair(outer, inner, right), printed.tensors())


a, b, c = Index("i", 2), Index("j", 3), Index("k", 4)
V, M, T, S = Tensor("V", (2,), (0, None)), Tensor("M", (2, 3)), Tensor("T", (2, 3, 4)), Tensor("S")
N, R = Tensor("N", (3, 4)), Tensor("R", (3,))
column, matrix, cube, number = leaf(V, a), leaf(M, a, b), leaf(T, a, b, c), leaf(S)
vector = leaf(R, b)
NUMBERS = {
    "V": np.arange(1.0, 3)[:, None],
    "M": np.arange(6.0).reshape(2, 3) + 1,
    "T": np.arange(24.0).reshape(2, 3, 4) - 5,
    "S": 2.5,
    "N": np.arange(12.0).reshape(3, 4),
    "R": np.arange(3.0) + 2,
}
ARRAYS: dict[str, tuple[Array, str]] = {
    "leaf": (matrix, "M"),
    "number": (number, "S"),
    "number times matrix": (entrywise(lambda s, x: s * x / 2, number, matrix), "0.5 * S * M"),
    "broadcast": (entrywise(lambda x, y: x + y, matrix, column), "V + M"),
    "product": (product(matrix, leaf(N, b, c)), "M @ N"),
    "product from the right": (
        product(transposed(matrix), product(matrix, leaf(N, b, c))),
        "M.T @ (M @ N)",
    ),
    "product of rank 3": (
        MatrixProduct((a, b, None), cube, Reshaped((c, None), leaf(Tensor("W", (4,)), c))),
        "",
    ),
    "row sum": (AxisSum((a, None), matrix, 1, True), "np.sum(M, axis=1, keepdims=True)"),
    "row sum, dropped": (AxisSum((a,), matrix, 1, False), "np.sum(M, axis=1)"),
    "two sums": (
        AxisSum((None, None, c), AxisSum((None, b, c), cube, 0, True), 1, True),
        "np.sum(T, axis=(0, 1), keepdims=True)",
    ),
    "whole sum": (
        Reshaped((), AxisSum((None, None), AxisSum((None, b), matrix, 0, True), 1, True)),
        "np.sum(M)",
    ),
    "transposed product": (transposed(product(matrix, leaf(N, b, c))), "(M @ N).T"),
    "axes swapped": (Transposed((a, c, b), cube, (0, 2, 1)), "np.transpose(T, (0, 2, 1))"),
    "axis inserted": (Reshaped((None, a, None, b), matrix), "M[None, :, None, :]"),
    "axis dropped": (Reshaped((a,), column), "V[:, 0]"),
    "axis moved": (Reshaped((None, a), column), "V[None, :, 0]"),
    "axes kept": (Reshaped((a, None), column), "V"),
    "vector as row": (Reshaped((None, b), vector), "R[None, :]"),
    "number as matrix": (Reshaped((None, None), number), "np.reshape(S, (1, 1))"),
    "number as vector": (Reshaped((None,), number), "np.reshape(S, (1,))"),
    "sum of an expression reshaped": (
        Reshaped((None, b), entrywise(lambda x, y: x + y, vector, vector)),
        "(R + R)[None, :]",
    ),
    "einsum": (
        Einsum((a,), (cube, leaf(N, b, c), vector)),
        'np.einsum("abc,bc,b->a", T, N, R)',
    ),
    "einsum kept as a column": (Einsum((a, None), (matrix, vector)), 'np.einsum("ab,b->a", M, R)[:, None]'),
    "einsum of axes of size 1": (Einsum((b,), (column, matrix)), ""),
    "einsum of everything": (
        Einsum((None, None), (matrix, vector)),
        'np.reshape(np.einsum("ab,b->", M, R), (1, 1))',
    ),
    "filled": (Filled((a, b), column), "np.broadcast_to(V, (2, 3))"),
    "filled with a number": (
        Filled((b,), Entrywise((), sp.Rational(1, 4), ())),
        "np.broadcast_to(0.25, (3,))",
    ),
    "filled with a size 1": (Filled((a, None), number), "np.broadcast_to(S, (2, 1))"),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays(name: str) -> None:
    array, wanted = ARRAYS[name]
    if name == "product of rank 3":
        w = np.arange(4.0)
        found = run(numpy_expression(array), **NUMBERS, W=w)
        np.testing.assert_allclose(found, NUMBERS["T"] @ w[:, None])
        return
    check(array, NUMBERS)
    assert wanted in ("", numpy_expression(array))


def test_every_array_class_is_printed() -> None:
    printed_classes = {type(array) for array, _ in ARRAYS.values()}
    assert printed_classes == set(Array.__subclasses__())


def test_a_weight_gradient() -> None:
    m = sp.Symbol("m", integer=True, positive=True)
    dZ, A = Tensor("dZ2", (1, m), role="gradient"), Tensor("A1", (4, m))
    r, s, t = Index("r", 1), Index("s", 4), Index("t", m)
    weights = product(leaf(dZ, r, t), transposed(leaf(A, s, t)))
    assert numpy_expression(entrywise(lambda x: x / m, weights)) == "dZ2 @ A1.T / m"


def test_ranges_guard_what_is_read_inside_them() -> None:
    x, w = Tensor("x", (5,)), Tensor("w", (3,), (0, None))
    p, r = Index("i", 5), Index("r", 3)
    terms = (Term((x[p - r], w[r], Mask(p - r, 5)), (r,), sp.Rational(1, 2)),)
    text = numpy_expression(terms, axes=(None, p))
    xs, ws = np.arange(5.0), np.arange(3.0)[:, None] + 1
    assert run(text, x=xs, w=ws).tolist() == [list(np.convolve(xs, ws[:, 0])[:5] / 2)]
    beyond = numpy_expression(Term((x[p + r], Mask(p + r, 5)), (r,)).expr, axes=(p,))
    assert run(beyond, x=xs).tolist() == [3.0, 6.0, 9.0, 7.0, 4.0]


def test_deltas_and_integer_tensors() -> None:
    tok, E = Tensor("tok", (4,), integer=sp.Integer(3)), Tensor("E", (3, 2))
    t, d, v = Index("t", 4), Index("d", 2), Index("v", 3)
    tokens, table = np.array([2, 0, 1, 2]), np.arange(6.0).reshape(3, 2)
    looked_up = run(numpy_expression(E[tok[t], d], axes=(t, d)), tok=tokens, E=table)
    assert (looked_up == table[tokens]).all()
    counted = run(numpy_expression((Term((Delta(tok[t], v),), (t,)),), axes=(v,)), tok=tokens)
    assert counted.tolist() == [1, 1, 2]


def test_dimensions_are_read_as_numbers_where_they_are_known() -> None:
    n = sp.Symbol("n", integer=True, positive=True)
    i, x = Index("i", n), Tensor("x", (n,))
    total = IndexSum(x[i], i) / n
    assert run(numpy_expression(total), x=np.ones(4), n=4) == 1
    assert "n" not in numpy_expression(total, Naming(sizes={n: 4})).replace("in range", "")


def test_letters_do_not_hide_names() -> None:
    x, m = Tensor("k", (2,)), sp.Symbol("i", integer=True, positive=True)
    k, i = Index("k", 2), Index("i", m)
    text = numpy_expression(IndexSum(x[k], k) * IndexSum(1, i), axes=())
    assert run(text, k=np.ones(2), i=5) == 10


def test_an_unspecified_function_and_its_derivative_keep_their_names() -> None:
    assert numpy_expression(entrywise(lambda x: sp.Function("g")(x), matrix)) == f"g({matrix.tensor.name})"
    slope = entrywise(lambda x: sp.Function("g'")(x), matrix)
    assert numpy_expression(slope) == f"g_prime({matrix.tensor.name})"


def test_a_keyword_as_a_name() -> None:
    assert numpy_expression(leaf(Tensor("lambda"))) == "lambda_"


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (entrywise(lambda x: sp.gamma(x), matrix), "add a method _gamma"),
        (entrywise(lambda x: sp.Piecewise((x, x > 0)), matrix), "undefined"),
        (Entrywise((), sp.Dummy("x"), ()), "stands for no operand"),
        (Reshaped((b, a), matrix), "cannot become"),
    ],
)
def test_what_has_no_notation_raises(array: Array, message: str) -> None:
    with pytest.raises(PrintingError, match=message):
        numpy_expression(array)


def test_operators_cover_every_array_class_but_reshaped_and_einsum() -> None:
    used: set[type] = set()
    for outer in OPERATORS:
        array: Any = printed.pair(outer, "add", False)
        while array is not None:
            used.add(type(array))
            array = getattr(array, "operand", None)
    assert used >= set(Array.__subclasses__()) - {Reshaped, Einsum, printed.Leaf}


def test_rank_without_a_program_puts_gradients_first_and_labels_last() -> None:
    place = rank()
    roles = ["gradient", "hyperparameter", "parameter", "node", "label"]
    tensors = [Tensor("T", role=role) for role in reversed(roles)]
    assert [t.role for t in sorted(tensors, key=place)] == roles
