"""Formula text: what is understood, what is refused, and that nothing is ever run."""

from __future__ import annotations

import math
import os

import mpmath as mp
import pytest
import sympy as sp
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from derive.activations import kink_points
from derive.errors import SpecError
from derive.formula import parse, parse_number
from derive.functions import CONSTANTS, FUNCTIONS
from derive.numbers import value
from derive.ranges import range_of

Z = sp.Symbol("z", real=True)

REFERENCE = {
    "abs": abs,
    "sign": lambda x: math.copysign(1, x),
    "min": min,
    "max": max,
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "softplus": lambda x: math.log1p(math.exp(x)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_the_value_of_its_name(name: str) -> None:
    _, fewest, most = FUNCTIONS[name]
    reference = REFERENCE.get(name) or getattr(math, name)
    for arguments in ([0.3, 0.6], [1.3, 0.7], [-0.4, 0.2])[: 3 if most > 1 else 2]:
        given_arguments = arguments[:fewest]
        try:
            expected = reference(*given_arguments)
        except ValueError:
            continue
        formula = parse(f"{name}({', '.join(['z', 'y'][:fewest])})", ["z", "y"])
        found = value(formula, {Z: given_arguments[0], sp.Symbol("y", real=True): given_arguments[-1]})
        assert abs(found - expected) < 1e-14, (name, given_arguments)


@pytest.mark.parametrize(
    ("text", "at", "expected"),
    [
        ("1 + 2*z**2 - z/4", 2.0, 8.5),
        ("-z if z <= 0 else 3", -2.0, 2.0),
        ("-z if z <= 0 else 3", 0.5, 3.0),
        ("1 if -1 < z < 1 else 0", 0.5, 1.0),
        ("1 if -1 < z < 1 else 0", 1.5, 0.0),
        ("1 if z > 1 or not z > -1 else 0", -2.0, 1.0),
        ("max(z, 1, 2)", 1.5, 2.0),
        ("min(max(z, 0), 6)", 7.0, 6.0),
        ("abs(abs(z) - 2)", -0.5, 1.5),
        ("3 if 1 + abs(z) > 3 else 4", -2.5, 3.0),
        ("sqrt(z**2)", -3.0, 3.0),
        ("tan(pi/2 - z)", 0.5, 1 / math.tan(0.5)),
        ("e**z", 1.0, math.e),
        ("0.1 + 0.2", 0.0, 0.3),
    ],
)
def test_value_of_a_formula(text: str, at: float, expected: float) -> None:
    assert abs(value(parse(text, ["z"]), {Z: mp.mpf(at)}) - expected) < 1e-15


def test_numbers_are_exact() -> None:
    assert parse_number("0.1", "it") == sp.Rational(1, 10)
    assert parse_number("1e-3", "it") == sp.Rational(1, 1000)
    assert parse_number("12345678901234567890.123", "it") == sp.Rational("12345678901234567890123/1000")


def test_names_that_sympy_or_python_claim_are_names_here() -> None:
    names = ["S", "N", "I", "E", "beta", "gamma", "zeta", "lambda", "Q", "O"]
    formula = parse("*".join(names), names)
    assert formula == sp.Mul(*(sp.Symbol(name, real=True) for name in names))


def test_comparisons_hold_no_piecewise() -> None:
    formula = parse("1 if abs(z) <= max(z, 1) else 0", ["z"])
    assert not formula.has(sp.ITE)
    assert all(not condition.has(sp.Piecewise) for _, condition in formula.args)


@pytest.mark.parametrize(
    ("text", "position", "part"),
    [
        ("__import__('os')", 1, "unknown function"),
        ("z.real", 1, "Attribute"),
        ("z + [1]", 5, "List"),
        ("z + (lambda: 1)", 6, "Lambda"),
        ("z + zz", 5, "did you mean 'z'"),
        ("sgmoid(z)", 1, "did you mean 'sigmoid'"),
        ("z + * 2", 5, "sign or a bracket"),
        ("z if z else 1", 6, "condition"),
        ("z > 0", 1, "A if condition else B"),
        ("max(z)", 1, "2 to 8"),
        ("exp(x=1)", 1, "plain argument"),
        ("1/0", 1, "division by zero"),
        ("log(0)", 1, "no real number"),
        ("1 + sqrt(-1)", 5, "no real number"),
        ("10**10**10", 1, "too large"),
        ("9**99", 1, "too large"),
        ("(z**60)**60", 1, "too large"),
        ("exp(exp(exp(100)))", 9, "above 1e30"),
        ("3**-(1e9 if z > 1 else 2)", 1, "exponent here is too large"),
        ("tan(cosh(1e9 if z > 1 else z))", 5, "above 1e30"),
        ("1e999", 1, "no decimal number"),
        ("1" * 41, 1, "40 characters"),
        ("0x10", 1, "no decimal number"),
        ("1j", 1, "no decimal number"),
        ("z//2", 1, "+ - * / **"),
        ("z in z", 1, "comparison"),
        ("~z", 1, "not"),
        ("exp", 1, "parentheses"),
        ("é + q", 1, "unknown name 'é'"),
        ("'é' + z", 1, "no decimal"),
        ("pi + é", 6, "unknown name"),
        ("sum(z)", 1, "unknown function"),
        ("exp(exp(exp(exp(exp(z)))))", 1, "nested"),
        ("+".join(["(z+1)*(z-1)"] * 70), 1, "more than 400 operations"),
        ("-" * 99 + "z", 92, "deeper"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_refusals_name_the_position(text: str, position: int, part: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse(text, ["z"])
    message = str(caught.value)
    assert part in message, message
    assert f"at character {position}," in message or "more than" in part, message


@pytest.mark.parametrize("text", ["", "  ", "z\n+1", "z" * 1001, "(" * 900, "\x00", "z\r"])
def test_text_that_is_no_formula(text: str) -> None:
    with pytest.raises(SpecError):
        parse(text, ["z"])


@pytest.mark.parametrize("name", ["exp", "a b", "1x", ""])
def test_names_that_cannot_be_declared(name: str) -> None:
    with pytest.raises(SpecError, match="name of a parameter"):
        parse("1", [name])


def test_sum_over_units() -> None:
    with pytest.raises(SpecError, match="sum stands inside a sum"):
        parse("sum(z*sum(z))", ["z"], units=True)
    with pytest.raises(SpecError, match="needs z"):
        parse("sum(2)", ["z"], units=True)


WORDS = ["__import__", "lambda z: ", "1e9", "0.1", "1e-9", "{{", "}}", "not ", "sum", "eval", "open", "**"]
SIGNS = [*"zy()()(),+-*/<>=.[]{}'\"\\:;@%~_#\n\x00é0129", "==", " if ", " else ", " and ", " or "]
PIECES = st.sampled_from([*FUNCTIONS, *CONSTANTS, *WORDS, *SIGNS])
ATOMS = st.sampled_from(["z", "z", "y", "0", "1", "2", "0.5", "pi", "-3", "1e9", "64"])


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from(["+", "-", "*", "/", "**"])
    comparisons = st.sampled_from(["<", ">", "<=", ">=", "==", "!="])
    unary = st.sampled_from([name for name, (_, fewest, _) in FUNCTIONS.items() if fewest == 1])
    return st.one_of(
        st.builds("({} {} {})".format, inner, operators, inner),
        st.builds("{}({})".format, unary, inner),
        st.builds("{}({}, {})".format, st.sampled_from(["min", "max"]), inner, inner),
        st.builds("({} if {} {} {} else {})".format, inner, inner, comparisons, inner, inner),
    )


# The full run: DERIVE_FUZZ=100000 python -m pytest tests/test_formula.py -k any_text
@settings(
    max_examples=int(os.environ.get("DERIVE_FUZZ", "150")),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.one_of(st.lists(PIECES, max_size=12).map("".join), st.recursive(ATOMS, _grown, max_leaves=8)))
@example("min(atan(1), (((tanh(z)*2)/(cos(pi)+(1e9 if not z < 3 else z)))**abs(z)))")
@example(
    "min(log(sign(1e9)/2), log(sigmoid(1e9))*((1e-20 if not z == pi and z < y else z) if 2 <= z else 0))"
)
@example("-sinh(tan(cosh(1e9 if z >= 1e9 else z)))")
@example("exp(exp(z))")
@example("exp(max(3, 1e9**3) if z**2 < erfc(3) else 1)")
def test_any_text_gives_a_real_formula_or_one_message(text: str) -> None:
    try:
        formula = parse(text, ["z", "y"])
        range_of(formula, "it")
        kink_points(formula)
    except SpecError as error:
        assert str(error)
    else:
        assert formula.free_symbols <= {Z, sp.Symbol("y", real=True)}
        assert not formula.atoms(sp.Float) and not formula.has(sp.zoo, sp.nan, sp.I, sp.ITE)
