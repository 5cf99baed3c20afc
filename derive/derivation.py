"""What a derivation is: conventions, steps, gradients, and the whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import sympy as sp

from derive.arrays import Array
from derive.notation import Element, Index, Tensor, Terms, expression
from derive.program import Node, Program


@dataclass(frozen=True)
class Convention:
    """The choices that change what is printed but not what is true.

    convention: "course", where dZ and dA are derivatives of the sum of the losses and 1/m stands in
    dW and db, or "exact", where every d is a derivative of J. derivatives: g′ written in the output
    a or in the input z. kinks: ("relu", value) pairs that replace declared values at a kink.
    """

    layout: Literal["columns", "rows"] = "columns"
    convention: Literal["course", "exact"] = "course"
    derivatives: Literal["output", "input"] = "output"
    fused: bool = True
    kinks: tuple[tuple[str, str], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "kinks": dict(self.kinks)}


@dataclass(frozen=True)
class Step:
    """One line of a derivation: `before` becomes `after` by a rule.

    before and after are index forms (terms), or a matrix form. bindings: what was replaced by what,
    e.g. a summed index by the index that a delta makes it equal to. because: the tensors, facts or
    side conditions that the step used, in words of the program.
    """

    rule: str
    before: Terms | Array
    after: Terms | Array
    bindings: tuple[tuple[sp.Expr, sp.Expr], ...] = ()
    because: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gradient:
    """d<tensor>: its steps, and its value, which is the result of the last of them.

    of: the tensor it is the gradient of. symbol: the tensor that holds the gradient's entries.
    indices: the free indices p of every index form, so that terms stand for symbol[p].
    """

    of: Tensor
    symbol: Tensor
    indices: tuple[Index, ...]
    steps: tuple[Step, ...]
    assumptions: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.symbol.name

    @property
    def element(self) -> Element:
        return self.symbol[self.indices]

    @property
    def value(self) -> Terms | Array:
        """The matrix form, or the index form where there is none."""
        return self.steps[-1].after

    @property
    def array(self) -> Array | None:
        return self.value if isinstance(self.value, Array) else None

    @property
    def terms(self) -> Terms:
        """The last index form."""
        return next(
            s for step in reversed(self.steps) for s in (step.after, step.before) if isinstance(s, tuple)
        )

    @property
    def node(self) -> Node:
        """The gradient as a definition, so that a program can go on from it."""
        return Node(self.symbol, self.indices, expression(self.terms))


@dataclass(frozen=True)
class Definition:
    """A forward line: a node and its matrix form, None where it has none."""

    node: Node
    array: Array | None

    @property
    def name(self) -> str:
        return self.node.tensor.name


@dataclass(frozen=True, eq=False)
class Derivation:
    """All gradients of a program, in the order in which they can be computed.

    forward: the definitions in order, the loss last. unfused gradients stand in `gradients` as well
    as fused ones; `needed` names those that a backward pass has to compute.
    """

    program: Program
    convention: Convention
    forward: tuple[Definition, ...]
    gradients: tuple[Gradient, ...]
    proof: Any = field(default=None)

    def __getitem__(self, name: str) -> Gradient:
        for gradient in self.gradients:
            if gradient.name == name:
                return gradient
        known = ", ".join(g.name for g in self.gradients)
        raise KeyError(f"no gradient named {name!r}; there are {known}")

    def __iter__(self) -> Iterator[Gradient]:
        return iter(self.gradients)

    @property
    def name(self) -> str:
        return self.program.name
