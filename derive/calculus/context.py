"""What a rule is, what it may look at, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import sympy as sp

from derive.arrays import Array, Axes
from derive.calculus.algebra import Rank
from derive.derivation import Convention, Gradient
from derive.notation import Tensor, Terms
from derive.program import Node, Program


@dataclass(frozen=True, eq=False)
class Context:
    """What a rule may look at: the program, what is being derived, the gradients found so far.

    upstream: gradients by the serial of the tensor they belong to; symbols: that serial by the
    serial of the gradient's symbol. sole: serials of node tensors with one differentiated input,
    whose gradient may be inlined. axes: the physical axes of the gradient. normal_form: what the
    rules make of terms in the end.
    """

    program: Program
    convention: Convention
    tensor: Tensor
    upstream: Mapping[int, Gradient]
    symbols: Mapping[int, int]
    sole: frozenset[int]
    rank: Rank
    axes: Axes
    normal_form: Callable[[Terms, Context], Terms]

    @property
    def consumers(self) -> tuple[Node, ...]:
        return self.program.consumers.get(self.tensor.serial, ())


@dataclass(frozen=True)
class Rewriting:
    """The outcome of a rule: the new terms, what was bound to what, and what the step rests on.

    array: the matrix form of the terms; nothing is tried after it.
    """

    terms: Terms
    bindings: tuple[tuple[sp.Expr, sp.Expr], ...] = ()
    because: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    array: Array | None = None


@dataclass(frozen=True)
class Example:
    """Terms, and what the rule makes of them in this context."""

    before: Terms
    context: Context
    after: sp.Expr


@dataclass(frozen=True)
class Rule:
    """One line of algebra: pattern says before → after, rewrite does it.

    rewrite gives None where the pattern is not there. reason: by language, what a step by this rule
    rests on; {of} is the tensor, {because} what the step names. example is run as a test.
    """

    name: str
    pattern: str
    rewrite: Callable[[Terms, Context], Rewriting | None]
    reason: Mapping[str, str]
    example: Callable[[], Example]
