"""Formulas of a derivation in forms that survive large arguments, and the list of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import sympy as sp

from derive.arrays import Entrywise, Leaf
from derive.derivation import Derivation
from derive.notation import Element, IndexSum, elements
from derive.program import Node
from derive.stability import StableForm, stable, stable_loss
from derive.targets.backward import backward, exact_labels
from derive.targets.shifts import in_logarithms


@dataclass(frozen=True)
class Rewritten:
    """One formula as a reader knows it and as it is computed.

    name: the array that it gives. lets: what is computed first. status: "found", or
    "textbook" where no form was found and the textbook form is computed.
    """

    name: str
    textbook: Entrywise
    value: Entrywise
    lets: tuple[tuple[sp.Symbol, Entrywise], ...]
    status: str


def over_arrays(expr: sp.Expr) -> Entrywise:
    """A scalar formula over elements as an operation on their whole tensors."""
    found = {element: sp.Dummy(f"x{n}") for n, element in enumerate(elements(expr))}
    operands = tuple((dummy, Leaf(e.tensor.axes(e.args), e.tensor)) for e, dummy in found.items())
    axes = max((leaf.axes for _, leaf in operands), key=len, default=())
    return Entrywise(axes, expr.xreplace(dict(found.items())), operands)


@lru_cache(maxsize=256)
def entry_form(expr: sp.Expr, z: Element) -> StableForm:
    """The form of a formula over elements, of which z may be large, to compute with."""
    plain = _plain(expr)
    others = [symbol for element, symbol in plain.items() if element.args and element != z]
    form = stable(expr.xreplace(plain), plain[z], others=others, labels=exact_labels(expr))
    return form.xreplace({symbol: element for element, symbol in plain.items()})


@lru_cache(maxsize=256)
def loss_form(loss: sp.Expr, a: Element, output: Node) -> StableForm:
    """The loss of an output's element a; its z is what it reads, a itself or the pre-activation."""
    if output.argument is None:
        return entry_form(loss, a)
    activation = output.body_at(a.args)
    z = output.argument.xreplace(dict(zip(output.indices, a.args, strict=True)))
    plain = _plain(sp.Tuple(loss, activation, z))
    others = [symbol for element, symbol in plain.items() if element.args and element not in (a, z)]
    form = stable_loss(
        loss.xreplace(plain),
        plain[a],
        activation.xreplace(plain),
        plain[z],
        others=others,
        labels=exact_labels(loss),
    )
    return form.xreplace({symbol: element for element, symbol in plain.items()})


def _plain(expr: sp.Basic) -> dict[Element, sp.Symbol]:
    return {
        e: sp.Symbol(f"x{n}", real=True, positive=True if not e.args else None)
        for n, e in enumerate(elements(expr))
    }


def rewritten(derivation: Derivation) -> Iterator[Rewritten]:
    """Every formula of the code that is not computed as it is written, in the order of the code.

    Outputs that depend on a whole layer, as softmax does, are not among them, nor are their losses
    where they shift what they exponentiate.
    """
    for definition in derivation.forward:
        node = definition.node
        if node.argument is not None and node.body != node.argument:
            yield from _of_entries(definition.name, node.body, entry_form(node.body, node.argument))
        elif node.tensor is derivation.program.loss:
            yield from _of_loss(derivation, node)
    for computed in backward(derivation):
        if computed.status != "safe" and isinstance(computed.gradient.array, Entrywise):
            assert isinstance(computed.value, Entrywise)
            yield Rewritten(
                computed.gradient.name,
                computed.gradient.array,
                computed.value,
                computed.lets,
                computed.status,
            )


def _of_loss(derivation: Derivation, node: Node) -> Iterator[Rewritten]:
    body = node.body
    if not isinstance(body, IndexSum) or body.body.has(IndexSum):
        return
    used = [e for e in elements(body.body) if derivation.program.node(e.tensor)]
    output = derivation.program.node(used[0].tensor) if len(used) == 1 else None
    if output is None or (output.argument is None and in_logarithms(output, body.body, used[0])):
        return
    yield from _of_entries(node.tensor.name, body.body, loss_form(body.body, used[0], output))


def _of_entries(name: str, textbook: sp.Expr, form: StableForm) -> Iterator[Rewritten]:
    if not form.safe:
        lets = tuple((symbol, over_arrays(meaning)) for symbol, meaning in form.lets)
        value = over_arrays(form.value)
        yield Rewritten(name, over_arrays(textbook), value, lets, form.status)
