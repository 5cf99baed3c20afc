"""Activation functions, one entry each: a name and a formula in z. Derivatives are found, never given.

Definitions, defaults and the values at kinks are PyTorch's where it has the function.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import mpmath as mp
import sympy as sp
from sympy.core.relational import Relational

from derive.errors import SpecError, shown, unknown
from derive.formula import parse, parse_number
from derive.numbers import Undecided, holds, value
from derive.pieces import UnitSum
from derive.program import Kink
from derive.ranges import Interval, Z, range_of

Parameters = tuple[tuple[str, str | None], ...]


@dataclass(frozen=True)
class Activation:
    """A formula in z and parameters; `sum(…)` in it is a sum over the units of the layer.

    parameters: names with their values as text; None where a value must be given; a name as a value
    keeps the parameter symbolic. kinks: (point, declared derivative) as text, where g has none.
    """

    name: str
    formula: str
    parameters: Parameters = ()
    kinks: tuple[tuple[str, str], ...] = ()

    def bind(self, *values: str, **named: str) -> Activation:
        """The activation with parameters given by position or name; raises SpecError."""
        return replace(self, parameters=bind(self, "activation", values, named))

    @property
    def expr(self) -> sp.Expr:
        """g(z) over the real symbol z and the symbols of parameters that have no number."""
        return _worked_out(self.name, self.formula, self.parameters)

    @property
    def symbols(self) -> tuple[str, ...]:
        """Names of the parameters that stay symbolic."""
        return symbolic(self.parameters)

    @property
    def vector(self) -> bool:
        """Whether an output depends on every unit of the layer, as softmax does."""
        return bool(self.expr.has(UnitSum))

    @property
    def range(self) -> Interval:
        return range_of(self.expr, f"activation {self.name}")

    def declared(self, override: Mapping[str, str] | None = None) -> tuple[Kink, ...]:
        """Every kink of g with its declared derivative; 0 where nothing is declared.

        override: values asked for instead, by point or under "" for every point.
        """
        return _kinks(self, tuple(sorted((override or {}).items())))

    def check_kinks(self) -> None:
        """Raises SpecError for a declared kink where the formula has none, or whose value is no number."""
        names = meanings(self.parameters, f"activation {self.name}")
        points = kink_points(self.expr)
        for text, _ in self.kinks:
            if parse(text, names, f"a kink of activation {self.name}") not in points:
                raise SpecError(_no_kink(self, text, points))
        self.declared()


def _no_kink(activation: Activation, point: str, points: tuple[sp.Expr, ...]) -> str:
    found = ", ".join(map(str, points)) or "none"
    where = f" at z = {point}" if point else ""
    return f"activation {activation.name} has no kink{where}; its kinks: {found}"


def bind(owner: object, what: str, values: Iterable[str], named: Mapping[str, str]) -> Parameters:
    """The parameters of an activation or a loss with these values filled in, checked."""
    name, parameters = owner.name, owner.parameters  # type: ignore[attr-defined]
    values = list(values)
    names = [key for key, _ in parameters]
    if len(values) > len(names):
        takes = f"takes {', '.join(names)}" if names else "takes no parameter"
        raise SpecError(f"{what} {name} {takes}; {len(values)} given: {', '.join(map(shown, values))}")
    given = dict(zip(names, values, strict=False))
    for key, text in named.items():
        if key not in names:
            raise SpecError(f"{what} {name}: " + unknown("parameter", key, names))
        if key in given:
            raise SpecError(f"{what} {name}: {key} is given twice")
        given[key] = text
    bound = tuple((key, given.get(key, default)) for key, default in parameters)
    for key, text in bound:
        if text is None:
            raise SpecError(
                f"{what} {name} needs a value for {key}; "
                f"write {name}(1.5), or {name}({key}) to keep it symbolic"
            )
        if not is_name(text):
            parse_number(text, f"{what} {name}, parameter {key}")
    return bound


def is_name(value: str) -> bool:
    """Whether a parameter's value is a name, so that it stays symbolic; pi, e, inf and nan are not."""
    return value.isidentifier() and value.lower() not in ("pi", "e", "inf", "infinity", "nan")


def symbolic(parameters: Parameters) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for _, value in parameters if value and is_name(value)))


def meanings(parameters: Parameters, what: str) -> dict[str, sp.Expr]:
    """For each parameter its exact number, or the symbol of the name it was given."""
    return {
        key: sp.Symbol(text, real=True) if is_name(text) else parse_number(text, f"{what}, parameter {key}")
        for key, text in ((key, text or key) for key, text in parameters)
    }


@lru_cache(maxsize=512)
def _worked_out(name: str, formula: str, parameters: Parameters) -> sp.Expr:
    what = f"activation {name}"
    return parse(formula, {"z": Z, **meanings(parameters, what)}, f"the formula of {what}", units=True)


@lru_cache(maxsize=512)
def _kinks(activation: Activation, override: tuple[tuple[str, str], ...]) -> tuple[Kink, ...]:
    what = f"activation {activation.name}"
    names = meanings(activation.parameters, what)

    def number(text: str) -> sp.Expr:
        return parse(text, names, f"a kink of {what}")

    points = kink_points(activation.expr)
    wanted = {number(point): number(slope) for point, slope in activation.kinks}
    for point, slope in override:
        chosen = [p for p in points if point == "" or p == number(point)]
        if not chosen:
            raise SpecError(_no_kink(activation, point, points))
        wanted.update(dict.fromkeys(chosen, number(slope)))
    return tuple(Kink(point, wanted.get(point, sp.Integer(0))) for point in points)


