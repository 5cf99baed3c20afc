"""Every gradient, step and forward line checked in exact arithmetic modulo a prime."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import sympy as sp

from derive.derivation import Definition, Derivation, Gradient
from derive.evaluation import Evaluator
from derive.notation import Element
from derive.program import Program
from derive.proof.carrying import Carrying
from derive.proof.excerpts import Excerpt
from derive.proof.forward import Forward, Unrooted
from derive.proof.leaves import leaves_by_distance, random_leaves, redrawn
from derive.proof.residues import PRIME, Residues
from derive.proof.sizes import choose_sizes
from derive.proof.trial import Trial

TRIALS_WITH_CONDITIONS = 3
ATTEMPTS = 4096


@dataclass(frozen=True)
class Proof:
    """What was checked and what failed. A proof with a failure proves nothing.

    carried: how many of the checks were not evaluated, but are those of another layer under other
    names, which was verified.
    """

    checks: int
    failures: tuple[str, ...]
    seed: int
    sizes: dict[str, int] = field(default_factory=dict)
    prime: int = PRIME
    trials: int = 1
    carried: int = 0

    @property
    def ok(self) -> bool:
        return not self.failures

    @property
    def bound(self) -> str:
        """What a pass means."""
        sizes = ", ".join(f"{name} = {size}" for name, size in self.sizes.items())
        same = f"{self.carried} of the {self.checks} checks are others under other names, verified as such; "
        return (
            f"identity checked in exact arithmetic modulo {self.prime} (> 2^61) at {sizes or 'given sizes'}; "
            f"{same if self.carried else ''}"
            "a false identity passes a check with probability at most deg/2^61"
        )


def program_seed(program: Program | Excerpt) -> int:
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


@dataclass(frozen=True, eq=False)
class _Part:
    """What is checked at the values of one excerpt."""

    excerpt: Excerpt
    gradients: Sequence[Gradient] = ()
    definitions: Sequence[Definition] = ()


def prove(
    derivation: Derivation, *, sizes: Mapping[sp.Symbol, int] | None = None, seed: int | None = None
) -> Proof:
    """Check every gradient against the program's own derivatives, every step's two sides against
    each other, and every forward line's matrix form against its definition.

    Where gradients repeat under other names, those that do not are each checked with any values
    around them, and that the names fit is verified for the others. If one name does not, or one of
    those checks fails, everything is evaluated in the whole program.
    """
    carrying = Carrying(derivation)
    carried = sum(len(gradient.steps) + 1 for gradient in carrying.gradients.values())
    carried += len(carrying.definitions)
    if carried and carrying.complete:
        proof = _evaluated(derivation, _excerpts(derivation, carrying), sizes, seed, carried)
        if proof.ok:
            return proof
    program = derivation.program
    whole = Excerpt(program, program.nodes, program.costs)
    return _evaluated(derivation, [_Part(whole, derivation.gradients, derivation.forward)], sizes, seed)


def _excerpts(derivation: Derivation, carrying: Carrying) -> list[_Part]:
    """An excerpt for each gradient and each forward line that is not carried over."""
    own = [g for g in derivation.gradients if g.symbol.serial not in carrying.gradients]
    lines = [d for d in derivation.forward if d.node.tensor.serial not in carrying.definitions]
    parts = [_Part(carrying.excerpt(gradient), [gradient]) for gradient in own]
    return parts + [_Part(Excerpt(derivation.program, (d.node,), ()), (), [d]) for d in lines]


def _evaluated(
    derivation: Derivation,
    parts: Sequence[_Part],
    sizes: Mapping[sp.Symbol, int] | None,
    seed: int | None,
    carried: int = 0,
) -> Proof:
    program = derivation.program
    here = {id(node): node for part in parts for node in part.excerpt.nodes}
    evaluated = Excerpt(program, tuple(sorted(here.values(), key=lambda n: program.place(n.tensor))), ())
    seed = program_seed(evaluated) if seed is None else seed
    checks, trials = 0, 0
    failures: dict[str, None] = {}
    chosen: dict[sp.Symbol, int] = {}
    try:
        chosen = choose_sizes(evaluated, sizes)
        wanted = 1
        while trials < wanted:
            conditions = False
            for part in parts:
                forward, numbers = _start(part.excerpt, chosen, seed, trials)
                trial = Trial(derivation, part.gradients, part.definitions, forward, numbers)
                failures.update(dict.fromkeys(trial.failures()))
                checks += trial.checks
                conditions |= numbers.has_chosen
            trials += 1
            wanted = TRIALS_WITH_CONDITIONS if conditions else 1
    except Exception as error:
        failures[f"forward pass: {error}"] = None
    if not checks:
        failures["nothing was checked"] = None
    names = {str(symbol): size for symbol, size in chosen.items()}
    return Proof(checks + carried, tuple(failures), seed, names, PRIME, trials, carried)


def _start(program: Excerpt, sizes: dict[sp.Symbol, int], seed: int, trial: int) -> tuple[Forward, Residues]:
    """A forward pass in which every root exists and no divisor is 0.

    From random leaves, one entry that the first missing root depends on is drawn anew at a time, near
    and far in turn, and kept if the pass then gets at least as far.
    """
    numbers = Residues((seed << 32) + trial)
    leaves = random_leaves(
        program,
        numbers,
        sizes,
        lambda t, e: numbers.random("leaf", t.name, e),
        lambda t, e, bound: numbers.random("leaf", t.name, e) % bound,
    )
    evaluator = Evaluator(numbers, sizes, {})
    farthest, node, changed = -1, program.nodes[-1], leaves
    for attempt in range(ATTEMPTS):
        try:
            return Forward(program, numbers, sizes, changed), numbers
        except Unrooted as error:
            reason = error
        if reason.done >= farthest:
            farthest, node, leaves = reason.done, reason.node, changed
        levels = leaves_by_distance(program, node)
        if not levels:
            break
        level = levels[attempt % len(levels)]
        tensor = level[numbers.random("tensor", attempt) % len(level)]
        place, value = numbers.random("entry", attempt), numbers.random("again", attempt)
        changed = redrawn(program, evaluator, leaves, tensor, place, value)
    raise ValueError(f"no leaves were found at which every root exists ({reason}): give smaller sizes")
