"""The backward pass as it is computed: each gradient in a form that survives large arguments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import sympy as sp

from derive.arrays import Array, Entrywise, Leaf
from derive.derivation import Derivation, Gradient
from derive.notation import Tensor, Terms, elements
from derive.program import Node
from derive.stability import StableForm, stable, stable_loss


@dataclass(frozen=True)
class Computed:
    """A gradient and what its code computes.

    lets: what is computed first. status: "safe" where value is the gradient's own, "found" where it is
    another form, "textbook" where a form was looked for and not found.
    """

    gradient: Gradient
    value: Array | Terms
    lets: tuple[tuple[sp.Symbol, Entrywise], ...] = ()
    status: str = "safe"

    @property
    def uses(self) -> tuple[Tensor, ...]:
        """The tensors that the code reads, each once."""
        found: list[Tensor]
        if isinstance(self.value, Entrywise) and self.status == "found":
            operands = [o for array in (self.value, *(m for _, m in self.lets)) for _, o in array.operands]
            found = [leaf.tensor for leaf in operands if isinstance(leaf, Leaf)]
        else:
            terms = self.gradient.terms
            found = [e.tensor for term in terms for f in term.factors for e in elements(f)]
        return tuple({t.serial: t for t in found}.values())


@lru_cache(maxsize=8)
def backward(derivation: Derivation) -> tuple[Computed, ...]:
    """The gradients that those of the parameters are computed from, in order."""
    by_symbol = {g.symbol.serial: g for g in derivation.gradients}
    wanted = {g.symbol.serial for g in derivation.gradients if g.of.role == "parameter"}
    kept = []
    for gradient in reversed(derivation.gradients):
        if gradient.symbol.serial in wanted:
            kept.append(computed(gradient, by_symbol))
            wanted.update(t.serial for t in kept[-1].uses if t.serial in by_symbol)
    return tuple(reversed(kept))


def computed(gradient: Gradient, by_symbol: Mapping[int, Gradient]) -> Computed:
    """by_symbol: the other gradients by the serial of their symbol."""
    array = gradient.array
    if not isinstance(array, Entrywise):
        return Computed(gradient, gradient.value)
    found = _of_pre_activation(gradient, array, by_symbol)
    if found is not None and found.status != "textbook":
        return found
    if _loses(gradient, array):
        return Computed(gradient, array, (), "textbook")
    factor = factor_form(array)
    if factor is None or factor[1].status != "found":
        return found or Computed(gradient, array, (), "safe" if factor is None else factor[1].status)
    rest, form = factor
    lets = tuple((symbol, replace(array, formula=meaning)) for symbol, meaning in form.lets)
    return Computed(gradient, replace(array, formula=rest * form.value), lets, form.status)


def _of_pre_activation(
    gradient: Gradient, array: Entrywise, by_symbol: Mapping[int, Gradient]
) -> Computed | None:
    """dZ, as a function of the output, of z and of labels, times what comes from the layer above."""
    node = _activation(gradient)
    known = _Arrays(gradient)
    formula = known.formula(array)
    if node is None or formula is None:
        return None
    upstream = known.upstream
    rest: sp.Expr = sp.S.One
    if upstream:
        rest, formula = formula.as_independent(*(s for s in formula.free_symbols if s not in upstream))
        number, rest = rest.as_coeff_Mul()
        formula = number * formula
        inner = by_symbol[known.tensors[rest].serial].array if rest in upstream else None
        if rest not in upstream or formula.has(rest):
            return None
        above = known.formula(inner) if isinstance(inner, Entrywise) else None
        if above is not None and not above.free_symbols & set(known.upstream):
            rest, formula = sp.S.One, above * formula
    a, z = known.symbol(node.tensor), known.symbol(gradient.of)
    absolute = gradient.convention.derivatives == "output" and not _in_values(formula, z)
    if absolute and formula.is_polynomial(a):
        return Computed(gradient, array)
    others = [
        t
        for s, t in known.tensors.items()
        if t.dims and t not in (node.tensor, gradient.of) and formula.has(s)
    ]
    activation = node.body.xreplace({e: known.symbol(e.tensor) for e in elements(node.body)})
    inputs = [known.symbol(t) for t in others]
    labels = next((tuple(map(int, t.interval)) for t in others if t.interval and t.role == "label"), ())
    form = stable_loss(formula, a, activation, z, others=inputs, labels=labels, absolute=absolute)
    in_z = _in_the_input(node, activation, z, known, by_symbol) if form.status == "textbook" else None
    if in_z is not None:
        form = stable_loss(in_z, a, activation, z, others=inputs, labels=labels)
    if form.status == "textbook" or form.value == formula:
        return Computed(gradient, array, (), form.status)
    return known.computed(replace(form, status="found"), rest)


def _in_the_input(
    node: Node, activation: sp.Expr, z: sp.Symbol, known: _Arrays, by_symbol: Mapping[int, Gradient]
) -> sp.Expr | None:
    """The slope of the loss times g′(z), where g has no branches and the slope reads only a and labels."""
    above = next((g.array for g in by_symbol.values() if g.of is node.tensor), None)
    formula = known.formula(above) if isinstance(above, Entrywise) else None
    branches = (sp.Piecewise, sp.Max, sp.Min, sp.Abs, sp.sign)
    if formula is None or known.upstream or activation.has(*branches):
        return None
    return formula * sp.diff(activation, z)


def _in_values(expr: sp.Basic, z: sp.Symbol) -> bool:
    """Whether z stands in an expression outside the conditions of its branches."""
    if isinstance(expr, sp.Piecewise):
        return any(_in_values(value, z) for value, _ in expr.args)
    return expr == z or any(_in_values(arg, z) for arg in expr.args)


def _loses(gradient: Gradient, array: Entrywise) -> bool:
    """Whether the slope of a loss of a whole layer's output has no number where that is far out.

    A share may be rounded to 0 or 1, so that it must not be divided by; an exponential of a logarithm
    of a share may overflow.
    """
    node = gradient.program.node(gradient.of)
    if node is None or node.argument is not None:
        return False
    rounded = [d for d, leaf in array.operands if isinstance(leaf, Leaf) and leaf.tensor is gradient.of]
    kinds = (sp.Pow, sp.log) if node.tensor.interval == (0, 1) else (sp.exp,)
    risky = [p for p in array.formula.atoms(*kinds) if not p.is_Pow or p.exp.is_negative]
    return any(part.has(d) for part in risky for d in rounded)


def _activation(gradient: Gradient) -> Node | None:
    """g where the gradient is that of z in a = g(z), entry by entry, and z is used nowhere else."""
    consumers = gradient.program.consumers.get(gradient.of.serial, ())
    if (
        len(consumers) == 1
        and consumers[0].argument is not None
        and consumers[0].body != consumers[0].argument
    ):
        return consumers[0]
    return None


class _Arrays:
    """Symbols for the arrays of one gradient's formula, all of one shape or of rank 0."""

    def __init__(self, gradient: Gradient) -> None:
        self.gradient = gradient
        self.tensors: dict[sp.Symbol, Tensor] = {}

    def symbol(self, tensor: Tensor) -> sp.Symbol:
        found = next((s for s, t in self.tensors.items() if t is tensor), None)
        if found is None:
            positive = None if tensor.dims else True
            found = sp.Symbol(f"x{len(self.tensors)}", real=True, positive=positive)
            self.tensors[found] = tensor
        return found

    @property
    def upstream(self) -> list[sp.Symbol]:
        return [symbol for symbol, tensor in self.tensors.items() if tensor.role == "gradient"]

    def formula(self, array: Entrywise) -> sp.Expr | None:
        """The formula over these symbols; None if an operand is not a whole array of the one shape."""
        symbols = {}
        for dummy, leaf in array.operands:
            if not isinstance(leaf, Leaf) or (leaf.axes != array.axes and leaf.tensor.dims):
                return None
            if leaf.tensor.dims and leaf.tensor.dims != self.gradient.of.dims:
                return None
            symbols[dummy] = self.symbol(leaf.tensor)
        return array.formula.xreplace(symbols)

    def computed(self, form: StableForm, rest: sp.Expr) -> Computed:
        indices = self.gradient.indices
        dummies = {symbol: sp.Dummy(symbol.name) for symbol in self.tensors}

        def arrays(expr: sp.Expr) -> Entrywise:
            operands = tuple(
                (dummies[s], Leaf(t.axes(indices if t.dims else ()), t))
                for s, t in self.tensors.items()
                if expr.has(s)
            )
            return Entrywise(self.gradient.symbol.axes(indices), expr.xreplace(dummies), operands)

        lets = tuple((symbol, arrays(meaning)) for symbol, meaning in form.lets)
        return Computed(self.gradient, arrays(rest * form.value), lets, form.status)


def exact_labels(expr: sp.Expr) -> tuple[int, ...]:
    """The ends of the interval in which the labels of a formula lie; none where they are measured."""
    intervals = (e.tensor.interval for e in elements(expr) if e.tensor.role == "label")
    return next((tuple(map(int, interval)) for interval in intervals if interval is not None), ())


def factor_form(array: Entrywise) -> tuple[sp.Expr, StableForm] | None:
    """The factor of a formula that may overflow, in a form that does not, after the rest of it."""
    leaves = {d: operand for d, operand in array.operands if isinstance(operand, Leaf)}
    z = [d for d, leaf in leaves.items() if leaf.tensor.role == "node" and leaf.axes]
    risky = [d for d in z if any(f.has(d) for f in array.formula.atoms(sp.Function, sp.exp))]
    if len(risky) != 1:
        return None
    rest, part = array.formula.as_independent(risky[0], as_Add=False)
    return rest, stable(part, risky[0], others=[d for d in leaves if part.has(d) and d != risky[0]])
