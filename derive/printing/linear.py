"""Printing on one line: products with `/`, operators from a table. NumPy and plain text share it."""

from __future__ import annotations

from typing import ClassVar

import sympy as sp

from derive.notation import Index
from derive.printing.order import BIG, COMPARISON, ENTRYWISE, MATRIX, SUM
from derive.printing.printer import Factor, Piece, Printer

RELATIONS = {
    sp.StrictGreaterThan: ">",
    sp.StrictLessThan: "<",
    sp.GreaterThan: ">=",
    sp.LessThan: "<=",
    sp.Equality: "==",
    sp.Unequality: "!=",
}

DIGITS = 7
LONG = 10**DIGITS

Marked = tuple[Piece, bool]
"""A piece, and whether it is a whole array."""


class LinearPrinter(Printer):
    """times joins scalars, entrywise arrays."""

    times: ClassVar[str] = " * "
    entrywise: ClassVar[str] = " * "
    relations: ClassVar[dict[type, str]] = RELATIONS

    def number(self, value: sp.Expr) -> Piece:
        """A short decimal where it is exact, a rounded one for a long quotient, else a quotient."""
        if value < 0:
            return Piece(self.minus + self.number(-value).text, SUM)
        if value.is_Integer:
            return Piece(str(value))
        decimal = short_decimal(value)
        if decimal is not None:
            return Piece(decimal)
        if is_long(value):
            return Piece(self.rounded(value))
        numerator, denominator = value.as_numer_denom()
        return Piece(f"{numerator} / {denominator}", ENTRYWISE)

    def rounded(self, value: sp.Rational) -> str:
        return f"{value.p / value.q:.{DIGITS}g}"

    def _Rational(self, value: sp.Rational) -> Piece:
        return self.number(value)

    def _Index(self, index: Index) -> Piece:
        return Piece(self.letters[index])

    def product(
        self, coefficient: sp.Expr, factors: list[Factor], below: list[Factor], summed: Piece | None
    ) -> Piece:
        top, bottom = coefficient, sp.Integer(1)
        if short_decimal(coefficient) is None and not is_long(coefficient):
            top, bottom = coefficient.as_numer_denom()
        above = [(self.power(f), f.array) for f in factors]
        if summed is not None:
            above.append((summed, False))
        if top != 1 or not above:
            above.insert(0, (self.number(top), False))
        under = [(self.power(f), f.array) for f in below]
        if bottom != 1:
            under.insert(0, (self.number(bottom), False))
        if above[-1][0].level == BIG and all(f.scalar for f in below):
            return self._big(above, under)
        text = self._joined(above)
        if not under:
            return Piece(text, ENTRYWISE)
        divisor = self._joined(under)
        if len(under) > 1 or under[0][0].level in (ENTRYWISE, MATRIX):
            divisor = self.parentheses(divisor)
        return Piece(f"{text} / {divisor}", ENTRYWISE)

    def _big(self, above: list[Marked], under: list[Marked]) -> Piece:
        """Everything before Σ as one coefficient: (1/m) Σ …"""
        *front, (last, _) = above
        if not under:
            return Piece(f"{self._joined(front)} {last.text}" if front else last.text, BIG)
        numerator, divisor = self._joined(front) or "1", self._joined(under)
        shown = f"{numerator}/{self.parentheses(divisor) if len(under) > 1 else divisor}"
        return Piece(f"{self.parentheses(shown)} {last.text}", BIG)

    def _joined(self, pieces: list[Marked]) -> str:
        """The pieces from left to right. A @ B / m needs no parentheses, (A @ B) * C reads better with."""
        text, after_array = "", False
        for piece, array in pieces:
            bare = not text and (piece.level == ENTRYWISE or len(pieces) == 1)
            shown = self.wrapped(piece, BIG if bare else MATRIX)
            if text:
                text += self.entrywise if array and after_array else self.times
            text, after_array = text + shown, array
        return text

    def _Relational(self, relation: sp.Expr) -> Piece:
        left, right = relation.args
        symbol = next(s for cls, s in self.relations.items() if isinstance(relation, cls))
        return Piece(f"{self.wrap(left, COMPARISON)} {symbol} {self.wrap(right, COMPARISON)}", COMPARISON)


def is_long(value: sp.Expr) -> bool:
    """Whether a quotient of whole numbers is too long to be read: 5253504936777402/5000000000000000."""
    return bool(value.is_Rational and value.q != 1 and max(abs(value.p), value.q) >= LONG)


def short_decimal(value: sp.Expr, digits: int = 6) -> str | None:
    """The number as an exact decimal with few digits, None if it is not one."""
    scaled = abs(value) * 10**digits
    if not scaled.is_Integer:
        return None
    text = f"{int(scaled) // 10**digits}.{int(scaled) % 10**digits:0{digits}d}".rstrip("0").rstrip(".")
    return f"-{text}" if value < 0 else text
