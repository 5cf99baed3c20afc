"""Whether a SymPy expression is 0 as an identity, by expansion alone."""

from __future__ import annotations

from functools import reduce
from typing import Any

import sympy as sp

from derive.proof.symbols import Erf, Exp, Switch


def is_zero(expr: sp.Expr) -> bool:
    """together → numerator → expand, with every function value and root as a generator.

    Roots obey r^q = base, a Switch s² = s, sin² = 1 − cos². True is a proof; False may also mean
    that the identity needs more than these relations.
    """
    if expr == 0:
        return True
    written = _Generators(expr)
    numerator = _numerator(written.rational)
    for generator, degree, base in written.relations:
        if numerator == 0:
            return True
        powers = sp.Poly(numerator, generator).terms()
        numerator = _numerator(sp.Add(*(c * _reduced(generator, k, degree, base) for (k,), c in powers)))
    return bool(numerator == 0)


def _numerator(expr: sp.Expr) -> sp.Expr:
    return sp.expand(sp.fraction(sp.together(expr))[0])


def _reduced(generator: sp.Symbol, power: int, degree: int, base: Any) -> Any:
    if base is None:
        return generator if power else 1
    return generator ** (power % degree) * base ** (power // degree)


class _Generators:
    """An expression as a rational function of generators, with the relations that these obey.

    relations: (generator, degree, base), those of a Switch, without a base, first.
    """

    def __init__(self, expr: sp.Expr) -> None:
        self._replaced: dict[Any, Any] = {}
        self._found: dict[Any, sp.Symbol] = {}
        self._relations: list[tuple[sp.Symbol, int, Any]] = []
        self._degrees = _degrees(expr)
        self.rational = self._visit(expr)
        self.relations = sorted(self._relations, key=lambda relation: relation[2] is not None)

    def _generator(self, key: Any) -> sp.Symbol:
        if key not in self._found:
            self._found[key] = sp.Dummy(f"g{len(self._found)}")
        return self._found[key]

    def _visit(self, node: Any) -> Any:
        if node not in self._replaced:
            self._replaced[node] = self._rewritten(node)
        return self._replaced[node]

    def _rewritten(self, node: Any) -> Any:
        if isinstance(node, sp.NumberSymbol):
            return self._root(node, 1, node) if node in self._degrees else self._generator(node)
        if node.is_Atom:
            return node
        if isinstance(node, sp.Pow) and isinstance(node.exp, sp.Rational):
            known = node.base in self._degrees
            return self._root(node.base, node.exp, node) if known else self._visit(node.base) ** node.exp
        if isinstance(node, (sp.Add, sp.Mul)):
            return node.func(*map(self._visit, node.args))
        return self._root(node, 1, node) if node in self._degrees else self._function(node)

    def _root(self, base: Any, exponent: Any, node: Any) -> Any:
        if isinstance(node, sp.Pow) and exponent.q == 1 and not isinstance(base, Exp):
            return self._visit(base) ** exponent
        degree = self._degrees[base]
        is_free = isinstance(base, (Exp, sp.NumberSymbol))
        inner = base if is_free else self._visit(base)
        key = ("root", sp.expand(base) if isinstance(base, sp.Expr) and not is_free else base, degree)
        if key not in self._found and not is_free:
            self._relations.append((self._generator(key), degree, inner))
        return self._generator(key) ** (exponent * degree)

    def _function(self, node: Any) -> Any:
        own = node.args[:1] if isinstance(node, Erf) else node.args
        key = (node.func, *(sp.expand(arg) for arg in own))
        if isinstance(node, sp.sin):
            cosine = self._generator((sp.cos, *key[1:]))
            if key not in self._found:
                self._relations.append((self._generator(key), 2, 1 - cosine**2))
        if isinstance(node, Switch) and key not in self._found:
            self._relations.append((self._generator(key), 2, None))
        return self._generator(key)


def _degrees(expr: sp.Expr) -> dict[Any, int]:
    """Of every base under a root, the degree of the root that all its roots are powers of."""
    found: dict[Any, int] = {}
    for power in sorted(expr.atoms(sp.Pow), key=sp.default_sort_key):
        if isinstance(power.exp, sp.Rational) and power.exp.q > 1:
            found[power.base] = reduce(sp.ilcm, (found.get(power.base, 1), power.exp.q))
    return found
