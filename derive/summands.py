"""Of a cost that is a sum: the summands that concern some tensors, one letter for all others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import sympy as sp

from derive.notation import Tensor, elements
from derive.program import Node, Program, memo


class Summands:
    """A cost that is a sum and that nothing uses.

    A derivative by a tensor sees only the summands that use it. rest: stands for all the others.
    """

    def __init__(self, node: Node, rest: Tensor) -> None:
        self.node = node
        self.rest = rest
        self._parts = sp.Add.make_args(node.body)
        self._places: dict[int, list[int]] = {}
        for place, part in enumerate(self._parts):
            for serial in {element.tensor.serial for element in elements(part)}:
                self._places.setdefault(serial, []).append(place)
        self._made: dict[tuple[int, ...], Node] = {}

    def about(self, serials: Iterable[int]) -> Node:
        """The definition with the summands that use one of these tensors."""
        places = tuple(sorted({place for serial in serials for place in self._places.get(serial, ())}))
        if len(places) == len(self._parts):
            return self.node
        if places not in self._made:
            body = sp.Add(*(self._parts[place] for place in places), self.rest[()])
            self._made[places] = replace(self.node, body=body)
        return self._made[places]


def sums(program: Program) -> dict[int, Summands]:
    """By serial, the costs of a program that can be taken in parts."""

    def build() -> dict[int, Summands]:
        names = {tensor.name for tensor in program.tensors}
        found = {}
        for cost in program.costs:
            node = program.node(cost)
            if node is None or node.indices or cost.serial in program.consumers or not node.body.is_Add:
                continue
            name = f"rest_of_{cost.name}"
            while name in names:
                name += "_"
            found[cost.serial] = Summands(node, Tensor(name))
        return found

    return memo(program, "summands", build)  # type: ignore[no-any-return]


def about(program: Program, node: Node, serials: Iterable[int]) -> Node:
    """The node as the derivatives by these tensors see it."""
    cost = sums(program).get(node.tensor.serial)
    return node if cost is None else cost.about(serials)
