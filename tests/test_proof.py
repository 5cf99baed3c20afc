"""The proof modulo a prime: right derivations pass, each kind of error is caught where it is."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import by_hand
import pytest
import sympy as sp
from by_hand import (
    A1,
    A2,
    W2,
    Z2,
    Y,
    b1,
    dA1,
    derivation_of,
    dZ2,
    gradients,
    m,
    n1,
    n2,
    with_array,
    with_terms,
)

from derive import derive
from derive.arrays import Array, AxisSum, Entrywise, Leaf, MatrixProduct, Reshaped, Transposed
from derive.derivation import Convention, Derivation, Gradient, Step
from derive.notation import CostPartial, Delta, Element, Index, IndexSum, Mask, Tensor, Term, Terms
from derive.program import Node, Program, SumFact
from derive.proof import prove
from derive.proof.modular import program_seed
from derive.proof.residues import PRIME
from derive.proof.sizes import choose_sizes


@pytest.mark.parametrize("convention", ["course", "exact"])
def test_a_right_derivation_passes(convention: str) -> None:
    derivation = derivation_of(convention=convention)
    proof = prove(derivation)
    steps = sum(len(g.steps) for g in derivation)
    assert proof.failures == () and proof.ok
    assert proof.checks >= len(derivation.gradients) + steps
    assert proof.prime == PRIME > 2**61 and "2^61" in proof.bound and "n0 = 2" in proof.bound


def terms_of(name: str) -> Terms:
    return gradients()[name].terms


def at_zero(term: Term) -> Term:
    return replace(term, sums=()).xreplace({term.sums[0]: sp.Integer(0)})


def transposed(term: Term) -> Term:
    first, *rest = term.factors
    return replace(term, factors=(Element(W2, *reversed(first.args)), *rest))


WRONG_TERMS: dict[str, tuple[str, Callable[[Gradient], Terms]]] = {
    "sign": ("dZ2", lambda g: (g.terms[0], replace(g.terms[1], coefficient=sp.Integer(1)))),
    "dropped term": ("dZ2", lambda g: g.terms[:1]),
    "dropped 1/m": ("dW2", lambda g: (replace(g.terms[0], coefficient=sp.Integer(1)),)),
    "dropped sum": ("db2", lambda g: (at_zero(g.terms[0]),)),
    "free index": ("db2", lambda g: (replace(g.terms[0], sums=()),)),
    "wrong derivative": ("dZ1", lambda g: (Term((dA1[g.indices], 1 - A1[g.indices])),)),
    "wrong tensor": ("dZ1", lambda g: (Term((dA1[g.indices], 1 - dA1[g.indices] ** 2)),)),
    "transposed": ("dA1", lambda g: (transposed(g.terms[0]),)),
    "wrong index": ("dW2", lambda g: (g.terms[0].xreplace({g.indices[1]: g.indices[0]}),)),
    "doubled": ("dA1", lambda g: g.terms * 2),
    "wrong delta": ("dZ2", lambda g: (*g.terms, Term((Delta(g.indices[0], 1),)))),
}  # fmt: skip


@pytest.mark.parametrize(("name", "spoil"), WRONG_TERMS.values(), ids=WRONG_TERMS)
def test_wrong_terms_are_caught_where_they_are(name: str, spoil: Callable[[Gradient], Terms]) -> None:
    wrong = with_terms(name, spoil(gradients()[name]))
    failures = prove(derivation_of(wrong)).failures
    assert failures and all(failure.startswith(name) for failure in failures)
    assert any("step 1 (chain)" in failure for failure in failures)


def arrays() -> dict[str, Gradient]:
    """dW2 and db2 in matrix forms that are wrong in one thing each."""
    found: dict[str, Gradient] = {}

    def put(what: str, name: str, build: Callable[[Gradient], Array]) -> None:
        right = gradients()[name]
        step = replace(right.steps[1], after=build(right))
        found[what] = replace(right, steps=(right.steps[0], step))

    i = Index("i", m)
    d = sp.Dummy("d", real=True)

    def weight(g: Gradient, left: Array, right: Array, axes: tuple[Index, ...] | None = None) -> Array:
        axes = axes or g.indices
        return Entrywise(axes, d / m, ((d, MatrixProduct(axes, left, right)),))

    def a1t(g: Gradient) -> Array:
        return Transposed((i, g.indices[1]), Leaf((g.indices[1], i), A1), (1, 0))

    put(
        "no transposition",
        "dW2",
        lambda g: weight(g, Leaf((g.indices[0], i), dZ2), Leaf((g.indices[1], i), A1)),
    )
    put("wrong leaf axes", "dW2", lambda g: weight(g, Leaf((i, g.indices[0]), dZ2), a1t(g)))
    put("product the other way", "dW2", lambda g: weight(g, a1t(g), Leaf((g.indices[0], i), dZ2)))
    put(
        "result transposed",
        "dW2",
        lambda g: Transposed(g.indices[::-1], weight(g, Leaf((g.indices[0], i), dZ2), a1t(g)), (1, 0)),
    )
    put("no 1/m", "dW2", lambda g: MatrixProduct(g.indices, Leaf((g.indices[0], i), dZ2), a1t(g)))
    put(
        "sum over the other axis",
        "db2",
        lambda g: Entrywise(
            (None, i), d / m, ((d, AxisSum((None, i), Leaf((g.indices[0], i), dZ2), 0, True)),)
        ),
    )
    put(
        "no keepdims",
        "db2",
        lambda g: Entrywise(
            (g.indices[0],), d / m, ((d, AxisSum((g.indices[0],), Leaf((g.indices[0], i), dZ2), 1, False)),)
        ),
    )
    put(
        "keepdims promised, not done",
        "db2",
        lambda g: AxisSum((g.indices[0], None), Leaf((g.indices[0], i), dZ2), 1, False),
    )
    put("no sum", "dA1", lambda g: Leaf(g.indices, A1))
    put("unknown tensor", "dA1", lambda g: Leaf(g.indices, Tensor("Q", A1.dims)))
    put("axes of another rank", "db2", lambda g: Reshaped((g.indices[0],), Leaf((g.indices[0], None), b1)))
    return found


@pytest.mark.parametrize(("what", "wrong"), arrays().items(), ids=list(arrays()))
def test_wrong_matrix_forms_are_caught(what: str, wrong: Gradient) -> None:
    failures = prove(derivation_of(wrong)).failures
    assert failures and all(failure.startswith(wrong.name) for failure in failures)


def test_a_wrong_forward_line_is_caught() -> None:
    right = derivation_of()
    (line,) = right.forward
    assert isinstance(line.array, Entrywise)
    wrong = replace(line, array=replace(line.array, formula=line.array.formula * 2))
    failures = prove(replace(right, forward=(wrong,))).failures
    assert len(failures) == 1 and failures[0].startswith("Z1: definition and matrix form differ")


def test_a_step_that_does_not_go_on_from_the_one_before_is_caught() -> None:
    right = gradients()["dZ2"]
    doubled = (*terms_of("dZ2"), *terms_of("dZ2"))
    aside = Step("aside", doubled, doubled)
    wrong = replace(right, steps=(right.steps[0], aside, right.steps[1]))
    failures = prove(derivation_of(wrong)).failures
    assert [f.split(":")[0] for f in failures] == ["dZ2 step 2 (aside)", "dZ2 step 3 (matrix form)"]


def test_a_gradient_in_the_wrong_convention_is_caught() -> None:
    course = gradients()
    mixed = derivation_of(course["dZ2"], convention="exact")
    assert any(failure.startswith("dZ2:") for failure in prove(mixed).failures)


def test_nothing_checked_is_a_failure() -> None:
    empty = Derivation(by_hand.program(), Convention(), (), ())
    assert prove(empty).failures == ("nothing was checked",)


def test_a_gradient_without_steps_is_a_failure() -> None:
    bare = replace(gradients()["dZ2"], steps=())
    assert any("no steps" in failure for failure in prove(derivation_of(bare)).failures)


def test_the_same_program_gives_the_same_proof() -> None:
    one, two = derivation_of(), derivation_of()
    assert prove(one) == prove(two)
    assert prove(one, seed=7).seed == 7 and prove(one, seed=7).ok
    assert program_seed(by_hand.program("relu")) != program_seed(by_hand.program())


def test_the_seed_does_not_depend_on_the_process() -> None:
    code = "import by_hand, derive.proof.modular as p; print(p.program_seed(by_hand.program()))"
    seeds = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in "12"
    }
    assert seeds == {f"{program_seed(by_hand.program())}\n"}


def one_gradient(p: Program, of: Tensor, terms: Callable[..., Terms], scale: Any = 1) -> Derivation:
    indices = of.indices()
    symbol = Tensor("d" + of.name, of.dims, of.layout, role="gradient")
    start = (
        Term((CostPartial(of[indices]),), (), sp.sympify(scale) if of.role == "parameter" else sp.Integer(1)),
    )
    steps = (Step("chain", start, terms(*indices)),)
    return Derivation(p, Convention(), (), (Gradient(of, symbol, indices, steps, p, Convention()),))


def test_a_dropped_mask_is_caught() -> None:
    n, w = sp.symbols("n w", integer=True, positive=True)
    x, f, y = Tensor("x", (n + w - 1,)), Tensor("f", (w,)), Tensor("y", (n,))
    s = Tensor("s")
    i, r, p = Index("i", n), Index("r", w), Index("p", n)
    conv = Program(
        (Node(y, (i,), IndexSum(f[r] * x[i + r], r)), Node(s, (), IndexSum(y[p] ** 2 / 2, p))), s, name="conv"
    )
    right = one_gradient(conv, x, lambda q: (Term((Mask(q - r, n), f[r], y[q - r]), (r,)),))
    assert prove(right).failures == ()
    wrong = one_gradient(conv, x, lambda q: (Term((f[r], y[q - r]), (r,)),))
    assert any("outside the tensor" in failure for failure in prove(wrong).failures)
    wrong = one_gradient(conv, x, lambda q: (Term((Mask(q - r, n - 1), f[r], y[q - r]), (r,)),))
    assert any("differ" in failure for failure in prove(wrong).failures)
    scatter = one_gradient(conv, x, lambda q: (Term((Delta(i + r, q), f[r], y[i]), (r, i)),))
    assert prove(scatter).failures == ()


def softmax(labels: str = "Y") -> tuple[Program, Tensor]:
    n = sp.Symbol("n", integer=True, positive=True)
    z, a, y, s = (
        Tensor("Z", (n, m)),
        Tensor("A", (n, m)),
        Tensor("Y", (n, m), role="label"),
        Tensor("L", (m,)),
    )
    k, i, c, e = Index("k", n), Index("i", m), Index("c", n), Index("e", n)
    nodes = (
        Node(a, (k, i), sp.exp(z[k, i]) / IndexSum(sp.exp(z[c, i]), c)),
        Node(s, (i,), IndexSum(-y[e, i] * sp.log(a[e, i]), e)),
    )
    facts = (SumFact(y, 0),) if labels == "Y" else ()
    return Program(nodes, s, facts=facts, name="softmax"), z


def test_a_declared_fact_holds_in_the_leaves_and_is_needed() -> None:
    for labels, passes in (("Y", True), ("", False)):
        p, z = softmax(labels)
        a, y = p.nodes[0].tensor, next(t for t in p.leaves if t.name == "Y")
        d = one_gradient(
            p, z, lambda k, i, a=a, y=y: (Term((a[k, i],)), Term((y[k, i],), (), sp.Integer(-1)))
        )  # type: ignore[misc]
        assert prove(d).ok == passes


def test_a_declared_sum_goes_on_to_hold_where_roots_of_its_summands_are_sought() -> None:
    n = sp.Symbol("n", integer=True, positive=True)
    z, y, s = Tensor("Z", (n, m)), Tensor("Y", (n, m), role="label"), Tensor("L", (m,))
    e, i = Index("e", n), Index("i", m)
    loss = Node(s, (i,), IndexSum(sp.sqrt(y[e, i]) * z[e, i], e))
    p = Program((loss,), s, facts=(SumFact(y, 0),), name="roots")
    d = one_gradient(p, z, lambda k, i: (Term((sp.sqrt(y[k, i]),)),))
    assert prove(d).failures == ()


def test_right_values_under_the_wrong_axes_are_a_failure() -> None:
    n = sp.Symbol("n", integer=True, positive=True)
    W, v, s = Tensor("W", (n, n)), Tensor("v", (n,), (0, None)), Tensor("s")
    i, j = Index("i", n), Index("j", n)
    p = Program((Node(s, (), IndexSum(v[i] * W[i, j] * v[j], i, j)),), s, name="symmetric")

    def product(row: Index, column: Index) -> Array:
        left, right = (Leaf((index, None), v) for index in (row, column))
        return MatrixProduct((row, column), left, Transposed((None, column), right, (1, 0)))

    d = one_gradient(p, W, lambda a, b: (Term((v[a], v[b])),))
    (gradient,) = d.gradients
    for order, wrong in ((gradient.indices, False), (gradient.indices[::-1], True)):
        form = Step("matrix form", gradient.terms, product(*order))
        turned = replace(d, gradients=(replace(gradient, steps=(*gradient.steps, form)),))
        assert any("has axes" in failure for failure in prove(turned).failures) == wrong


def test_a_false_fact_is_a_failure() -> None:
    p, z = softmax()
    false = replace(p, facts=(SumFact(p.nodes[0].tensor, 1),), nodes=p.nodes)
    d = one_gradient(false, z, lambda k, i: (Term((CostPartial(z[k, i]),)),))
    assert any(failure.startswith("fact: the sum of A over its axis 1") for failure in prove(d).failures)


def test_conditions_get_several_trials() -> None:
    x, y = Tensor("x", (m,)), Tensor("y", (m,))
    s = Tensor("s")
    i, p = Index("i", m), Index("p", m)
    relu = Node(y, (i,), sp.Piecewise((x[i], x[i] > 0), (0, True)))
    program = Program((relu, Node(s, (), IndexSum(y[p] ** 2, p))), s, name="relu")
    right = one_gradient(program, x, lambda q: (Term((2 * y[q], sp.Piecewise((1, x[q] > 0), (0, True)))),))
    proof = prove(right)
    assert proof.failures == () and proof.trials == 3
    wrong = one_gradient(program, x, lambda q: (Term((2 * x[q],)),))
    assert not prove(wrong).ok


def test_roots_are_retried_until_they_exist() -> None:
    x, s = Tensor("x", (m,)), Tensor("s")
    i = Index("i", m)
    program = Program((Node(s, (), IndexSum(sp.sqrt(1 + x[i] ** 2), i)),), s, name="roots")
    right = one_gradient(program, x, lambda q: (Term((x[q], 1 / sp.sqrt(1 + x[q] ** 2))),))
    assert prove(right, sizes={m: 5}).failures == ()


def test_a_program_that_cannot_be_evaluated_is_a_failure_and_not_an_exception() -> None:
    x, s = Tensor("x", (m,)), Tensor("s")
    i = Index("i", m)
    program = Program((Node(s, (), IndexSum(sp.Heaviside(x[i]), i)),), s, name="step")
    failures = prove(one_gradient(program, x, lambda q: (Term((x[q],)),))).failures
    assert failures[0].startswith("forward pass: no value is known for Heaviside")


def test_sizes_differ_where_dimensions_meet() -> None:
    sizes = choose_sizes(by_hand.program())
    assert min(sizes.values()) >= 2
    assert len({sizes[by_hand.n0], sizes[n1], sizes[m]}) == 3 and len({sizes[n1], sizes[n2], sizes[m]}) == 3
    assert choose_sizes(by_hand.program(), {n1: 7})[n1] == 7


def test_sizes_make_every_dimension_an_integer() -> None:
    n = sp.Symbol("n", integer=True, positive=True)
    x, y, s = Tensor("x", (n,)), Tensor("y", ((n - 3) / 2 + 1,)), Tensor("s")
    i, r = Index("i", (n - 3) / 2 + 1), Index("r", 3)
    nodes = (Node(y, (i,), IndexSum(x[2 * i + r], r)), Node(s, (), IndexSum(y[i], i)))
    assert choose_sizes(Program(nodes, s)) == {n: 5}
    impossible = Tensor("y", (n - 30,))
    i = Index("i", n - 30)
    nodes = (Node(impossible, (i,), x[i]), Node(s, (), IndexSum(impossible[i], i)))
    with pytest.raises(ValueError, match="give sizes for n"):
        choose_sizes(Program(nodes, s))


def test_every_entry_matters() -> None:
    """A term that is wrong at one entry only is found."""
    right = gradients()["dZ2"]
    r, i = right.indices
    wrong = with_terms("dZ2", (*right.terms, Term((Delta(r, 0), Delta(i, 1)))))
    assert any("differ at 1 of" in failure for failure in prove(derivation_of(wrong)).failures)


def test_a_matrix_form_in_place_of_another_gradient_is_caught() -> None:
    r, i = gradients()["dZ2"].indices
    a, y = sp.Dummy("a", real=True), sp.Dummy("y", real=True)
    swapped = Entrywise((r, i), y - a, ((a, Leaf((r, i), A2)), (y, Leaf((r, i), Y))))
    wrong = with_array("dZ2", swapped)
    wrong = replace(wrong, indices=wrong.indices)
    assert not prove(derivation_of(wrong)).ok
    assert Z2.dims == dZ2.dims


def test_the_exponential_of_a_named_logarithm() -> None:
    """exp(log softmax) is softmax, although log softmax has a name."""
    n = sp.Symbol("n", integer=True, positive=True)
    z, a, s = Tensor("z", (n,)), Tensor("a", (n,)), Tensor("s")
    k, c, e = Index("k", n), Index("c", n), Index("e", n)
    nodes = (
        Node(a, (k,), z[k] - sp.log(IndexSum(sp.exp(z[c]), c))),
        Node(s, (), IndexSum(sp.exp(2 * a[e]) / 2, e)),
    )
    p = Program(nodes, s, name="log_softmax")
    r = Index("r", n)
    square, softmax = sp.exp(2 * a[r]), sp.exp(z[k]) / IndexSum(sp.exp(z[c]), c)
    right = one_gradient(
        p, z, lambda q: (Term((sp.exp(2 * a[q]),)), Term((softmax.xreplace({k: q}), IndexSum(-square, r))))
    )
    assert prove(right).failures == ()
    wrong = one_gradient(
        p, z, lambda q: (Term((sp.exp(2 * a[q]),)), Term((sp.exp(z[q]), IndexSum(-square, r))))
    )
    assert not prove(wrong).ok


@pytest.mark.parametrize("loss", ["y*sqrt(a)", "(sqrt(a) - sqrt(y))**2"])
def test_roots_of_outputs_that_add_up_to_1_are_found(loss: str) -> None:
    """The leaves beside the root, the labels, cannot make it exist; those far behind it can."""
    from derive.spec import network, own

    made = network("2 -> 3 tanh -> 3 softmax | rooted", own=own((), (f"rooted={loss}",)))
    proof = derive(made).proof
    assert proof is not None and proof.ok and proof.checks > 20, proof
