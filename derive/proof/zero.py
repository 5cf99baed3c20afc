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
    rational, relations = _generators(expr)
    numerator = _numerator(rational)
    for generator, degree, base in relations:
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


def _generators(expr: sp.Expr) -> tuple[sp.Expr, list[tuple[sp.Symbol, int, Any]]]:
    """The expression as a rational function of generators, and the relations that these obey."""
    replaced: dict[Any, Any] = {}
    found: dict[Any, sp.Symbol] = {}
    relations: list[tuple[sp.Symbol, int, Any]] = []
    roots: dict[Any, int] = {}
    for power in sorted(expr.atoms(sp.Pow), key=sp.default_sort_key):
        if isinstance(power.exp, sp.Rational) and power.exp.q > 1:
            roots[power.base] = reduce(sp.ilcm, (roots.get(power.base, 1), power.exp.q))

    def generator(key: Any) -> sp.Symbol:
        if key not in found:
            found[key] = sp.Dummy(f"g{len(found)}")
        return found[key]

    def visit(node: Any) -> Any:
        if node not in replaced:
            replaced[node] = rewrite(node)
        return replaced[node]

    def rewrite(node: Any) -> Any:
        if isinstance(node, sp.NumberSymbol):
            return root(node, 1, node) if node in roots else generator(node)
        if node.is_Atom:
            return node
        if isinstance(node, sp.Pow) and isinstance(node.exp, sp.Rational):
            return root(node.base, node.exp, node) if node.base in roots else visit(node.base) ** node.exp
        if isinstance(node, (sp.Add, sp.Mul)):
            return node.func(*map(visit, node.args))
        if node in roots:
            return root(node, 1, node)
        return function(node)

    def root(base: Any, exponent: Any, node: Any) -> Any:
        if isinstance(node, sp.Pow) and exponent.q == 1 and not isinstance(base, Exp):
            return visit(base) ** exponent
        degree = roots[base]
        is_free = isinstance(base, (Exp, sp.NumberSymbol))
        inner = base if is_free else visit(base)
        key = ("root", sp.expand(base) if isinstance(base, sp.Expr) and not is_free else base, degree)
        if key not in found and not is_free:
            relations.append((generator(key), degree, inner))
        return generator(key) ** (exponent * degree)

    def function(node: Any) -> Any:
        own = node.args[:1] if isinstance(node, Erf) else node.args
        key = (node.func, *(sp.expand(arg) for arg in own))
        if isinstance(node, sp.sin):
            cosine = generator((sp.cos, *key[1:]))
            if key not in found:
                relations.append((generator(key), 2, 1 - cosine**2))
        if isinstance(node, Switch) and key not in found:
            relations.append((generator(key), 2, None))
        return generator(key)

    rational = visit(expr)
    return rational, sorted(relations, key=lambda relation: relation[2] is not None)
