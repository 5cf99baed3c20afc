"""The printed NumPy executed, against numeric derivatives of the textbook forward pass."""

from __future__ import annotations

import keyword
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp

from derive.derivation import Derivation
from derive.evaluation import Entry, Evaluator, Table
from derive.notation import Tensor
from derive.program import Program
from derive.proof.floats import Floats, KinkCrossed, RealOnly
from derive.proof.leaves import random_leaves
from derive.proof.matrices import physical
from derive.proof.trial import is_scaled

COMPLEX_STEP = 1e-30
REAL_STEP = 1e-3
SMALLEST_STEP = 1e-6
STENCIL = tuple(
    (sign * step, sign * weight)
    for step, weight in ((1, 4 / 5), (2, -1 / 5), (3, 4 / 105), (4, -1 / 280))
    for sign in (1, -1)
)
ATTEMPTS = 200
NOTHING = 1e-10
OPERATIONS = 4
"""How many of its last bits a cost may have lost on the way."""


@dataclass(frozen=True)
class Comparison:
    """One printed array against numbers: max|a − n| / max|n|, infinite if it cannot be compared.

    rounding: how large that may be for a right array, since differences of rounded costs have few digits
    where a gradient is small; 0 for complex steps, which subtract nothing.
    """

    name: str
    error: float
    problem: str = ""
    rounding: float = 0.0

    def within(self, tolerance: float) -> bool:
        return self.error <= tolerance + self.rounding


def relative_error(actual: Any, expected: Any) -> float:
    """max|a − n| / max|n|; NaN counts as infinitely wrong.

    Numeric derivatives that are all as small as their own rounding are 0, and |a| is the error.
    """
    import numpy as np

    size = _size(expected)
    wrong = np.asarray(actual) - expected if size > NOTHING else np.asarray(actual)
    error = float(np.max(np.abs(wrong), initial=0.0)) / (size if size > NOTHING else 1.0)
    return error if np.isfinite(error) else float("inf")


def _size(expected: Any) -> float:
    import numpy as np

    return float(np.max(np.abs(expected), initial=0.0))


def check_printed(
    derivation: Derivation,
    printed: Mapping[str, str],
    *,
    sizes: Mapping[sp.Symbol, int],
    seed: int = 0,
    forward: Mapping[str, str] | None = None,
    symbols: Mapping[str, float] | None = None,
) -> tuple[Comparison, ...]:
    """Run each expression of `printed` (a gradient's name → NumPy) in order and compare.

    The expressions see np, special, the dimensions, the leaves, the forward values and the
    gradients before them, as printed. sizes: a number for every dimension symbol. forward: printed
    forward lines to be compared as well. Derivatives are complex steps, or central differences of
    eighth order where the program compares or uses erf, away from kinks.
    """
    numbers = _numeric_pass(derivation, sizes, seed, dict(symbols or {}))
    texts = (*(forward or {}).values(), *printed.values())
    space = _namespace(derivation.program, numbers, symbols or {}, texts)
    found = []
    for name, text in (forward or {}).items():
        found.append(_compare(name, text, space, space.get(name)))
    expected = {g.name: (g, numbers.derivative(g.of)) for g in derivation.gradients}
    for name, text in printed.items():
        if name not in expected:
            found.append(Comparison(name, float("inf"), "the derivation has no such gradient"))
            continue
        gradient, table = expected[name]
        scale = numbers.scale if is_scaled(gradient.of, derivation) else 1.0
        truth = _array(
            gradient.symbol, {entry: scale * value for entry, value in table.items()}, numbers.evaluator
        )
        made = _compare(name, text, space, truth, keep=True)
        size = _size(truth)
        found.append(replace(made, rounding=scale * numbers.rounding / size if size > NOTHING else 0.0))
    if not found:
        found.append(Comparison(derivation.name, float("inf"), "nothing was compared"))
    return tuple(found)


def _compare(name: str, text: str, space: dict[str, Any], truth: Any, keep: bool = False) -> Comparison:
    import numpy as np

    if truth is None:
        return Comparison(name, float("inf"), "the program has no such tensor")
    try:
        # np.where computes both branches; what the other one lacks is no news for the reader.
        with np.errstate(all="ignore"):
            value = eval(compile(text, f"<{name}>", "eval"), space)
    except Exception as error:
        return Comparison(name, float("inf"), f"{text}: {type(error).__name__}: {error}")
    if np.shape(value) != np.shape(truth):
        return Comparison(name, float("inf"), f"{text} has shape {np.shape(value)}, not {np.shape(truth)}")
    if keep:
        space[name] = value
    wrong = relative_error(value, truth)
    return Comparison(name, wrong, "" if np.isfinite(wrong) else f"{text} is not finite")


