"""What repeats is derived once: its steps under other names, made when they are looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, NamedTuple, overload

import sympy as sp

from derive.arrays import Array, Einsum, Entrywise, Leaf, MatrixProduct
from derive.derivation import Definition, Gradient, Step
from derive.notation import Element, Index, Tensor, Term, Terms, elements
from derive.printing.letters import parts
from derive.program import Node


class Names(NamedTuple):
    """Tensors and dimension symbols in an order."""

    tensors: tuple[Tensor, ...]
    dims: tuple[sp.Basic, ...]


def tensors_of(state: Terms | Array) -> Iterator[Tensor]:
    """Every tensor that stands in an index form or in a matrix form."""
    if isinstance(state, Array):
        if isinstance(state, Leaf):
            yield state.tensor
        for part in parts(state):
            yield from tensors_of(part)
    else:
        for term in state:
            yield from (e.tensor for part in (*term.factors, term.coefficient) for e in elements(part))


def tensors_in(step: Step) -> Iterator[Tensor]:
    """Every tensor that a step speaks of."""
    yield from tensors_of(step.before)
    yield from tensors_of(step.after)
    for binding in step.bindings:
        yield from (e.tensor for side in binding for e in elements(side))


class Renaming:
    """Other tensors and dimension symbols in the places of these.

    indices: what stands for the free indices. Summed indices are new, and of the same name.
    """

    def __init__(self, old: Names, new: Names, indices: Mapping[Index, Index]) -> None:
        pairs = tuple(zip(old.tensors, new.tensors, strict=True))
        self.tensors = {tensor.serial: other for tensor, other in pairs}
        self.names = {tensor.name: other.name for tensor, other in pairs}
        self.dims = dict(zip(old.dims, new.dims, strict=True))
        self._indices = dict(indices)
        self._states: dict[int, tuple[Any, Any]] = {}

    def index(self, index: Index) -> Index:
        if index not in self._indices:
            self._indices[index] = Index(index.name, index.dim.xreplace(self.dims))
        return self._indices[index]

    def expr(self, expr: Any) -> Any:
        """The expression under the other names."""
        if isinstance(expr, Index):
            return self.index(expr)
        if isinstance(expr, Element):
            return Element(self.tensors[expr.tensor.serial], *map(self.expr, expr.args))
        if expr.args:
            return expr.func(*map(self.expr, expr.args))
        return self.dims.get(expr, expr)

    def state(self, state: Terms | Array) -> Any:
        """An index form or a matrix form; one that two steps share stays shared."""
        if id(state) not in self._states:
            renamed = self.array(state) if isinstance(state, Array) else tuple(map(self.term, state))
            self._states[id(state)] = (state, renamed)
        return self._states[id(state)][1]

    def term(self, term: Term) -> Term:
        return Term(
            tuple(map(self.expr, term.factors)),
            tuple(map(self.index, term.sums)),
            self.expr(term.coefficient),
        )

    def array(self, array: Array) -> Any:
        axes = tuple(None if axis is None else self.index(axis) for axis in array.axes)
        if isinstance(array, Leaf):
            return Leaf(axes, self.tensors[array.tensor.serial])
        if isinstance(array, Entrywise):
            operands = tuple((placeholder, self.array(operand)) for placeholder, operand in array.operands)
            return Entrywise(axes, array.formula.xreplace(self.dims), operands)
        if isinstance(array, MatrixProduct):
            return MatrixProduct(axes, self.array(array.left), self.array(array.right))
        if isinstance(array, Einsum):
            return Einsum(axes, tuple(map(self.array, array.operands)))
        return replace(array, axes=axes, operand=self.array(array.operand))  # type: ignore[call-arg, attr-defined]

    def step(self, step: Step) -> Step:
        return Step(
            step.rule,
            self.state(step.before),
            self.state(step.after),
            tuple((self.expr(old), self.expr(new)) for old, new in step.bindings),
            tuple(map(self.text, step.because)),
        )

    def text(self, text: str) -> str:
        """A sentence in which whole words are names.

        >>> old, new = Names((Tensor("A2"), Tensor("Z2")), ()), Names((Tensor("A7"), Tensor("Z7")), ())
        >>> Renaming(old, new, {}).text("A2 = tanh(Z2), not A21")
        'A7 = tanh(Z7), not A21'
        """
        return re.sub(r"\w+", lambda word: self.names.get(word[0], word[0]), text)


class RenamedSteps(Sequence[Step]):
    """The steps of another gradient with `new` in the places of `old`."""

    def __init__(self, template: Gradient, old: Names, new: Names, indices: tuple[Index, ...]) -> None:
        self.template = template
        self.old = old
        self.new = new
        self.indices = indices
        self._made: dict[int, Step] = {}

    @cached_property
    def renaming(self) -> Renaming:
        return Renaming(self.old, self.new, dict(zip(self.template.indices, self.indices, strict=True)))

    @property
    def assumptions(self) -> tuple[str, ...]:
        found = self.template.assumptions
        return tuple(map(self.renaming.text, found)) if found else ()

    def __len__(self) -> int:
        return len(self.template.steps)

    @overload
    def __getitem__(self, number: int) -> Step: ...
    @overload
    def __getitem__(self, number: slice) -> tuple[Step, ...]: ...
    def __getitem__(self, number: int | slice) -> Step | tuple[Step, ...]:
        places = range(len(self))[number]
        if isinstance(places, range):
            return tuple(self[n] for n in places)
        if places not in self._made:
            self._made[places] = self.renaming.step(self.template.steps[places])
        return self._made[places]


class RenamedDefinition(Definition):
    """A forward line whose matrix form is that of another one under other names."""

    def __init__(self, node: Node, template: Definition) -> None:
        object.__setattr__(self, "node", node)
        object.__setattr__(self, "template", template)

    template: Definition

    @cached_property
    def array(self) -> Array | None:
        if self.template.array is None:
            return None
        old, new = self.template.node, self.node
        renaming = Renaming(
            Names(old.form.tensors, old.form.dims),
            Names(new.form.tensors, new.form.dims),
            dict(zip(old.indices, new.indices, strict=True)),
        )
        return renaming.array(self.template.array)  # type: ignore[no-any-return]
