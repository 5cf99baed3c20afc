"""Proofs in which steps are carried over to other names: nothing wrong is carried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import sympy as sp
from test_mutants import mutants

from derive import Convention, Index, IndexSum, Network, Node, Program, Tensor, derive
from derive.calculus import kinds
from derive.calculus.rules import RULES
from derive.calculus.sweep import derivation
from derive.derivation import Derivation, Gradient
from derive.proof import prove
from derive.proof.carrying import Carrying
from derive.renaming import Names, RenamedDefinition, RenamedSteps
from derive.render import render
from derive.summands import about
from derive.targets import RenderOptions

DEEP = "3 -> " + "4 tanh -> " * 4 + "1 sigmoid"


def deep() -> Derivation:
    network = Network.parse(DEEP)
    return derivation(network.program(), network.convention)


def test_carried_checks_are_counted_and_said():
    result = derive(Network.parse(DEEP))
    steps = sum(len(gradient.steps) for gradient in result)
    assert result.proof.failures == ()
    assert result.proof.checks == len(result.gradients) + steps + len(result.forward)
    assert 0 < result.proof.carried < result.proof.checks
    assert f"{result.proof.carried} of the {result.proof.checks} checks" in result.proof.bound


@pytest.mark.parametrize("regularizer", ["", " | l2(lam)", " | l1(0.2) | l2(lam)"])
def test_what_is_carried_passes_when_it_is_evaluated(regularizer, monkeypatch):
    network = Network.parse(DEEP + regularizer)
    result = derivation(network.program(), network.convention)
    carried = prove(result)
    monkeypatch.setattr(Carrying, "complete", False)
    evaluated = prove(result)
    assert carried.carried and not evaluated.carried
    once = (carried.checks - carried.carried) // carried.trials
    assert evaluated.checks == evaluated.trials * (once + carried.carried)
    assert evaluated.failures == carried.failures == ()


def swapped(names: Names, first: str, second: str) -> Names:
    """The names with two tensors exchanged."""
    by_name = {tensor.name: tensor for tensor in names.tensors}
    other = {first: by_name[second], second: by_name[first]}
    return Names(tuple(other.get(t.name, t) for t in names.tensors), names.dims)


def put(names: Names, old: str, new: Tensor) -> Names:
    return Names(tuple(new if t.name == old else t for t in names.tensors), names.dims)


def tensor(result: Derivation, name: str) -> Tensor:
    symbols = [gradient.symbol for gradient in result]
    return next(t for t in (*result.program.tensors, *symbols) if t.name == name)


def dims_exchanged(names: Names) -> Names:
    return Names(names.tensors, (names.dims[1], names.dims[0], *names.dims[2:]))


# The gradient, and what its names are replaced by.
WRONG: dict[str, tuple[str, Callable[[Derivation, Names], Names]]] = {
    "the weight of another layer": ("dA2", lambda d, n: put(n, "W3", tensor(d, "W4"))),
    "the upstream gradient of another layer": ("dA2", lambda d, n: put(n, "dZ3", tensor(d, "dZ4"))),
    "an activation for a pre-activation": ("dZ2", lambda d, n: swapped(n, "A2", "Z2")),
    "the activation of another layer": ("dZ2", lambda d, n: put(n, "A2", tensor(d, "A3"))),
    "a gradient for a value": ("dW2", lambda d, n: put(n, "A1", tensor(d, "dA1"))),
    "one tensor for two": ("dA2", lambda d, n: put(n, "dZ3", tensor(d, "dA2"))),
    "exchanged dimensions": ("dW2", lambda d, n: dims_exchanged(n)),
    "another dimension": ("dW2", lambda d, n: Names(n.tensors, (*n.dims[:-1], sp.Symbol("n1")))),
    "a tensor from elsewhere": ("dA2", lambda d, n: put(n, "W3", Tensor("W3", tensor(d, "W3").dims))),
}


@pytest.mark.parametrize(("name", "spoil"), WRONG.values(), ids=WRONG)
def test_a_wrong_renaming_fails(name, spoil):
    result = deep()
    gradient = result[name]
    steps = gradient.steps
    assert isinstance(steps, RenamedSteps)
    wrong = RenamedSteps(steps.template, steps.old, spoil(result, steps.new), gradient.indices)
    assert wrong.new != steps.new
    spoilt = with_gradient(result, replace(gradient, steps=wrong))
    assert not Carrying(spoilt).complete
    assert prove(spoilt).failures


def with_gradient(result: Derivation, wrong: Gradient) -> Derivation:
    return replace(
        result, gradients=tuple(wrong if g.symbol is wrong.symbol else g for g in result.gradients)
    )


def test_what_cannot_be_verified_is_evaluated():
    """Nothing in the steps names the gradient's own symbol: they are right, but are not carried over."""
    result = deep()
    right = result["dW2"]
    names = put(right.steps.new, "dW2", tensor(result, "dW3"))
    other = RenamedSteps(right.steps.template, right.steps.old, names, right.indices)
    proof = prove(with_gradient(result, replace(right, steps=other)))
    assert proof.failures == () and proof.carried == 0 and proof.checks == prove(result).checks


