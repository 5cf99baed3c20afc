"""What repeats is derived once: the same derivation as if nothing repeated, proved as one."""

from __future__ import annotations

import sys

import pytest
import sympy as sp
from programs import PROGRAMS
from sympy.core.cache import clear_cache

from derive import Convention, Network, derive
from derive.calculus.kinds import Kinds
from derive.calculus.reasons import reason
from derive.calculus.sweep import derivation
from derive.notation import Index, IndexSum, Tensor
from derive.printing import latex_expression
from derive.program import Node, Program
from derive.proof import prove
from derive.renaming import RenamedDefinition, RenamedSteps

NETWORKS = (
    "3 -> " + "4 tanh -> " * 4 + "1 sigmoid",
    "3 -> " + "4 relu -> 5 leaky_relu(lam) -> " * 2 + "3 softmax",
    "2 -> " + "2 softmax -> " * 3 + "2 softmax | cross_entropy",
    "3 -> " + "4 leaky_relu(p) -> 4 leaky_relu(q) -> " * 2 + "2 identity",
    "3 -> " + "4 gelu -> 4 softplus -> " * 2 + "1 tanh",
    "3 -> " + "4 tanh -> " * 4 + "1 sigmoid | l2(0.3)",
    "3 -> " + "4 relu -> " * 3 + "3 softmax | l1(lam)",
    "3 -> " + "4 relu -> 5 tanh -> " * 2 + "1 sigmoid | l2(lam) | l1(0.2)",
)
CONVENTIONS = (
    Convention(),
    Convention(layout="rows", convention="exact"),
    Convention(derivatives="input"),
    Convention(fused=False),
)


def written(result):
    """Everything that is printed of a derivation."""
    return {
        "forward": [
            latex_expression(d.array or d.node.body, result.gradients[0].naming) for d in result.forward
        ],
        "gradients": [(g.name, g.numpy, g.equation, g.assumptions, g.shape) for g in result],
        "steps": [
            (g.name, s.rule, latex_expression(s.after, g.naming), reason(s, g), s.because)
            for g in result
            for s in g.steps
        ],
    }


def without_kinds(monkeypatch, program, convention):
    def never(self, tensor, symbol, indices, upstream):
        self._occurrences[tensor.serial] = self.signature(tensor, symbol, upstream)

    with monkeypatch.context() as patched:
        patched.setattr(Kinds, "again", never)
        patched.setattr(Kinds, "definition", lambda self, node, make: make(node))
        return derivation(program, convention)


def repeated(result):
    return [g for g in result if isinstance(g.steps, RenamedSteps)]


@pytest.mark.parametrize("convention", CONVENTIONS, ids=str)
@pytest.mark.parametrize("spec", NETWORKS)
def test_a_network_reads_as_if_each_layer_were_derived(spec, convention, monkeypatch):
    program = Network.parse(spec, convention=convention).program()
    shared, single = derivation(program, convention), without_kinds(monkeypatch, program, convention)
    assert repeated(shared) and any(isinstance(d, RenamedDefinition) for d in shared.forward)
    assert not repeated(single)
    assert written(shared) == written(single)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_reads_as_if_each_gradient_were_derived(name, monkeypatch):
    program = PROGRAMS[name]()
    shared, single = derivation(program, Convention()), without_kinds(monkeypatch, program, Convention())
    assert written(shared) == written(single)


@pytest.mark.parametrize("also_a_cost", ["s", "t", None])
def test_a_tensor_that_is_a_cost_itself_is_of_another_kind(also_a_cost):
    n = sp.Symbol("n", integer=True, positive=True)
    x, y = (Tensor(name, (n,), role="parameter") for name in "xy")
    s, t, u, v, loss = (Tensor(name) for name in ("s", "t", "u", "v", "L"))
    i = Index("i", n)
    nodes = (
        Node(s, (), IndexSum(x[i] ** 2, i)),
        Node(t, (), IndexSum(y[i] ** 2, i)),
        Node(u, (), sp.exp(s[()])),
        Node(v, (), sp.exp(t[()])),
        Node(loss, (), u[()] + v[()]),
    )
    program = Program(nodes, loss, regularizer={"s": s, "t": t}.get(also_a_cost))
    found = derivation(program, Convention(fused=False))
    assert ("ds" in {g.name for g in repeated(found)}) == (also_a_cost is None)
    assert prove(found).failures == ()


def test_the_order_of_tensors_makes_another_kind(monkeypatch):
    """w stands before p, r before s, and of a difference what stands first is written first."""
    n = sp.Symbol("n", integer=True, positive=True)
    p, w, r, s = (Tensor(name, (n,), role="parameter") for name in "pwrs")
    k, u, v, loss = Tensor("k", (n,)), Tensor("u", (n,)), Tensor("v", (n,)), Tensor("L")
    i = Index("i", n)
    nodes = (
        Node(k, (i,), sp.exp(w[i])),
        Node(u, (i,), (p[i] - w[i]) ** 3),
        Node(v, (i,), (r[i] - s[i]) ** 3),
        Node(loss, (), IndexSum(sp.sin(u[i]) + sp.sin(v[i]) + k[i], i)),
    )
    program = Program(nodes, loss)
    found = derivation(program, Convention())
    assert written(found) == written(without_kinds(monkeypatch, program, Convention()))
    assert "(w - p)" in found["dp"].numpy and "(r - s)" in found["dr"].numpy


REGULARIZERS = ("", " | l2(0.1)", " | l1(lam)", " | l2(lam) | l1(0.3)")


def of_depth(layers: int, regularizer: str) -> Network:
    return Network.parse("3 -> " + "4 tanh -> " * (layers - 1) + "1 sigmoid" + regularizer)


@pytest.mark.parametrize("regularizer", REGULARIZERS)
def test_deep_networks_derive_a_fixed_number_of_kinds(regularizer):
    """And all others are carried over, at sizes that do not grow with the depth."""
    results = [derive(of_depth(layers, regularizer)) for layers in (8, 12)]
    found = [len(result.gradients) - len(repeated(result)) for result in results]
    assert found[0] == found[1] <= 16
    for result in results:
        assert result.proof.failures == ()
        lines = [line for line in result.forward if isinstance(line, RenamedDefinition)]
        assert result.proof.carried == len(lines) + sum(len(g.steps) + 1 for g in repeated(result))
    assert max(results[0].proof.sizes.values()) == max(results[1].proof.sizes.values())


@pytest.mark.parametrize("regularizer", REGULARIZERS)
def test_the_work_for_a_layer_does_not_grow_with_the_depth(regularizer):
    """Calls of Python functions: twice as many layers more take about twice as many more."""

    def calls(layers: int) -> int:
        network, found = of_depth(layers, regularizer), 0

        def count(frame, event, argument):
            nonlocal found
            found += event == "call"

        clear_cache()
        before = sys.getprofile()
        sys.setprofile(count)
        try:
            derive(network)
        finally:
            sys.setprofile(before)
        return found

    calls(4)
    first, second, third = map(calls, (8, 16, 32))
    # 2 if all layers take the same, 4 if each takes as much more as the one before it.
    assert third - second < 3 * (second - first)
