"""Runs of lines that a few rows can pass before the next rows come, so that they stay in the cache."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derive.targets.plan.values import Constant, Given, Line, Operand, Shape, Tail, Value
from derive.targets.plan.weights import SCALE, Weights

LEAST = 32
"""Rows of an array that is worth being passed in pieces."""


def sections(lines: Sequence[Line], weights: Sequence[Weights]) -> Iterator[tuple[Line, ...]]:
    """The lines in order; those that pass over the same rows, entry by entry, are together."""
    biases = {layer.bias for layer in weights}
    found: list[Line] = []
    for line in lines:
        by_rows = line.call.kind in ("entrywise", "comparison") and not line.call.transposed
        by_rows = by_rows and isinstance(line.result, Value) and line.result.shape[0] >= LEAST
        by_rows = by_rows and all(_fits(o, line.result.shape, biases) for o in line.call.operands)
        if found and not (by_rows and line.result.shape == found[0].result.shape):
            yield tuple(found)
            found = []
        if by_rows:
            found.append(line)
        else:
            yield (line,)
    if found:
        yield tuple(found)


def _fits(operand: Operand, shape: Shape, biases: set[Given]) -> bool:
    """Whether the rows of an operand are those of the result, or it has one for all."""
    if isinstance(operand, Value):
        return operand.shape in (shape, (1, shape[1]))
    return isinstance(operand, Constant | Tail) or operand == SCALE or operand in biases
