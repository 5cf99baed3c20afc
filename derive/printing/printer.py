"""The walk that all printers share: SymPy scalars, index forms and matrix forms to printed pieces.

A printer is a table of methods, one for each kind of node, named `_` + class. A piece carries how
tightly it holds together, and only `wrap` decides about parentheses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

import sympy as sp
from sympy.core.function import AppliedUndef

from derive.arrays import Array, Entrywise, Leaf
from derive.notation import Index, IndexSum, Tensor, elements
from derive.printing.conditions import named
from derive.printing.letters import Value, letters, parts
from derive.printing.order import (
    ATOM,
    BIG,
    MATRIX,
    SUM,
    Product,
    Rank,
    Summed,
    factor_key,
    number_leads,
    product_of,
    pulled_together,
    rank,
    scalar,
    split,
    summand_key,
)


class PrintingError(ValueError):
    """Something that a printer has no notation for."""


class Piece(NamedTuple):
    text: str
    level: int = ATOM


@dataclass(frozen=True)
class Naming:
    """How things are called in print.

    rank: the order of tensors. letters: of the indices; those that are missing are chosen on the
    fly. sizes: dimensions that are printed as numbers.
    """

    rank: Rank = field(default_factory=rank)
    letters: Mapping[Index, str] = field(default_factory=dict)
    sizes: Mapping[sp.Symbol, int] = field(default_factory=dict)


class Factor(NamedTuple):
    """A power in a product, with what its place depends on."""

    base: sp.Expr
    exponent: sp.Expr
    key: tuple[Any, ...]
    scalar: bool
    array: bool


class Printer:
    """Base of the printers. Each adds the methods for what looks different in its notation.

    together: whether 2a − 2b is written as 2·(a − b).
    """

    functions: ClassVar[Mapping[type, str]]
    minus: ClassVar[str] = "-"
    together: ClassVar[bool] = True

    def __init__(self, naming: Naming, value: Value, free: Iterable[Index] = ()) -> None:
        chosen = naming.letters
        missing = letters([value], free)
        self.letters = chosen if missing.keys() <= chosen.keys() else missing
        self.naming = naming
        self.operands: dict[sp.Basic, Array] = {}
        self._printed: dict[Any, Piece] = {}

    def value(self, value: Value) -> Piece:
        if isinstance(value, tuple):
            return self.total([(product_of(term), bool(term.sums)) for term in value])
        return self.piece(value)

    def piece(self, node: Any) -> Piece:
        if node not in self._printed:
            self._printed[node] = self._print(node)
        return self._printed[node]

    def _print(self, node: Any) -> Piece:
        if isinstance(node, sp.Piecewise):
            node = named(node)
        if isinstance(node, AppliedUndef):
            return self._AppliedUndef(node)
        for cls in type(node).__mro__:
            method: Callable[[Any], Piece] | None = getattr(self, f"_{cls.__name__}", None)
            if method is not None:
                return method(node)
            if cls in self.functions:
                return self.call(self.functions[cls], node)
        name = type(node).__name__
        raise PrintingError(
            f"{type(self).__name__} has no notation for {name} ({node}); add a method _{name} to it"
        )

    def wrap(self, node: Any, above: int) -> str:
        """The printed node, in parentheses unless it holds together more tightly than `above`."""
        return self.wrapped(self.piece(node), above)

    def wrapped(self, piece: Piece, above: int) -> str:
        return piece.text if piece.level > above else self.parentheses(piece.text)

    def parentheses(self, text: str) -> str:
        return f"({text})"

    def call(self, name: str, node: Any) -> Piece:
        return Piece(f"{name}({', '.join(self.piece(arg).text for arg in node.args)})")

    # Sums and products

    def _Add(self, expr: sp.Expr) -> Piece:
        if self.together and pulled_together(expr)[0] != 1:
            return self._Mul(expr)
        products = [self.split(arg) for arg in expr.args]
        return self.total([(p, self._holds_sum(p)) for p in products])

    def total(self, products: list[tuple[Product, bool]]) -> Piece:
        """Products in order, joined by their signs; of one product, the product alone."""
        arranged = self.arranged(products)
        if not arranged:
            return Piece("0")
        (negative, first), *rest = arranged
        if not rest:
            return self.signed(negative, first)
        text = self.signed(negative, first).text
        for negative, piece in rest:
            text += f" {self.minus if negative else '+'} {self.wrapped(piece, SUM)}"
        return Piece(text, SUM)

    def arranged(self, products: list[tuple[Product, bool]]) -> list[tuple[bool, Piece]]:
        """The summands in the order of print: whether each is negative, and it without its sign."""
        if len(products) == 1:
            ((product, _),) = products
            return [(product.coefficient < 0, self.magnitude(product))]
        summands = [p for p, _ in products]
        numbers = [p for p in summands if not p.numerator and not p.denominator]
        others = [p for p in summands if p not in numbers]
        measured = any(self._tensors(p) for p in others)
        lead = number_leads(others) and (measured or all(p.coefficient < 0 for p in others))
        keyed = []
        for product, whole in products:
            key = summand_key(product, self._tensors(product), self.naming.rank, whole)
            place = 0
            if product in numbers and others:
                place = -1 if lead and product.coefficient > 0 else 0 if measured else 1
            keyed.append(((place, *key), product))
        pieces = sorted(
            ((key, product.coefficient < 0, self.magnitude(product)) for key, product in keyed),
            key=lambda item: (*item[0], item[2].text),
        )
        return [(negative, piece) for _, negative, piece in pieces]

    def signed(self, negative: bool, piece: Piece) -> Piece:
        return Piece(self.minus + self.wrapped(piece, SUM), SUM) if negative else piece

    def _Mul(self, expr: sp.Expr) -> Piece:
        return self.total([(self.split(expr), False)])

    _Pow = _Mul

    def split(self, expr: sp.Expr) -> Product:
        return split((expr,), self.together)

    def magnitude(self, product: Product) -> Piece:
        """The product without its sign."""
        factors, below = self.factors(product.numerator), self.factors(product.denominator)
        coefficient = abs(product.coefficient)
        summed = None
        if isinstance(product, Summed):
            summed = self.big_sum(product.sums, self.total([(product.inner, False)]))
        if coefficient == 1 and not below and len(factors) + (summed is not None) == 1:
            return summed or self.power(factors[0])
        return self.product(coefficient, factors, below, summed)

    def factors(self, powers: Iterable[tuple[sp.Expr, sp.Expr]]) -> list[Factor]:
        """The powers in the order of print."""
        found = [self._factor(base, exponent) for base, exponent in powers]
        return sorted(found, key=lambda f: (*f.key, self.piece(f.base).text))

    def _factor(self, base: sp.Expr, exponent: sp.Expr) -> Factor:
        tensors = list(self._inside(base))
        upstream = any(t.role == "gradient" for t in tensors)
        key = factor_key(base, tensors, self.naming.rank, upstream)
        operands = [self.operands[d] for d in base.free_symbols if d in self.operands]
        plain = scalar(base) and all(isinstance(o, Leaf) and not o.axes for o in operands)
        return Factor(base, exponent, (not plain, *key), plain, self.is_array(base))

    def is_array(self, expr: sp.Expr) -> bool:
        """Whether it holds whole arrays, so that products with it are entrywise."""
        return any(self.operands[d].axes for d in expr.free_symbols if d in self.operands)

    def power(self, factor: Factor) -> Piece:
        if factor.exponent == 1:
            return self.piece(factor.base)
        if factor.exponent == sp.Rational(1, 2):
            return self.root(factor.base)
        return self.raised(factor.base, factor.exponent)

    def product(
        self, coefficient: sp.Expr, factors: list[Factor], below: list[Factor], summed: Piece | None
    ) -> Piece:
        raise NotImplementedError

    def big_sum(self, indices: tuple[Index, ...], body: Piece) -> Piece:
        raise NotImplementedError

    def root(self, base: sp.Expr) -> Piece:
        raise NotImplementedError

    def raised(self, base: sp.Expr, exponent: sp.Expr) -> Piece:
        raise NotImplementedError

    def _IndexSum(self, expr: IndexSum) -> Piece:
        body, indices = expr.body, expr.indices
        while isinstance(body, IndexSum):
            body, indices = body.body, (*indices, *body.indices)
        return self.big_sum(indices, self.piece(body))

    def _AppliedUndef(self, expr: Any) -> Piece:
        raise NotImplementedError

    # Arrays inside scalar formulas

    def _Entrywise(self, array: Entrywise) -> Piece:
        self.operands.update(array.operands)
        return self.piece(array.formula)

    def _Dummy(self, symbol: sp.Dummy) -> Piece:
        if symbol not in self.operands:
            raise PrintingError(f"the placeholder {symbol} stands for no operand; add it to the operands")
        return self.piece(self.operands[symbol])

    def _inside(self, expr: Any) -> Iterator[Tensor]:
        yield from (element.tensor for element in elements(expr))
        for symbol in expr.free_symbols:
            if symbol in self.operands:
                yield from self._leaves(self.operands[symbol])

    def _leaves(self, array: Array) -> Iterator[Tensor]:
        if isinstance(array, Leaf):
            yield array.tensor
        for part in parts(array):
            yield from self._leaves(part)

    def _tensors(self, product: Product) -> list[Tensor]:
        bases = [base for base, _ in (*product.numerator, *product.denominator)]
        if isinstance(product, Summed):
            bases += [base for base, _ in (*product.inner.numerator, *product.inner.denominator)]
        return [tensor for base in bases for tensor in self._inside(base)]

    def _holds_sum(self, product: Product) -> bool:
        pieces = [self.piece(base).level for base, exponent in product.numerator if exponent == 1]
        return any(level in (BIG, MATRIX) for level in pieces)
