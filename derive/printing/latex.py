r"""LaTeX mathematics: `\frac{1}{m}\,dZ^{[2]}\,A^{[1]\top}`.

Between whole arrays ⊙ is the entrywise product and juxtaposition the matrix product; fractions and
functions of arrays are taken entry by entry, ^{\odot 2} is the entrywise square, and 𝟏 is a column
of ones, so that a row sum is dZ 𝟏. Arrays of more than two axes are written by their entries.
"""

from __future__ import annotations

from typing import ClassVar

import sympy as sp
from sympy.codegen import cfunctions

from derive.notation import Index, Tensor
from derive.printing.displayed import DisplayPrinter
from derive.printing.letters import Value
from derive.printing.names import math_name, scripted, tensor_name
from derive.printing.printer import Naming, Piece
from derive.printing.whole import equation, expression

FUNCTIONS: dict[type, str] = {
    sp.log: r"\log",
    sp.sin: r"\sin",
    sp.cos: r"\cos",
    sp.tan: r"\tan",
    sp.asin: r"\arcsin",
    sp.acos: r"\arccos",
    sp.atan: r"\arctan",
    sp.sinh: r"\sinh",
    sp.cosh: r"\cosh",
    sp.tanh: r"\tanh",
    sp.asinh: r"\operatorname{arsinh}",
    sp.acosh: r"\operatorname{arcosh}",
    sp.atanh: r"\operatorname{artanh}",
    sp.sign: r"\operatorname{sign}",
    sp.erf: r"\operatorname{erf}",
    sp.erfc: r"\operatorname{erfc}",
    sp.Max: r"\max",
    sp.Min: r"\min",
    cfunctions.log1p: r"\operatorname{log1p}",
    cfunctions.expm1: r"\operatorname{expm1}",
}
RELATIONS: dict[type, str] = {
    sp.StrictGreaterThan: ">",
    sp.StrictLessThan: "<",
    sp.GreaterThan: r"\ge",
    sp.LessThan: r"\le",
    sp.Equality: "=",
    sp.Unequality: r"\ne",
}

BARS = {"abs": ("|", "|"), "floor": (r"\lfloor ", r" \rfloor"), "ceil": (r"\lceil ", r" \rceil")}


def latex_expression(value: Value, naming: Naming | None = None) -> str:
    """The formula of a matrix form, of terms, or of a scalar expression."""
    return expression(LatexPrinter, value, naming)


def latex_equation(
    tensor: Tensor, indices: tuple[Index, ...], value: Value, naming: Naming | None = None
) -> str:
    """`tensor = value`, or `tensor_{ij} = value` where the value is an index form."""
    return equation(LatexPrinter, tensor_name(tensor), tensor, indices, value, naming)


class LatexPrinter(DisplayPrinter):
    functions: ClassVar[dict[type, str]] = FUNCTIONS
    relations: ClassVar[dict[type, str]] = RELATIONS
    marks: ClassVar[dict[str, str]] = {
        "ones": r"\mathbf{1}",
        "pi": r"\pi",
        "infinity": r"\infty",
        "exp": r"\exp",
        "and": r"\land",
        "or": r"\lor",
        "not": r"\lnot",
        "delta": r"\delta",
        "partial": r"\partial",
        "losses": r"\mathcal{L}",
        "top": r"\top",
        "times": r"\times",
    }
    thin = r"\,"
    dot = r" \cdot "
    entrywise = r" \odot "
    tall = (r"\frac", r"\sum", r"\begin")

    def symbol(self, name: str) -> str:
        return math_name(name)

    def parentheses(self, text: str) -> str:
        return rf"\left({text}\right)" if self.is_tall(text) else f"({text})"

    def fraction(self, above: str, below: str) -> str:
        return rf"\frac{{{above}}}{{{below}}}"

    def root(self, base: sp.Expr) -> Piece:
        return Piece(rf"\sqrt{{{self.piece(base).text}}}")

    def scripts(self, base: str, below: str = "", above: str = "") -> str:
        return base + (f"_{{{below}}}" if below else "") + (f"^{{{above}}}" if above else "")

    def tensor(self, tensor: Tensor, below: str = "", above: str = "") -> str:
        return scripted(tensor_name(tensor), below, above)

    def is_scripted(self, text: str) -> bool:
        return "^" in text and not text.endswith(")")

    def summation(self, below: str) -> str:
        return rf"\sum_{{{below}}}"

    def cases(self, rows: list[tuple[str, str]]) -> str:
        shown = r" \\ ".join(f"{value} & {condition}" for value, condition in rows)
        return rf"\begin{{cases}} {shown} \end{{cases}}"

    def enclosed(self, kind: str, text: str) -> str:
        left, right = BARS[kind]
        return rf"\left{left}{text}\right{right}"
