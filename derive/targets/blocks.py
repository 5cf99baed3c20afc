"""Groups of lines of training code: the layers of a forward pass, what a function reads and returns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping

from derive.derivation import Definition, Derivation
from derive.notation import Tensor
from derive.printing import Naming
from derive.targets.layers import Layers
from derive.targets.lines import WIDTH, code_line, forward_lines, shape
from derive.targets.vectors import log_softmax_lines, softmax_lines


def forward_definitions(derivation: Derivation, net: Layers) -> list[Definition]:
    costs = {t.serial for t in net.program.costs}
    return [d for d in derivation.forward if d.node.tensor.serial not in costs]


def definition_lines(derivation: Derivation, net: Layers, naming: Naming) -> dict[str, list[str]]:
    """The lines of each forward definition by its name."""
    return {
        definition.name: softmax_lines(definition, naming)
        or log_softmax_lines(definition, naming)
        or forward_lines(definition, naming)
        for definition in forward_definitions(derivation, net)
    }


def forward(net: Layers, lines: Mapping[str, list[str]]) -> Iterator[list[str]]:
    """The lines of each layer, the parameters that it reads first."""
    block: list[str] = []
    for node in (node for node in net.program.nodes if node.tensor.name in lines):
        parameters = [t for t in node.uses if t.role == "parameter"]
        if parameters:
            if block:
                yield block
            block = [unpacking(parameters, "params")]
        block += lines[node.tensor.name]
    yield block


def unpacking(tensors: Iterable[Tensor], holder: str) -> str:
    """One line that names arrays of a dictionary, with their shapes."""
    tensors = sorted(tensors, key=lambda t: t.serial)
    names = ", ".join(t.name for t in tensors)
    values = ", ".join(f'{holder}["{t.name}"]' for t in tensors)
    return code_line(names, values, ", ".join(map(shape, tensors)))


def reading(tensors: Iterable[Tensor], net: Layers) -> Iterator[str]:
    """Lines that take what is needed out of the cache and the parameters, one line for each layer."""
    wanted = {t.serial for t in tensors}
    cached = (net.X, *(node.tensor for node in net.program.nodes))
    for holder, owned in (("cache", cached), ("params", net.parameters)):
        for tensor in owned:
            if tensor.serial in wanted:
                yield unpacking([tensor], holder)


def result(names: Iterable[str]) -> str:
    """The return statement of a function that gives a dictionary of its arrays."""
    return filled("    return {", [f'"{name}": {name}' for name in names], "}")


def filled(start: str, entries: Iterable[str], end: str) -> str:
    """One line, or the entries between brackets on as many lines as they need.

    >>> filled("x = (", "12", ")")
    'x = (1, 2)'
    """
    line = f"{start}{', '.join(entries := list(entries))}{end}"
    if len(line) <= WIDTH:
        return line
    margin = " " * (len(start) - len(start.lstrip()))
    inside = textwrap.fill(", ".join(entry.replace(" ", "\0") for entry in entries), WIDTH - len(margin) - 5)
    return f"{start}\n{textwrap.indent(inside, margin + '    ')},\n{margin}{end}".replace("\0", " ")
