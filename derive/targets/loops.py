"""Training code that goes through runs of equal layers in loops, every other layer line by line."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence

from derive.notation import Tensor
from derive.targets.blocks import filled, unpacking
from derive.targets.lines import WIDTH, code_line, shape
from derive.targets.runs import LayerCode, renamed

Groups = Sequence[tuple[LayerCode, ...]]

AHEAD = "n, n_before: units of this layer, of the one before"
BACK = "n, n_before, n_after: units of this layer, of its neighbours"


def initial_lines(groups: Groups) -> Iterator[str]:
    """Lines that fill params."""
    yield "params: Arrays = {}"
    for group in groups:
        layer, number = group[0], group[0].number
        if len(group) == 1:
            yield f"n{number - 1}, n{number} = layer_sizes[{number - 1}:{number + 1}]"
            yield from (f'params["{name}"] = {value}' for name, value in layer.initial)
            continue
        yield f"for layer in range({number}, {group[-1].number + 1}):"
        yield "    n_before, n = layer_sizes[layer - 1 : layer + 1]"
        for name, value in layer.initial:
            yield f"    params[{keyed(layer, name)}] = {renamed(value, layer.ahead)}"


def forward_blocks(groups: Groups, given: str) -> tuple[list[list[str]], str]:
    """The lines of each layer or run, and the return; the cache is gathered along the way."""
    blocks, kept, start, looped = list[list[str]](), [given], "cache: Arrays = {", False
    for group in groups:
        layer = group[0]
        own = [name for name, _ in layer.forward if name in {t.name for t in layer.nodes}]
        if len(group) == 1:
            handed = handovers(layer.forward, layer.number - 1) if looped else []
            block = [f"{name} = {name.removesuffix(str(layer.number - 1))}" for name in handed]
            block.append(unpacking(layer.parameters, "params"))
            blocks.append([*block, *(line for _, lines in layer.forward for line in lines)])
            kept, looped = kept + own, False
            continue
        block = []
        if kept:
            block, start = [gathered(start, kept) + "\n"], "cache |= {"
        if not looped:
            block += handing(layer, handovers(layer.forward, layer.number - 1), -1)
        body = [taking(layer, layer.parameters, "params", layer.ahead)]
        body += [renamed(line, layer.ahead) for _, lines in layer.forward for line in lines]
        body.append(keeping("cache", layer, own, layer.ahead))
        counted = f"for layer in range({layer.number}, {group[-1].number + 1}):"
        blocks.append([*block, f"{counted}  # {AHEAD}", *inside(body)])
        kept, looped = [], True
    return blocks, returned("cache", kept)


def backward_lines(groups: Groups) -> tuple[list[str], str]:
    """The lines of each layer or run from the last to the first, and the return of all gradients."""
    made, kept, start, looped = list[str](), list[str](), "grads: Arrays = {", False
    for group in reversed(groups):
        layer = group[-1]
        handed = handovers(layer.backward, layer.number + 1)
        own = [name for name, _ in layer.backward]
        if len(group) == 1:
            if looped:
                taken = [f"{name} = {name.removesuffix(str(layer.number + 1))}" for name in handed]
                made.append("\n".join(taken) + "\n")
            made += [line for _, lines in layer.backward for line in lines]
            kept, looped = kept + own, False
            continue
        if kept:
            made.append(gathered(start, kept) + "\n")
            start = "grads |= {"
        if not looped:
            made += handing(layer, handed, 1)
        counted = f"for layer in range({layer.number}, {group[0].number - 1}, -1):"
        made += [f"{counted}  # {BACK}", *inside(loop_body(group))]
        kept, looped = [], True
    return made, returned("grads", kept)


def side_lines(groups: Groups, kinks: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Entries that tell the sides of each kink apart; kinks: where they are, by pre-activation."""
    for group in groups:
        layer = group[0]
        for tensor in layer.nodes:
            for point in kinks.get(tensor.name, ()):
                if len(group) == 1:
                    yield f'(cache["{tensor.name}"] > {point}).ravel()'
                else:
                    counted = f"for layer in range({layer.number}, {group[-1].number + 1})"
                    yield f"*((cache[{keyed(layer, tensor.name)}] > {point}).ravel() {counted})"


