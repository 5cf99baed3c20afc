"""What a derivation is: conventions, steps, gradients, and the whole."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Literal

import sympy as sp

from derive.arrays import Array
from derive.notation import Element, Index, Tensor, Terms, elements, expression
from derive.printing import Naming, latex_equation, latex_expression, letters, numpy_expression, rank
from derive.program import Node, Program

# One walk over a program serves all its gradients.
_rank = lru_cache(maxsize=4)(rank)


@lru_cache(maxsize=4)
def _names(program: Program) -> frozenset[str]:
    """Names of tensors, and letters in the subscripts of dimensions: l of n_{l-1}."""
    dims = {str(symbol) for tensor in program.tensors for dim in tensor.dims for symbol in dim.free_symbols}
    subscripts = {found[1] for found in map(re.compile(r".*\{(\w+)").match, dims) if found}
    return frozenset(tensor.name for tensor in program.tensors) | subscripts


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
    steps: Sequence[Step]
    program: Program = field(repr=False)
    convention: Convention = field(repr=False)
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
    def shape(self) -> tuple[sp.Expr, ...]:
        """Sizes of the array, numbers where they are known."""
        return tuple(sp.sympify(dim).xreplace(self.program.sizes) for dim in self.symbol.shape)

    @cached_property
    def naming(self) -> Naming:
        """Letters for the indices, the same in every step, and the order in which tensors are printed."""
        states = [self.steps[0].before, *(step.after for step in self.steps)]
        return Naming(
            rank=_rank(self.program),
            letters=letters(states, free=self.indices, avoid=_names(self.program)),
            sizes=self.program.sizes,
        )

    @property
    def numpy(self) -> str:
        """The value as one expression over np, m and the names of arrays."""
        return numpy_expression(self.value, self.naming, self.symbol.axes(self.indices))

    @property
    def latex(self) -> str:
        """The value in LaTeX, without what stands left of the equals sign."""
        return latex_expression(self.value, self.naming)

    @property
    def equation(self) -> str:
        """The whole equation in LaTeX."""
        return latex_equation(self.symbol, self.indices, self.value, self.naming)

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.equation}$"

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

    forward: the definitions in order. proof: what was checked, None before that.
    """

    program: Program
    convention: Convention
    forward: tuple[Definition, ...]
    gradients: tuple[Gradient, ...]
    proof: Any = field(default=None)

    def __getitem__(self, name: str) -> Gradient:
        if name in self._by_name:
            return self._by_name[name]
        known = ", ".join(g.name for g in self.gradients)
        raise KeyError(f"no gradient named {name!r}; there are {known}")

    def __iter__(self) -> Iterator[Gradient]:
        return iter(self.gradients)

    @property
    def name(self) -> str:
        return self.program.name

    @cached_property
    def _by_name(self) -> dict[str, Gradient]:
        return {gradient.name: gradient for gradient in reversed(self.gradients)}

    def by_tensor(self, serial: int) -> Gradient | None:
        """The gradient by the tensor with this serial."""
        return self._by_tensor.get(serial)

    def by_symbol(self, serial: int) -> Gradient | None:
        """The gradient whose entries the tensor with this serial holds."""
        return self._by_symbol.get(serial)

    @cached_property
    def _by_tensor(self) -> dict[int, Gradient]:
        return {gradient.of.serial: gradient for gradient in self.gradients}

    @cached_property
    def _by_symbol(self) -> dict[int, Gradient]:
        return {gradient.symbol.serial: gradient for gradient in self.gradients}

    @property
    def needed(self) -> tuple[Gradient, ...]:
        """The gradients that a backward pass computes: those of leaves, and what their values use."""
        wanted = {g.symbol.serial for g in self.gradients if self.program.node(g.of) is None}
        kept = []
        for gradient in reversed(self.gradients):
            if gradient.symbol.serial in wanted:
                kept.append(gradient)
                wanted |= {e.tensor.serial for term in gradient.terms for e in elements(term.expr)}
        return tuple(reversed(kept))

    @cached_property
    def equations(self) -> dict[str, int]:
        """Numbers of the equations, the same in every output: forward definitions, J, gradients.

        Every gradient has a number, also those that fused code does not compute.
        """
        names = (*(d.name for d in self.forward), "J", *(g.name for g in self.gradients))
        return {name: number for number, name in enumerate(names, 1)}

    def _repr_latex_(self) -> str:
        lines = " \\\\\n".join(gradient.equation.replace("=", "&=", 1) for gradient in self.gradients)
        return f"$\\begin{{aligned}}\n{lines}\n\\end{{aligned}}$"
