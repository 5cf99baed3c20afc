"""Typst mathematics: `frac(1, m) thin d Z^([2]) thin A^([1] ⊤)`, in the conventions of the LaTeX printer."""

from __future__ import annotations

import re
import unicodedata
from typing import ClassVar

import sympy as sp
from sympy.codegen import cfunctions

from derive.notation import Tensor
from derive.printing.displayed import DisplayPrinter
from derive.printing.letters import Value
from derive.printing.names import SCRIPTED, math_name, tensor_name
from derive.printing.printer import Naming, Piece
from derive.printing.whole import expression

FUNCTIONS: dict[type, str] = {
    sp.log: "log",
    sp.sin: "sin",
    sp.cos: "cos",
    sp.tan: "tan",
    sp.asin: "arcsin",
    sp.acos: "arccos",
    sp.atan: "arctan",
    sp.sinh: "sinh",
    sp.cosh: "cosh",
    sp.tanh: "tanh",
    sp.asinh: 'op("arsinh")',
    sp.acosh: 'op("arcosh")',
    sp.atanh: 'op("artanh")',
    sp.sign: 'op("sign")',
    sp.erf: 'op("erf")',
    sp.erfc: 'op("erfc")',
    sp.Max: "max",
    sp.Min: "min",
    cfunctions.log1p: 'op("log1p")',
    cfunctions.expm1: 'op("expm1")',
}
RELATIONS: dict[type, str] = {
    sp.StrictGreaterThan: ">",
    sp.StrictLessThan: "<",
    sp.GreaterThan: "≥",
    sp.LessThan: "≤",
    sp.Equality: "=",
    sp.Unequality: "≠",
}
GREEK = {
    f"\\{name}": unicodedata.lookup(f"GREEK SMALL LETTER {name.replace('lambda', 'lamda')}")
    for name in (
        *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda"),
        *("mu", "nu", "xi", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega"),
    )
}
GREEK |= {command.replace(command[1], command[1].upper(), 1): sign.upper() for command, sign in GREEK.items()}


def typst_expression(value: Value, naming: Naming | None = None) -> str:
    """The formula of a matrix form, of terms, or of a scalar expression."""
    return expression(TypstPrinter, value, naming)


def typst_symbol(name: str) -> str:
    """An identifier as a symbol.

    >>> typst_symbol("lambda"), typst_symbol("n0"), typst_symbol("drop_out")
    ('λ', 'n_(0)', '"drop_out"')
    """
    return _translated(math_name(name))


def typst_tensor(tensor: Tensor, below: str = "", above: str = "") -> str:
    """The tensor's name with scripts added to those that it has."""
    match = SCRIPTED.fullmatch(tensor_name(tensor))
    if match is None:
        return _scripted(_base(tensor_name(tensor)), below, above)
    subscript = ", ".join(filter(None, (_spaced(match["sub"] or ""), below)))
    return _scripted(_base(match["base"]), subscript, f"{match['sup'] or ''} {above}".strip())


def _translated(name: str) -> str:
    match = SCRIPTED.fullmatch(name)
    if match is None:
        return _base(name)
    return _scripted(_base(match["base"]), _spaced(match["sub"] or ""), match["sup"] or "")


def _scripted(base: str, below: str, above: str) -> str:
    return base + (f"_({below})" if below else "") + (f"^({above})" if above else "")


def _base(name: str) -> str:
    """A letter, letters side by side, or upright words in quotation marks."""
    words = re.fullmatch(r"\\(?:mathrm|text)\{(.*)\}", name)
    if words:
        plain = re.sub(r"\\(.)", r"\1", words[1])
        return '"' + plain.replace('"', "") + '"'
    return " ".join(GREEK.get(part, part) for part in re.findall(r"\\[A-Za-z]+|\S", name))


def _spaced(letters: str) -> str:
    return letters if letters.isdigit() else " ".join(letters)


class TypstPrinter(DisplayPrinter):
    functions: ClassVar[dict[type, str]] = FUNCTIONS
    relations: ClassVar[dict[type, str]] = RELATIONS
    marks: ClassVar[dict[str, str]] = {
        "ones": "bold(1)",
        "pi": "π",
        "infinity": "∞",
        "exp": "exp",
        "and": "∧",
        "or": "∨",
        "not": "¬",
        "delta": "δ",
        "partial": "∂",
        "losses": "cal(L)",
        "top": "⊤",
        "times": "×",
    }
    thin = " thin "
    dot = " ⋅ "
    entrywise = " ⊙ "
    tall = ("frac(", "∑", "cases(")

    def symbol(self, name: str) -> str:
        return typst_symbol(name)

    def fraction(self, above: str, below: str) -> str:
        return f"frac({above}, {below})"

    def root(self, base: sp.Expr) -> Piece:
        return Piece(f"sqrt({self.piece(base).text})")

    def scripts(self, base: str, below: str = "", above: str = "") -> str:
        return _scripted(base, below, above)

    def tensor(self, tensor: Tensor, below: str = "", above: str = "") -> str:
        return typst_tensor(tensor, below, above)

    def is_scripted(self, text: str) -> bool:
        return "^" in text and not text.startswith("(")

    def subscripts(self, shown: list[str]) -> str:
        return (" " if all(len(text) == 1 and text.isalpha() for text in shown) else ", ").join(shown)

    def summation(self, below: str) -> str:
        return f"∑_({below})"

    def cases(self, rows: list[tuple[str, str]]) -> str:
        return f"cases({', '.join(f'{value} &quad {condition}' for value, condition in rows)})"

    def enclosed(self, kind: str, text: str) -> str:
        return f"{kind}({text})"
