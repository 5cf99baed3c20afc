"""train.py for |z| up to 1000: no warning and no infinity where the true value is a double.

A sample of all outputs with losses that fit runs here; DERIVE_EVERY_PAIR=1 runs every one.
"""

from __future__ import annotations

import math
import os
import sys
from fractions import Fraction
from itertools import product
from types import ModuleType
from typing import Any

import mpmath as mp
import numpy as np
import pytest
import sympy as sp
from generated_code import module, source
from test_pairs import PAIRS, call, fits

from derive import Convention, Derivation, Network, derive
from derive.activations import ACTIVATIONS
from derive.entries import Own, own_activation, own_loss
from derive.handout.rewritings import formulas
from derive.losses import CLOSED_UNIT, COUNTS, LOSSES, SIGNS, A, Y
from derive.numbers import value
from derive.ranges import Z
from derive.render import render
from derive.stability.oracle import exactly
from derive.targets.stable_forms import rewritten

EVERY = bool(os.environ.get("DERIVE_EVERY_PAIR"))
FORMS = ("output", "input")
HALF_LINE = (
    1e-300, 1e-160, 1e-30, 1e-16, 1e-9, 1e-3, 0.1, 0.5, 1.0, 1.7, 3.0, 6.0, 8.5, 10.0, 17.0, 19.0, 22.0, 30.0,
    36.0, 37.0, 40.0, 88.0, 170.0, 354.0, 356.0, 500.0, 708.0, 711.0, 745.0, 746.0, 1000.0,
)  # fmt: skip
LABELS = {CLOSED_UNIT: (0.0, 0.3, 1.0), SIGNS: (-1.0, 0.3, 1.0), COUNTS: (0.0, 0.3, 1.0, 3.0)}
MEASURED = (-1000.0, -2.0, 0.0, 0.3, 1.0, 1000.0)
NEAR_THE_END = Fraction(2) ** 1020
"""Above it, within a factor of 16 of the largest double, an intermediate may overflow."""


def bound(entry: Any) -> Any:
    return entry.bind(**{key: default or "0.7" for key, default in entry.parameters})


def points(formula: sp.Expr) -> list[float]:
    """Both signs of the half line, 0, and kinks with their neighbours."""
    found = {0.0, *HALF_LINE, *(-z for z in HALF_LINE)}
    for relation in formula.atoms(sp.core.relational.Relational):
        difference = relation.lhs - relation.rhs
        if difference.has(Z) and difference.is_polynomial(Z) and sp.degree(difference, Z) == 1:
            kink = float(sp.solve(difference, Z)[0])
            found |= {kink, float(np.nextafter(kink, -9e9)), float(np.nextafter(kink, 9e9)), kink + 1e-8}
    return sorted(found)


def slope(formula: sp.Expr, by: sp.Symbol) -> sp.Expr:
    """Branch by branch."""
    folded = sp.piecewise_fold(formula)
    if isinstance(folded, sp.Piecewise):
        return sp.Piecewise(*((sp.diff(value, by), where) for value, where in folded.args))
    return sp.diff(folded, by)


