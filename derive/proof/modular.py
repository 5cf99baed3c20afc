"""Every gradient, step and forward line checked in exact arithmetic modulo a prime."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import sympy as sp

from derive.arrays import Array
from derive.derivation import Definition, Derivation, Gradient
from derive.evaluation import Entry, Table
from derive.notation import Element, Tensor, Terms
from derive.program import Program
from derive.proof.forward import Forward, Unrooted
from derive.proof.leaves import broken_facts, nearest_leaves, random_leaves
from derive.proof.matrices import MatrixEvaluator, physical
from derive.proof.residues import PRIME, Residues
from derive.proof.sizes import choose_sizes

TRIALS_WITH_CONDITIONS = 3
ATTEMPTS = 4096


@dataclass(frozen=True)
class Proof:
    """What was checked and what failed. A proof with a failure proves nothing."""

    checks: int
    failures: tuple[str, ...]
    seed: int
    sizes: dict[str, int] = field(default_factory=dict)
    prime: int = PRIME
    trials: int = 1

    @property
    def ok(self) -> bool:
        return not self.failures

    @property
    def bound(self) -> str:
        """What a pass means."""
        sizes = ", ".join(f"{name} = {size}" for name, size in self.sizes.items())
        return (
            f"identity checked in exact arithmetic modulo {self.prime} (> 2^61) at {sizes or 'given sizes'}; "
            "a false identity passes a check with probability at most deg/2^61"
        )


def program_seed(program: Program) -> int:
    """A number that depends on what the program says and on nothing else."""
    text = "\n".join(
        [
            program.name,
            str(program.scale),
            *(f"{node.tensor.name} = {_text(node.body)}" for node in program.nodes),
        ]
    )
    return int.from_bytes(blake2b(text.encode(), digest_size=6).digest(), "big")


def _text(expr: Any) -> str:
    """The expression in one order, whatever order SymPy keeps it in; indices by name."""
    name = expr.tensor.name if isinstance(expr, Element) else type(expr).__name__
    if expr.args:
        return f"{name}({','.join(sorted(map(_text, expr.args)))})"
    return f"{name} {expr.name if isinstance(expr, sp.Symbol) else expr}"


def prove(
    derivation: Derivation, *, sizes: Mapping[sp.Symbol, int] | None = None, seed: int | None = None
) -> Proof:
    """Check every gradient against the program's own derivatives, every step's two sides against
    each other, and every forward line's matrix form against its definition."""
    program = derivation.program
    seed = program_seed(program) if seed is None else seed
    checks, trials = 0, 0
    failures: dict[str, None] = {}
    chosen: dict[sp.Symbol, int] = {}
    try:
        chosen = choose_sizes(program, sizes)
        wanted = 1
        while trials < wanted:
            trial = _Trial(derivation, *_start(program, chosen, seed, trials))
            failures.update(dict.fromkeys(trial.failures()))
            checks += trial.checks
            trials += 1
            wanted = TRIALS_WITH_CONDITIONS if trial.numbers.has_chosen else 1
    except Exception as error:
        failures[f"forward pass: {error}"] = None
    if not checks:
        failures["nothing was checked"] = None
    names = {str(symbol): size for symbol, size in chosen.items()}
    return Proof(checks, tuple(failures), seed, names, PRIME, trials)


def _start(program: Program, sizes: dict[sp.Symbol, int], seed: int, trial: int) -> tuple[Forward, Residues]:
    """A forward pass in which every root exists and no divisor is 0.

    From random leaves, one entry near the first missing root is drawn anew at a time, and kept if
    the pass then gets at least as far.
    """
    numbers = Residues((seed << 32) + trial)
    leaves = random_leaves(
        program,
        numbers,
        sizes,
        lambda t, e: numbers.random("leaf", t.name, e),
        lambda t, e, bound: numbers.random("leaf", t.name, e) % bound,
    )
    farthest, node, changed = -1, program.nodes[-1], leaves
    for attempt in range(ATTEMPTS):
        try:
            return Forward(program, numbers, sizes, changed), numbers
        except Unrooted as error:
            reason = error
        if reason.done >= farthest:
            farthest, node, leaves = reason.done, reason.node, changed
        changed = dict(leaves)
        near = nearest_leaves(program, node)
        if not near:
            break
        tensor = near[numbers.random("tensor", attempt) % len(near)]
        table = leaves[tensor.serial]
        entry = list(table)[numbers.random("entry", attempt) % len(table)]
        changed[tensor.serial] = Table(table.name, {**table, entry: numbers.random("again", attempt)})
    raise ValueError(f"no leaves were found at which every root exists ({reason}): give smaller sizes")


class _Trial:
    """One choice of leaves, and everything compared at it."""

    def __init__(self, derivation: Derivation, forward: Forward, numbers: Residues) -> None:
        self.derivation = derivation
        self.forward = forward
        self.numbers = numbers
        self.evaluator = forward.evaluator
        self.matrices = MatrixEvaluator(self.evaluator)
        self.checks = 0
        self._values: dict[tuple[int, int], Any] = {}
        for gradient in derivation.gradients:
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
        facts = broken_facts(self.derivation.program, self.evaluator)
        self.checks += len(self.derivation.program.facts)
        yield from facts
        for definition in self.derivation.forward:
            yield from self._guarded(definition.name, lambda d=definition: self._definition(d))  # type: ignore[misc]
        for gradient in self.derivation.gradients:
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
