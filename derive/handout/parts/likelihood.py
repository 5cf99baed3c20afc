"""Where the loss comes from: likelihood, logarithm, loss, cost; and why not the squared error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import mpmath as mp
import sympy as sp

from derive.calculus.algebra import oriented
from derive.handout.blocks import Block, Kept, Line, Paragraph, Result, Section, Steps
from derive.handout.functions import Curve, as_printed
from derive.handout.likelihoods import VARIANCE, A, Distribution, Y, distribution
from derive.handout.maths import (
    Big,
    Bracketed,
    Digits,
    Formula,
    Function,
    Letter,
    Math,
    Quotient,
    Scripts,
    Whole,
    joined,
)
from derive.handout.paper import Paper
from derive.losses import LOSSES
from derive.losses import A as LOSS_A
from derive.losses import Y as LOSS_Y
from derive.notation import Index, IndexSum, Tensor, elements
from derive.numbers import value
from derive.targets.layers import Layers

CERTAIN = sp.Rational(9, 10)
PLACES = range(-6, 7)
LOG = Function(sp.log)


def blocks(paper: Paper) -> Iterator[Block]:
    net = paper.net
    loss = None if net is None else entry_loss(net)
    if net is None or loss is None:
        return
    found = distribution(loss)
    if found is None:
        return
    yield Section("", paper.say("likelihood"))
    a, y = Formula(A), Formula(Y)
    variance: Math = Formula(found.variance)
    if found.variance != 1:
        variance = joined("=", Formula(as_printed(VARIANCE)), paper.math(found.variance))
    yield Paragraph(paper.say(f"likelihood {found.name}", a=a, y=y, variance=variance))
    yield from from_density(paper, net, found, loss)
    if found.name == "bernoulli":
        yield cases(paper, loss)
    yield Paragraph(paper.say("likelihood cost", m=Letter("m")))
    yield Steps(tuple(to_cost(paper, net)))
    yield from convexity(paper, net, found)


def entry_loss(net: Layers) -> sp.Expr | None:
    """The loss of one output as a formula in A and Y."""
    body = net.entry_loss
    if body is None:
        return None
    names = {e: Y if e.tensor is net.Y else A for e in elements(body) if e.args}
    return body.xreplace(names)


def from_density(paper: Paper, net: Layers, found: Distribution, loss: sp.Expr) -> Iterator[Block]:
    several = paper.program.sizes[net.width(net.Y)] > 1
    k = Index("k", sp.Symbol("n"))
    a, y = Tensor("a", (k.dim,)), Tensor("y", (k.dim,))
    at = {A: a[k], Y: y[k]} if several else {}
    density, log, surprise = (e.xreplace(at) for e in (found.density, found.log, found.surprise))
    given = probability(Letter("y"), Letter("a"))
    shown: Math = (
        Big("product", Formula(k), Formula(as_printed(density))) if several else Formula(as_printed(density))
    )
    why = "likelihood outputs" if several and not found.joint else "likelihood step"
    lines = [Line(given, shown, paper.say(why))]
    log_p = joined("", LOG, given)
    total = IndexSum(log, k) if several else log
    lines.append(
        Line(log_p, Formula(as_printed(total)), paper.say("likelihood sum" if several else "likelihood log"))
    )
    minus = joined("", Digits("−"), log_p)
    total = IndexSum(surprise, k) if several else surprise
    exact = sp.expand(surprise - loss.xreplace(at)) == 0
    key = "likelihood sign" if exact else "likelihood dropped"
    lines.append(Line(minus, Formula(as_printed(total)), paper.say(key, a=Formula(A))))
    yield Steps(tuple(lines))
    total = IndexSum(loss.xreplace(at), k) if several else loss
    name = paper.called(net.loss)
    yield Result(joined("=", Letter("L"), Formula(as_printed(total))), paper.say("loss result", loss=name))


def probability(what: Math, given: Math) -> Math:
    return joined("", Letter("p"), Bracketed(joined("|", what, given)))


def cases(paper: Paper, loss: sp.Expr) -> Paragraph:
    one, zero = (sp.sympify(loss.xreplace({Y: sp.Integer(n)})) for n in (1, 0))
    right, wrong = (three(value(e, {A: mp.mpf(9) / 10})) for e in (one, zero))
    return Paragraph(
        paper.say(
            "loss cases",
            one=Formula(as_printed(one)),
            zero=Formula(as_printed(zero)),
            a=joined("=", Formula(A), Formula(CERTAIN)),
            right=Digits(right),
            wrong=Digits(wrong),
        )
    )


def three(number: object) -> str:
    return f"{float(mp.mpf(number)):.3f}".replace("-", "−")


def to_cost(paper: Paper, net: Layers) -> Iterator[Line]:
    loss = paper.program.loss
    i = loss.indices("i")
    sample = Formula(i[0])
    x, y = (Scripts(Letter(name), sample) for name in ("x", "y"))
    all_p = probability(Whole(net.Y), Whole(net.X))
    yield Line(all_p, Big("product", sample, probability(y, x)), paper.say("likelihood product"))
    m = Formula(net.samples)
    scaled = joined("", joined("", Digits("−"), Quotient(Digits("1"), m)), LOG, all_p)
    mean = sp.Mul(1 / net.samples, IndexSum(loss[i], *i), evaluate=False)
    yield Line(scaled, Formula(mean), paper.say("likelihood mean"))


def convexity(paper: Paper, net: Layers, found: Distribution) -> Iterator[Block]:
    """Second derivatives in z of both losses after a sigmoid; nothing for another output."""
    node = net.output
    if node.argument is None or found.name not in ("bernoulli", "gaussian"):
        return
    curve = paper.curve(node)
    slope = None if curve is None else curve.in_output
    if curve is None or slope is None:
        return
    slope = slope.xreplace({s: A for s in slope.free_symbols})
    if sp.expand(slope - A * (1 - A)) != 0:
        return
    yield Section("", paper.say("convex"), 2)
    yield Paragraph(paper.say("convex text", z=Letter("z"), a=Formula(A)))
    second = {}
    for key, name in (("convex cross", "binary_cross_entropy"), ("convex square", "squared_error")):
        loss = LOSSES[name].expr.xreplace({LOSS_A: A, LOSS_Y: Y})
        first = tidy(sp.diff(loss, A) * slope)
        second[key] = tidy(sp.diff(first, A) * slope)
        z = Letter("z")
        yield Kept(
            (
                Steps(
                    (
                        Line(
                            derivative(1, z),
                            Formula(as_printed(first)),
                            paper.say("convex first", loss=paper.named(name)),
                        ),
                        Line(derivative(2, z), Formula(as_printed(second[key])), paper.say(key)),
                    )
                ),
            )
        )
    yield verdict(paper, curve, second["convex square"], slope)


def derivative(order: int, z: Math) -> Math:
    power = None if order == 1 else Digits(str(order))
    d = Letter("d")
    above = joined("", Scripts(d, above=power) if power else d, Letter("L"))
    return Quotient(above, joined("", d, Scripts(z, above=power) if power else z))


def tidy(expr: sp.Expr) -> sp.Expr:
    return oriented(sp.factor(expr))


def verdict(paper: Paper, curve: Curve, second: sp.Expr, slope: sp.Expr) -> Paragraph:
    """A place where the squared error bends downwards, the worst of a few."""
    label = sp.Integer(1)

    def bend(z: int) -> Any:
        return value(second, {A: curve.at(curve.formula, z), Y: mp.mpf(int(label))})

    worst = min(PLACES, key=bend)
    return Paragraph(
        paper.say(
            "convex verdict",
            y=joined("=", Formula(Y), Formula(label)),
            z=joined("=", Letter("z"), Formula(sp.Integer(worst))),
            value=Digits(three(bend(worst))),
            slope=Formula(as_printed(slope)),
        )
    )
