"""Names in LaTeX: tensors, dimensions and text from outside, safe in every position."""

from __future__ import annotations

import re
import unicodedata

from derive.notation import Tensor

GREEK = (
    *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda"),
    *("mu", "nu", "xi", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega"),
)
GREEK_CAPITALS = {"gamma", "delta", "theta", "lambda", "xi", "pi", "sigma", "upsilon", "phi", "psi", "omega"}

ESCAPES = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "'": r"\textquotesingle{}",
    "`": r"\textasciigrave{}",
    "-": r"{-}",
    "\n": " ",
    "\r": " ",
    "\t": " ",
}

SCRIPTED = re.compile(r"(?P<base>[^_^]+?)(?:_\{(?P<sub>[^{}]*)\}|\^\{(?P<sup>[^{}]*)\}){0,2}")


def escaped(text: str) -> str:
    r"""Text from outside as TeX prints it: nothing in it is a command.

    >>> escaped(r"a_b\input{x}")
    'a\\_b\\textbackslash{}input\\{x\\}'
    """
    shown = "".join(ESCAPES.get(char, char) for char in text)
    return "".join(char for char in shown if unicodedata.category(char) not in ("Cc", "Cf"))


def math_name(name: str) -> str:
    r"""An identifier as a symbol: `x`, `\lambda`, `\mathrm{tok\_id}`.

    >>> math_name("lambda"), math_name("n0"), math_name("n_{l-1}"), math_name("drop_out")
    ('\\lambda', 'n_{0}', 'n_{l-1}', '\\mathrm{drop\\_out}')
    """
    numbered = re.fullmatch(r"(\D+?)_?(\d+)", name) or re.fullmatch(r"(\w)_\{([a-z](?:[+-]\d+)?)\}", name)
    if numbered and _symbol(numbered[1]):
        return f"{_symbol(numbered[1])}_{{{numbered[2]}}}"
    return _symbol(name) or _upright(name)


def tensor_name(tensor: Tensor) -> str:
    """The tensor's `latex_name`; without one, `W2` is written W^{[2]} and `dZ2` dZ^{[2]}."""
    if tensor.latex_name is not None:
        return tensor.latex_name
    match = re.fullmatch(r"(d*)(\D+?)(\d*)(?:_(\d+))?", tensor.name)
    if match is None or not _symbol(match[2]):
        return _upright(tensor.name)
    prefix, letter, layer, number = match.groups()
    return (
        prefix
        + ("" if not prefix or len(_symbol(letter)) == 1 else " ")
        + _symbol(letter)
        + (f"^{{[{layer}]}}" if layer else "")
        + (f"_{{({number})}}" if number else "")
    )


def scripted(name: str, subscript: str = "", superscript: str = "") -> str:
    r"""The name with scripts added to those it has.

    >>> scripted("W^{[2]}", "kj"), scripted("W^{[2]}", superscript=r"\top"), scripted("W_{Q}", "ij")
    ('W^{[2]}_{kj}', 'W^{[2]\\top}', 'W_{Q,ij}')
    """
    if not subscript and not superscript:
        return name
    match = SCRIPTED.fullmatch(name)
    base, below, above = (match["base"], match["sub"], match["sup"]) if match else (f"{{{name}}}", "", "")
    below = ",".join(filter(None, (below, subscript)))
    above = (above or "") + superscript
    return base + (f"^{{{above}}}" if above else "") + (f"_{{{below}}}" if below else "")


def _symbol(name: str) -> str:
    """One letter, Latin or Greek, by itself or spelt out; empty if the name is longer."""
    if len(name) == 1 and name.isascii() and name.isalpha():
        return name
    if name in GREEK or (name.istitle() and name.lower() in GREEK_CAPITALS):
        return f"\\{name}"
    described = unicodedata.name(name, "") if len(name) == 1 else ""
    greek = re.fullmatch(r"GREEK (SMALL|CAPITAL) LETTER (\w+)", described)
    if greek and greek[2].lower().replace("lamda", "lambda") in GREEK:
        letter = greek[2].lower().replace("lamda", "lambda")
        if greek[1] == "SMALL":
            return f"\\{letter}"
        return f"\\{letter.capitalize()}" if letter in GREEK_CAPITALS else letter[0].upper()
    return ""


def _upright(name: str) -> str:
    return rf"\mathrm{{{escaped(name)}}}" if name.isascii() else rf"\text{{{escaped(name)}}}"
