"""Activations: formula, slope with its derivation, plot, range, limits, saturation, kinks."""

from __future__ import annotations

from collections.abc import Iterator

import mpmath as mp
import sympy as sp

from derive.handout.blocks import Block, Figure, Kept, Line, Paragraph, Section, Steps, Table, Text
from derive.handout.functions import SMALL, A, Curve, as_printed
from derive.handout.maths import Bracketed, Digits, Formula, Letter, Mark, Math, Scripts, joined
from derive.handout.paper import Paper
from derive.handout.pictures.plots import plots
from derive.notation import elements
from derive.program import Node
from derive.ranges import Z

SIMPLEST = 8
SLOPE = Scripts(Letter("g"), above=Mark("prime"))


def blocks(paper: Paper) -> Iterator[Block]:
    curves = list(paper.curves)
    vectors = {n.note: n for n in nodes(paper) if n.argument is None}
    if not curves and not vectors:
        return
    yield Section("", paper.say("activations"))
    yield Paragraph(paper.say("activations text"))
    for curve in curves:
        yield Kept(
            (
                Section("", paper.title(curve), 2),
                Steps(tuple(lines(paper, curve))),
            )
        )
    for node in vectors.values():
        yield Kept((Section("", (paper.called(node),), 2), *vector(paper, node)))
    for start in range(0, len(curves), 2):
        pair = curves[start : start + 2]
        names = paper.listed(paper.called(curve.node) for curve in pair)
        yield Figure(
            plots(pair, paper.word("plot described", names="".join(map(str, names)))),
            paper.say("plot caption", names=names, g=Letter("g"), slope=SLOPE),
        )
    if curves:
        letters = dict.fromkeys(e for curve in curves for e in elements(curve.formula))
        taken = paper.listed(joined("=", Formula(letter), Digits("1")) for letter in letters)
        said = paper.say("facts text", slope=SLOPE, small=Digits(str(SMALL)))
        yield Paragraph((*said, *paper.say("facts letters", letters=taken)) if letters else said)
        head = tuple(
            paper.say(key) for key in ("function", "range", "limits", "at 0", "steepest", "saturated")
        )
        yield Table(head, tuple(facts(paper, curve) for curve in curves), "LLLLLL")
    for curve in curves:
        for kink in curve.node.kinks:
            yield Paragraph(
                paper.say(
                    "kink here",
                    name=paper.called(curve.node),
                    point=joined("=", Letter("z"), paper.math(kink.point)),
                    value=paper.math(kink.value),
                )
            )


def nodes(paper: Paper) -> Iterator[Node]:
    costs = {t.serial for t in paper.program.costs}
    for node in paper.program.nodes:
        if node.note and node.tensor.serial not in costs:
            yield node


def lines(paper: Paper, curve: Curve) -> Iterator[Line]:
    yield Line(_of_z(Letter("g")), paper.math(as_printed(curve.formula)), paper.say("definition of g"))
    yield Line(_of_z(SLOPE), paper.math(as_printed(curve.slope)), paper.say("differentiated"))
    if curve.in_output is not None:
        equation = joined("=", Formula(A), _of_z(Letter("g")))
        yield Line(
            None, paper.math(as_printed(curve.in_output)), paper.say("in the output", equation=equation)
        )


def _of_z(name: Math) -> Math:
    return joined(" ", name, Bracketed(Formula(Z)))


def vector(paper: Paper, node: Node) -> Iterator[Block]:
    """An activation over all units of a layer: its formula, and that the outputs of a sample add up."""
    left = paper.math(node.tensor[node.indices])
    yield Steps((Line(left, paper.math(node.body), paper.say("definition of g")),))
    yield Paragraph(paper.say("vector text", name=paper.called(node)))


def facts(paper: Paper, curve: Curve) -> tuple[Text, ...]:
    return (
        paper.title(curve),
        _range(paper, curve),
        _limits(curve),
        (_number(curve.at(curve.formula, 0)),),
        (_number(curve.steepest),),
        _saturation(paper, curve),
    )


def _range(paper: Paper, curve: Curve) -> Text:
    found = curve.range
    left = "[" if found.low_closed and simple(found.low) else "("
    right = "]" if found.high_closed and simple(found.high) else ")"
    return (Bracketed(joined(",", _bound(found.low), _bound(found.high)), left, right),)


def simple(bound: sp.Expr) -> bool:
    """Whether a bound is meant as it is; others are rounded outwards and belong to no range."""
    return not bound.is_Rational or bool(bound.q <= SIMPLEST)


def _bound(bound: sp.Expr) -> Math:
    return Formula(bound) if simple(bound) else Digits(f"{float(bound):.3g}".replace("-", "−"))


def _limits(curve: Curve) -> Text:
    found = [curve.limit(side) for side in (-1, 1)]
    shown = [Digits("–") if limit is None else _bound(limit) for limit in found]
    return (joined(",", *shown),)


def _saturation(paper: Paper, curve: Curve) -> Text:
    low, high = curve.saturates(-1), curve.saturates(1)
    parts: list[Math] = []
    z = Letter("z")
    if low is not None:
        parts.append(joined("<", z, _number(low)))
    if high is not None:
        parts.append(joined(">", z, _number(high)))
    return (joined(",", *parts),) if parts else paper.say("never")


def _number(number: object) -> Math:
    found = float(mp.mpf(number))
    return Formula(sp.oo) if found == mp.inf else Digits(f"{found:.4g}")
