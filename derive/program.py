"""A program: forward definitions in index notation and the cost that they lead to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import sympy as sp

from derive.forms import Form, form
from derive.notation import Element, Index, Tensor, elements, outermost, scalar


@dataclass(frozen=True)
class Kink:
    """At argument = point the derivative is declared to be value (both SymPy numbers)."""

    point: sp.Expr
    value: sp.Expr


@dataclass(frozen=True, eq=False)
class Node:
    """A definition `tensor[indices] = body`; body is a scalar over elements and sums.

    kinks: where an entrywise body has no derivative, the value declared for it.
    note: the name of what defines the body (an activation, a loss), for explanations.
    """

    tensor: Tensor
    indices: tuple[Index, ...]
    body: sp.Expr
    kinks: tuple[Kink, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "indices", tuple(self.indices))
        object.__setattr__(self, "body", scalar(self.body))
        if len(self.indices) != len(self.tensor.dims):
            raise ValueError(
                f"{self.tensor.name} has {len(self.tensor.dims)} dimensions, "
                f"its definition {len(self.indices)} indices"
            )
        for index, dim in zip(self.indices, self.tensor.dims, strict=True):
            if sp.expand(index.dim - dim) != 0:
                raise ValueError(
                    f"{self.tensor.name}: index {index.name} runs over {index.dim}, the dimension is {dim}"
                )
        stray = {s for s in self.body.free_symbols if isinstance(s, Index) and s not in self.indices}
        if stray:
            names = ", ".join(sorted(s.name for s in stray))
            raise ValueError(f"{self.tensor.name}: index {names} is neither an index of it nor summed")
        if self.tensor in self.uses:
            raise ValueError(f"{self.tensor.name} is defined by itself")

    def body_at(self, indices: Iterable[sp.Expr]) -> sp.Expr:
        """The body with the formal indices replaced; bound indices are shared with the original."""
        return self.body.xreplace(dict(zip(self.indices, indices, strict=True)))

    @cached_property
    def uses(self) -> tuple[Tensor, ...]:
        """The tensors that the body uses, in the order in which they were made."""
        found = {e.tensor.serial: e.tensor for e in elements(self.body)}
        return tuple(found[serial] for serial in sorted(found))

    @cached_property
    def form(self) -> Form:
        """The definition without names."""
        return form((self.tensor, *self.uses), self.indices, self.body, (self.kinks, self.note))

    @property
    def argument(self) -> Element | None:
        """z if the body is f(z), entry by entry, of one element with the same indices; else None."""
        found = {e for e in outermost(self.body, (Element,)) if e.args}
        if len(found) == 1 and self.indices:
            (element,) = found
            if element.args == self.indices and isinstance(element, Element):
                return element
        return None


@dataclass(frozen=True)
class SumFact:
    """A declared fact: the sum of the tensor over this index (a number) is total for every rest."""

    tensor: Tensor
    axis: int
    total: sp.Expr = sp.Integer(1)


@dataclass(frozen=True, eq=False)
class Program:
    """Nodes in an order in which each uses only tensors before it, and the cost.

    The cost is J = scale · (Σ loss + regularizer): `loss` is a tensor of any rank, summed over all
    its indices; `regularizer` a tensor of rank 0 or None. sizes: numbers for dimension symbols
    where they are known. Nodes that do not reach the cost are dropped.
    """

    nodes: tuple[Node, ...]
    loss: Tensor
    scale: sp.Expr = sp.Integer(1)
    regularizer: Tensor | None = None
    facts: tuple[SumFact, ...] = ()
    name: str = "program"
    sizes: dict[sp.Symbol, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "scale", scalar(self.scale))
        for size in self.sizes.values():
            scalar(size)
        nodes = tuple(self.nodes)
        own = {node.tensor.serial for node in nodes}
        defined: set[int] = set()
        names: dict[str, Tensor] = {}
        for node in nodes:
            for tensor in (*node.uses, node.tensor):
                if names.setdefault(tensor.name, tensor) is not tensor:
                    raise ValueError(f"two tensors are named {tensor.name}")
            if node.tensor.serial in defined:
                raise ValueError(f"{node.tensor.name} is defined twice")
            for tensor in node.uses:
                if tensor.serial in own and tensor.serial not in defined:
                    raise ValueError(f"{node.tensor.name} uses {tensor.name}, which is defined after it")
            defined.add(node.tensor.serial)
        for cost in self.costs:
            if cost.serial not in defined:
                raise ValueError(f"the cost uses {cost.name}, which no node defines")
        object.__setattr__(self, "nodes", self._reaching(nodes))

    @property
    def costs(self) -> tuple[Tensor, ...]:
        """The tensors that the cost sums: the loss and, if there is one, the regularizer."""
        return (self.loss,) if self.regularizer is None else (self.loss, self.regularizer)

    def _reaching(self, nodes: tuple[Node, ...]) -> tuple[Node, ...]:
        wanted = {t.serial for t in self.costs}
        kept = []
        for node in reversed(nodes):
            if node.tensor.serial in wanted:
                kept.append(node)
                wanted.update(tensor.serial for tensor in node.uses)
        return tuple(reversed(kept))

    def node(self, tensor: Tensor) -> Node | None:
        """The definition of a tensor, None for a leaf."""
        return self._definitions.get(tensor.serial)

    @property
    def _definitions(self) -> dict[int, Node]:
        return memo(self, "definitions", lambda: {n.tensor.serial: n for n in self.nodes})  # type: ignore[no-any-return]

    def place(self, tensor: Tensor) -> int:
        """The number of a tensor's definition, -1 for a leaf."""
        return self._places.get(tensor.serial, -1)

    @property
    def _places(self) -> dict[int, int]:
        return memo(self, "places", lambda: {n.tensor.serial: k for k, n in enumerate(self.nodes)})  # type: ignore[no-any-return]

    @property
    def consumers(self) -> dict[int, tuple[Node, ...]]:
        """By a tensor's serial: the nodes whose bodies use it, in order."""

        def build() -> dict[int, tuple[Node, ...]]:
            found: dict[int, list[Node]] = {}
            for node in self.nodes:
                for tensor in node.uses:
                    found.setdefault(tensor.serial, []).append(node)
            return {serial: tuple(nodes) for serial, nodes in found.items()}

        return memo(self, "consumers", build)  # type: ignore[no-any-return]

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """Every tensor, by first appearance: what a definition uses stands before what it defines."""

        def build() -> tuple[Tensor, ...]:
            found: dict[int, Tensor] = {}
            for node in self.nodes:
                for tensor in (*node.uses, node.tensor):
                    found.setdefault(tensor.serial, tensor)
            return tuple(found.values())

        return memo(self, "tensors", build)  # type: ignore[no-any-return]

    @property
    def leaves(self) -> tuple[Tensor, ...]:
        """The tensors that no node defines: inputs, labels, parameters."""
        return tuple(t for t in self.tensors if self.node(t) is None)


def memo(owner: Any, key: str, build: Any) -> Any:
    """What build gives, kept with the owner."""
    store = owner.__dict__.setdefault("_memo", {})
    if key not in store:
        store[key] = build()
    return store[key]
