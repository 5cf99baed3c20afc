"""Every gradient checked deterministically: the cost written out in scalars, differentiated by SymPy.

A condition is a symbol s with s² = s, so that all its branches are covered at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from derive.arrays import Array
from derive.derivation import Derivation, Gradient
from derive.evaluation import Entry, Evaluator, Table
from derive.notation import Tensor
from derive.program import Program
from derive.proof.leaves import random_leaves
from derive.proof.matrices import MatrixEvaluator, physical
from derive.proof.modular import Proof
from derive.proof.sizes import choose_sizes
from derive.proof.symbols import SymbolicEvaluator, Symbols
from derive.proof.trial import is_scaled
from derive.proof.zero import is_zero

LARGEST_OPERATIONS = 200_000


def prove_exactly(derivation: Derivation, sizes: Mapping[sp.Symbol, int] | None = None) -> Proof:
    """Each entry of each gradient against SymPy's derivative of the cost, at small explicit sizes.

    What does not depend on the tensor that is differentiated by stays a symbol; if an identity
    needs more than that, everything is expanded down to the leaves.
    """
    checks, failures = 0, []
    chosen: dict[sp.Symbol, int] = {}
    try:
        chosen = choose_sizes(derivation.program, sizes) if sizes else smallest_sizes(derivation.program)
        expansion = _Expansion(derivation, chosen)
        for gradient in derivation.gradients:
            checks += 1
            try:
                found = expansion.failure(gradient)
            except Exception as error:
                found = str(error) or type(error).__name__
            if found:
                failures.append(f"{gradient.name}: {found}")
    except Exception as error:
        failures.append(f"forward pass: {error}")
    if not checks:
        failures.append("nothing was checked")
    names = {str(symbol): size for symbol, size in chosen.items()}
    return Proof(checks, tuple(failures), 0, names, 0, 1)


def smallest_sizes(program: Program) -> dict[sp.Symbol, int]:
    """2 for every dimension symbol, or the smallest sizes that make every dimension an integer."""
    symbols = choose_sizes(program)
    try:
        return choose_sizes(program, dict.fromkeys(symbols, 2))
    except ValueError:
        return symbols


class _Expansion:
    """Values of the program as SymPy expressions of the entries of some tensors."""

    def __init__(self, derivation: Derivation, sizes: dict[sp.Symbol, int]) -> None:
        self.derivation = derivation
        self.program = derivation.program
        self.sizes = sizes
        self.symbols = Symbols()
        self._truth: dict[int, dict[Entry, sp.Expr]] = {}
        self._gradients = {g.of.serial: g for g in derivation.gradients}

    def failure(self, gradient: Gradient) -> str | None:
        """What is wrong with the gradient, None if it is proved."""
        found = None
        for whole in (False, True):
            found = self._failure(gradient, whole)
            if found is None:
                return None
        return found

    def _failure(self, gradient: Gradient, whole: bool) -> str | None:
        cut = self._leaf_cut() if whole else self._cut(gradient.of)
        evaluator = self._evaluate(cut)
        for other in self.derivation.gradients:
            if self._depends(gradient, other) or other is gradient:
                evaluator.tables[other.symbol.serial] = self._gradient_table(other, evaluator)
        truth = evaluator.tables[gradient.symbol.serial]
        emitted = self._emitted(gradient, evaluator)
        for entry, expected in truth.items():
            difference = expected - emitted[entry]
            if difference.count_ops() > LARGEST_OPERATIONS:
                return (
                    f"entry {list(entry)} has more than {LARGEST_OPERATIONS} operations: give smaller sizes"
                )
            if not is_zero(difference):
                return f"entry {list(entry)} is not the derivative of the cost"
        return None

    def _depends(self, gradient: Gradient, other: Gradient) -> bool:
        return other.symbol.serial in {serial for state in (gradient.value,) for serial in _serials(state)}

    def _cut(self, tensor: Tensor) -> set[int]:
        """The tensors that do not depend on this one, and itself: they stay symbols."""
        moving = {tensor.serial}
        for node in self.program.nodes:
            if node.tensor.serial != tensor.serial and moving & _serials(node.body):
                moving.add(node.tensor.serial)
        return {t.serial for t in self.program.tensors} - moving | {tensor.serial}

    def _leaf_cut(self) -> set[int]:
        return {t.serial for t in self.program.leaves}

    def _evaluate(self, cut: set[int]) -> Evaluator:
        """All tables, with those in the cut as symbols."""
        leaves = random_leaves(
            self.program,
            self.symbols,
            self.sizes,
            self.symbols.entry,
            lambda t, e, bound: (sum(e) + 1) % bound,
        )
        evaluator = SymbolicEvaluator(self.symbols, self.sizes, leaves)
        for node in self.program.nodes:
            tensor = node.tensor
            entries = list(evaluator.entries(tensor.dims))
            if tensor.serial in cut:
                table = Table(tensor.name, ((e, self.symbols.entry(tensor, e)) for e in entries))
            else:
                value = evaluator.at(node.indices, evaluator.scalar(node.body))
                table = Table(tensor.name, ((e, value(e)) for e in entries))
            evaluator.tables[tensor.serial] = table
        return evaluator

    def _gradient_table(self, gradient: Gradient, evaluator: Evaluator) -> Table:
        """The true gradient, expressed in what the evaluator's tables are expressed in."""
        here: dict[sp.Expr, sp.Expr] = {}
        for tensor in self.program.tensors:
            for entry, value in evaluator.tables[tensor.serial].items():
                here[self.symbols.entry(tensor, entry)] = value
        scale = evaluator.scalar(self.program.scale)() if is_scaled(gradient.of, self.derivation) else 1
        partials = self._partials(gradient.of)
        return Table(gradient.name, {e: scale * value.xreplace(here) for e, value in partials.items()})

    def _partials(self, tensor: Tensor) -> dict[Entry, sp.Expr]:
        """∂(Σ loss + regularizer)/∂entry by SymPy, the tensor's own entries being symbols.

        A leaf with a declared sum is differentiated as if its entries were free.
        """
        if tensor.serial not in self._truth:
            tables = self._evaluate(self._cut(tensor)).tables
            free = {e: self.symbols.entry(tensor, e) for e in tables[tensor.serial]}
            if any(tables[tensor.serial][e] != symbol for e, symbol in free.items()):
                raise ValueError(f"{tensor.name} has a declared sum and cannot be differentiated by entry")
            cost = sum(v for c in self.program.costs for v in tables[c.serial].values())
            self._truth[tensor.serial] = {e: sp.diff(cost, symbol) for e, symbol in free.items()}
        return self._truth[tensor.serial]

    def _emitted(self, gradient: Gradient, evaluator: Evaluator) -> Mapping[Entry, sp.Expr]:
        entries = list(evaluator.entries(gradient.symbol.dims))
        if isinstance(gradient.value, Array):
            value = MatrixEvaluator(evaluator).value(gradient.value)
            return {e: value[physical(gradient.symbol, e)] for e in entries}
        at = evaluator.at(gradient.indices, evaluator.terms(gradient.value))
        return {e: at(e) for e in entries}


def _serials(state: Any) -> set[int]:
    """The tensors that an expression, terms or a matrix form use."""
    own = {state.tensor.serial} if hasattr(state, "tensor") else set()
    if isinstance(state, tuple):
        parts: Any = state
    elif isinstance(state, sp.Basic):
        parts = () if isinstance(state, AppliedUndef) and not state.args else state.args
    else:
        parts = [
            v for v in getattr(state, "__dict__", {}).values() if isinstance(v, (tuple, sp.Basic, Array))
        ]
    return own.union(*(_serials(part) for part in parts))
