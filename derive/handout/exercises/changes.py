"""What changes if the network has another activation, or another loss: the changed network is derived."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from derive.activations import ACTIVATIONS, Activation
from derive.derivation import Derivation, Gradient
from derive.handout.blocks import Block, Kept, Paragraph, Table, Task
from derive.handout.exercises.definitions import left, value
from derive.handout.exercises.roles import Roles, shown
from derive.handout.exercises.sheet import Sheet, latex
from derive.handout.maths import Formula, Math, Whole
from derive.losses import LOSSES, Loss
from derive.losses import A as OUTPUT
from derive.losses import Y as LABEL
from derive.notation import IndexSum, Tensor, elements
from derive.pipeline import derive
from derive.program import Kink, Node
from derive.ranges import LINE, Interval, Z

USUAL = ("sigmoid", "tanh", "relu", "leaky_relu", "softplus")
LOSSES_IN_CLASS = ("squared_error", "log_cosh", "binary_cross_entropy", "cross_entropy")
ROOM = 7


@dataclass(frozen=True)
class Change:
    """A node of the program and what takes its place."""

    node: Node
    new: Activation | Loss


def blocks(sheet: Sheet, roles: Roles) -> Iterator[Block]:
    paper = sheet.paper
    change = drawn(sheet, roles)
    kind = "activation" if isinstance(change.new, Activation) else "loss"
    names = {"new": paper.named(change.new.name), "old": paper.named(change.node.note)}
    text = paper.say(f"task change {kind}", tensor=Whole(change.node.tensor), **names)
    answer = sheet.answer(tuple(answers(sheet, change)), ROOM)
    yield Kept((Task("", paper.word("task change"), text), answer))


def drawn(sheet: Sheet, roles: Roles) -> Change:
    """A change that makes no formula of a gradient which stands on the sheet already."""
    possible = list(changes(sheet))
    sheet.chance.shuffle(possible)
    there = list(shown(sheet, roles))
    for change in possible:
        made = moved(sheet, changed(sheet.paper.derivation, change))
        if not any(latex(Formula(now.value, now.naming)) in text for _, now in made for text in there):
            return change
    return possible[0]


def changes(sheet: Sheet) -> Iterator[Change]:
    """Another usual activation in a hidden layer; another loss in a network without one."""
    hidden = [n for n in sheet.net.activations if n is not sheet.net.output and n.argument is not None]
    present = [n for n in hidden if any(d.node is n for d in sheet.definitions)]
    for node in present:
        yield from (Change(node, ACTIVATIONS[name]) for name in USUAL if name != node.note)
    if not present:
        outputs = sheet.net.output.tensor.interval
        span = LINE if outputs is None else Interval(*outputs)
        *_, units = sheet.net.sizes.values()
        for loss in (LOSSES[name] for name in LOSSES_IN_CLASS if name != sheet.net.loss.note):
            if loss.fits(span) and units >= loss.least_units:
                yield Change(sheet.net.loss, loss)


def answers(sheet: Sheet, change: Change) -> Iterator[Block]:
    paper = sheet.paper
    new = changed(paper.derivation, change)
    definitions = zip(paper.derivation.forward, new.forward, strict=True)
    defined = next(pair for pair in definitions if pair[0].node is change.node)
    pairs = moved(sheet, new)
    names = {old.name for old, _ in pairs}
    still = [Whole(old.symbol) for old in sheet.gradients if old.name not in names]
    rows: list[tuple[Math, ...]] = [
        (left(sheet, defined[0]), *(paper.math(value(sheet, one)) for one in defined))
    ]
    rows += [(Whole(old.symbol), *(Formula(g.value, g.naming) for g in (old, now))) for old, now in pairs]
    head = tuple(paper.say(key) for key in ("changed formula", "before", "after"))
    yield Table(head, tuple(tuple((cell,) for cell in row) for row in rows), "lll")
    if still:
        yield Paragraph(paper.say("unchanged", names=paper.listed(still)))


def moved(sheet: Sheet, new: Derivation) -> list[tuple[Gradient, Gradient]]:
    """The gradients whose formulas differ, as they were and as they are."""
    pairs = ((old, new[old.name]) for old in sheet.gradients)
    return [(old, now) for old, now in pairs if old.equation != now.equation]


@lru_cache(maxsize=16)
def changed(derivation: Derivation, change: Change) -> Derivation:
    """The derivation of the program with one node defined otherwise."""
    program, old = derivation.program, change.node
    tensor = old.tensor
    if isinstance(change.new, Activation):
        tensor = Tensor(
            *(tensor.name, tensor.dims, tensor.layout, tensor.role, change.new.range.bounds),
            latex_name=tensor.latex_name,
        )
    nodes = []
    for node in program.nodes:
        made = redefined(node, change.new) if node is old else node
        own = tensor if node is old else node.tensor
        elsewhere = {e: tensor[e.args] for e in elements(made.body) if e.tensor is old.tensor}
        nodes.append(replace(made, tensor=own, body=made.body.xreplace(elsewhere)))
    return derive(replace(program, nodes=tuple(nodes)), convention=derivation.convention)


def redefined(node: Node, new: Activation | Loss) -> Node:
    """The node with the formula of an activation, or of a loss, in place of its own."""
    if isinstance(new, Activation):
        assert node.argument is not None
        kinks = tuple(Kink(kink.point, kink.value) for kink in new.declared())
        return replace(node, body=new.expr.xreplace({Z: node.argument}), kinks=kinks, note=new.name)
    assert isinstance(node.body, IndexSum)
    by_role = {e.tensor.role: e for e in elements(node.body)}
    body = new.expr.xreplace({OUTPUT: by_role["node"], LABEL: by_role["label"]})
    return replace(node, body=IndexSum(body, *node.body.indices), note=new.name)
