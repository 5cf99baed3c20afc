"""Formula text → SymPy, through a whitelist over Python's syntax tree. Nothing is ever executed.

Numbers become exact rationals; abs, min, max, sign and conditionals become Piecewise.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Collection, Mapping
from typing import Any

import mpmath as mp
import sympy as sp
from sympy.logic.boolalg import Boolean

from derive.errors import SpecError, shown, unknown
from derive.functions import CONSTANTS, FUNCTIONS
from derive.numbers import constants
from derive.pieces import UnitSum, absolute, compared, pieces

MAX_LENGTH = 1000
MAX_DEPTH = 90
MAX_OPERATIONS = 400
MAX_EXPONENT = 64
MAX_TOWER = 4
MAX_DIGITS = 40
MAX_CONSTANT = 10**30
MIN_CONSTANT = mp.mpf(10) ** -100
MAX_NUMBER = 10**100

_OPERATORS: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
}
_COMPARISONS: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Lt: sp.Lt,
    ast.LtE: sp.Le,
    ast.Gt: sp.Gt,
    ast.GtE: sp.Ge,
    ast.Eq: sp.Eq,
    ast.NotEq: sp.Ne,
}
_NUMBER = re.compile(r"(\d+(_\d+)*)?(\.\d*)?([eE][+-]?\d{1,2})?")
# Python reserves the word, the field uses it: one letter is swapped so that positions stay.
_LAMBDA = "lambdǁ"


def parse(text: str, names: Collection[str] = (), what: str = "the formula", units: bool = False) -> sp.Expr:
    """The formula as a SymPy expression over real symbols with the declared names.

    units: whether sum(…), the sum over the units of a layer, is allowed. Raises SpecError with the
    position of the first thing that is not allowed.

    >>> parse("max(0.1*z, z)", ["z"])
    Piecewise((z/10, z < 0), (z, True))
    """
    return _Formula(text, names, what, units).expression()


def parse_number(text: str, what: str) -> sp.Expr:
    """An exact real constant: "0.1", "1/3", "sqrt(2)".

    >>> parse_number("0.1", "slope")
    1/10
    """
    return parse(text, (), what)


class _Formula:
    def __init__(
        self, text: str, names: Collection[str] | Mapping[str, sp.Expr], what: str, units: bool
    ) -> None:
        self.text, self.what, self.units = text, what, units
        self.operations = 0
        self.functions = dict(FUNCTIONS)
        if units:
            self.functions["sum"] = (UnitSum, 1, 1)
        for name in names:
            if not name.isidentifier() or name in self.functions:
                raise SpecError(
                    f"{what}: {shown(name)} cannot be the name of a parameter; "
                    "use letters, digits and _, no digit first, and no name of a function"
                )
        given = names if isinstance(names, Mapping) else {}
        self.symbols = {name: given.get(name, sp.Symbol(name, real=True)) for name in names}
        self.source = re.sub(r"\blambda\b", _LAMBDA, text) if "lambda" in names else text

    def expression(self) -> sp.Expr:
        if not isinstance(self.text, str) or not self.text.strip():
            raise SpecError(f"{self.what} is empty; write for example 'z/(1 + abs(z))'")
        if len(self.text) > MAX_LENGTH:
            raise SpecError(f"{self.what} has {len(self.text)} characters; at most {MAX_LENGTH} are allowed")
        if "\n" in self.text or "\r" in self.text:
            raise SpecError(f"{self.what} spans several lines; write it on one")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SyntaxWarning)
                tree = ast.parse(self.source.lstrip(), mode="eval")
        except SyntaxError as error:
            shift = len(self.source) - len(self.source.lstrip())
            self._fail((error.offset or 1) + shift, "this is not a formula (a sign or a bracket is missing)")
        except (ValueError, RecursionError, MemoryError):
            self._fail(1, "this is not a formula")
        result = self._value(tree.body, 0)
        if _is_condition(result):
            self._fail(1, "a condition stands where a value is needed; write 'A if condition else B'")
        return result

    def _fail(self, position: int, message: str) -> Any:
        raise SpecError(f"{self.what}, {shown(self.text)}: at character {position}, {message}")

    def _position(self, node: ast.expr) -> int:
        shift = len(self.source) - len(self.source.lstrip())
        before = self.source.lstrip().encode()[: node.col_offset]
        return len(before.decode(errors="replace")) + shift + 1

    def _value(self, node: ast.expr, depth: int) -> Any:
        self.operations += 1
        position = self._position(node)
        if depth > MAX_DEPTH:
            self._fail(position, f"the formula is nested deeper than {MAX_DEPTH} levels")
        if self.operations > MAX_OPERATIONS:
            self._fail(position, f"the formula has more than {MAX_OPERATIONS} operations")
        build: Any = getattr(self, f"_{type(node).__name__}", None)
        if build is None:
            self._fail(position, _refusal(node))
        try:
            return self._checked(build(node, depth + 1, position), position)
        except (TypeError, ValueError, ArithmeticError, RecursionError, NotImplementedError) as error:
            if isinstance(error, SpecError):
                raise
            return self._fail(position, "this cannot be worked out as a real number")

    def _checked(self, result: Any, position: int) -> Any:
        if _is_condition(result):
            return result
        if result.has(sp.Abs, sp.cot):
            # SymPy makes these itself: sqrt(z**2), tan(pi/2 - z).
            result = result.replace(sp.Abs, absolute).replace(sp.cot, lambda x: 1 / sp.tan(x))
        if result.has(sp.zoo, sp.nan, sp.oo, -sp.oo) or result.is_real is False:
            self._fail(
                position, "this is no real number (a division by zero, or a root or log outside its domain)"
            )
        for number in result.atoms(sp.Rational):
            if max(abs(number.p), number.q) >= MAX_NUMBER:
                self._fail(position, "a number here is too large; write one below 1e30")
        for power in result.atoms(sp.Pow):
            exponent = power.exp
            if exponent.is_Rational and max(abs(exponent.p), exponent.q) > MAX_EXPONENT:
                self._fail(
                    position, f"the exponent {exponent} is too large; at most {MAX_EXPONENT} is allowed"
                )
        if not result.has(UnitSum) and (not result.free_symbols or result.has(sp.Piecewise)):
            for constant in constants(result):
                if not (constant == 0 or MIN_CONSTANT <= abs(constant) <= MAX_CONSTANT):
                    self._fail(position, "a constant here is no real number, above 1e30, or below 1e-100")
        return result

    def _real(self, node: ast.expr, depth: int) -> Any:
        value = self._value(node, depth)
        if _is_condition(value):
            self._fail(self._position(node), "a condition stands where a value is needed")
        return value

    def _condition(self, node: ast.expr, depth: int) -> Any:
        value = self._value(node, depth)
        if not _is_condition(value):
            self._fail(self._position(node), "a condition such as 'z > 0' is needed here")
        return value

    def _Constant(self, node: ast.Constant, depth: int, position: int) -> Any:
        written = self.source.lstrip().encode()[node.col_offset : node.end_col_offset].decode()
        if not _NUMBER.fullmatch(written) or not isinstance(node.value, int | float):
            return self._fail(
                position, f"{shown(written)} is no decimal number; write for example 2, 0.5 or 1e-3"
            )
        if len(written) > MAX_DIGITS:
            self._fail(position, f"a number may have {MAX_DIGITS} characters, this one has {len(written)}")
        return sp.Rational(written.replace("_", ""))

    def _Name(self, node: ast.Name, depth: int, position: int) -> Any:
        name = "lambda" if node.id == _LAMBDA else node.id
        known = {**CONSTANTS, **self.symbols}
        if name in known:
            return known[name]
        if name in self.functions:
            return self._fail(position, f"the function {name} needs its argument in parentheses: {name}(…)")
        return self._fail(position, unknown("name", name, known))

    def _Call(self, node: ast.Call, depth: int, position: int) -> Any:
        if not isinstance(node.func, ast.Name):
            return self._fail(position, _refusal(node.func))
        name = node.func.id
        if name not in self.functions:
            return self._fail(position, unknown("function", name, self.functions))
        function, fewest, most = self.functions[name]
        starred = [arg for arg in node.args if isinstance(arg, ast.Starred)]
        if node.keywords or starred or not fewest <= len(node.args) <= most:
            count = f"{fewest}" if fewest == most else f"{fewest} to {most}"
            return self._fail(position, f"{name} takes {count} plain argument(s), {len(node.args)} given")
        arguments = [self._real(arg, depth) for arg in node.args]
        if function is UnitSum and arguments[0].has(UnitSum):
            self._fail(position, "a sum stands inside a sum; write them side by side")
        if function is UnitSum and not arguments[0].free_symbols:
            self._fail(position, "sum(…) adds over the units of a layer; its argument needs z")
        if function is sp.exp:
            self._tower(arguments[0], position)
        return function(*arguments)

    def _BinOp(self, node: ast.BinOp, depth: int, position: int) -> Any:
        operate = _OPERATORS.get(type(node.op))
        if operate is None:
            return self._fail(position, "this operation is not known; there are + - * / **")
        left, right = self._real(node.left, depth), self._real(node.right, depth)
        if isinstance(node.op, ast.Pow):
            self._power(left, right, position)
        return operate(left, right)

    def _power(self, base: sp.Expr, exponent: sp.Expr, position: int) -> None:
        if not exponent.is_Rational:
            self._tower(exponent, position)
            if exponent.has(sp.Piecewise) and any(abs(c) > MAX_EXPONENT for c in constants(exponent)):
                self._fail(position, f"an exponent here is too large; at most {MAX_EXPONENT} is allowed")
        elif max(abs(exponent.p), exponent.q) > MAX_EXPONENT:
            self._fail(position, f"the exponent {exponent} is too large; at most {MAX_EXPONENT} is allowed")
        elif base.is_Rational:
            bits = max(abs(base.p), base.q).bit_length() * abs(exponent)
            if bits > 200:
                self._fail(position, "this power is too large; write a number below 1e30")

    def _tower(self, exponent: sp.Expr, position: int) -> None:
        if _tower_height(exponent) >= MAX_TOWER:
            self._fail(position, f"exponentials are nested deeper than {MAX_TOWER} levels")

    def _UnaryOp(self, node: ast.UnaryOp, depth: int, position: int) -> Any:
        if isinstance(node.op, ast.Not):
            return sp.Not(self._condition(node.operand, depth))
        if isinstance(node.op, ast.Invert):
            return self._fail(position, "~ is not known; for 'not' write not")
        value = self._real(node.operand, depth)
        return -value if isinstance(node.op, ast.USub) else value

    def _Compare(self, node: ast.Compare, depth: int, position: int) -> Any:
        values = [self._real(side, depth) for side in (node.left, *node.comparators)]
        made = []
        for operator, left, right in zip(node.ops, values, values[1:], strict=False):
            compare = _COMPARISONS.get(type(operator))
            if compare is None:
                return self._fail(position, "this comparison is not known; there are < <= > >= == !=")
            made.append(compared(compare, left, right))
        return sp.And(*made)

    def _BoolOp(self, node: ast.BoolOp, depth: int, position: int) -> Any:
        conditions = [self._condition(value, depth) for value in node.values]
        return (sp.And if isinstance(node.op, ast.And) else sp.Or)(*conditions)

    def _IfExp(self, node: ast.IfExp, depth: int, position: int) -> Any:
        condition = self._condition(node.test, depth)
        return pieces((self._real(node.body, depth), condition), (self._real(node.orelse, depth), sp.true))


def _is_condition(value: Any) -> bool:
    return isinstance(value, Boolean) and not isinstance(value, sp.Symbol)


def _tower_height(expr: sp.Basic) -> int:
    below = max((_tower_height(arg) for arg in expr.args), default=0)
    grows = isinstance(expr, sp.exp) or (isinstance(expr, sp.Pow) and not expr.exp.is_Rational)
    return below + 1 if grows and expr.free_symbols else below


def _refusal(node: ast.AST) -> str:
    what = type(node).__name__
    return (
        f"this ({what}) is not allowed; a formula is made of numbers, names, + - * / **, comparisons, "
        f"'A if condition else B' and the functions {', '.join(sorted(FUNCTIONS))}"
    )
