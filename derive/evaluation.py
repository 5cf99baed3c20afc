"""Values of index forms: one walker over SymPy scalars and our notation, for any kind of number.

An expression is compiled once into closures over a frame that holds the current values of indices,
so that evaluating it at many entries calls no SymPy. What a number is, is said by a `Numbers`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import product
from math import prod
from typing import Any, Protocol

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.logic.boolalg import BooleanFalse, BooleanTrue

from derive.notation import CostPartial, Delta, Element, Index, IndexSum, Mask, Partial, Tensor, Terms

Value = Any
Entry = tuple[int, ...]
Closure = Callable[[], Value]


class EvaluationError(ValueError):
    """An expression that has no value: an entry out of range, a free index, an unknown function."""


class Numbers(Protocol):
    """A kind of number. exponential and rotation take the exponent as (coefficient, value) pairs."""

    def rational(self, number: sp.Rational) -> Value: ...
    def symbol(self, symbol: sp.Expr) -> Value: ...
    def sum(self, values: list[Value]) -> Value: ...
    def product(self, values: list[Value]) -> Value: ...
    def power(self, value: Value, exponent: sp.Rational) -> Value: ...
    def exponential(self, pairs: list[tuple[sp.Rational, Value]]) -> Value: ...
    def rotation(self, pairs: list[tuple[sp.Rational, Value]]) -> tuple[Value, Value]: ...
    def function(self, name: str, value: Value) -> Value: ...
    def erf(self, value: Value, gauss: Closure) -> Value:
        """erf(x), where gauss gives exp(−x²)."""
        ...

    def opaque(self, name: str, orders: tuple[int, ...], values: list[Value]) -> Value: ...
    def choose(self, left: Value, right: Value) -> bool:
        """Whether left < right."""
        ...


class Table(dict[Entry, Value]):
    """The entries of a tensor by index; asking for one out of range is an error, not a zero."""

    def __init__(
        self, name: str, entries: Mapping[Entry, Value] | Iterable[tuple[Entry, Value]] = ()
    ) -> None:
        super().__init__(entries)
        self.name = name

    def __missing__(self, entry: Entry) -> Value:
        where = ", ".join(map(str, entry))
        raise EvaluationError(f"{self.name}[{where}] is outside the tensor and no mask stands before it")


# Functions that each kind of number must know; every other one is rewritten in terms of these.
FUNCTIONS: dict[type, str] = {sp.log: "log", sp.atan: "atan", sp.asinh: "asinh"}


class Evaluator:
    """Compiles expressions over the given tables (by a tensor's serial) and dimension sizes.

    row: by (tensor, entry), the partial derivatives of its definition as {(serial, entry): value};
    adjoint: by serial, the table of derivatives of the summed cost. Both only for unfinished terms.
    integers: where integer tensors have plain integers, if not in `tables`.
    """

    def __init__(
        self,
        numbers: Numbers,
        sizes: Mapping[sp.Symbol, int],
        tables: dict[int, Table],
        row: Callable[[Tensor, Entry], Mapping[tuple[int, Entry], Value]] | None = None,
        adjoint: Mapping[int, Table] | None = None,
        integers: Mapping[int, Table] | None = None,
    ) -> None:
        self.integers = tables if integers is None else integers
        self.numbers = numbers
        self.sizes = dict(sizes)
        self.tables = tables
        self.row = row
        self.adjoint = adjoint
        self.frame: list[Any] = []
        self._slots: dict[sp.Basic, int] = {}
        self._compiled: dict[Any, Closure] = {}
        self._dims: dict[sp.Expr, int] = {}
        self.zero = numbers.rational(sp.Integer(0))
        self.one = numbers.rational(sp.Integer(1))
        self.minus_one = numbers.rational(sp.Integer(-1))

    def slot(self, symbol: sp.Basic) -> int:
        """The place in the frame of an index or of a placeholder."""
        if symbol not in self._slots:
            self._slots[symbol] = len(self.frame)
            self.frame.append(None)
        return self._slots[symbol]

    def size(self, dim: sp.Expr) -> int:
        """A dimension as a number."""
        if dim not in self._dims:
            value = dim.xreplace(self.sizes) if dim.free_symbols else dim
            value = sp.sympify(value)
            if not value.is_Integer or value < 1:
                raise EvaluationError(
                    f"dimension {dim} is {value} at sizes {self.sizes}: a positive integer is needed"
                )
            self._dims[dim] = int(value)
        return self._dims[dim]

    def entries(self, dims: Iterable[sp.Expr]) -> Iterator[Entry]:
        """All index values, in order."""
        return product(*(range(self.size(dim)) for dim in dims))

    def at(self, indices: tuple[Index, ...], expression: Closure) -> Callable[[Entry], Value]:
        """expression as a function of these indices."""
        slots, frame = [self.slot(index) for index in indices], self.frame

        def value(entry: Entry) -> Value:
            before = [frame[slot] for slot in slots]
            for slot, position in zip(slots, entry, strict=True):
                frame[slot] = position
            try:
                return expression()
            finally:
                for slot, position in zip(slots, before, strict=True):
                    frame[slot] = position

        return value

    def terms(self, terms: Terms) -> Closure:
        """The sum of the terms."""
        parts = [self._summed(self._times((t.coefficient, *t.factors)), t.sums) for t in terms]
        return self._total(parts)

    def scalar(self, expr: Any) -> Closure:
        """An expression compiled; each is compiled once."""
        found = self._compiled.get(expr)
        if found is None:
            found = self._compiled[expr] = self._build(expr)
        return found

    def _build(self, expr: Any) -> Closure:
        for kind, build in _BUILDERS:
            if isinstance(expr, kind):
                return getattr(self, build)(expr)  # type: ignore[no-any-return]
        raise EvaluationError(
            f"no value is known for {type(expr).__name__} in {expr}: add it to derive/evaluation.py"
        )

    def _constant(self, value: Value) -> Closure:
        return lambda: value

    def _total(self, parts: list[Closure]) -> Closure:
        total = self.numbers.sum
        if len(parts) == 1:
            return parts[0]
        return lambda: total([part() for part in parts])

    def _summed(self, body: Closure, indices: tuple[Any, ...]) -> Closure:
        if not indices:
            return body
        first, *others = indices
        inner = self._summed(body, tuple(others))
        slot, frame, total = self.slot(first), self.frame, self.numbers.sum
        positions = range(self.size(first.dim))

        def value() -> Value:
            before, parts = frame[slot], []
            try:
                for position in positions:
                    frame[slot] = position
                    parts.append(inner())
            finally:
                frame[slot] = before
            return total(parts)

        return value

    def _times(self, factors: Iterable[Any]) -> Closure:
        """A product; where a delta or mask is 0 the other factors are not evaluated."""
        flat = [f for factor in factors for f in sp.Mul.make_args(factor) if f != 1]
        guards = [self._guard(f) for f in flat if isinstance(f, (Delta, Mask))]
        parts = [self.scalar(f) for f in flat if not isinstance(f, (Delta, Mask))]
        multiply, zero = self.numbers.product, self.zero
        inner: Closure
        if not parts:
            inner = self._constant(self.one)
        elif len(parts) == 1:
            inner = parts[0]
        else:
            inner = lambda: multiply([part() for part in parts])  # noqa: E731
        if not guards:
            return inner
        if len(guards) == 1:
            (only,) = guards
            return lambda: inner() if only() else zero

        def guarded() -> Value:
            for guard in guards:
                if not guard():
                    return zero
            return inner()

        return guarded

    def _guard(self, expr: Any) -> Callable[[], bool]:
        if isinstance(expr, Delta):
            left, right = map(self.position, expr.args)
            return lambda: left() == right()
        position, dim = self.position(expr.args[0]), self.size(expr.args[1])
        return lambda: 0 <= position() < dim

    def position(self, expr: Any) -> Callable[[], int]:
        """An index expression as an integer: affine in indices, or an entry of an integer tensor."""
        if isinstance(expr, Index):
            slot, frame, name = self.slot(expr), self.frame, expr.name

            def index() -> int:
                position = frame[slot]
                if position is None:
                    raise EvaluationError(
                        f"index {name} is free: it is neither summed nor an index of the result"
                    )
                return position  # type: ignore[no-any-return]

            return index
        if isinstance(expr, sp.Integer):
            return self._constant(int(expr))
        if isinstance(expr, Element):
            return self._entry(self._table(self.integers, expr), expr)
        if isinstance(expr, (sp.Add, sp.Mul)):
            parts = [self.position(arg) for arg in expr.args]
            combine: Callable[[Any], int] = sum if isinstance(expr, sp.Add) else prod
            return lambda: combine(part() for part in parts)
        return self._constant(self.size(expr))

    def _element(self, element: Element) -> Closure:
        return self._entry(self._table(self.tables, element), element)

    def _entry(self, table: Table, element: Element) -> Closure:
        positions = [self.position(arg) for arg in element.args]
        if len(positions) == 2:
            first, second = positions
            return lambda: table[first(), second()]
        return lambda: table[tuple([position() for position in positions])]

    def _table(self, tables: Mapping[int, Table], element: Element) -> Table:
        if element.tensor.serial not in tables:
            raise EvaluationError(f"{element.tensor.name} has no values here: it is not part of the program")
        return tables[element.tensor.serial]

    def _symbol(self, symbol: Any) -> Closure:
        if symbol in self._slots:
            slot, frame = self._slots[symbol], self.frame
            return lambda: frame[slot]
        if symbol in self.sizes:
            return self._constant(self.numbers.rational(sp.Integer(self.sizes[symbol])))
        return self._constant(self.numbers.symbol(symbol))

    def _index(self, index: Any) -> Closure:
        position, rational = self.position(index), self.numbers.rational
        return lambda: rational(sp.Integer(position()))

    def _power(self, expr: Any) -> Closure:
        base, exponent = expr.args
        if not isinstance(exponent, sp.Rational):
            return self._exponential(sp.Mul(exponent, sp.log(base, evaluate=False), evaluate=False))
        value, power = self.scalar(base), self.numbers.power
        return lambda: power(value(), exponent)

    def _exponential(self, exponent: Any) -> Closure:
        """exp of the exponent expanded into monomials; c·log(b) becomes b**c."""
        monomials, powers = self._monomials(exponent)
        exponential, power, multiply = self.numbers.exponential, self.numbers.power, self.numbers.product

        def value() -> Value:
            result = exponential([pair for pairs in monomials for pair in pairs()])
            if powers:
                result = multiply([result, *(power(base(), c) for c, base in powers)])
            return result

        return value

    def _monomials(self, exponent: Any) -> tuple[list[Closure], list[tuple[sp.Rational, Closure]]]:
        monomials: list[Closure] = []
        powers: list[tuple[sp.Rational, Closure]] = []
        if exponent.has(sp.Add):
            exponent = sp.expand(exponent, log=False, power_base=False, power_exp=False)
        for term in sp.Add.make_args(exponent):
            coefficient, rest = term.as_coeff_Mul()
            if not isinstance(coefficient, sp.Rational):
                coefficient, rest = sp.Integer(1), term
            if isinstance(rest, sp.log):
                powers.append((coefficient, self.scalar(rest.args[0])))
                continue
            factors = sp.Mul.make_args(rest)
            sums = [f for f in factors if isinstance(f, IndexSum)]
            if len(sums) == 1:
                others = sp.Mul(coefficient, *(f for f in factors if f is not sums[0]))
                monomials.append(self._sum_of_monomials(others * sums[0].body, sums[0].indices))
            else:
                monomials.append(self._monomial(coefficient, self.scalar(rest)))
        return monomials, powers

    def _monomial(self, coefficient: sp.Rational, value: Closure) -> Closure:
        return lambda: [(coefficient, value())]

    def _sum_of_monomials(self, body: Any, indices: tuple[Index, ...]) -> Closure:
        inner, powers = self._monomials(body)
        inner += [self._monomial(c, self._logarithm(base)) for c, base in powers]
        at = self.at(indices, lambda: [pair for pairs in inner for pair in pairs()])
        entries = list(self.entries(index.dim for index in indices))
        return lambda: [pair for entry in entries for pair in at(entry)]

    def _logarithm(self, base: Closure) -> Closure:
        function = self.numbers.function
        return lambda: function("log", base())

    def _hyperbolic(self, expr: Any) -> Closure:
        """tanh, sinh, cosh and their reciprocals through exp, so that they agree with it."""
        up, down = self._exponential(expr.args[0]), self._exponential(-expr.args[0])
        n, minus = self.numbers, self.minus_one

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

    def _circular(self, expr: Any) -> Closure:
        monomials, powers = self._monomials(expr.args[0])
        monomials += [self._monomial(c, self._logarithm(base)) for c, base in powers]
        n, inverse = self.numbers, sp.Integer(-1)

        def value() -> Value:
            cosine, sine = n.rotation([pair for pairs in monomials for pair in pairs()])
            if isinstance(expr, sp.sin):
                return sine
            if isinstance(expr, sp.cos):
                return cosine
            return n.product([sine, n.power(cosine, inverse)])

        return value

    def _function(self, expr: Any) -> Closure:
        name, argument, function = FUNCTIONS[expr.func], self.scalar(expr.args[0]), self.numbers.function
        return lambda: function(name, argument())

    def _erf(self, expr: Any) -> Closure:
        """The derivative of erf is found through exp(−x²), expanded as every exponent is."""
        x = expr.args[0]
        argument, gauss, n = self.scalar(x), self._exponential(-(x**2)), self.numbers
        if isinstance(expr, sp.erf):
            return lambda: n.erf(argument(), gauss)
        return lambda: n.sum([self.one, n.product([self.minus_one, n.erf(argument(), gauss)])])

    def _opaque(self, expr: Any) -> Closure:
        """An unspecified function, or a derivative of one."""
        substitution: dict[Any, Any] = {}
        if isinstance(expr, sp.Subs):
            substitution = dict(zip(expr.variables, expr.point, strict=True))
            expr = expr.expr
        orders: dict[Any, int] = {}
        if isinstance(expr, sp.Derivative):
            orders = dict(expr.variable_count)
            expr = expr.expr
        if not isinstance(expr, AppliedUndef):
            raise EvaluationError(
                f"{expr}: only a derivative of an unspecified function can be left standing"
            )
        counts = tuple(int(orders.get(arg, 0)) for arg in expr.args)
        arguments = [self.scalar(arg.xreplace(substitution)) for arg in expr.args]
        name, opaque = expr.func.__name__, self.numbers.opaque
        return lambda: opaque(name, counts, [argument() for argument in arguments])

    def _absolute(self, expr: Any) -> Closure:
        argument, n, zero, minus = self.scalar(expr.args[0]), self.numbers, self.zero, self.minus_one

        def value() -> Value:
            x = argument()
            return n.product([minus, x]) if n.choose(x, zero) else x

        return value

    def _sign(self, expr: Any) -> Closure:
        argument, n, zero, one, minus = (
            self.scalar(expr.args[0]), self.numbers, self.zero, self.one, self.minus_one,
        )  # fmt: skip
        return lambda: minus if n.choose(argument(), zero) else one

    def _extreme(self, expr: Any) -> Closure:
        parts, choose, largest = (
            [self.scalar(arg) for arg in expr.args],
            self.numbers.choose,
            isinstance(expr, sp.Max),
        )

        def value() -> Value:
            best = parts[0]()
            for part in parts[1:]:
                other = part()
                if choose(best, other) == largest:
                    best = other
            return best

        return value

    def _piecewise(self, expr: Any) -> Closure:
        branches = [(self.condition(condition), self.scalar(value)) for value, condition in expr.args]

        def value() -> Value:
            for holds, branch in branches:
                if holds():
                    return branch()
            raise EvaluationError(f"no branch of {expr} applies")

        return value

    def condition(self, expr: Any) -> Callable[[], bool]:
        """A condition as a truth value; two values are taken to be equal nowhere."""
        if isinstance(expr, (BooleanTrue, BooleanFalse)):
            return self._constant(bool(expr))
        if isinstance(expr, (sp.And, sp.Or)):
            parts, join = [self.condition(arg) for arg in expr.args], all if isinstance(expr, sp.And) else any
            return lambda: join(part() for part in parts)
        if isinstance(expr, sp.Not):
            inner = self.condition(expr.args[0])
            return lambda: not inner()
        if isinstance(expr, (sp.Eq, sp.Ne)):
            return self._constant(isinstance(expr, sp.Ne))
        if isinstance(expr, (sp.StrictLessThan, sp.StrictGreaterThan, sp.LessThan, sp.GreaterThan)):
            less, greater, choose = self.scalar(expr.lts), self.scalar(expr.gts), self.numbers.choose
            if isinstance(expr, (sp.StrictLessThan, sp.StrictGreaterThan)):
                return lambda: choose(less(), greater())
            return lambda: not choose(greater(), less())
        raise EvaluationError(f"no truth value is known for {expr}: add it to derive/evaluation.py")

    def _partial(self, expr: Any) -> Closure:
        of, by = expr.of, expr.by
        of_at, by_at = ([self.position(arg) for arg in e.args] for e in (of, by))
        known, row, zero, one = self._table(self.tables, by), self.row, self.zero, self.one

        def value() -> Value:
            k, p = tuple([f() for f in of_at]), tuple([f() for f in by_at])
            known[p]
            if of.tensor is by.tensor:
                return one if k == p else zero
            if row is None:
                raise EvaluationError(f"{expr} is not worked out")
            return row(of.tensor, k).get((by.tensor.serial, p), zero)

        return value

    def _cost_partial(self, expr: Any) -> Closure:
        if self.adjoint is None:
            raise EvaluationError(f"{expr} is not worked out")
        table, positions = self._table(self.adjoint, expr.by), [self.position(arg) for arg in expr.by.args]
        return lambda: table[tuple([position() for position in positions])]

    def _indicator(self, expr: Any) -> Closure:
        return self._times((expr,))

    def _index_sum(self, expr: Any) -> Closure:
        return self._summed(self.scalar(expr.body), expr.indices)

    def _rational(self, expr: Any) -> Closure:
        return self._constant(self.numbers.rational(expr))

    def _add(self, expr: Any) -> Closure:
        return self._total([self.scalar(arg) for arg in expr.args])

    def _multiply(self, expr: Any) -> Closure:
        return self._times(expr.args)

    def _exp(self, expr: Any) -> Closure:
        return self._exponential(expr.args[0] if expr.args else sp.Integer(1))


_BUILDERS: tuple[tuple[Any, str], ...] = (
    (Element, "_element"),
    (IndexSum, "_index_sum"),
    (sp.Rational, "_rational"),
    (sp.Add, "_add"),
    (sp.Mul, "_multiply"),
    ((Delta, Mask), "_indicator"),
    ((sp.exp, sp.core.numbers.Exp1), "_exp"),
    (sp.Pow, "_power"),
    (Index, "_index"),
    ((sp.Symbol, sp.NumberSymbol), "_symbol"),
    (tuple(FUNCTIONS), "_function"),
    ((sp.tanh, sp.coth, sp.sinh, sp.cosh, sp.sech, sp.csch), "_hyperbolic"),
    ((sp.sin, sp.cos, sp.tan), "_circular"),
    ((sp.erf, sp.erfc), "_erf"),
    (sp.Abs, "_absolute"),
    (sp.sign, "_sign"),
    ((sp.Max, sp.Min), "_extreme"),
    (sp.Piecewise, "_piecewise"),
    (Partial, "_partial"),
    (CostPartial, "_cost_partial"),
    ((AppliedUndef, sp.Derivative, sp.Subs), "_opaque"),
)
