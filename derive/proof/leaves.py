"""Random leaves that obey the declared facts, in any kind of number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import sympy as sp

from derive.evaluation import Entry, Evaluator, Numbers, Table
from derive.notation import Tensor, elements
from derive.program import Node, Program, SumFact
from derive.proof.excerpts import Excerpt


def random_leaves(
    program: Program | Excerpt,
    numbers: Numbers,
    sizes: Mapping[sp.Symbol, int],
    draw: Callable[[Tensor, Entry], Any],
    draw_integer: Callable[[Tensor, Entry, int], int],
) -> dict[int, Table]:
    """A table for each leaf: draw gives an entry, draw_integer one below a bound.

    A declared sum fixes the last entry along its axis.
    """
    evaluator = Evaluator(numbers, sizes, {})
    facts = {fact.tensor.serial: fact for fact in program.facts}
    tables = {}
    for tensor in program.leaves:
        shape = [evaluator.size(dim) for dim in tensor.dims]
        table = Table(tensor.name)
        for entry in product(*map(range, shape)):
            if tensor.integer is not None:
                table[entry] = draw_integer(tensor, entry, evaluator.size(tensor.integer))
            else:
                table[entry] = draw(tensor, entry)
        if tensor.serial in facts and tensor.integer is None:
            impose(facts[tensor.serial], table, shape, evaluator)
        tables[tensor.serial] = table
    return tables


def leaves_by_distance(program: Program | Excerpt, node: Node) -> list[list[Tensor]]:
    """The leaves that this node uses, those that the nodes it uses do, and so on; none of integers."""
    levels = []
    level, seen = [node], {node.tensor.serial}
    while level:
        used = list(dict.fromkeys(e.tensor for definition in level for e in elements(definition.body)))
        found = [t for t in used if program.node(t) is None and t.integer is None and t.serial not in seen]
        nodes = [n for n in map(program.node, used) if n is not None and n.tensor.serial not in seen]
        seen.update(t.serial for t in (*found, *(n.tensor for n in nodes)))
        if found:
            levels.append(found)
        level = nodes
    return levels


def redrawn(
    program: Program | Excerpt,
    evaluator: Evaluator,
    leaves: Mapping[int, Table],
    tensor: Tensor,
    place: int,
    value: Any,
) -> dict[int, Table]:
    """The leaves with another value at a place, counted around; a declared sum goes on to hold."""
    table = leaves[tensor.serial]
    changed = Table(table.name, {**table, list(table)[place % len(table)]: value})
    for fact in program.facts:
        if fact.tensor.serial == tensor.serial:
            impose(fact, changed, [evaluator.size(dim) for dim in tensor.dims], evaluator)
    return {**leaves, tensor.serial: changed}


def impose(fact: SumFact, table: Table, shape: list[int], evaluator: Evaluator) -> None:
    """Make the last entry along the axis what the total leaves for it."""
    numbers, axis = evaluator.numbers, fact.axis
    total = evaluator.scalar(fact.total)()
    for rest in product(*(range(n) for n in (*shape[:axis], *shape[axis + 1 :]))):
        line = [(*rest[:axis], n, *rest[axis:]) for n in range(shape[axis])]
        others = numbers.sum([table[entry] for entry in line[:-1]])
        table[line[-1]] = numbers.sum([total, numbers.product([evaluator.minus_one, others])])


def broken_facts(program: Program | Excerpt, evaluator: Evaluator) -> list[str]:
    """Declared sums that the values contradict."""
    found = []
    for fact in program.facts:
        if fact.tensor.serial not in evaluator.tables:
            continue
        sums: dict[Entry, list[Any]] = {}
        for entry, value in evaluator.tables[fact.tensor.serial].items():
            sums.setdefault((*entry[: fact.axis], *entry[fact.axis + 1 :]), []).append(value)
        total = evaluator.scalar(fact.total)()
        if any(evaluator.numbers.sum(values) != total for values in sums.values()):
            found.append(
                f"fact: the sum of {fact.tensor.name} over its axis {fact.axis} is not {fact.total}; "
                "its definition or another fact contradicts it"
            )
    return found
