"""Activations and losses by name: looked up in the tables, or made from a formula of the user's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp

from derive.activations import ACTIVATIONS, Activation
from derive.errors import SpecError, shown, unknown
from derive.formula import parse_number
from derive.losses import LOSSES, A, Loss
from derive.oneline import Call, parse_call
from derive.ranges import Interval, Z


@dataclass(frozen=True)
class Own:
    """Activations and losses of the user's own, beside those of the tables."""

    activations: tuple[Activation, ...] = ()
    losses: tuple[Loss, ...] = ()

    @property
    def all_activations(self) -> dict[str, Activation]:
        return {**ACTIVATIONS, **{entry.name: entry for entry in self.activations}}

    @property
    def all_losses(self) -> dict[str, Loss]:
        return {**LOSSES, **{entry.name: entry for entry in self.losses}}


NONE = Own()


def activation(given: Any, own: Mapping[str, Activation] | None = None) -> Activation:
    """An activation from its name, a call such as leaky_relu(0.1), or itself; raises SpecError.

    own: the table to look it up in, instead of ours.
    """
    found: Activation = _entry(given, Activation, own or ACTIVATIONS, "activation")
    return found


def loss(given: Any, own: Mapping[str, Loss] | None = None) -> Loss:
    """A loss from its name, a call such as huber(2), or itself; raises SpecError."""
    found: Loss = _entry(given, Loss, own or LOSSES, "loss")
    return found


def _entry(given: Any, kind: Any, table: Any, what: str) -> Any:
    if isinstance(given, kind):
        return given.bind(**{key: text for key, text in given.parameters if text is not None})
    call = given if isinstance(given, Call) else parse_call(str(given), what)
    if call.name not in table:
        raise SpecError(unknown(what, call.name, table))
    return table[call.name].bind(*call.values, **dict(call.named))


def own_activation(
    name: str,
    formula: str,
    parameters: Mapping[str, str] | None = None,
    kinks: Mapping[str, str] | None = None,
) -> Activation:
    """An activation of the user's own, checked: a formula in z, raises SpecError."""
    _check_own(name, ACTIVATIONS, "activation", parameters, ("z",))
    made = Activation(name, formula, tuple((parameters or {}).items()), tuple((kinks or {}).items())).bind()
    made.check_kinks()
    if not made.expr.has(Z):
        raise SpecError(
            f"activation {name} is the same for every z, so that nothing could be learnt; use z in it"
        )
    return made


def own_loss(
    name: str,
    formula: str,
    parameters: Mapping[str, str] | None = None,
    domain: tuple[str, str] | None = None,
) -> Loss:
    """A loss of the user's own, checked: a formula in a and y, raises SpecError."""
    _check_own(name, LOSSES, "loss", parameters, ("a", "y"))
    made = Loss(name, formula, tuple((parameters or {}).items()), domain=None).bind()
    if domain is not None:
        low, high = (_bound(text, f"loss {name}, domain") for text in domain)
        within = Interval(low, high)
        made = replace(made, domain=within)
        pole = made.pole(within)
        if pole is not None:
            raise SpecError(
                f"loss {name} {pole}; mend the formula there, or give a domain without that place"
            )
    if not made.expr.has(A):
        raise SpecError(
            f"loss {name} is the same for every output a, so that nothing could be learnt; use a in it"
        )
    return made


def _check_own(
    name: str,
    table: Mapping[str, Any],
    what: str,
    parameters: Mapping[str, str] | None,
    arguments: tuple[str, ...],
) -> None:
    if not name.isidentifier():
        raise SpecError(f"{shown(name)} cannot name an {what}; use letters, digits and _, no digit first")
    if name in table:
        raise SpecError(f"{what} {name} is built in; give your own another name, for example my_{name}")
    for argument in arguments:
        if argument in (parameters or {}):
            raise SpecError(
                f"{what} {name}: its formula is a function of {argument}; name the parameter otherwise"
            )


def _bound(text: str, what: str) -> Any:
    limits = {"inf": sp.oo, "+inf": sp.oo, "Infinity": sp.oo, "-inf": -sp.oo, "-Infinity": -sp.oo}
    return limits[text] if text in limits else parse_number(text, what)
