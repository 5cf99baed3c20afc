"""The page on canonical links: outputs and losses side by side, each row read off its derivation."""

from __future__ import annotations

from typing import Any

from derive.errors import CheckError
from derive.gallery import CANONICAL_LINKS, OTHER_LINKS
from derive.network import Network
from derive.pipeline import derive
from derive.printing import latex_equation, latex_expression
from derive.targets import Target
from derive.targets.wording import words


def row(line: str) -> dict[str, Any]:
    """What the page says about one layer with this output and loss; raises CheckError if it is wrong."""
    derivation = derive(Network.parse(line))
    if derivation.proof.failures:
        raise CheckError(f"{line} failed its proof, do not print it: {derivation.proof.failures[0]}")
    _, output, loss = (definition.node for definition in derivation.forward)
    gradient = derivation[f"dZ{output.tensor.name[1:]}"]
    return {
        "line": line,
        "output": words(output.note),
        "loss": words(loss.note),
        "activation": latex_equation(output.tensor, output.indices, output.body, gradient.naming),
        "cost": latex_expression(loss.body, gradient.naming),
        "upstream": derivation[f"d{output.tensor.name}"].equation,
        "gradient": gradient.equation,
        "assumptions": list(gradient.assumptions),
    }


def context() -> dict[str, Any]:
    """Everything that templates/links/canonical_links.md.jinja names."""
    links, others = ([row(line) for line in lines] for lines in (CANONICAL_LINKS, OTHER_LINKS))
    return {"links": links, "others": others}


TARGET = Target(
    "links", lambda _: {"canonical_links.md": "canonical_links.md.jinja"}, lambda *_: context(), str
)
