"""Numbers modulo a prime, in which functions are random but obey the laws that identities use.

The prime is −1 modulo 8 and modulo every odd prime up to 41. So the squares form a group of odd order that
those primes do not divide: each square has one square as its root, of any such order, and exactly
one of x and −x is a square. "Positive" means: is a square. Then √(x²) = |x|, signs multiply,
and exp (a random square for each monomial of the exponent) has rational powers and is positive.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import sympy as sp

PRIME = 2311085001752687159
SQUARES = (PRIME - 1) // 2


_SMALL = (1, 2, 3, 4, 5, 6, 10)
RATIOS = tuple(
    (sign * ratio, int((sign * ratio).p) * pow(int(ratio.q), -1, PRIME) % PRIME)
    for ratio in sorted({sp.Rational(n, d) for n in _SMALL for d in _SMALL})
    for sign in (1, -1)
)


class NoRoot(ArithmeticError):
    """A root of a residue that is no square, or a division by 0: try other leaves."""


def inverse(value: int) -> int:
    if value == 0:
        raise NoRoot("division by 0")
    return pow(value, -1, PRIME)


class Residues:
    """Integers modulo PRIME. Everything random is a digest of the seed and of what it stands for."""

    def __init__(self, seed: int) -> None:
        self._key = seed.to_bytes(16, "big", signed=False)
        self._memo: dict[tuple[Any, ...], int] = {}
        self.has_chosen = False
        self.exponentials: dict[int, int] = {0: 1}

    def random(self, *what: Any) -> int:
        """A residue other than 0, always the same for the same question."""
        if what not in self._memo:
            digest = blake2b(repr(what).encode(), key=self._key, digest_size=16).digest()
            self._memo[what] = int.from_bytes(digest, "big") % (PRIME - 1) + 1
        return self._memo[what]

    def rational(self, number: sp.Rational) -> int:
        value = int(number.p) % PRIME
        return value if number.q == 1 else value * inverse(int(number.q) % PRIME) % PRIME

    def symbol(self, symbol: sp.Expr) -> int:
        value = self.random("symbol", str(symbol))
        return value * value % PRIME if symbol.is_positive else value

    def sum(self, values: list[int]) -> int:
        return sum(values) % PRIME

    def product(self, values: list[int]) -> int:
        result = 1
        for value in values:
            result = result * value % PRIME
        return result

    def power(self, value: int, exponent: sp.Rational) -> int:
        numerator, denominator = int(exponent.p), int(exponent.q)
        if value == 0 and exponent.is_negative:
            raise NoRoot("division by 0")
        if denominator == 1:
            return pow(value, numerator, PRIME)
        if denominator % 2 == 0 and pow(value, SQUARES, PRIME) != 1:
            raise NoRoot(f"{value} has no root")
        order = PRIME - 1 if denominator % 2 else SQUARES
        return pow(value, numerator * pow(denominator, -1, order) % order, PRIME)

    def exponential(self, pairs: list[tuple[sp.Rational, int]]) -> int:
        result = 1
        for coefficient, value in pairs:
            if value not in self.exponentials:
                self.exponentials[value] = self._new_exponential(value)
            result = result * self.power(self.exponentials[value], coefficient) % PRIME
        return result

    def _new_exponential(self, value: int) -> int:
        """A power of one that is known already, where the exponent is a small multiple of its own."""
        for ratio, factor in RATIOS:
            known = self.exponentials.get(value * factor % PRIME)
            if known is not None:
                return self.power(known, 1 / ratio)
        root = self.random("exp", value)
        return root * root % PRIME

    def rotation(self, pairs: list[tuple[sp.Rational, int]]) -> tuple[int, int]:
        """cos and sin: products of random points of the circle; half, third and sixth angles agree."""
        cosine, sine = 1, 0
        for coefficient, value in pairs:
            steps = 12 * coefficient
            part = int(steps) if steps.is_Integer else 12
            key = value if steps.is_Integer else value * self.rational(coefficient) % PRIME
            tangent = self.random("angle", key)
            if key > PRIME - key:
                tangent = PRIME - self.random("angle", PRIME - key)
            scale = inverse((1 + tangent * tangent) % PRIME)
            c, s = (1 - tangent * tangent) * scale % PRIME, 2 * tangent * scale % PRIME
            if part < 0:
                part, s = -part, PRIME - s
            for _ in range(part):
                cosine, sine = (cosine * c - sine * s) % PRIME, (cosine * s + sine * c) % PRIME
        return cosine, sine

    def function(self, name: str, value: int) -> int:
        """log(1/x) = −log x and log 1 = 0; the others are odd."""
        opposite = inverse(value) if name == "log" else -value % PRIME
        if opposite == value:
            return 0
        if value > opposite:
            return PRIME - self.random(name, opposite)
        return self.random(name, value)

    def erf(self, value: int, gauss: Any) -> int:
        return self.function("erf", value)

    def opaque(self, name: str, orders: tuple[int, ...], values: list[int]) -> int:
        return self.random("function", name, orders, *values)

    def choose(self, left: int, right: int) -> bool:
        self.has_chosen = True
        return pow((right - left) % PRIME, SQUARES, PRIME) == 1
