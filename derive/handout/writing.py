"""Mathematics on a page as text, in LaTeX and in Typst."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import sympy as sp

from derive.handout import maths
from derive.handout.printers import (
    DigitsLatex,
    DigitsPrinter,
    DigitsTypst,
    PiercedLatex,
    PiercedPrinter,
    PiercedTypst,
    ShapedPrinter,
)
from derive.handout.shape_line import ShapesPrinter
from derive.notation import Tensor
from derive.printing import Naming, escaped, latex_expression
from derive.printing.displayed import DisplayPrinter
from derive.printing.latex import LatexPrinter
from derive.printing.typst import TypstPrinter, typst_expression


class Writer:
    """Walks mathematics on a page; a notation adds the syntax."""

    printer: ClassVar[type[DisplayPrinter]]
    shaped: ClassVar[type[ShapedPrinter]]
    shapes: ClassVar[type[ShapesPrinter]]
    digits: ClassVar[type[DigitsPrinter]]
    pierced: ClassVar[type[PiercedPrinter]]
    signs: ClassVar[Mapping[str, str]]

    def __init__(self) -> None:
        self.syntax = self.printer(Naming(), sp.Integer(0))

    def math(self, node: maths.Math) -> str:
        method = getattr(self, f"_{type(node).__name__}")
        return str(method(node))

    def expression(self, value: Any, naming: Naming) -> str:
        raise NotImplementedError

    def upright(self, text: str) -> str:
        raise NotImplementedError

    def grid(self, rows: list[list[str]]) -> str:
        raise NotImplementedError

    def flat(self, above: str, below: str) -> str:
        raise NotImplementedError

    def rule(self, inside: str) -> str:
        """With a line below."""
        raise NotImplementedError

    def gap(self, width: int) -> str:
        raise NotImplementedError

    def shape(self, sizes: tuple[sp.Expr, ...], naming: Naming | None = None) -> str:
        shown = ", ".join(self.expression(sp.sympify(s), naming or Naming()) for s in sizes)
        return f"({shown}{',' if len(sizes) == 1 else ''})"

    def _Formula(self, node: maths.Formula) -> str:
        return self.expression(node.value, node.naming)

    def _Whole(self, node: maths.Whole) -> str:
        above = self.syntax.marks["top"] if node.transposed else ""
        return self.syntax.tensor(node.tensor, self.syntax.subscripts(list(node.below)), above)

    def _Shaped(self, node: maths.Shaped) -> str:
        printer = self.shaped(node.naming, node.array)
        left = printer.under(printer.tensor(node.tensor), node.tensor.shape)
        return f"{left} = {printer.piece(node.array).text}"

    def _ShapeCheck(self, node: maths.ShapeCheck) -> str:
        own = self.shape(node.tensor.shape, node.naming)
        if node.array is None:
            return own
        right = self.shapes(node.naming, node.array).piece(node.array).text
        return own if right in ("", own) else f"{own} = {right}"

    def _Worked(self, node: maths.Worked) -> str:
        return self.digits.printed(node)

    def _Shape(self, node: maths.Shape) -> str:
        return self.shape(node.sizes)

    def _Letter(self, node: maths.Letter) -> str:
        return self.syntax.symbol(node.name)

    def _Function(self, node: maths.Function) -> str:
        return self.syntax.functions[node.kind]

    def _Mark(self, node: maths.Mark) -> str:
        return self.syntax.marks.get(node.name) or self.signs.get(node.name, node.name)

    def _Upright(self, node: maths.Upright) -> str:
        return self.upright(node.text)

    def _Digits(self, node: maths.Digits) -> str:
        return node.text.replace("−", "-")

    def _Joined(self, node: maths.Joined) -> str:
        parts = [self.math(part) for part in node.parts]
        sign = self.syntax.thin if node.sign == "" else f" {self.signs.get(node.sign, node.sign).strip()} "
        return sign.join(parts)

    def _Bracketed(self, node: maths.Bracketed) -> str:
        inside = self.math(node.inside)
        if (node.left, node.right) == ("(", ")"):
            return self.syntax.parentheses(inside)
        return f"{node.left}{inside}{node.right}"

    def _Quotient(self, node: maths.Quotient) -> str:
        above, below = self.math(node.above), self.math(node.below)
        return self.flat(above, below) if node.flat else self.syntax.fraction(above, below)

    def _Scripts(self, node: maths.Scripts) -> str:
        below, above = (self.math(part) if part else "" for part in (node.below, node.above))
        return self.syntax.scripts(self.math(node.base), below, above)

    def _Big(self, node: maths.Big) -> str:
        return f"{self.syntax.scripts(self.signs[node.sign], self.math(node.below))} {self.math(node.body)}"

    def _Blank(self, node: maths.Blank) -> str:
        return self.rule(self.gap(node.width))

    def _Filled(self, node: maths.Filled) -> str:
        return self.rule(self.math(node.inside))

    def _Pierced(self, node: maths.Pierced) -> str:
        return self.pierced.printed(
            node, self.rule if node.filled else lambda _: self._Blank(maths.Blank(node.width))
        )

    def _Grid(self, node: maths.Grid) -> str:
        return self.grid([[self.math(entry) for entry in row] for row in node.rows])


class ShapedLatex(ShapedPrinter, LatexPrinter):
    def under(self, name: str, sizes: tuple[sp.Expr, ...]) -> str:
        return rf"\underset{{{LatexWriter().shape(sizes, self.naming)}}}{{{name}}}"


class ShapedTypst(ShapedPrinter, TypstPrinter):
    def under(self, name: str, sizes: tuple[sp.Expr, ...]) -> str:
        return f"under({name}, {TypstWriter().shape(sizes, self.naming)})"


class ShapesLatex(ShapesPrinter, LatexPrinter):
    slash = " / "

    def shape(self, sizes: tuple[sp.Expr, ...]) -> str:
        return LatexWriter().shape(sizes, self.naming)


class ShapesTypst(ShapesPrinter, TypstPrinter):
    slash = r" \/ "

    def shape(self, sizes: tuple[sp.Expr, ...]) -> str:
        return TypstWriter().shape(sizes, self.naming)


class LatexWriter(Writer):
    printer = LatexPrinter
    shaped = ShapedLatex
    shapes = ShapesLatex
    digits = DigitsLatex
    pierced = PiercedLatex
    signs: ClassVar[Mapping[str, str]] = {
        "⊙": r"\odot",
        "·": r"\cdot",
        "≈": r"\approx",
        "←": r"\leftarrow",
        "→": r"\to",
        "≤": r"\le",
        "≥": r"\ge",
        "∝": r"\propto",
        "|": r"\mid",
        "sum": r"\sum",
        "product": r"\prod",
        "dots": r"\cdots",
        "vertical dots": r"\vdots",
        "nothing": "",
        "gap": r"\qquad",
        "prime": r"\prime",
        "dot": r"\cdot",
    }

    def expression(self, value: Any, naming: Naming) -> str:
        return latex_expression(value, naming)

    def upright(self, text: str) -> str:
        return rf"\text{{{escaped(text)}}}"

    def grid(self, rows: list[list[str]]) -> str:
        inside = r" \\ ".join(" & ".join(row) for row in rows)
        return rf"\begin{{bmatrix}} {inside} \end{{bmatrix}}"

    def flat(self, above: str, below: str) -> str:
        return f"{above}/{below}"

    def rule(self, inside: str) -> str:
        return rf"\underline{{{inside}}}"

    def gap(self, width: int) -> str:
        return rf"\hspace{{{width}mm}}"


ROOM = {False: 4.5, True: 7}
"""Millimetres above a rule, by whether a whole formula is to be written on it."""


class TypstWriter(Writer):
    printer = TypstPrinter
    shaped = ShapedTypst
    shapes = ShapesTypst
    digits = DigitsTypst
    pierced = PiercedTypst
    signs: ClassVar[Mapping[str, str]] = {
        "sum": "∑",
        "product": "∏",
        "·": "⋅",
        "|": "mid(|)",
        "dots": "dots.c",
        "vertical dots": "dots.v",
        "nothing": "zws",
        "gap": "wide",
        "prime": "prime",
        "dot": "⋅",
    }

    def expression(self, value: Any, naming: Naming) -> str:
        return typst_expression(value, naming)

    def upright(self, text: str) -> str:
        plain = text.replace("\\", "").replace('"', "")
        return f'"{plain}"'

    def grid(self, rows: list[list[str]]) -> str:
        return f"mat({'; '.join(', '.join(f'display({entry})' for entry in row) for row in rows)})"

    def flat(self, above: str, below: str) -> str:
        return rf"{above} \/ {below}"

    def rule(self, inside: str) -> str:
        return f"underline({inside})"

    def gap(self, width: int) -> str:
        return f"#box(width: {width}mm, height: {ROOM[width > 30]}mm)"


def shape_of(tensor: Tensor, naming: Naming) -> maths.Shape:
    """The shape of a tensor, with numbers where they are known."""
    return maths.Shape(tuple(sp.sympify(size).xreplace(naming.sizes) for size in tensor.shape))
