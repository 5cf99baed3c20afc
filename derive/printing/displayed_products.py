"""Products, fractions and powers as they are written by hand, for every notation with two dimensions."""

from __future__ import annotations

from typing import ClassVar

import sympy as sp

from derive.arrays import Leaf
from derive.notation import CostPartial, Delta, Mask, Partial, Tensor
from derive.printing.linear import DIGITS, is_long, short_decimal
from derive.printing.order import BIG, ENTRYWISE, MATRIX, POWER, SUM
from derive.printing.printer import Factor, Piece, Printer

UPSTREAM = (CostPartial, Partial)
OUTSIDE = (Delta, Mask, sp.Piecewise)


class DisplayProducts(Printer):
    """⊙ joins whole arrays, juxtaposition everything else; what is divided stands in one fraction.

    thin, dot, entrywise: what joins factors. tall: marks of what is higher than a line. A notation
    adds how fractions, roots and scripts are written.
    """

    thin: ClassVar[str]
    dot: ClassVar[str]
    entrywise: ClassVar[str]
    tall: ClassVar[tuple[str, ...]]

    def fraction(self, above: str, below: str) -> str:
        raise NotImplementedError

    def scripts(self, base: str, below: str = "", above: str = "") -> str:
        """A printed base with scripts."""
        raise NotImplementedError

    def tensor(self, tensor: Tensor, below: str = "", above: str = "") -> str:
        """A tensor's name with scripts added to those that it has."""
        raise NotImplementedError

    def is_scripted(self, text: str) -> bool:
        """Whether the printed piece has a superscript that another one would clash with."""
        raise NotImplementedError

    def is_tall(self, text: str) -> bool:
        return any(part in text for part in self.tall)

    def number(self, value: sp.Expr) -> Piece:
        if value < 0:
            return Piece("-" + self.number(-value).text, SUM)
        decimal = short_decimal(value)
        if value.is_Integer or (decimal is not None and value.as_numer_denom()[1] >= 10):
            return Piece(str(decimal or value))
        if is_long(value):
            return self.rounded(value)
        numerator, denominator = value.as_numer_denom()
        return Piece(self.fraction(str(numerator), str(denominator)), POWER)

    def rounded(self, value: sp.Rational) -> Piece:
        mantissa, _, exponent = f"{value.p / value.q:.{DIGITS}g}".partition("e")
        if not exponent:
            return Piece(mantissa)
        power = self.scripts("10", above=str(int(exponent)))
        return Piece(power if mantissa == "1" else mantissa + self.dot + power, MATRIX)

    def _Rational(self, value: sp.Rational) -> Piece:
        return self.number(value)

    def product(
        self, coefficient: sp.Expr, factors: list[Factor], below: list[Factor], summed: Piece | None
    ) -> Piece:
        top, bottom = coefficient.as_numer_denom()
        if (short_decimal(coefficient) is not None and bottom >= 10) or is_long(coefficient):
            top, bottom = coefficient, sp.Integer(1)
        front = [f for f in factors if f.scalar]
        under = [f for f in below if f.scalar]
        arrays = [f for f in factors if not f.scalar]
        divided = [f for f in below if not f.scalar]
        before, inside, after = self._around(arrays, bool(divided))
        if divided and not ((bottom != 1 or under) and inside):
            inside, front = [*front, *inside], []
            divided, under = [*under, *divided], []
            fraction: Piece | None = self._fraction(top, inside, bottom, divided)
            top, bottom = sp.Integer(1), sp.Integer(1)
        else:
            fraction = self._fraction(sp.Integer(1), inside, sp.Integer(1), divided) if divided else None
        pieces = [self.power(f) for f in before]
        pieces += [fraction] if fraction is not None else [self.power(f) for f in inside]
        pieces += [self.power(f) for f in after]
        pieces += [summed] if summed is not None else []
        whole = any(f.array for f in (*factors, *below))
        joined = self._joined(pieces, self.entrywise if whole else self.thin) if pieces else None
        if top == 1 and bottom == 1 and not front and not under:
            return joined or Piece("1")
        if bottom == 1 and not under:
            lead = self._plain(top, front)
        else:
            lead = self._fraction(top, front, bottom, under)
        if joined is None:
            return lead
        tail = self.wrapped(joined, SUM)
        gap = self.dot if lead.text[-1:].isdigit() and tail[:1].isdigit() else self.thin
        return Piece(lead.text + gap + tail, BIG if joined.level == BIG else ENTRYWISE)

    def _around(self, arrays: list[Factor], divided: bool) -> tuple[list[Factor], list[Factor], list[Factor]]:
        """What stands before a fraction, in its numerator, and after it."""
        after = [f for f in arrays if isinstance(f.base, OUTSIDE) or self.piece(f.base).level == BIG]
        rest = [f for f in arrays if f not in after]
        if not divided:
            return [], rest, after
        upstream = [f for f in rest if isinstance(f.base, UPSTREAM)]
        inside = [f for f in rest if f not in upstream]
        gradients = [f for f in inside if any(t.role == "gradient" for t in self._inside(f.base))]
        if len(gradients) < len(inside):
            upstream += gradients
            inside = [f for f in inside if f not in gradients]
        return upstream, inside, after

    def _joined(self, pieces: list[Piece], joiner: str) -> Piece:
        if len(pieces) == 1:
            return pieces[0]
        shown = [self.wrapped(piece, MATRIX) for piece in pieces]
        last = pieces[-1]
        if last.level == BIG and joiner == self.thin:
            return Piece(joiner.join([*shown[:-1], last.text]), BIG)
        return Piece(joiner.join(shown), ENTRYWISE)

    def _plain(self, number: sp.Expr, factors: list[Factor]) -> Piece:
        """The number and the factors side by side; ⊙ between arrays."""
        pieces = [self.power(f) for f in factors]
        if number == 1 and len(pieces) == 1:
            return pieces[0]
        text = "" if number == 1 and pieces else self.number(number).text
        array, gap = False, ""
        for factor, piece in zip(factors, pieces, strict=True):
            shown = self.wrapped(piece, MATRIX)
            if text:
                clash = text[-1].isdigit() and shown[0].isdigit()
                text += self.entrywise if array and factor.array else self.dot if clash else gap
            text, array, gap = text + shown, factor.array, self.thin
        return Piece(text, ENTRYWISE)

    def _fraction(self, top: sp.Expr, above: list[Factor], bottom: sp.Expr, below: list[Factor]) -> Piece:
        numerator, denominator = self._plain(top, above), self._plain(bottom, below)
        return Piece(self.fraction(numerator.text, denominator.text), POWER)

    def raised(self, base: sp.Expr, exponent: sp.Expr) -> Piece:
        if exponent.is_Rational and not exponent.is_Integer:
            power = str(exponent)
        else:
            power = self.piece(exponent).text
        power = f"{self.entrywise.strip()} {power}" if self.is_array(base) else power
        array = self.operands.get(base)
        if isinstance(array, Leaf):
            return Piece(self.tensor(array.tensor, above=power), POWER)
        shown = self.wrap(base, POWER)
        if self.is_scripted(shown):
            shown = self.parentheses(shown)
        return Piece(self.scripts(shown, above=power), POWER)
