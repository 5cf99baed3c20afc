"""Values of index forms: numbers against SymPy's own, residues against the laws they have to obey."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp

from derive import evaluation
from derive.evaluation import FUNCTIONS, EvaluationError, Evaluator, Table
from derive.notation import CostPartial, Delta, Index, IndexSum, Mask, Partial, Tensor
from derive.proof.duals import DERIVATIVES, Duals, DualTable
from derive.proof.floats import Floats
from derive.proof.residues import PRIME, NoRoot, Residues

n = sp.Symbol("n", integer=True, positive=True)
x, y, z = (Tensor(name) for name in "xyz")
X, Y, Z = x[()], y[()], z[()]
VALUES = {"x": 0.37, "y": -1.21, "z": 0.83}


def floats(expr: Any) -> float:
    tables = {t.serial: Table(t.name, {(): VALUES[t.name]}) for t in (x, y, z)}
    return float(Evaluator(Floats(is_complex=False), {n: 3}, tables).scalar(sp.sympify(expr))())


def residue(expr: Any, seed: int = 1) -> int:
    """A value modulo the prime at leaves that are squares, so that roots of them exist."""
    numbers = Residues(seed)
    tables = {t.serial: Table(t.name, {(): pow(numbers.random(t.name), 2, PRIME) or 1}) for t in (x, y, z)}
    return Evaluator(numbers, {n: 3}, tables).scalar(sp.sympify(expr))()


SCALARS = [
    X + Y * Z,
    X**3 / Y**2,
    sp.exp(X - 2 * Y),
    sp.E * X,
    sp.exp(1),
    sp.log(X),
    sp.sqrt(Z),
    Z ** sp.Rational(2, 3),
    sp.tanh(X),
    sp.coth(Y),
    sp.sinh(Y),
    sp.cosh(Y),
    sp.sech(X),
    sp.csch(X),
    sp.sin(X),
    sp.cos(Y),
    sp.tan(X),
    sp.atan(Y),
    sp.asinh(Y),
    sp.erf(Y),
    sp.erfc(X),
    sp.Abs(Y),
    sp.sign(Y),
    sp.Max(X, Y, Z),
    sp.Min(X, Y, Z),
    Z**X,
    sp.pi * X,
    n * X,
    sp.exp(X * sp.log(Z)),
    sp.Piecewise((X, X > Y), (Y, True)),
    sp.Piecewise((X, sp.And(X > 0, Y > 0)), (Y, sp.Or(Z < 0, Y >= 0)), (Z, True)),
    sp.Piecewise((X, sp.Not(sp.And(X > 0, Y > 0))), (Y, True)),
    sp.Piecewise((1, X <= 0), (2, sp.Eq(X, Y)), (3, True)),
    sp.Piecewise((X, sp.Ne(X, Y)), (Y, True)),
]


@pytest.mark.parametrize("expr", SCALARS, ids=str)
def test_numbers_are_sympys(expr: sp.Expr) -> None:
    plain = {X: sp.Float(VALUES["x"], 30), Y: sp.Float(VALUES["y"], 30), Z: sp.Float(VALUES["z"], 30), n: 3}
    assert floats(expr) == pytest.approx(float(expr.xreplace(plain)), rel=1e-13)


def test_every_entry_of_the_table_of_kinds_is_tried() -> None:
    tried = [*SCALARS, IndexSum(X, Index("i", n)), Delta(Index("i", n), 1), Mask(Index("i", n) - 1, n)]
    tried += [Partial(X, Y), CostPartial(X), sp.Function("g")(X), Index("i", n), sp.Rational(1, 3)]
    seen = {part for expr in tried for part in sp.preorder_traversal(expr)}
    for kinds, _ in evaluation.BUILDERS:
        for kind in kinds if isinstance(kinds, tuple) else (kinds,):
            if kind not in (sp.Derivative, sp.Subs):
                assert any(isinstance(part, kind) for part in seen), kind


EQUAL = [
    (sp.exp(X + Y), sp.exp(X) * sp.exp(Y, evaluate=False)),
    (sp.exp(-X) * sp.Symbol("one", positive=True), sp.Symbol("one", positive=True) / sp.exp(X)),
    (sp.tanh(X / 2), (sp.exp(X) - 1) / (sp.exp(X) + 1)),
    ((1 + sp.tanh(X / 2)) / 2, 1 / (1 + sp.exp(-X))),
    (sp.cosh(X) ** 2, 1 + sp.sinh(X) ** 2),
    (sp.exp(2 * X * (Y + 1)), sp.exp(X * Y) ** 2 * sp.exp(X) ** 2),
    (sp.exp(X / 10) ** 10, sp.exp(X)),
    (sp.exp(IndexSum(X * Y, Index("i", n))), sp.exp(3 * X * Y)),
    (sp.exp(Z * IndexSum(X + Y, Index("i", n))), sp.exp(3 * X * Z) * sp.exp(3 * Y * Z)),
    (sp.exp(2 * sp.log(X) + Y), X**2 * sp.exp(Y)),
    (X**Y, sp.exp(Y * sp.log(X), evaluate=False)),
    (sp.log(1 / (1 + X), evaluate=False), -sp.log(1 + X)),
    (sp.sqrt(X) ** 2, X),
    (sp.sqrt(X) * sp.sqrt(Y), sp.Pow(X * Y, sp.Rational(1, 2), evaluate=False)),
    (X ** sp.Rational(1, 3) * X ** sp.Rational(2, 3), X),
    (X ** sp.Rational(1, 10) * X ** sp.Rational(9, 10), X),
    (sp.sqrt((X - Y) ** 2, evaluate=False), sp.Abs(X - Y)),
    (sp.erf(Y - X, evaluate=False), -sp.erf(X - Y, evaluate=False)),
    (sp.erfc(X), 1 - sp.erf(X)),
    (sp.atan(Y - X, evaluate=False), -sp.atan(X - Y, evaluate=False)),
    (sp.sin(X) ** 2 + sp.cos(X) ** 2, sp.Integer(1)),
    (sp.sin(2 * X), 2 * sp.sin(X) * sp.cos(X)),
    (sp.cos(X + Y), sp.cos(X) * sp.cos(Y) - sp.sin(X) * sp.sin(Y)),
    (sp.sin(Y - X, evaluate=False), -sp.sin(X - Y, evaluate=False)),
    (sp.tan(X), sp.sin(X) / sp.cos(X)),
    (sp.Max(X, Y) + sp.Min(X, Y), X + Y),
    (sp.Max(X - Y, 0) - sp.Max(Y - X, 0), X - Y),
    (sp.Piecewise((X, X > Y), (Y, True)), sp.Max(X, Y)),
    (sp.Piecewise((X, X >= Y), (Y, True)), sp.Piecewise((Y, X < Y), (X, True))),
    (sp.sign(X - Y) * (X - Y), sp.Abs(X - Y)),
    (sp.sign((X - Y) * (Y - Z)), sp.sign(X - Y) * sp.sign(Y - Z)),
]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("left", "right"), EQUAL, ids=lambda e: str(e)[:40])
def test_residues_obey_the_laws(left: sp.Expr, right: sp.Expr, seed: int) -> None:
    assert residue(left, seed) == residue(right, seed)


UNEQUAL = [
    (sp.exp(X + Y), sp.exp(X) + sp.exp(Y)),
    (sp.tanh(X), sp.tanh(Y)),
    (sp.log(X), sp.log(Y)),
    (sp.erf(X), sp.atan(X)),
    (sp.sin(X), sp.cos(X)),
    (sp.exp(X), sp.exp(2 * X)),
    (sp.log(X * Y), sp.log(X / Y)),
    (sp.sqrt(X), X),
    (sp.sign(X), X),
]


@pytest.mark.parametrize(("left", "right"), UNEQUAL, ids=str)
def test_residues_tell_different_functions_apart(left: sp.Expr, right: sp.Expr) -> None:
    assert residue(left) != residue(right)


def test_a_condition_takes_both_branches_over_seeds() -> None:
    assert {residue(sp.sign(X - Y), seed) for seed in range(20)} == {1, PRIME - 1}


def dual(expr: Any, numbers: Residues) -> dict[Any, int]:
    tables = {t.serial: Table(t.name, {(): pow(numbers.random(t.name), 2, PRIME)}) for t in (x, y, z)}
    one = {serial: DualTable(serial, table, 1) for serial, table in tables.items()}
    return Evaluator(Duals(numbers), {n: 3}, one).scalar(expr)()[1]


SMOOTH = [e for e in SCALARS if not e.has(sp.Piecewise, sp.Max, sp.Min, sp.Abs, sp.sign)] + [
    sp.exp(X * Y) / (1 + sp.exp(X * Y)),
    sp.erf(X / sp.sqrt(2)),
    sp.log(X * Y + Z),
    sp.sqrt(X**2 * Y**2 * Z),
]


def has_roots(expr: Any, seed: int) -> bool:
    try:
        dual(expr, Residues(seed))
    except NoRoot:
        return False
    return True


@pytest.mark.parametrize("expr", SMOOTH, ids=str)
def test_dual_numbers_agree_with_sympys_derivatives(expr: sp.Expr) -> None:
    plain = {X: sp.Symbol("u", real=True), Y: sp.Symbol("v", real=True), Z: sp.Symbol("w", real=True)}
    back = {value: key for key, value in plain.items()}
    seed = next(seed for seed in range(40) if has_roots(expr, seed))
    partials = dual(expr, Residues(seed))
    for element, symbol in plain.items():
        slope = sp.diff(expr.xreplace(plain), symbol).xreplace(back)
        assert partials.get((element.tensor.serial, ()), 0) == residue(slope, seed), (
            f"seed {seed}, by {element}"
        )


def test_every_function_has_a_derivative_here() -> None:
    assert set(DERIVATIVES) == set(FUNCTIONS.values())


def test_an_unspecified_function_and_its_derivatives() -> None:
    g = sp.Function("g")
    u = sp.Symbol("u", real=True)
    slope = sp.diff(g(u**2), u).subs(u, X)
    assert dual(g(X**2), Residues(1))[(x.serial, ())] == residue(slope)
    assert residue(g(X)) != residue(g(Y))


def tables_of(*tensors: tuple[Tensor, list[Any]]) -> dict[int, Table]:
    return {
        t.serial: Table(t.name, {(k,) if not isinstance(k, tuple) else k: v for k, v in enumerate(values)})
        for t, values in tensors
    }


def test_masks_and_deltas_stand_before_what_is_out_of_range() -> None:
    v = Tensor("v", (n,))
    i = Index("i", n)
    e = Evaluator(Residues(1), {n: 3}, tables_of((v, [5, 7, 11])))
    assert e.scalar(IndexSum(Mask(i - 1, n) * v[i - 1], i))() == 12
    assert e.scalar(IndexSum(Delta(i, 2) * v[i - 2], i))() == 5
    assert e.scalar(IndexSum(i * v[i], i))() == 29
    assert e.scalar(IndexSum(v[2 * i] * Delta(2 * i, 2), i))() == 11
    with pytest.raises(EvaluationError, match=r"v\[-1\] is outside"):
        e.scalar(IndexSum(v[i - 1], i))()


def test_entries_of_integer_tensors_are_indices() -> None:
    v, tok = Tensor("v", (n,)), Tensor("tok", (n,), integer=n)
    i = Index("i", n)
    e = Evaluator(Residues(1), {n: 3}, tables_of((v, [5, 7, 11]), (tok, [2, 2, 0])))
    assert e.scalar(IndexSum(v[tok[i]], i))() == 27
    assert e.scalar(IndexSum(Delta(tok[i], 2), i))() == 2


UNDEFINED = [
    (lambda v, i: v[i], "index i is free"),
    (lambda v, i: Tensor("other")[()], "other has no values here"),
    (lambda v, i: sp.Heaviside(X), "no value is known for Heaviside"),
    (lambda v, i: Partial(v[0], X), "not worked out"),
    (lambda v, i: CostPartial(X), "not worked out"),
    (lambda v, i: IndexSum(X, Index("j", sp.Symbol("q"))), "dimension q is q"),
    (
        lambda v, i: sp.Piecewise(
            (
                X,
                sp.Symbol("p", positive=True) < 0,
            ),
            (X, sp.Eq(X, Y)),
        ),
        "no branch",
    ),
    (lambda v, i: sp.Derivative(sp.Integral(sp.Symbol("t"), sp.Symbol("t")), sp.Symbol("t")), "unspecified"),
]


@pytest.mark.parametrize(("build", "message"), UNDEFINED, ids=lambda m: str(m)[:30])
def test_what_has_no_value_says_so(build: Any, message: str) -> None:
    v, i = Tensor("v", (n,)), Index("i", n)
    tables = {**tables_of((v, [5, 7, 11])), x.serial: Table("x", {(): 4}), y.serial: Table("y", {(): 9})}
    e = Evaluator(Residues(1), {n: 3}, tables)
    with pytest.raises(EvaluationError, match=message):
        e.scalar(build(v, i))()


def test_no_root_and_no_division_by_zero() -> None:
    numbers = Residues(1)
    with pytest.raises(NoRoot):
        numbers.power(PRIME - 1, sp.Rational(1, 2))
    with pytest.raises(NoRoot):
        numbers.power(0, sp.Integer(-1))
    assert sp.isprime(PRIME)
    assert all(sp.legendre_symbol(q, PRIME) == 1 for q in sp.primerange(2, 42))
