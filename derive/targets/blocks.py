"""Groups of lines of training code: the layers of a forward pass, what a function reads and returns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from derive.derivation import Definition, Derivation
from derive.notation import Tensor
from derive.printing import Naming
from derive.targets.layers import Layers
from derive.targets.lines import code_line, forward_lines, shape
from derive.targets.vectors import softmax_lines


def forward_definitions(derivation: Derivation, net: Layers) -> list[Definition]:
    costs = {t.serial for t in net.program.costs}
    return [d for d in derivation.forward if d.node.tensor.serial not in costs]


def forward(derivation: Derivation, net: Layers, naming: Naming) -> Iterator[list[str]]:
    """The lines of each layer, the parameters that it reads first."""
    block: list[str] = []
    for definition in forward_definitions(derivation, net):
        parameters = [t for t in definition.node.uses if t.role == "parameter"]
        if parameters:
            if block:
                yield block
            block = [unpacking(parameters, "params")]
        block += softmax_lines(definition.node, naming) or forward_lines(definition, naming)
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


def result(names: list[str], what: str) -> str:
    """The return statement of a function that gives a dictionary of its arrays."""
    entries = [f'"{name}": {name}' for name in names]
    line = f"    return {{{', '.join(entries)}}}"
    if len(line) <= 100:
        return line
    rows, row = [], ""
    for entry in entries:
        if row and len(row) + len(entry) > 86:
            rows.append(row)
            row = ""
        row += f"{entry}, "
    return "\n".join(["    return {", *(f"        {r.rstrip()}" for r in [*rows, row]), "    }"])
