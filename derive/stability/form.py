"""What a stable form is: a textbook expression and one that computes the same with doubles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sympy as sp

T = sp.Symbol("t", positive=True)
S = sp.Symbol("s", real=True)


class erfc(sp.erfc):  # type: ignore[misc]
    """SymPy's own turns erfc(−x) into 2 − erfc(x), which loses the tail; this one stands as written."""

    @classmethod
    def eval(cls, z: Any) -> None:
        return None


@dataclass(frozen=True)
class StableForm:
    """Two expressions that are equal for real numbers; `value` is the one to compute with.

    value: uses the symbols of the textbook form and those of `lets`, which come first, in order:
    usually t = exp(−|z|). It holds log1p, expm1 and erfc, Piecewise and Max/Min beside what the
    textbook form holds; every branch of a Piecewise can be computed wherever z is.
    status: "safe" (the textbook form is accurate as it is, and is the value), "found" (another form
    is), or "textbook" (none was found: to be listed by name).
    """

    textbook: sp.Expr
    value: sp.Expr
    z: sp.Symbol
    status: str
    lets: tuple[tuple[sp.Symbol, sp.Expr], ...] = ()

    @property
    def safe(self) -> bool:
        return self.status == "safe"

    @property
    def expanded(self) -> sp.Expr:
        """The value with the lets written out."""
        value = self.value
        for symbol, meaning in reversed(self.lets):
            value = value.xreplace({symbol: meaning})
        return value

    def xreplace(self, mapping: dict[sp.Basic, sp.Basic]) -> StableForm:
        """The form with other symbols, e.g. the elements of a program."""
        return StableForm(
            self.textbook.xreplace(mapping),
            self.value.xreplace(mapping),
            mapping.get(self.z, self.z),
            self.status,
            tuple((symbol.xreplace(mapping), meaning.xreplace(mapping)) for symbol, meaning in self.lets),
        )


def product(textbook: sp.Expr, z: sp.Symbol, one: StableForm, other: StableForm) -> Iterator[StableForm]:
    """Two forms multiplied; then with a name for the first, so that nothing overflows before it counts."""
    lets = dict(one.lets)
    clash = {
        symbol: sp.Symbol(f"{symbol}_", real=True)
        for symbol, meaning in other.lets
        if lets.get(symbol, meaning) != meaning
    }
    other = other.xreplace(clash)
    lets |= dict(other.lets)
    yield StableForm(textbook, one.value * other.value, z, "found", tuple(lets.items()))
    if S not in lets and not one.value.is_number:
        lets[S] = one.value
        yield StableForm(textbook, S * other.value, z, "found", tuple(lets.items()))
