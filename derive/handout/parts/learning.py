"""Gradient descent, initialisation, and why a network needs a nonlinearity."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import inf
from typing import Any

import mpmath as mp
import sympy as sp

from derive.derivation import Gradient
from derive.handout.blocks import Block, Flow, Line, Paragraph, Section, Steps, Text
from derive.handout.example import Example
from derive.handout.functions import Curve
from derive.handout.maths import (
    Bracketed,
    Digits,
    Formula,
    Letter,
    Mark,
    Math,
    Scripts,
    Upright,
    Whole,
    joined,
)
from derive.handout.paper import Paper
from derive.notation import Index, IndexSum, Tensor
from derive.targets.py import gain

NEAR = 0.1


def blocks(paper: Paper) -> Iterator[Block]:
    if paper.net is None:
        return
    yield Section("", paper.say("learning"))
    yield from descent(paper)
    yield Section("", paper.say("initialisation"), 2)
    yield from symmetry(paper)
    yield from zeros(paper)
    yield from scale(paper)
    if len(paper.net.activations) > 1:
        yield Section("", paper.say("nonlinearity"), 2)
        yield from collapse(paper)


def parameters(paper: Paper) -> list[tuple[Tensor, Gradient]]:
    gradients = {g.of.serial: g for g in paper.derivation}
    return [(t, gradients[t.serial]) for t in paper.program.leaves if t.role == "parameter"]


def descent(paper: Paper) -> Iterator[Block]:
    yield Paragraph(paper.say("descent text", eta=Letter("eta"), J=Letter("J")))
    yield Flow(tuple(move(*pair) for pair in parameters(paper)[:4]))
    widths = paper.listed(Formula(symbol) for symbol in list(paper.program.sizes)[1:-1])
    key = "hyperparameters" if widths else "hyperparameters without layers"
    yield Paragraph(paper.say(key, eta=Letter("eta"), widths=widths))


def move(tensor: Tensor, gradient: Gradient) -> Math:
    """W ← W − η dW."""
    step = joined("", Letter("eta"), Whole(gradient.symbol))
    return joined("←", Whole(tensor), joined("−", Whole(tensor), step))


def symmetry(paper: Paper) -> Iterator[Block]:
    """Two neurons of the first layer that start alike: every formula treats them alike."""
    net = paper.net
    assert net is not None
    if len(net.activations) < 2 or net.activations[0].argument is None:
        return
    program = paper.program
    first, second = net.activations[0], net.activations[1]
    linear = program.node(first.argument.tensor)  # type: ignore[union-attr]
    below = next(t for t in linear.uses if t.role == "parameter" and len(t.dims) == 2)
    bias = next(t for t in linear.uses if t.role == "parameter" and len(t.dims) == 1)
    above = next(t for t in program.consumers[first.tensor.serial][0].uses if t.role == "parameter")
    yield Paragraph(
        paper.say("symmetry text", below=Whole(below), bias=Whole(bias), above=Whole(above), n=Digits("1"))
    )
    lines = []
    for tensor, key in ((linear.tensor, "same sums"), (first.tensor, "same activations")):
        node = program.node(tensor)
        lines.append(Line(paper.math(tensor[node.indices]), paper.math(node.body), paper.say(key)))
    for tensor, key in (
        (first.tensor, "same upstream"),
        (linear.tensor, "same slopes"),
        (below, "same weights"),
        (above, "same outgoing"),
    ):
        gradient = paper.derivation[f"d{tensor.name}"]
        lines.append(
            Line(
                Formula(gradient.element, gradient.naming),
                Formula(gradient.terms, gradient.naming),
                paper.say(key),
            )
        )
    for line in lines:
        yield Steps((line,))
    yield Paragraph(paper.say("symmetry end", second=Whole(second.tensor)))


def zeros(paper: Paper) -> Iterator[Block]:
    """What the gradients are when all parameters start at 0, found by computing them."""
    made = paper.example
    if made is None:
        return
    given = {e: mp.mpf(0) if e.tensor.role == "parameter" else v for e, v in one_class(made).items()}
    start = replace(made, given=given)
    still: list[Math] = []
    moving: list[Math] = []
    for tensor, gradient in parameters(paper):
        entries = [v for e, v in start.values.items() if e.tensor is gradient.symbol]
        (moving if any(abs(v) > 1e-12 for v in entries) else still).append(Whole(tensor))
    if not still:
        yield Paragraph(paper.say("zeros none"))
        return
    yield Paragraph(
        paper.say("zeros", still=paper.listed(still), moving=paper.listed(moving) or paper.say("nothing"))
    )


def one_class(made: Example) -> dict[Any, Any]:
    """What is given, with the labels of the first sample for all: balanced labels may cancel by chance."""
    labels = made.net.Y
    axis = labels.dims.index(made.net.samples)

    def first(element: Any) -> Any:
        at = list(element.args)
        at[axis] = sp.Integer(0)
        return labels[tuple(at)]

    return {e: made.given[first(e)] if e.tensor is labels else v for e, v in made.given.items()}


def scale(paper: Paper) -> Iterator[Block]:
    """The variance of a weighted sum, and the spread of the weights that keeps it."""
    net = paper.net
    assert net is not None
    n, w, x = sp.Symbol("n", positive=True), Letter("w"), Letter("x")
    k = Index("j", n)
    weights, values = Tensor("w", (n,)), Tensor("x", (n,))
    total = IndexSum(weights[k] * values[k], k)
    yield Paragraph(paper.say("scale text", n=Letter("n"), w=w, x=x))
    variance = Upright("Var")
    yield Steps(
        (
            Line(
                joined(" ", variance, paper.math(total)),
                joined("", Formula(n), joined(" ", variance, w), joined(" ", variance, x)),
                paper.say("variances add"),
            ),
        )
    )
    alike = {paper.curve(node) or node.note: node for node in net.activations if node.argument is not None}
    for node in alike.values():
        curve, factor = paper.curve(node), gain(node)
        share = curve.share if curve is not None and factor > 1 else 1.0
        key = (
            "scale kept"
            if factor == 1
            else "scale doubled"
            if abs(share - 1 / factor) < NEAR
            else "scale open"
            if share < inf
            else "scale infinite"
        )
        yield Paragraph(
            paper.say(
                key,
                name=paper.title(curve) if curve is not None else paper.called(node),
                spread=Formula(sp.sqrt(sp.Integer(factor) / n)),
                z=Letter("z"),
                square=joined("", Scripts(Letter("g"), above=Digits("2")), Bracketed(Letter("z"))),
                share=Digits(f"{share:.2g}"),
                saturation=saturation(paper, curve),
            )
        )


def saturation(paper: Paper, curve: Curve | None) -> Text:
    found = None if curve is None else curve.saturates(1)
    if curve is None or found is None:
        return ()
    return paper.say("scale saturation", z=joined("=", Letter("z"), Digits(f"{float(found):g}")))


def collapse(paper: Paper) -> Iterator[Block]:
    """Two linear layers are one: matrices that do not commute, multiplied out by SymPy."""
    net = paper.net
    assert net is not None
    rows = paper.derivation.convention.layout == "rows"
    hidden = net.activations[:-1]
    applies = all(node.body == node.argument for node in hidden)
    yield Paragraph(paper.say("collapse applies" if applies else "collapse text"))
    weights = [t for t in net.parameters if len(t.dims) == 2]
    biases = [t for t in net.parameters if len(t.dims) == 1]
    names = {t.name: sp.Symbol(t.name, commutative=False) for t in (net.X, *weights, *biases)}
    value = names[net.X.name]
    for w, b in zip(weights[:2], biases[:2], strict=True):
        product = value * names[w.name] if rows else names[w.name] * value
        value = product + names[b.name]
    out = net.activations[1].tensor
    linear = next(n for n in paper.program.nodes if n.argument is None and weights[1] in n.uses)
    opened = sp.expand(value)
    with_x = [term for term in opened.args if term.has(names[net.X.name])]
    without = [term for term in opened.args if not term.has(names[net.X.name])]
    by_symbol = {names[t.name]: t for t in (net.X, *weights, *biases)}
    slope, offset = (Scripts(Letter(letter), above=Mark("prime")) for letter in ("W", "b"))
    together = joined("", Whole(net.X), slope) if rows else joined("", slope, Whole(net.X))
    yield Steps(
        (
            Line(Whole(linear.tensor), _nested(value, by_symbol), paper.say("identity inside")),
            Line(None, _sum(with_x + without, by_symbol), paper.say("multiplied out")),
            Line(None, joined("+", together, offset), paper.say("one layer again")),
        )
    )
    yield Paragraph(paper.say("collapse end", out=Whole(out)))


def _product(term: sp.Expr, by_symbol: dict[sp.Symbol, Tensor]) -> Math:
    return joined("", *(Whole(by_symbol[factor]) for factor in sp.Mul.make_args(term)))


def _sum(terms: list[sp.Expr], by_symbol: dict[sp.Symbol, Tensor]) -> Math:
    return joined("+", *(_product(term, by_symbol) for term in terms))


def _nested(value: sp.Expr, by_symbol: dict[sp.Symbol, Tensor]) -> Math:
    parts = []
    for term in sorted(sp.Add.make_args(value), key=lambda t: not t.is_Mul):
        factors = [
            Bracketed(_nested(f, by_symbol)) if f.is_Add else Whole(by_symbol[f])
            for f in sp.Mul.make_args(term)
        ]
        parts.append(joined("", *factors))
    return joined("+", *parts)
