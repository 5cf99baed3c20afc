"""What the handout says about stable forms: lines that are equal, accidents that happen."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import Any

import mpmath as mp
import numpy as np
import pytest
import sympy as sp
from scipy import special

from derive import Convention, Network, derive
from derive.handout import blocks as b
from derive.handout.accidents import DIGITS, OVERFLOW, UNDEFINED, accidents, output
from derive.handout.identities import ALSO, IDENTITIES, Equation, K, P, Q, U, X
from derive.handout.paper import Paper
from derive.handout.parts import stable as part
from derive.handout.rewritings import formulas
from derive.handout.sentences import SENTENCES
from derive.handout.survival import D, Formula
from derive.losses import A, Y
from derive.notation import elements
from derive.ranges import Z
from derive.render import render
from derive.stability import StableForm, numpy_lines
from derive.stability.form import T, erfc
from derive.targets import RenderOptions

NETWORKS = (
    "3 -> 4 tanh -> 1 sigmoid",
    "2 -> 2 gelu -> 2 elu -> 2 silu -> 2 mish -> 1 softplus | poisson",
    "2 -> 2 squareplus -> 2 softsign -> 2 tanhshrink -> 2 log_sigmoid -> 2 gaussian | log_cosh",
    "2 -> 2 swish(beta) -> 2 bent_identity -> 2 gelu_tanh -> 2 sine -> 2 tanh | hinge",
    "2 -> 2 celu(2) -> 2 selu -> 2 sigmoid | squared_hinge",
)
CASES = tuple(product(NETWORKS, ("output", "input")))


@cache
def found(line: str, derivatives: Any) -> tuple[Formula, ...]:
    network = Network.parse(line, convention=Convention(derivatives=derivatives))
    return formulas(derive(network))


PRECISE = [{"erfc": mp.erfc, "log1p": mp.log1p, "expm1": lambda x: mp.expm1(x)}, "mpmath"]


@cache
def function(expr: Any) -> tuple[list[Any], Any]:
    """The symbols of an expression and the function of them; elements count as 1."""
    plain = sp.sympify(expr).xreplace(dict.fromkeys(elements(expr), sp.Integer(1)))
    plain = plain.replace(erfc, lambda x: sp.erfc(x, evaluate=False))
    symbols = sorted(plain.free_symbols, key=str)
    return symbols, sp.lambdify(symbols, plain, PRECISE)


def worth(expr: Any, at: dict[Any, Any]) -> Any:
    """The value with as many digits as mpmath works with."""
    symbols, compute = function(expr)
    return compute(*(at[symbol] for symbol in symbols))


def known(formula: Formula, z: float, y: float) -> dict[Any, Any]:
    """Values of all letters at a point: a, t and s follow from z."""
    at: dict[Any, Any] = {Z: mp.mpf(z), Y: mp.mpf(y), D: mp.mpf(1)}
    for symbol, meaning in (*output(formula), *formula.lets):
        at[symbol] = worth(meaning, at)
    return at


@pytest.mark.parametrize(("line", "derivatives"), CASES)
def test_every_line_equals_the_textbook_form(line: str, derivatives: str) -> None:
    compared = 0
    for formula in found(line, derivatives):
        for z, y in product((-3.7, -0.6, -0.2, 0.3, 0.45, 2.9), (-1.0, 0.0, 0.3, 1.0)):
            with mp.workdps(60):
                at, here = known(formula, z, y), sp.true
                expected = worth(formula.textbook, at)
                for stage in formula.stages:
                    if stage.where is not None or stage.reason == "both":
                        here = sp.true if stage.where is None else stage.where
                    if worth(here, at):
                        digits = 13 if stage.value.has(sp.Float) else 40
                        error = abs(worth(stage.value, at) - expected)
                        assert error <= mp.mpf(10) ** -digits * (1 + abs(expected)), (formula.names, stage)
                        compared += 1
    assert compared > 100


EQUATIONS = [(key, e) for key, identity in IDENTITIES.items() for e in identity.equations]
EQUATIONS += [(key, e) for key, equations in ALSO.items() for e in equations]


@pytest.mark.parametrize(("key", "equation"), EQUATIONS)
def test_every_identity_holds(key: str, equation: Equation) -> None:
    held = 0
    for x in map(mp.mpf, ("-0.9", "-0.4", "0.3", "0.8")):
        at = {X: x, U: x, K: mp.mpf(3), P: 1 + x, Q: mp.mpf("0.7"), T: mp.exp(-abs(x))}
        if equation.where == sp.true or worth(equation.where, at):
            assert abs(worth(equation.left, at) - worth(equation.right, at)) < mp.mpf(10) ** -14, key
            held += 1
    assert held >= 2


def test_every_identity_has_its_sentence() -> None:
    assert {f"identity {key}" for key in (*IDENTITIES, *ALSO)} <= set(SENTENCES)


def test_every_reason_has_its_sentence() -> None:
    shown = [found(*case) for case in (*CASES, ("2 -> 1 exp | exponential", "input"))]
    keys = {key for formulas in shown for key in part.reasons(list(formulas))}
    named = keys - {*IDENTITIES, *ALSO}
    by = {stage.reason for formulas in shown for formula in formulas for stage in formula.stages}
    assert named == {"series", "clip", "limit"}
    needed = {f"identity {key}" for key in keys} | {f"name of {key}" for key in named}
    assert needed | {f"by {reason}" for reason in by} <= set(SENTENCES)


def textbook_numpy(formula: Formula, z: float, y: float) -> Any:
    """What NumPy makes of the formula as it is written."""
    space: dict[str, Any] = {"np": np, "special": special}
    space |= {"z": np.array([z]), "y": np.array([y]), "d": np.ones(1), "e": np.ones(1)}
    names = {Z: "z", Y: "y", D: "d", A: "a"}
    for symbol, meaning in (*output(formula), (sp.Symbol("out"), formula.textbook)):
        plain = meaning.xreplace(dict.fromkeys(elements(meaning), sp.Integer(1)))
        (line,) = numpy_lines(StableForm(plain, plain, Z, "textbook"), names, names.get(symbol, "out"))
        exec(line, space)
    return space["out"][0]


@pytest.mark.parametrize(("line", "derivatives"), CASES)
def test_the_accidents_happen_in_numpy(line: str, derivatives: str) -> None:
    happened = 0
    for formula in (f for f in found(line, derivatives) if f.found):
        for accident in accidents(formula):
            y = 0.0 if accident.y is None else float(accident.y)
            with mp.workdps(400):
                true = float(worth(formula.textbook, known(formula, accident.z, y)))
            assert true == pytest.approx(accident.right, rel=1e-9)
            with np.errstate(over="raise", divide="raise", invalid="raise"):
                if accident.kind == DIGITS:
                    got = textbook_numpy(formula, accident.z, y)
                    assert abs(got - true) >= 0.49 * abs(true), (formula.names, accident)
                else:
                    with pytest.raises(FloatingPointError, match=MESSAGES[accident.kind]):
                        textbook_numpy(formula, accident.z, y)
            happened += 1
    assert happened >= 2


MESSAGES = {OVERFLOW: "overflow", UNDEFINED: "divide by zero|invalid"}


def part_of(line: str, **choices: Any) -> tuple[b.Block, ...]:
    return tuple(part.blocks(Paper(derive(Network.parse(line, convention=Convention(**choices))))))


def sentences(blocks: tuple[b.Block, ...]) -> str:
    texts = [block.text for block in blocks if isinstance(block, b.Paragraph)]
    return " ".join(part for text in texts for part in text if isinstance(part, str))


def test_a_network_that_is_safe_says_so() -> None:
    assert "as it is written" in sentences(part_of("3 -> 4 relu -> 1"))


def test_layers_of_one_kind_share_a_formula() -> None:
    deep = found("3 -> " + "2 sigmoid -> " * 6 + "1 sigmoid", "input")
    assert [f.names for f in deep if f.names[0].startswith("A")] == [tuple(f"A{n}" for n in range(1, 8))]


def test_unfused_gradients_are_computed_fused() -> None:
    names = [f.names for f in formulas(derive(Network.parse(NETWORKS[0])))]
    blocks = part_of(NETWORKS[0], fused=False)
    titles = [block.blocks[0] for block in blocks if isinstance(block, b.Kept)]
    assert len([t for t in titles if isinstance(t, b.Section)]) == len(names) + 1


@pytest.mark.parametrize("detail", ["full", "brief"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_was_not_found_is_named_in_every_sheet(lang: Any, detail: Any) -> None:
    options = RenderOptions(lang=lang, detail=detail)
    (text,) = render(derive(Network.parse("2 -> 2 softmax | focal")), ["md"], options).values()
    assert {"en": "No stable form was found", "zh": "稳定形式"}[lang] in text
