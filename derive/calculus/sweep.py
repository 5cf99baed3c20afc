"""The reverse sweep: gradients of every tensor on the way from the parameters to the cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import MappingProxyType

import sympy as sp

from derive.calculus.algebra import rank_of
from derive.calculus.context import Context, Rewriting, Rule
from derive.calculus.kinds import Kinds
from derive.calculus.matrix_form import array_form
from derive.calculus.rules import RULES
from derive.derivation import Convention, Definition, Derivation, Gradient, Step
from derive.notation import CostPartial, Index, Tensor, Term, Terms
from derive.program import Node, Program

# More rewritings than this for one gradient would mean that two rules undo each other.
_MOST_STEPS = 200


def derivation(
    program: Program,
    convention: Convention,
    wrt: Iterable[Tensor | str] | None = None,
    rules: tuple[Rule, ...] = RULES,
) -> Derivation:
    """All gradients of the program's cost, each with its steps.

    wrt: the tensors whose gradients are wanted; by default the parameters or, in a program that
    declares none, every leaf without a role. A ValueError says so where there is nothing to
    differentiate by.
    """
    targets = default_targets(program) if wrt is None else tuple(_named(program, t) for t in wrt)
    if not targets:
        raise ValueError(
            f"{program.name} has nothing to differentiate by; give a tensor the role parameter, or pass wrt"
        )
    path = on_path(program, targets)
    order = {tensor.serial: n for n, tensor in enumerate(program.tensors)}
    rank = rank_of(order)
    names = {tensor.name for tensor in program.tensors}
    sole = frozenset(
        node.tensor.serial
        for node in program.nodes
        if sum(tensor.serial in path for tensor in node.uses) == 1
    )
    kinds = Kinds(program, convention, sole, order)
    found: dict[int, Gradient] = {}
    by_symbol: dict[int, int] = {}
    for tensor in _reverse_order(program, path):
        symbol = gradient_symbol(tensor, names)
        indices = tensor.indices()
        by_symbol[symbol.serial] = tensor.serial
        steps = kinds.again(tensor, symbol, indices, found)
        if steps is not None:
            found[tensor.serial] = Gradient(
                tensor, symbol, indices, steps, program, convention, steps.assumptions
            )
            continue
        context = Context(
            program,
            convention,
            tensor,
            MappingProxyType(found),
            MappingProxyType(by_symbol),
            sole,
            rank,
            tensor.axes(indices),
            lambda terms, context: _rewritten(terms, context, rules)[0],
        )
        found[tensor.serial] = _gradient(context, symbol, indices, rules)
        kinds.derived(found[tensor.serial])

    def line(node: Node) -> Definition:
        return Definition(node, array_form(node.body, node.tensor.axes(node.indices), rank))

    forward = tuple(kinds.definition(node, line) for node in program.nodes)
    return Derivation(program, convention, forward, tuple(found.values()))


def default_targets(program: Program) -> tuple[Tensor, ...]:
    """The parameters; without any, the leaves that have no role."""
    parameters = tuple(t for t in program.leaves if t.role == "parameter")
    return parameters or tuple(t for t in program.leaves if t.role == "node" and t.integer is None)


def _named(program: Program, target: Tensor | str) -> Tensor:
    """The tensor of the program that is meant; the cost must depend on it."""
    name = target if isinstance(target, str) else target.name
    for tensor in program.tensors:
        if tensor is target or tensor.name == target:
            return tensor
    known = ", ".join(tensor.name for tensor in program.tensors)
    raise ValueError(f"the cost of {program.name} does not depend on {name}; it depends on {known}")


def on_path(program: Program, targets: Iterable[Tensor]) -> set[int]:
    """Serials of the targets and of every node that depends on one."""
    path = {tensor.serial for tensor in targets}
    for node in program.nodes:
        if any(tensor.serial in path for tensor in node.uses):
            path.add(node.tensor.serial)
    return path


def _reverse_order(program: Program, path: set[int]) -> Iterator[Tensor]:
    """Tensors to differentiate by, each after all its consumers; a leaf after its first consumer."""
    costs = {tensor.serial for tensor in program.costs}
    first_use: dict[int, list[Tensor]] = {}
    seen: set[int] = set()
    for node in program.nodes:
        for tensor in node.uses:
            if tensor.serial in path and tensor.serial not in seen and program.node(tensor) is None:
                seen.add(tensor.serial)
                first_use.setdefault(node.tensor.serial, []).append(tensor)
    for node in reversed(program.nodes):
        tensor = node.tensor
        used = tensor.serial not in costs or tensor.serial in program.consumers
        if tensor.serial in path and used:
            yield tensor
        yield from first_use.get(node.tensor.serial, ())


def gradient_symbol(tensor: Tensor, names: set[str]) -> Tensor:
    """The tensor that holds a gradient, under a name that nothing else has; the name is taken."""
    name = f"d{tensor.name}"
    number = 2
    while name in names:
        name, number = f"d{tensor.name}_{number}", number + 1
    names.add(name)
    latex = None if tensor.latex_name is None else f"d{tensor.latex_name}"
    return Tensor(name, tensor.dims, tensor.layout, "gradient", latex_name=latex)


def cost_factor(tensor: Tensor, program: Program, convention: Convention) -> sp.Expr:
    """What ∂(Σ loss + regularizer)/∂tensor is multiplied by to give the gradient that is printed."""
    scaled = convention.convention == "exact" or tensor.role in ("parameter", "hyperparameter")
    return program.scale if scaled else sp.Integer(1)


def _gradient(
    context: Context, symbol: Tensor, indices: tuple[Index, ...], rules: tuple[Rule, ...]
) -> Gradient:
    tensor = context.tensor
    factor = cost_factor(tensor, context.program, context.convention)
    goal: Terms = (Term((CostPartial(tensor[indices]),), (), factor),)
    _, steps, assumptions = _rewritten(goal, context, rules)
    stated = tuple(dict.fromkeys(assumptions))
    return Gradient(tensor, symbol, indices, tuple(steps), context.program, context.convention, stated)


def _rewritten(
    terms: Terms, context: Context, rules: tuple[Rule, ...]
) -> tuple[Terms, list[Step], list[str]]:
    """The last index form, with the steps: each rule is tried again from the first after a change."""
    steps: list[Step] = []
    assumptions: list[str] = []
    while len(steps) < _MOST_STEPS:
        rule, result = _first_that_applies(terms, context, rules)
        if rule is None or result is None:
            return terms, steps, assumptions
        after = result.terms if result.array is None else result.array
        steps.append(Step(rule.name, terms, after, result.bindings, result.because))
        assumptions += result.assumptions
        terms = result.terms
        if result.array is not None:
            return terms, steps, assumptions
    raise RuntimeError(f"d{context.tensor.name}: the rules do not come to an end")


def _first_that_applies(
    terms: Terms, context: Context, rules: tuple[Rule, ...]
) -> tuple[Rule | None, Rewriting | None]:
    for rule in rules:
        result = rule.rewrite(terms, context)
        if result is not None:
            return rule, result
    return None, None
