"""A layered network as a program: forward definitions in index notation."""

from __future__ import annotations

import keyword
from typing import Any

import sympy as sp

from derive.activations import is_name
from derive.formula import parse_number
from derive.losses import A as A_SYMBOL
from derive.losses import Y as Y_SYMBOL
from derive.notation import Element, Index, IndexSum, Tensor
from derive.pieces import UnitSum, absolute
from derive.printing import math_name
from derive.program import Kink, Node, Program, SumFact
from derive.ranges import Interval, Z

SAMPLES = sp.Symbol("m", integer=True, positive=True)


def lower(network: Any) -> Program:
    """The program of a Network, in the layout of its convention."""
    return _Lowering(network).program()


class _Lowering:
    def __init__(self, network: Any) -> None:
        self.network = network
        self.rows = network.convention.layout == "rows"
        self.sizes = {
            sp.Symbol(f"n{n}", integer=True, positive=True): size for n, size in enumerate(network.sizes)
        }
        self.dims = tuple(self.sizes)
        self.symbols = {
            sp.Symbol(name, real=True): Tensor(
                name + "_" * keyword.iskeyword(name), role="hyperparameter", latex_name=math_name(name)
            )[()]
            for name in network.symbols
        }
        self.kinks: dict[str, dict[str, str]] = {}
        for key, asked in network.convention.kinks:
            name, _, point = key.partition("@")
            self.kinks.setdefault(name, {})[point] = asked

    def program(self) -> Program:
        values = self._samples("X", self.dims[0], "input")
        nodes: list[Node] = []
        weights: list[Tensor] = []
        for number, layer in enumerate(self.network.layers, 1):
            linear, weight = self._linear(number, values)
            active = self._active(number, layer, linear.tensor)
            nodes += [linear, active]
            weights.append(weight)
            values = active.tensor
        labels = self._samples("Y", self.dims[-1], "label", interval=_finite_bounds(self.network.loss.labels))
        nodes.append(self._loss(values, labels))
        regularizer = self._regularizer(weights)
        if regularizer:
            nodes.append(regularizer)
        fact = SumFact(labels, 1 if self.rows else 0)
        return Program(
            tuple(nodes),
            nodes[2 * len(weights)].tensor,
            scale=1 / SAMPLES,
            regularizer=regularizer.tensor if regularizer else None,
            facts=(fact,) if self.network.loss.distribution else (),
            name=self.network.name,
            sizes=dict(self.sizes),
        )

    def _samples(
        self,
        name: str,
        dim: sp.Expr,
        role: str,
        interval: tuple[sp.Expr, sp.Expr] | None = None,
        number: int | None = None,
    ) -> Tensor:
        """A tensor with a value for each of `dim` units and each sample."""
        label = name if number is None else f"{name}{number}"
        return Tensor(
            label,
            (SAMPLES, dim) if self.rows else (dim, SAMPLES),
            role=role,
            interval=interval,
            latex_name=name if number is None else f"{name}^{{[{number}]}}",
        )

    def _order(self, unit: Index, sample: Index) -> tuple[Index, Index]:
        return (sample, unit) if self.rows else (unit, sample)

    def _indices(self, dim: sp.Expr, letter: str = "k") -> tuple[Index, Index]:
        return Index(letter, dim), Index("i", SAMPLES)

    def _linear(self, number: int, values: Tensor) -> tuple[Node, Tensor]:
        fan_in, fan_out = self.dims[number - 1 : number + 1]
        power = f"^{{[{number}]}}"
        weight = Tensor(
            f"W{number}",
            (fan_in, fan_out) if self.rows else (fan_out, fan_in),
            role="parameter",
            latex_name=f"W{power}",
        )
        bias = Tensor(
            f"b{number}",
            (fan_out,),
            (None, 0) if self.rows else (0, None),
            role="parameter",
            latex_name=f"b{power}",
        )
        unit, sample = self._indices(fan_out)
        source = Index("j", fan_in)
        value = values[self._order(source, sample)]
        product = value * weight[source, unit] if self.rows else weight[unit, source] * value
        tensor = self._samples("Z", fan_out, "node", number=number)
        return Node(tensor, self._order(unit, sample), IndexSum(product, source) + bias[unit]), weight

    def _active(self, number: int, layer: Any, linear: Tensor) -> Node:
        dim = self.dims[number]
        activation = layer.activation
        unit, sample = self._indices(dim)
        entry = linear[self._order(unit, sample)]

        def over_units(body: sp.Expr) -> sp.Expr:
            other = Index("c", dim)
            return IndexSum(body.xreplace({Z: linear[self._order(other, sample)]}), other)

        expr = activation.expr
        if activation.vector:
            expr = expr.replace(UnitSum, over_units)
        declared = activation.declared(self.kinks.get(activation.name))
        return Node(
            self._samples("A", dim, "node", interval=activation.range.bounds, number=number),
            self._order(unit, sample),
            expr.xreplace({Z: entry, **self.symbols}),
            tuple(Kink(k.point.xreplace(self.symbols), k.value.xreplace(self.symbols)) for k in declared),
            activation.name,
        )

    def _loss(self, outputs: Tensor, labels: Tensor) -> Node:
        unit, sample = self._indices(self.dims[-1])
        at: tuple[Index, Index] = self._order(unit, sample)
        body = self.network.loss.expr.xreplace({A_SYMBOL: outputs[at], Y_SYMBOL: labels[at], **self.symbols})
        tensor = Tensor("L", (SAMPLES,), (0, None) if self.rows else (None, 0), latex_name="L")
        return Node(tensor, (sample,), IndexSum(body, unit), note=self.network.loss.name)

    def _regularizer(self, weights: list[Tensor]) -> Node | None:
        summands = []
        for weight in weights:
            for given, cost in (
                (self._weight(self.network.l2), half_square),
                (self._weight(self.network.l1), absolute),
            ):
                if given != 0:
                    indices = weight.indices("jk")
                    summands.append(given * IndexSum(cost(weight[indices]), *indices))
        if not summands:
            return None
        return Node(Tensor("R", role="node", latex_name="R"), (), sp.Add(*summands), note="regularizer")

    def _weight(self, text: str) -> sp.Expr | Element:
        if is_name(text):
            return self.symbols[sp.Symbol(text, real=True)]
        return parse_number(text, "a regularizer's weight")


def half_square(x: sp.Expr) -> sp.Expr:
    return x**2 / 2


def _finite_bounds(interval: Interval) -> tuple[sp.Expr, sp.Expr] | None:
    return interval.bounds if interval.low.is_finite and interval.high.is_finite else None