@lru_cache(maxsize=512)
def kink_points(expr: sp.Expr) -> tuple[sp.Expr, ...]:
    """Points where branches of a Piecewise meet and g' differs on the two sides, ascending."""
    if expr.has(UnitSum):
        return ()
    found: dict[sp.Expr, None] = {}
    for piecewise in expr.atoms(sp.Piecewise):
        for relation in piecewise.atoms(Relational):
            found.update(dict.fromkeys(p for p in _roots(relation.lhs - relation.rhs) if _bends(expr, p)))
    return tuple(sorted(found, key=lambda p: value(p, dict.fromkeys(p.free_symbols, mp.mpf(1)))))


def _roots(difference: sp.Expr) -> list[sp.Expr]:
    if not difference.is_polynomial(Z):
        return []
    polynomial = sp.Poly(difference, Z)
    if polynomial.degree() == 1:
        return [sp.cancel(-polynomial.nth(0) / polynomial.nth(1))]
    if polynomial.degree() > 1 and polynomial.domain in (sp.ZZ, sp.QQ):
        return [root for root in sp.real_roots(polynomial) if root.is_Rational]
    return []


def _bends(expr: sp.Expr, point: sp.Expr) -> bool:
    """Whether the slopes on the two sides of the point differ, or cannot be told."""
    if point.free_symbols or expr.free_symbols - {Z}:
        return True
    with mp.workdps(40):
        at = {Z: value(point, {})}
        try:
            below, above = (value(_beside(expr, point + step).diff(Z), at) for step in (-_STEP, _STEP))
        except Undecided:
            return True
        return not abs(below - above) <= mp.mpf("1e-25") * (1 + abs(above))


_STEP = sp.Rational(1, 10**9)


def _beside(expr: sp.Basic, near: sp.Expr) -> Any:
    """The formula with each Piecewise replaced by its branch at a point close by."""
    if isinstance(expr, sp.Piecewise):
        at = {Z: value(near, {})}
        return _beside(next((e for e, c in expr.args if holds(c, at)), expr.args[-1][0]), near)
    return expr.func(*(_beside(arg, near) for arg in expr.args)) if expr.args else expr


_TABLE = (
    Activation("identity", "z"),
    Activation("sigmoid", "1/(1 + exp(-z))"),
    Activation("tanh", "tanh(z)"),
    Activation("relu", "max(z, 0)", kinks=(("0", "0"),)),
    Activation("leaky_relu", "z if z > 0 else slope*z", (("slope", "0.01"),), (("0", "slope"),)),
    Activation("softmax", "exp(z)/sum(exp(z))"),
    Activation("log_softmax", "z - log(sum(exp(z)))"),
    Activation("relu6", "min(max(z, 0), 6)", kinks=(("0", "0"), ("6", "0"))),
    Activation("elu", "z if z > 0 else alpha*(exp(z) - 1)", (("alpha", "1"),), (("0", "alpha"),)),
    Activation(
        "selu",
        "scale*z if z > 0 else scale*alpha*(exp(z) - 1)",
        (("alpha", "1.6732632423543772848170429916717"), ("scale", "1.0507009873554804934193349852946")),
        (("0", "scale*alpha"),),
    ),
    Activation("celu", "z if z > 0 else alpha*(exp(z/alpha) - 1)", (("alpha", "1"),), (("0", "1"),)),
    Activation("gelu", "z*(1 + erf(z/sqrt(2)))/2"),
    Activation("gelu_tanh", "z*(1 + tanh(sqrt(2/pi)*(z + 0.044715*z**3)))/2"),
    Activation("silu", "z/(1 + exp(-z))"),
    Activation("swish", "z/(1 + exp(-beta*z))", (("beta", None),)),
    Activation("mish", "z*tanh(log(1 + exp(z)))"),
    Activation("softplus", "log(1 + exp(z))"),
    Activation("softsign", "z/(1 + abs(z))"),
    Activation(
        "hard_sigmoid", "0 if z <= -3 else (1 if z >= 3 else z/6 + 1/2)", kinks=(("-3", "0"), ("3", "0"))
    ),
    Activation(
        "hard_swish", "0 if z <= -3 else (z if z >= 3 else z*(z + 3)/6)", kinks=(("-3", "0"), ("3", "1"))
    ),
    Activation("hard_tanh", "-1 if z <= -1 else (1 if z >= 1 else z)", kinks=(("-1", "0"), ("1", "0"))),
    Activation("thresholded_relu", "z if z > theta else 0", (("theta", "1"),), (("theta", "0"),)),
    Activation(
        "soft_shrink",
        "z - lambda if z > lambda else (z + lambda if z < -lambda else 0)",
        (("lambda", "0.5"),),
        (("-lambda", "0"), ("lambda", "0")),
    ),
    Activation(
        "hard_shrink",
        "z if z > lambda else (z if z < -lambda else 0)",
        (("lambda", "0.5"),),
        (("-lambda", "0"), ("lambda", "0")),
    ),
    Activation("tanhshrink", "z - tanh(z)"),
    Activation("log_sigmoid", "-log(1 + exp(-z))"),
    Activation("exp", "exp(z)"),
    Activation("sine", "sin(z)"),
    Activation("gaussian", "exp(-z**2)"),
    Activation("squareplus", "(z + sqrt(z**2 + b))/2", (("b", "4"),)),
    Activation("bent_identity", "(sqrt(z**2 + 1) - 1)/2 + z"),
)
ACTIVATIONS: dict[str, Activation] = {entry.name: entry for entry in _TABLE}
