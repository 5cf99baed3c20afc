"""Which data set suits a network, by its outputs and what its loss asks of labels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp

from derive.targets.layers import Layers


@dataclass(frozen=True)
class Labels:
    """A kind of labels: its name, for templates/ipynb/data.jinja and the sentences, and what it fits."""

    name: str
    fits: Callable[[Layers], bool]


def is_distribution(net: Layers) -> bool:
    """Whether the labels of a sample add up to 1."""
    return any(fact.tensor is net.Y for fact in net.program.facts)


def bounds(net: Layers) -> tuple[sp.Expr, sp.Expr]:
    """Where both the outputs and the labels may lie."""
    low, high = net.output.tensor.interval or (-sp.oo, sp.oo)
    return sp.Max(low, net.labels.low), sp.Min(high, net.labels.high)


KINDS = (
    Labels("classes", lambda net: net.is_vector or is_distribution(net)),
    Labels("signs", lambda net: net.is_signed),
    Labels("two classes", lambda net: net.is_probability),
    Labels("counts", lambda net: (net.labels.low, net.labels.high) == (0, sp.oo)),
    Labels("bounded", lambda net: all(bound.is_finite for bound in bounds(net))),
    Labels("bounded below", lambda net: bool(bounds(net)[0].is_finite)),
    Labels("bounded above", lambda net: bool(bounds(net)[1].is_finite)),
    Labels("values", lambda net: True),
)


def labels(net: Layers) -> Labels:
    """The first kind that fits."""
    return next(kind for kind in KINDS if kind.fits(net))


def epochs(net: Layers) -> int:
    """Fewer for a network that would take minutes."""
    weights = sum(sp.prod(tensor.dims).xreplace(net.sizes) for tensor in net.parameters)
    return 300 if weights < 10_000 else 30


def is_curved(net: Layers) -> bool:
    """Whether the network can learn more than a plane: a hidden layer that is not the identity."""
    return any(node.body != node.argument for node in net.activations[:-1])
