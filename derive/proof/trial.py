"""One choice of leaves, and everything compared at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from derive.arrays import Array
from derive.derivation import Definition, Derivation, Gradient
from derive.evaluation import Entry, Table
from derive.notation import Tensor, Terms
from derive.proof.forward import Forward
from derive.proof.leaves import broken_facts
from derive.proof.matrices import MatrixEvaluator, physical
from derive.proof.residues import Residues


class Trial:
    """These gradients and forward lines at the values of a forward pass.

    Gradients of every tensor that has values there have the values that the convention asks for.
    """

    def __init__(
        self,
        derivation: Derivation,
        gradients: Sequence[Gradient],
        definitions: Sequence[Definition],
        forward: Forward,
        numbers: Residues,
    ) -> None:
        self.derivation = derivation
        self.gradients = gradients
        self.definitions = definitions
        self.forward = forward
        self.numbers = numbers
        self.evaluator = forward.evaluator
        self.matrices = MatrixEvaluator(self.evaluator)
        self.checks = 0
        self._values: dict[tuple[int, int], Any] = {}
        known = (derivation.by_tensor(serial) for serial in tuple(forward.tables))
        for gradient in (*filter(None, known), *gradients):
            if gradient.symbol.serial not in self.evaluator.tables:
                self.evaluator.tables[gradient.symbol.serial] = self._truth(gradient)

    def _truth(self, gradient: Gradient) -> Table:
        """The gradient that the convention asks for, from the program's own definitions."""
        adjoint = self.forward.adjoints.get(gradient.of.serial)
        if adjoint is None:
            entries = self.evaluator.entries(gradient.of.dims)
            adjoint = Table(gradient.of.name, dict.fromkeys(entries, self.evaluator.zero))
        if not is_scaled(gradient.of, self.derivation):
            return Table(gradient.name, adjoint)
        scale = self.forward.constant(self.derivation.program.scale)
        return Table(gradient.name, {e: self.numbers.product([scale, v]) for e, v in adjoint.items()})

    def failures(self) -> Iterator[str]:
        """What does not hold, in readable lines."""
        yield from broken_facts(self.forward.program, self.evaluator)
        self.checks += len(self.forward.program.facts)
        for definition in self.definitions:
            yield from self._guarded(definition.name, lambda d=definition: self._definition(d))  # type: ignore[misc]
        for gradient in self.gradients:
            where = gradient.name
            for number, step in enumerate(gradient.steps):
                line = f"{where} step {number + 1} ({step.rule})"
                yield from self._guarded(line, lambda g=gradient, n=number: self._step(g, n))  # type: ignore[misc]
            yield from self._guarded(where, lambda g=gradient: self._gradient(g))  # type: ignore[misc]

    def _guarded(self, where: str, compare: Callable[[], str | None]) -> Iterator[str]:
        """The failure found by one comparison, or that of the comparison itself."""
        self.checks += 1
        try:
            found = compare()
        except Exception as error:
            found = str(error) or type(error).__name__
        if found:
            yield f"{where}: {found}"

    def _definition(self, definition: Definition) -> str | None:
        if definition.array is None:
            return None
        node = definition.node
        value = self._array(definition.array, node.tensor, node.indices)
        return _difference(self.evaluator.tables[node.tensor.serial], value, "definition", "matrix form")

    def _gradient(self, gradient: Gradient) -> str | None:
        if not gradient.steps:
            return "the gradient has no steps and so no value"
        truth = self.evaluator.tables[gradient.symbol.serial]
        return _difference(
            truth, self._state(gradient, gradient.value), "derivative of the cost", "the gradient"
        )

    def _step(self, gradient: Gradient, number: int) -> str | None:
        """A step goes on from the one before it, and its sides have one value."""
        step = gradient.steps[number]
        before, after = (self._state(gradient, state) for state in (step.before, step.after))
        if number:
            last = self._state(gradient, gradient.steps[number - 1].after)
            gap = _difference(last, before, "the step before it", "before")
            if gap:
                return gap
        return _difference(before, after, "before", "after")

    def _state(self, gradient: Gradient, state: Terms | Array) -> Mapping[Entry, int]:
        """Each state is evaluated once; the key holds as long as the derivation does."""
        key = (id(state), gradient.symbol.serial)
        if key not in self._values:
            if isinstance(state, Array):
                self._values[key] = self._array(state, gradient.symbol, gradient.indices)
            else:
                value = self.evaluator.at(gradient.indices, self.evaluator.terms(state))
                entries = self.evaluator.entries(gradient.symbol.dims)
                self._values[key] = {entry: value(entry) for entry in entries}
        return self._values[key]  # type: ignore[no-any-return]

    def _array(self, array: Array, tensor: Tensor, indices: tuple[Any, ...]) -> Mapping[Entry, int]:
        """The entries of a matrix form by index; its axes have to be those of the tensor."""
        expected = tensor.axes(indices)
        if tuple(array.axes) != expected:
            raise ValueError(f"the matrix form has axes {array.axes}, {tensor.name} has {expected}")
        value = self.matrices.value(array)
        return {entry: value[physical(tensor, entry)] for entry in self.evaluator.entries(tensor.dims)}


def is_scaled(tensor: Tensor, derivation: Derivation) -> bool:
    """Whether the gradient of this tensor is that of J rather than of the sum of the losses."""
    return derivation.convention.convention == "exact" or tensor.role in ("parameter", "hyperparameter")


def _difference(
    left: Mapping[Entry, int], right: Mapping[Entry, int], left_name: str, right_name: str
) -> str | None:
    wrong = [entry for entry in left if left[entry] != right[entry]]
    if not wrong:
        return None
    entry = wrong[0]
    return (
        f"{left_name} and {right_name} differ at {len(wrong)} of {len(left)} entries, "
        f"first at {list(entry)}: {left[entry]} and {right[entry]}"
    )
