"""Runs of layers whose code is the same but for the layer's number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from derive.notation import Tensor
from derive.program import Node
from derive.targets.layers import Layers

SHORTEST = 3
"""Layers from which a loop is easier to read than its body so many times."""


@dataclass(frozen=True)
class LayerCode:
    """What is computed for one layer: initial values, forward lines, the lines of its gradients.

    forward and backward: each assigned name with its lines.
    """

    number: int
    parameters: tuple[Tensor, ...]
    nodes: tuple[Tensor, ...]
    initial: tuple[tuple[str, str], ...]
    forward: tuple[tuple[str, tuple[str, ...]], ...]
    backward: tuple[tuple[str, tuple[str, ...]], ...]

    @cached_property
    def letters(self) -> tuple[str, ...]:
        """The names of this layer's tensors without its number, then those of their gradients."""
        own = [tensor.name.removesuffix(str(self.number)) for tensor in (*self.parameters, *self.nodes)]
        return (*own, *(f"d{letter}" for letter in own))

    @cached_property
    def names(self) -> dict[str, str]:
        """What stands in a loop for the names of this layer and of its neighbours."""
        n = self.number
        return {
            f"{letter}{near}": letter + mark
            for letter in ("n", *self.letters)
            for near, mark in ((n - 1, "_before"), (n, ""), (n + 1, "_after"))
        }

    @cached_property
    def ahead(self) -> dict[str, str]:
        """Names in the forward pass, where the layer before hands on what this one hands on."""
        handed = (tensor.name.removesuffix(str(self.number)) for tensor in self.nodes)
        return self.names | {f"{letter}{self.number - 1}": letter for letter in handed}

    @cached_property
    def back(self) -> dict[str, str]:
        """Names in the backward pass, where the layer after hands on gradients."""
        handed = self.letters[len(self.letters) // 2 :]
        return self.names | {f"{letter}{self.number + 1}": letter for letter in handed}

    @cached_property
    def kind(self) -> tuple[object, ...] | None:
        """Equal for layers whose code differs in the number only; None where a loop cannot be written."""
        tensors = (*self.parameters, *self.nodes)
        if not all(tensor.name.endswith(str(self.number)) for tensor in tensors):
            return None
        if not (handed_in_time(self.forward, self.ahead) and handed_in_time(self.backward, self.back)):
            return None
        return (
            tuple((renamed(name, self.ahead), renamed(value, self.ahead)) for name, value in self.initial),
            tuple(_bare(renamed(line, self.ahead)) for _, lines in self.forward for line in lines),
            tuple(_bare(renamed(line, self.back)) for _, lines in self.backward for line in lines),
        )


def renamed(text: str, names: Mapping[str, str]) -> str:
    """The text in which whole words are replaced.

    >>> renamed("Z2 = W2 @ A1 + b2", {"Z2": "Z", "W2": "W", "A1": "A", "b2": "b"})
    'Z = W @ A + b'
    """
    return re.sub(r"\w+", lambda word: names.get(word[0], word[0]), text)


def handed_in_time(assignments: Iterable[tuple[str, Sequence[str]]], names: Mapping[str, str]) -> bool:
    """Whether what a neighbour hands over is read before this layer's own takes its name.

    >>> names = {"A1": "A", "A2": "A", "Z2": "Z"}
    >>> handed_in_time([("Z2", ["Z2 = 2 * A1"]), ("A2", ["A2 = Z2 + A1"])], names)
    True
    >>> handed_in_time([("A2", ["A2 = 2 * A1"]), ("Z2", ["Z2 = A1"])], names)
    False
    """
    taken: dict[str, str] = {}
    for name, lines in assignments:
        words = {word for line in lines for word in re.findall(r"\w+", line)}
        if any(taken.get(names.get(word, ""), word) != word for word in words):
            return False
        taken[names.get(name, name)] = name
    return True


def _bare(text: str) -> str:
    """The text without numbers of equations and without breaks that depend on the lengths of names."""
    return re.sub(r"equation \d+|\(\n|\n\)|[\s#]+", " ", text)


def layer_codes(
    net: Layers,
    initial: Mapping[str, str],
    forward: Mapping[str, Sequence[str]],
    backward: Mapping[str, Sequence[str]],
) -> Iterator[LayerCode]:
    """The code of each layer, out of all values and lines by the names that they are assigned to."""
    nodes: list[Node] = []
    for node in net.program.nodes:
        nodes.append(node)
        if node not in net.activations:
            continue
        own = [t for n in nodes for t in (n.tensor, *n.uses) if t.role == "parameter" or t is n.tensor]
        tensors = {t.name: t for t in sorted(own, key=lambda t: t.serial)}
        yield LayerCode(
            net.activations.index(node) + 1,
            tuple(t for t in tensors.values() if t.role == "parameter"),
            tuple(n.tensor for n in nodes),
            tuple((name, initial[name]) for name in tensors if name in initial),
            tuple((n.tensor.name, tuple(forward[n.tensor.name])) for n in nodes),
            tuple((name, tuple(lines)) for name, lines in backward.items() if name[1:] in tensors),
        )
        nodes = []


def runs(layers: Iterable[LayerCode]) -> tuple[tuple[LayerCode, ...], ...]:
    """The layers in order: those of a run together, each other one alone."""
    layers = tuple(layers)
    if len({layer.letters for layer in layers}) > 1:
        return tuple((layer,) for layer in layers)
    found: list[tuple[LayerCode, ...]] = []
    for kind, group in groupby(layers, key=lambda layer: layer.kind):
        alike = tuple(group)
        found += [alike] if kind is not None and len(alike) >= SHORTEST else [(one,) for one in alike]
    return tuple(found)
