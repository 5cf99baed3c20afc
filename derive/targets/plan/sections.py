"""Runs of lines that a few rows can pass before the next rows come, so that they stay in the cache."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derive.targets.plan.values import Constant, Given, Line, Normal, Operand, Value
from derive.targets.plan.weights import SCALE, Weights

LEAST = 32
"""Rows of an array that is worth being passed in pieces."""


def sections(lines: Sequence[Line], weights: Sequence[Weights]) -> Iterator[tuple[Line, ...]]:
    """The lines in order; those that pass over the same rows, entry by entry, are together."""
    biases = {layer.bias for layer in weights}
    found: list[Line] = []
    for line in lines:
        by_rows = _by_rows(line) and all(_fits(o, line, biases) for o in line.call.operands)
        if found and not (by_rows and line.result.shape[0] == found[0].result.shape[0]):
            yield tuple(found)
            found = []
        if by_rows:
            found.append(line)
        else:
            yield (line,)
    if found:
        yield tuple(found)


def _by_rows(line: Line) -> bool:
    """Whether the rows of the result follow from the same rows of the operands, and there are enough."""
    call, result = line.call, line.result
    along = call.kind == "reduction" and call.over == 1
    entrywise = call.kind in ("entrywise", "comparison") and not call.transposed and result.shape[1] is None
    return isinstance(result, Value) and result.shape[0] >= LEAST and (entrywise or along)


def _fits(operand: Operand, line: Line, biases: set[Given]) -> bool:
    """Whether the rows of an operand are those of the result, or it has one for all."""
    if isinstance(operand, Value):
        rows, columns = line.result.shape
        return operand.shape in ((rows, columns), (1, columns), (rows, None))
    return isinstance(operand, Constant | Normal) or operand == SCALE or operand in biases