class _Pass:
    """A forward pass in which component n of every number belongs to the n-th perturbed entry.

    The last component is the run without a perturbation.
    """

    def __init__(
        self, derivation: Derivation, sizes: Mapping[sp.Symbol, int], seed: int, floats: Floats
    ) -> None:
        import numpy as np

        self.np, self.floats, self.program = np, floats, derivation.program
        draw = np.random.default_rng(seed)
        leaves = random_leaves(
            self.program,
            floats,
            sizes,
            lambda t, _: _draw(t, draw),
            lambda t, e, bound: int(draw.integers(bound)),
        )
        self.evaluator = Evaluator(floats, sizes, leaves)
        wanted = {g.of.serial: g.of for g in derivation.gradients}
        self._first: dict[int, int] = {}
        self._count = 0
        for tensor in wanted.values():
            self._first[tensor.serial] = self._count
            self._count += sum(1 for _ in self.evaluator.entries(tensor.dims))
        self._steps = np.full(self._count + 1, REAL_STEP)
        for tensor in self.program.leaves:
            if tensor.serial in wanted:
                leaves[tensor.serial] = self._perturbed(tensor, leaves[tensor.serial])
        for node in self.program.nodes:
            value = self.evaluator.at(node.indices, self.evaluator.scalar(node.body))
            entries = self.evaluator.entries(node.tensor.dims)
            table = Table(node.tensor.name, ((e, value(e)) for e in entries))
            leaves[node.tensor.serial] = self._perturbed(node.tensor, table)
        self.scale = float(np.real(self.plain(self.evaluator.scalar(self.program.scale)())))
        costs = [value for cost in self.program.costs for value in leaves[cost.serial].values()]
        self.cost = floats.sum(costs)
        if not np.all(np.isfinite(self.cost)):
            raise KinkCrossed

    def _perturbed(self, tensor: Tensor, table: Table) -> Table:
        if tensor.serial not in self._first:
            return table
        first, np = self._first[tensor.serial], self.np
        moved = Table(tensor.name)
        for n, (entry, value) in enumerate(table.items()):
            if self.floats.is_complex:
                shift = np.zeros(self._count + 1, dtype=complex)
                shift[first + n] = 1j * COMPLEX_STEP
            else:
                self._steps[first + n] = self._step(tensor, self.plain(value))
                shift = np.zeros((len(STENCIL), self._count + 1))
                shift[:, first + n] = [self._steps[first + n] * steps for steps, _ in STENCIL]
            moved[entry] = value + shift
        return moved

    def _step(self, tensor: Tensor, value: float) -> float:
        """The unit of the differences: smaller where a bound of the values may be a singular point.

        A bound that is attained is none: the cost is finite there.
        """
        bounds = [float(bound) for bound in tensor.interval or ()]
        if not all(map(math.isfinite, bounds)):
            return REAL_STEP
        distances = [abs(value - bound) / 50 for bound in bounds if value != bound]
        return max(min([REAL_STEP, *distances]), SMALLEST_STEP)

    def derivative(self, tensor: Tensor) -> dict[Entry, float]:
        """∂(Σ loss + regularizer)/∂entry."""
        np = self.np
        if self.floats.is_complex:
            slopes = np.imag(self.cost) / COMPLEX_STEP * np.ones(self._count + 1)
        else:
            weights = np.array([weight for _, weight in STENCIL])[:, None]
            slopes = (weights * self.cost).sum(axis=0) / self._steps
        first = self._first[tensor.serial]
        return {e: float(slopes[first + n]) for n, e in enumerate(self.evaluator.entries(tensor.dims))}

    @property
    def rounding(self) -> float:
        """What rounding may do to a derivative found by differences of costs."""
        if self.floats.is_complex:
            return 0.0
        steps = sum(abs(weight) for _, weight in STENCIL) / float(self._steps.min())
        return OPERATIONS * float(self.np.finfo(float).eps * self.np.max(self.np.abs(self.cost))) * steps

    def plain(self, value: Any) -> float:
        """A number in the run that perturbs nothing, which is the last."""
        return float(self.np.real(value if self.np.ndim(value) == 0 else value.flat[-1]))


def _draw(tensor: Tensor, draw: Any) -> float:
    """A number of moderate size inside the tensor's interval."""
    if tensor.interval is not None:
        low, high = (float(bound) for bound in tensor.interval)
        return float(draw.uniform(low + 0.05 * (high - low), high - 0.05 * (high - low)))
    if tensor.role == "label":
        return float(draw.uniform(0.05, 0.95))
    return float(draw.normal(0, 0.8))


def _numeric_pass(
    derivation: Derivation, sizes: Mapping[sp.Symbol, int], seed: int, symbols: dict[str, float]
) -> _Pass:
    import numpy as np

    is_complex = True
    with np.errstate(all="ignore"):
        for attempt in range(ATTEMPTS):
            try:
                return _Pass(derivation, sizes, seed + 1000003 * attempt, Floats(is_complex, symbols))
            except RealOnly:
                is_complex = False
            except KinkCrossed:
                continue
    raise ValueError(f"{derivation.name}: no leaves away from kinks and undefined values in {ATTEMPTS} tries")


def _array(tensor: Tensor, table: Mapping[Entry, float], evaluator: Evaluator) -> Any:
    import numpy as np

    array = np.zeros([evaluator.size(n) for n in tensor.shape])
    for entry, value in table.items():
        array[physical(tensor, entry)] = value
    return array


def _namespace(
    program: Program, numbers: _Pass, symbols: Mapping[str, float], printed: Iterable[str]
) -> dict[str, Any]:
    import numpy as np

    space: dict[str, Any] = {"__builtins__": {"range": range, "sum": sum}, "np": np, **symbols}
    if any("special." in text for text in printed):
        from scipy import special

        space["special"] = special
    space.update({str(symbol): size for symbol, size in numbers.evaluator.sizes.items()})
    for tensor in program.tensors:
        table = numbers.evaluator.tables[tensor.serial]
        plain = {entry: numbers.plain(value) for entry, value in table.items()}
        array = _array(tensor, plain, numbers.evaluator)
        name = tensor.name + "_" if keyword.iskeyword(tensor.name) else tensor.name
        space[name] = array if tensor.integer is None else array.astype(int)
    return space
