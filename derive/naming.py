"""Names of networks: which are allowed, and the one that a network without a name gets."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Any

from derive.activations import ACTIVATIONS
from derive.errors import SpecError, shown
from derive.losses import LOSSES, default_loss

MAX_NAME = 64


def check_name(name: str) -> str:
    """The name, if it may name a network and its folder; raises SpecError."""
    allowed = all(c in " -_" or unicodedata.category(c)[0] in "LMN" for c in name)
    if not allowed or not name.strip() or name != name.strip() or len(name) > MAX_NAME:
        raise SpecError(
            f"{shown(name)} cannot be the name of a network; use letters, digits, spaces, - and _, "
            f"at most {MAX_NAME} of them, with no space at either end"
        )
    return name


def slug(network: Any) -> str:
    """A name that tells networks apart: 3-4-tanh-1-sigmoid."""
    words = [str(network.inputs)]
    for layer in network.layers:
        words += [str(layer.units), *_words(layer.activation, ACTIVATIONS)]
    if network.loss != default_loss(network.layers[-1].activation):
        words += _words(network.loss, LOSSES)
    for key in ("l2", "l1"):
        if getattr(network, key) != "0":
            words += [key, _plain(getattr(network, key))]
    name = "-".join(words)
    if len(name) > MAX_NAME:
        name = f"{name[: MAX_NAME - 9]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    return name


def _words(entry: Any, table: Any) -> list[str]:
    """The name, and the parameters that differ from the table's defaults."""
    defaults = dict(table[entry.name].parameters) if entry.name in table else {}
    if all(defaults.get(key) == value for key, value in entry.parameters):
        return [entry.name]
    return [entry.name, *(_plain(value) for _, value in entry.parameters)]


def _plain(value: str) -> str:
    """A parameter's value in letters and digits: 0.1 → 0_1, -2 → minus2, 1/3 → 1over3."""
    spelt = value.replace(" ", "").replace("-", "minus").replace("/", "over").replace(".", "_")
    return spelt if re.fullmatch(r"\w+", spelt) else hashlib.sha256(value.encode()).hexdigest()[:8]