def test_steps_of_another_kind_fail():
    result = deep()
    right, other = result["db2"], result["dZ5"]
    names = Names((other.of, other.symbol), ())
    wrong = RenamedSteps(other, names, Names((right.of, right.symbol), ()), right.indices)
    assert prove(with_gradient(result, replace(right, steps=wrong))).failures


def test_a_forward_line_of_another_kind_fails():
    result = deep()
    lines = {line.name: line for line in result.forward}
    wrong = RenamedDefinition(lines["A3"].node, lines["A5"])
    spoilt = replace(result, forward=tuple(wrong if line.name == "A3" else line for line in result.forward))
    assert any(failure.startswith("A3") for failure in prove(spoilt).failures)


def test_a_wrong_template_fails():
    """The steps that others are carried over from are evaluated themselves."""
    result = deep()
    right = result["dW2"].steps.template
    doubled = tuple(replace(t, coefficient=2 * t.coefficient) for t in right.terms)
    last = replace(right.steps[-1], before=doubled, after=doubled)
    wrong = replace(right, steps=(*right.steps[:-1], last))
    spoilt = with_gradient(result, wrong)
    assert any(failure.startswith(right.name) for failure in prove(spoilt).failures)


def decayed(program: Program, factor: int) -> Program:
    """The program with Σ W² for each weight as its regularizer; the one of W2 has a factor."""
    (node,) = (node for node in program.nodes if node.tensor is program.regularizer)
    parts = []
    for weight in node.uses:
        j, k = weight.indices("jk")
        parts.append((factor if weight.name == "W2" else 1) * IndexSum(weight[j, k] ** 2, j, k))
    whole = Node(node.tensor, (), sp.Add(*parts))
    return replace(program, nodes=tuple(whole if n is node else n for n in program.nodes))


def test_of_a_sum_over_all_weights_each_gradient_has_its_own_summand(monkeypatch):
    """Where one has another factor, its gradient is not carried over, even if it claims to be."""
    program = Network.parse(f"{DEEP} | l2(2)").program()
    same, other = decayed(program, 1), decayed(program, 3)
    right = derivation(same, Convention())
    assert isinstance(right["dW2"].steps, RenamedSteps) and Carrying(right).complete
    single = derivation(other, Convention())
    assert not isinstance(single["dW2"].steps, RenamedSteps) and prove(single).failures == ()

    def blind(program: Program, node: Node, serials: tuple[int, ...]) -> Node:
        return about(same, same.node(node.tensor) or node, serials)

    monkeypatch.setattr(kinds, "about", blind)
    wrong = derivation(other, Convention())
    assert isinstance(wrong["dW2"].steps, RenamedSteps) and not Carrying(wrong).complete
    assert {failure.split()[0] for failure in prove(wrong).failures} >= {"dW2"}


