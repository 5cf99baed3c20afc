"""Powers, exponentials and what is made of them; an exponent is always expanded into monomials.

So exp(x)·exp(x) and exp(2x) are one value in every kind of number, tanh and exp agree, and so do
sine and cosine.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from derive.evaluation.frame import Frame
from derive.evaluation.kinds import Closure, Value
from derive.notation import Index, IndexSum

Powers = list[tuple[sp.Rational, Closure]]


def power(frame: Frame, expr: Any) -> Closure:
    base, exponent = expr.args
    if not isinstance(exponent, sp.Rational):
        return exponential(frame, sp.Mul(exponent, sp.log(base, evaluate=False), evaluate=False))
    value, raised = frame.scalar(base), frame.numbers.power
    return lambda: raised(value(), exponent)


def exp(frame: Frame, expr: Any) -> Closure:
    return exponential(frame, expr.args[0] if expr.args else sp.Integer(1))


def exponential(frame: Frame, exponent: Any) -> Closure:
    """exp of the exponent; c·log(b) in it becomes b**c."""
    monomials, powers = _monomials(frame, exponent)
    numbers = frame.numbers

    def value() -> Value:
        result = numbers.exponential([pair for pairs in monomials for pair in pairs()])
        if powers:
            result = numbers.product([result, *(numbers.power(base(), c) for c, base in powers)])
        return result

    return value


def _monomials(frame: Frame, exponent: Any) -> tuple[list[Closure], Powers]:
    monomials: list[Closure] = []
    powers: Powers = []
    if exponent.has(sp.Add):
        exponent = sp.expand(exponent, log=False, power_base=False, power_exp=False)
    for term in sp.Add.make_args(exponent):
        coefficient, rest = term.as_coeff_Mul()
        if not isinstance(coefficient, sp.Rational):
            coefficient, rest = sp.Integer(1), term
        if isinstance(rest, sp.log):
            powers.append((coefficient, frame.scalar(rest.args[0])))
            continue
        factors = sp.Mul.make_args(rest)
        sums = [f for f in factors if isinstance(f, IndexSum)]
        if len(sums) == 1:
            others = sp.Mul(coefficient, *(f for f in factors if f is not sums[0]))
            monomials.append(_sum_of_monomials(frame, others * sums[0].body, sums[0].indices))
        else:
            monomials.append(_monomial(coefficient, frame.scalar(rest)))
    return monomials, powers


def _all_monomials(frame: Frame, exponent: Any) -> list[Closure]:
    """The monomials with those that are logarithms among them."""
    monomials, powers = _monomials(frame, exponent)
    return monomials + [_monomial(c, _logarithm(frame, base)) for c, base in powers]


def _monomial(coefficient: sp.Rational, value: Closure) -> Closure:
    return lambda: [(coefficient, value())]


def _sum_of_monomials(frame: Frame, body: Any, indices: tuple[Index, ...]) -> Closure:
    inner = _all_monomials(frame, body)
    at = frame.at(indices, lambda: [pair for pairs in inner for pair in pairs()])
    entries = list(frame.entries(index.dim for index in indices))
    return lambda: [pair for entry in entries for pair in at(entry)]


def _logarithm(frame: Frame, base: Closure) -> Closure:
    function = frame.numbers.function
    return lambda: function("log", base())


def hyperbolic(frame: Frame, expr: Any) -> Closure:
    """tanh, sinh, cosh and their reciprocals."""
    up, down = exponential(frame, expr.args[0]), exponential(frame, -expr.args[0])
    n, minus = frame.numbers, frame.minus_one

    def sine() -> Value:
        return n.sum([up(), n.product([minus, down()])])

    def cosine() -> Value:
        return n.sum([up(), down()])

    half, two, inverse = sp.Rational(1, 2), sp.Integer(2), sp.Integer(-1)
    forms: dict[type, Closure] = {
        sp.tanh: lambda: n.product([sine(), n.power(cosine(), inverse)]),
        sp.coth: lambda: n.product([cosine(), n.power(sine(), inverse)]),
        sp.sinh: lambda: n.product([n.rational(half), sine()]),
        sp.cosh: lambda: n.product([n.rational(half), cosine()]),
        sp.sech: lambda: n.product([n.rational(two), n.power(cosine(), inverse)]),
        sp.csch: lambda: n.product([n.rational(two), n.power(sine(), inverse)]),
    }
    return forms[expr.func]


def circular(frame: Frame, expr: Any) -> Closure:
    """sin, cos and tan."""
    monomials = _all_monomials(frame, expr.args[0])
    n, inverse = frame.numbers, sp.Integer(-1)

    def value() -> Value:
        cosine, sine = n.rotation([pair for pairs in monomials for pair in pairs()])
        if isinstance(expr, sp.sin):
            return sine
        if isinstance(expr, sp.cos):
            return cosine
        return n.product([sine, n.power(cosine, inverse)])

    return value


def erf(frame: Frame, expr: Any) -> Closure:
    """erf and erfc; the derivative is found through exp(−x²)."""
    x = expr.args[0]
    argument, gauss, n = frame.scalar(x), exponential(frame, -(x**2)), frame.numbers
    if isinstance(expr, sp.erf):
        return lambda: n.erf(argument(), gauss)
    return lambda: n.sum([frame.one, n.product([frame.minus_one, n.erf(argument(), gauss)])])