def loop_body(group: tuple[LayerCode, ...]) -> Iterator[str]:
    """What the backward pass does in each layer of a run."""
    layer = group[0]
    read = {word for _, lines in layer.backward for line in lines for word in re.findall(r"\w+", line)}
    near = (0, -1, 1)
    for holder, tensors in (("cache", layer.nodes), ("params", layer.parameters)):
        for tensor in tensors:
            letter = tensor.name.removesuffix(str(layer.number))
            for step in near:
                name = f"{letter}{layer.number + step}"
                if name in read:
                    size = renamed(shape(tensor), shifted(layer, step))
                    yield code_line(layer.names[name], f"{holder}[{keyed(layer, name)}]", size)
    for n, (_, lines) in enumerate(layer.backward):
        numbers = [equation(one.backward[n][1][-1]) for one in reversed(group)]
        shown = f"equations {numbers[0]}, {numbers[1]}, ..., {numbers[-1]}"
        for line in lines:
            yield re.sub(r"equation \d+", shown, renamed(line, layer.back))
    yield keeping("grads", layer, [name for name, _ in layer.backward], layer.back)


def shifted(layer: LayerCode, step: int) -> dict[str, str]:
    """Names for the sizes of a neighbour whose shape is written with this layer's sizes."""
    marks = {-2: "_two_before", -1: "_before", 0: "", 1: "_after", 2: "_two_after"}
    return {f"n{layer.number + n}": f"n{marks[n + step]}" for n in (-1, 0, 1)}


def equation(line: str) -> str:
    found = re.search(r"equation (\d+)", line)
    assert found
    return found[1]


def handovers(assignments: Iterable[tuple[str, Sequence[str]]], neighbour: int) -> list[str]:
    """Names of the neighbour's arrays in these lines, which it has computed just before."""
    text = "\n".join(line for _, lines in assignments for line in lines)
    made = {re.sub(r"\d+$", "", name) for name, _ in assignments}
    words = dict.fromkeys(re.findall(r"\b[A-Za-z]+\d+\b", text))
    return [word for word in words if word.endswith(str(neighbour)) and word[: -len(str(neighbour))] in made]


def handing(layer: LayerCode, names: Iterable[str], step: int) -> Iterator[str]:
    """Lines before a loop: what its first layer gets under the name that the loop uses."""
    yield from (f"{name.removesuffix(str(layer.number + step))} = {name}" for name in names)


def taking(layer: LayerCode, tensors: Sequence[Tensor], holder: str, names: dict[str, str]) -> str:
    values = ", ".join(f"{holder}[{keyed(layer, t.name)}]" for t in tensors)
    sizes = ", ".join(renamed(shape(t), names) for t in tensors)
    return code_line(", ".join(names[t.name] for t in tensors), values, sizes)


def keeping(holder: str, layer: LayerCode, own: Iterable[str], names: dict[str, str]) -> str:
    entries = (f"{keyed(layer, name)}: {names[name]}" for name in own)
    return textwrap.dedent(filled(f"        {holder} |= {{", entries, "}"))


def keyed(layer: LayerCode, name: str) -> str:
    """The key of an array for a layer counted by `layer`: f"W{layer + 1}"."""
    found = re.fullmatch(r"(.*?)(\d+)", name)
    assert found
    step = int(found[2]) - layer.number
    counted = "layer" if not step else f"layer {'+' if step > 0 else '-'} {abs(step)}"
    return f'f"{found[1]}{{{counted}}}"'


def gathered(start: str, names: Iterable[str]) -> str:
    return textwrap.dedent(filled("    " + start, [f'"{name}": {name}' for name in names], "}"))


def returned(holder: str, names: Sequence[str]) -> str:
    """The return of what was gathered with what was computed after the last loop."""
    entries = [f'"{name}": {name}' for name in names]
    return filled(f"    return {holder} | {{", entries, "}") if names else f"    return {holder}"


def inside(lines: Iterable[str]) -> Iterator[str]:
    """Lines of a loop, a remark above where it would end too far to the right."""
    for line in lines:
        code, mark, remark = line.rpartition("  # ")
        if mark and len(line) > WIDTH - 8:
            line = f"# {remark}\n{code}"
        yield textwrap.indent(line, "    ")
