"""The parameters of a layer as one matrix, and what a regularizer asks of them once a step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sympy as sp

from derive.derivation import Derivation, Gradient
from derive.notation import IndexSum, Tensor, elements
from derive.targets.lines import needed_gradients
from derive.targets.plan.formulas import Formulas
from derive.targets.plan.values import Given, Line, Value

SCALE = Given("scale")


@dataclass(frozen=True)
class Weights:
    """W and b of a layer, side by side in one matrix (units, inputs + 1).

    apart: whether b is added to the product with W, so that no row of ones stands under the input: for
    data with more rows than the layer has units, which would take longer to copy.
    """

    W: Tensor
    b: Tensor
    units: int
    inputs: int
    apart: bool = False

    @property
    def joined(self) -> Given:
        return Given(f"{self.W.name}_{self.b.name}", (self.units, self.inputs + 1))

    @property
    def alone(self) -> Given:
        return Given(self.W.name, (self.units, self.inputs))

    @property
    def bias(self) -> Given:
        return Given(self.b.name, (self.units, 1))

    @property
    def gradient(self) -> Given:
        return Given(f"d{self.joined.text}", self.joined.shape)

    @property
    def gradients(self) -> tuple[Given, Given]:
        """Of W and of b."""
        return Given(f"d{self.W.name}", self.alone.shape), Given(f"d{self.b.name}", self.bias.shape)


@dataclass(frozen=True)
class Once:
    """What happens once a step.

    decay: what the gradients of weights gain. regularizer: R of the cost, over the sums of all entries
    of values.
    """

    lines: tuple[Line, ...]
    decay: tuple[tuple[Weights, Value], ...]
    regularizer: sp.Expr
    sums: tuple[tuple[sp.Symbol, Value], ...]


def once_a_step(derivation: Derivation, weights: tuple[Weights, ...]) -> Once:
    """The regularizer's share of the cost and of the gradients."""
    program, made = derivation.program, Formulas()
    own = {layer.W.serial: layer for layer in weights}
    decay, sums = [], []
    for gradient in needed_gradients(derivation):
        rest = _besides_product(gradient) / program.scale
        if rest != 0:
            layer = own[gradient.of.serial]
            decay.append((layer, _scaled(made, sp.expand(rest), own)))
    node = program.node(program.regularizer) if program.regularizer is not None else None
    regularizer = node.body if node is not None else sp.Integer(0)
    for number, total in enumerate(sorted(regularizer.atoms(IndexSum), key=str), 1):
        sums.append((sp.Symbol(f"sum{number}", real=True), _value(made, total.body, own)))
        regularizer = regularizer.xreplace({total: sums[-1][0]})
    return Once(tuple(made.lines), tuple(decay), regularizer, tuple(sums))


def _besides_product(gradient: Gradient) -> sp.Expr:
    """What is in the gradient of a parameter beside the product with the upstream gradient."""
    if gradient.of.role != "parameter":
        return sp.Integer(0)
    terms = [term.expr for term in gradient.terms]
    return sp.Add(*(t for t in terms if not any(e.tensor.role == "gradient" for e in elements(t))))


def _scaled(made: Formulas, expr: sp.Expr, own: Mapping[int, Weights]) -> Value:
    return made.entrywise("np.multiply", _value(made, expr, own), SCALE)


def _value(made: Formulas, expr: sp.Expr, own: Mapping[int, Weights]) -> Value:
    for element in elements(expr):
        if element.args:
            made.bound[element] = own[element.tensor.serial].alone
    value = made.formula(expr)
    assert isinstance(value, Value)
    return value
