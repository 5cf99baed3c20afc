"""What training code says about itself: sentences on the network, its conventions and its proof."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from derive.derivation import Derivation
from derive.printing import numpy_expression
from derive.program import Node
from derive.targets.layers import Layers

INITIALISATION = (
    "A layer with n inputs starts with the standard deviation sqrt(1/n), or sqrt(2/n) before an",
    "activation without bound, like ReLU: pre-activations then keep their size from layer to layer.",
)


def words(name: str) -> str:
    """A name of the tables as words.

    >>> words("binary_cross_entropy")
    'binary cross-entropy'
    """
    return name.replace("_", " ").replace("cross entropy", "cross-entropy")


def title(net: Layers) -> list[str]:
    count = len(net.activations)
    deep = f"{count} layers" if count > 1 else "one layer"
    what = f"Gradient descent for a network of {deep}, {net.describe()}"
    return wrapped(f"{what}, with the loss {words(net.loss.note)}.", 96)


def conventions(derivation: Derivation) -> list[str]:
    """Sentences on what the names mean, broken into lines."""
    choice = derivation.convention
    sample = {"columns": "columns", "rows": "rows"}[choice.layout]
    if choice.convention == "course":
        meaning = (
            f"Samples are the {sample} of X. The cost J is the mean of the losses of the m samples. "
            "dZ and dA are derivatives of the sum of these losses; 1/m stands in dW and db, which are "
            "derivatives of J."
        )
    else:
        meaning = (
            f"Samples are the {sample} of X. The cost J is the mean of the losses of the m samples, and "
            "every gradient is a derivative of J: 1/m enters with the first of them."
        )
    if any(node.kinks for node in derivation.program.nodes):
        meaning += " " + kink_sentence(derivation.program.nodes)
    meaning += " Equation numbers are those of the derivation sheet."
    return wrapped(meaning)


def kink_sentence(nodes: Iterable[Node]) -> str:
    """What is declared where an activation has no derivative, each activation once."""
    said = {}
    for node in nodes:
        for kink in node.kinks:
            where = f"{words(node.note)} at {kink.point}"
            said[where] = f"the derivative of {where} is declared to be {numpy_expression(kink.value)}"
    sentence = "; ".join(said.values())
    return sentence[:1].upper() + sentence[1:] + "."


def proof(derivation: Derivation) -> list[str]:
    """What was checked before this file was written."""
    found = derivation.proof
    if found is None:
        return ["Nothing of this has been proved: the derivation was made without its proof."]
    if found.failures:
        failed = f"{len(found.failures)} of {found.checks} checks"
        return wrapped(f"The proof FAILED in {failed}: do not use this file.")
    same = f" ({found.carried} of them as others under other names)" if found.carried else ""
    return wrapped(
        f"Proved: each gradient and each step of its derivation, in {found.checks} checks{same} in exact "
        "arithmetic modulo a prime above 2^61 at small sizes. A wrong formula passes such a check with a "
        "probability of at most its degree / 2^61."
    )


def wrapped(text: str, width: int = 100) -> list[str]:
    return textwrap.wrap(text, width, break_on_hyphens=False)