class Watched:
    """One layer of one unit, whose z is x: what its code gives, and whether NumPy warns."""

    def __init__(self, network: Network, output: Any, measure: Any) -> None:
        derivation = derive(network)
        self.units = units(output, measure)
        self.code = loaded(derivation)
        self.missing = {form.name for form in rewritten(derivation) if form.status == "textbook"}
        gradients = {"dZ"} if any(name.startswith("d") for name in self.missing) else set()
        self.skipped = {"L"} & self.missing | gradients
        if any(name.startswith("A") for name in self.missing):
            self.skipped = {"A", "L", "dZ"}
        self.measure, self.output, self.vector = measure.expr, output.expr, output.vector
        self.true = None
        if self.units == 1:
            inside = {A: output.expr}
            self.true = {
                "A": output.expr,
                "L": measure.expr.xreplace(inside),
                "dZ": slope(measure.expr, A).xreplace(inside) * slope(output.expr, Z),
            }
        values = LABELS.get(measure.labels, MEASURED)
        self.labels = [np.full((self.units, 1), y) for y in values]
        if measure.distribution:
            some = np.arange(1.0, self.units + 1)[:, None]
            self.labels = [np.eye(self.units)[:, [0]], some / some.sum()]
        signs = np.array([[1.0], [-1.0], [0.5]])
        self.params = {"W1": signs[: self.units], "b1": np.zeros((self.units, 1))}
        self.points = points(output.expr)

    def failures(self) -> list[str]:
        return [text for y in self.labels for text in self._search(self.points, y)]

    def _search(self, zs: list[float], y: Any) -> list[str]:
        """What is wrong at these points, halved until each stands alone."""
        results = self._run(zs, y)
        if all(warned is None and np.all(np.isfinite(value)) for value, warned in results.values()):
            return []
        if len(zs) > 1:
            return self._search(zs[: len(zs) // 2], y) + self._search(zs[len(zs) // 2 :], y)
        (z,) = zs
        wrong = [name for name, result in results.items() if not self._right(name, z, y, *result)]
        return [f"{name} at z = {z!r}, y = {y.ravel().tolist()}: {results[name]}" for name in wrong]

    def _run(self, zs: list[float], y: Any) -> dict[str, tuple[Any, str | None]]:
        X, labels = np.array([zs]), np.repeat(y, len(zs), axis=1)
        cache, warned = attempt(self.code.forward, self.params, X)
        found = {} if "A" in self.skipped else {"A": (cache["A1"], warned)}
        if "L" not in self.skipped:
            found["L"] = attempt(self.code.cost_of, cache, labels)
        if "dZ" not in self.skipped:
            grads, warned = attempt(self.code.backward, self.params, cache, labels)
            found["dZ"] = grads["dZ1"], warned
        return found

    def _too_large(self, z: float, y: Any) -> bool:
        """Whether the loss of a whole layer's output is beyond a double; the output itself is accurate."""
        outputs = self.code.forward(self.params, np.array([[z]]))["A1"]
        at = zip(outputs.ravel(), y.ravel(), strict=True)
        return bool(sum(value(self.measure, {A: mp.mpf(a), Y: mp.mpf(b)}) for a, b in at) > mp.mpf(2) ** 1020)

    def _all_true(self, z: float, got: Any) -> bool:
        """Whether infinite outputs of several units are beyond a double."""
        pairs = zip(self.params["W1"].ravel(), got.ravel(), strict=True)
        true = ((exactly(self.output, {Z: Fraction(w * z)}), a) for w, a in pairs if not self.vector)
        return not self.vector and all(math.isfinite(a) or abs(t) >= NEAR_THE_END for t, a in true)

    def _right(self, name: str, z: float, y: Any, got: Any, warned: str | None) -> bool:
        finite = bool(np.all(np.isfinite(got))) and warned is None
        if finite:
            return True
        if self.true is None:
            return self._too_large(z, y) if name == "L" else name == "A" and self._all_true(z, got)
        true = exactly(self.true[name], {Z: Fraction(z), Y: Fraction(float(y[0, 0]))})
        if isinstance(true, float) or abs(true) >= NEAR_THE_END:
            number = float(np.asarray(got).item())
            return not math.isnan(number) and (number > 0) == (true > 0)
        return name == "dZ" and abs(true * Fraction(z)) >= NEAR_THE_END and bool(np.isfinite(got).all())


def units(output: Any, measure: Any) -> int:
    return 3 if output.vector else 2 if measure.distribution else 1


def loaded(derivation: Derivation) -> Any:
    """train.py as a module."""
    made = ModuleType("train_finite")
    sys.modules[made.__name__] = made
    exec(render(derivation, ["py"])["train.py"], made.__dict__)
    return made


def attempt(function: Any, *given: Any) -> tuple[Any, str | None]:
    """The result, and the warning that NumPy had."""
    try:
        with np.errstate(over="raise", invalid="raise", divide="raise"):
            return function(*given), None
    except FloatingPointError as error:
        with np.errstate(all="ignore"):
            return function(*given), str(error)


NOT_FOUND = {("softmax", "binary_cross_entropy"), ("softmax", "focal"), ("log_softmax", "exponential")}
SAMPLE = PAIRS if EVERY else PAIRS[::20]


@pytest.mark.parametrize(("activation", "loss"), SAMPLE, ids=map("-".join, SAMPLE))
def test_training_code_stays_finite(activation: str, loss: str) -> None:
    which = FORMS if EVERY else [FORMS[(len(activation) + len(loss)) % 2]]
    output, measure = bound(ACTIVATIONS[activation]), bound(LOSSES[loss])
    line = f"1 -> {units(output, measure)} {call(ACTIVATIONS[activation])} | {call(LOSSES[loss])}"
    for derivatives in which:
        network = Network.parse(line, convention=Convention(derivatives=derivatives))
        watched = Watched(network, output, measure)
        assert watched.failures() == []
        assert not watched.missing or (activation, loss) in NOT_FOUND


ENTRYWISE = tuple(name for name, entry in ACTIVATIONS.items() if not entry.vector)
HIDDEN = ENTRYWISE if EVERY else ENTRYWISE[::7]


@pytest.mark.parametrize("activation", HIDDEN)
def test_hidden_layers_stay_finite(activation: str) -> None:
    entry = bound(ACTIVATIONS[activation])
    for derivatives in FORMS:
        code = module(
            f"1 -> 1 {call(ACTIVATIONS[activation])} -> 1 | absolute_error", derivatives=derivatives
        )
        params = {name: np.full_like(value, name[0] == "W") for name, value in code.init_params().items()}
        for z, y in product(points(entry.expr), (-3000.0, 3000.0)):
            X, Y = np.array([[z]]), np.array([[y]])
            cache, warned = attempt(code.forward, params, X)
            if not np.isfinite(cache["A1"]).all():
                assert exactly(entry.expr, {Z: Fraction(z)}) >= NEAR_THE_END
                continue
            grads, also = attempt(code.backward, params, cache, Y)
            slope_here = exactly(slope(entry.expr, Z), {Z: Fraction(z)})
            if abs(slope_here) * max(1, Fraction(abs(z))) >= NEAR_THE_END:
                continue
            assert (warned, also) == (None, None), (z, y)
            if cache["A1"].item() != y and slope_here:
                assert np.isfinite(grads["dZ1"]).all(), (z, y)


def test_a_pair_that_does_not_fit_is_not_in_the_sample() -> None:
    assert all(fits(*pair) for pair in SAMPLE)


OWN = (
    ("(sqrt(z**2 + 1) - 1)/2 + z/(1 + exp(-z))", "(a - y)**2"),
    ("log(1 + exp(2*z))/2", "abs(a - y)"),
    ("z*exp(z)/(1 + exp(z))", "log(1 + exp(a - y)) - (a - y)/2"),
    ("tanh(z)/(1 + exp(-z))", "sqrt(1 + (a - y)**2) - 1"),
    ("1/(1 + exp(-3*z))", "-y*log(a) - (1 - y)*log(1 - a)"),
    ("1 - exp(-exp(z))", "(a - y)**2/2"),
)


@pytest.mark.parametrize("derivatives", FORMS if EVERY else FORMS[1:])
@pytest.mark.parametrize(("activation", "loss"), OWN)
def test_formulas_of_ones_own_stay_finite_or_are_named(activation: str, loss: str, derivatives: Any) -> None:
    own = Own((own_activation("bent", activation),), (own_loss("mine", loss),))
    network = Network.parse("1 -> 1 bent | mine", own=own, convention=Convention(derivatives=derivatives))
    watched = Watched(network, own.activations[0], own.losses[0])
    watched.labels = [np.full((1, 1), y) for y in (0.0, 0.3, 1.0)]
    assert watched.failures() == []
    named = {name for one in formulas(derive(network)) if not one.found for name in one.names}
    assert watched.missing == named


@pytest.mark.parametrize(
    "line", ["2 -> 3 tanh -> 1 sigmoid", "2 -> 3 gelu -> 2 tanh | hinge", "2 -> 3 softmax"]
)
def test_unfused_sheets_come_with_the_same_code(line: str) -> None:
    def computed(fused: bool) -> list[str]:
        text = source(line, fused=fused)
        body = text[text.index("def forward(") : text.index("def update(")]
        return [row.split("  # ")[0] for row in body.splitlines() if "equation" not in row.split("  # ")[0]]

    assert computed(True) == computed(False)