def test_a_tensor_that_the_rest_of_a_cost_uses_too_is_seen_whole():
    """x stands in both summands: where its gradient is asked for, neither is left out."""
    n = sp.Symbol("n", integer=True, positive=True)
    x, y = (Tensor(name, (n,), role="parameter") for name in "xy")
    s, i, j = Tensor("s"), Index("i", n), Index("j", n)
    cost = Node(s, (), IndexSum(x[i] ** 3, i) + IndexSum(x[j] * y[j], j))
    program = Program((cost,), s)
    assert about(program, cost, [x.serial]) is cost
    assert {t.name for t in about(program, cost, [y.serial]).uses} == {"x", "y", "rest_of_s"}
    assert about(program, cost, [x.serial, y.serial]) is cost
    assert prove(derivation(program, Convention())).failures == ()


USED = {step.rule for gradient in deep() for step in gradient.steps}


@pytest.mark.parametrize("rule", [r for r in RULES if r.name in USED], ids=lambda rule: rule.name)
def test_every_mutant_is_found_in_a_deep_network(rule):
    right = deep()
    for mutation, table, changes in mutants(rule):
        try:
            wrong = derivation(right.program, Convention(), rules=table)
        except (RuntimeError, ZeroDivisionError, ValueError):
            continue
        if changes and any(change == s.after for change in changes for g in wrong for s in g.steps):
            assert prove(wrong).failures, mutation


def test_a_template_at_a_special_place_proves_nothing_elsewhere():
    """x1 is 0 wherever it is evaluated, so that 1 − a passes there for 1 − a²; x2 is not."""
    n = sp.Symbol("n", integer=True, positive=True)
    u, v = Tensor("u", (n,)), Tensor("v", (n,), role="parameter")
    x1, x2, y1, y2 = (Tensor(name, (n,)) for name in ("x1", "x2", "y1", "y2"))
    w1, w2, s = (Tensor(name) for name in ("w1", "w2", "s"))
    i, j, k = Index("i", n), Index("j", n), Index("k", n)
    nodes = (
        Node(x2, (i,), v[i] * u[i]),
        Node(y2, (i,), sp.tanh(x2[i])),
        Node(w2, (), IndexSum(y2[j], j)),
        Node(x1, (i,), v[i] * (IndexSum(u[j], j) - IndexSum(u[k], k))),
        Node(y1, (i,), sp.tanh(x1[i])),
        Node(w1, (), IndexSum(y1[j], j)),
        Node(s, (), w1[()] + 2 * w2[()]),
    )
    program, convention = Program(nodes, s), Convention(fused=False)
    via_output = next(rule for rule in RULES if rule.name == "via output")

    def bare(expr):
        return expr.replace(lambda e: e.is_Pow and e.exp == 2, lambda e: e.base)

    def rewrite(terms, context):
        result = via_output.rewrite(terms, context)
        if result is None:
            return None
        changed = tuple(replace(t, factors=tuple(map(bare, t.factors))) for t in result.terms)
        return replace(result, terms=changed)

    table = tuple(replace(r, rewrite=rewrite) if r is via_output else r for r in RULES)
    wrong = derivation(program, convention, rules=table)
    assert isinstance(wrong["dx2"].steps, RenamedSteps) and wrong["dx2"].steps.template is wrong["dx1"]
    assert Carrying(wrong).complete
    assert all(failure.startswith("dx2") for failure in prove(wrong).failures) and prove(wrong).failures
    assert prove(derivation(program, convention)).ok


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "under other names"), ("zh", "只差变量名")], ids=["en", "zh"]
)
def test_every_output_says_what_was_carried(lang, words):
    texts = render(derive(Network.parse(DEEP)), ("tex", "typ"), RenderOptions(lang=lang))
    assert all(words in text for text in texts.values())
    code = render(derive(Network.parse(DEEP)), ("py",))["train.py"]
    assert "under other names" in " ".join(code.replace("#", " ").split())
