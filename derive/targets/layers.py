"""What the training code has to know about a network beyond its formulas, read off the program."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import sympy as sp

from derive.derivation import Derivation
from derive.errors import SpecError
from derive.losses import LOSSES, SIGNS
from derive.notation import IndexSum, Tensor, elements
from derive.program import Node, Program
from derive.ranges import LINE, Interval


@dataclass(frozen=True)
class Layers:
    """A program that is a chain of layers from one input to one output."""

    program: Program
    X: Tensor
    Y: Tensor

    @cached_property
    def loss(self) -> Node:
        return self._node(self.program.loss)

    @cached_property
    def output(self) -> Node:
        """The activation that the loss compares with the labels."""
        used = (e.tensor for e in elements(self.loss.body) if self.program.node(e.tensor))
        return self._node(next(used))

    @cached_property
    def activations(self) -> tuple[Node, ...]:
        """The last node of each layer: what the next layer multiplies by its weights."""
        reached = {self.output.tensor.serial}
        for node in self.program.nodes:
            if any(t.role == "parameter" for t in node.uses):
                reached.update(t.serial for t in node.uses if self.program.node(t))
        return tuple(node for node in self.program.nodes if node.tensor.serial in reached)

    @cached_property
    def parameters(self) -> tuple[Tensor, ...]:
        return tuple(t for t in self.program.tensors if t.role == "parameter")

    @cached_property
    def hyperparameters(self) -> tuple[Tensor, ...]:
        return tuple(t for t in self.program.tensors if t.role == "hyperparameter")

    @cached_property
    def samples(self) -> sp.Expr:
        """The dimension that the input and the loss share."""
        return next(dim for dim in self.X.dims if dim in self.program.loss.dims)

    @property
    def sizes(self) -> dict[sp.Symbol, int]:
        """Units of each layer, the inputs first."""
        return self.program.sizes

    def width(self, tensor: Tensor) -> sp.Expr:
        """The dimension of a layer's tensor that does not count samples."""
        return next(dim for dim in tensor.dims if dim != self.samples)

    @property
    def entry_loss(self) -> sp.Expr | None:
        """The loss of one output of one sample, where the loss is the sum of these."""
        body = self.loss.body
        if not isinstance(body, IndexSum):
            return None
        used = [e for e in elements(body.body) if e.tensor is self.output.tensor]
        return body.body if len(used) == 1 and not body.body.has(IndexSum) else None

    @property
    def is_regression(self) -> bool:
        """Whether the output is its pre-activation, so that labels may be shifted and scaled."""
        return bool(self.output.body == self.output.argument) and self.labels == LINE

    @property
    def is_vector(self) -> bool:
        """Whether an output depends on every unit, as a softmax does."""
        return self.output.argument is None

    @property
    def is_probability(self) -> bool:
        return self.output.tensor.interval == (0, 1)

    @property
    def labels(self) -> Interval:
        """Where the loss allows labels: as its program says, else as its entry does."""
        if self.Y.interval is not None:
            return Interval(*self.Y.interval, low_closed=True, high_closed=True)
        entry = LOSSES.get(self.loss.note)
        return entry.labels if entry else LINE

    @property
    def is_signed(self) -> bool:
        """Whether the labels of two classes are -1 and 1."""
        return self.labels == SIGNS

    def describe(self, called: Callable[[str], str] = str) -> str:
        """The one-line notation, as far as the program tells, without the middle of a deep network.

        called: what an activation is called.
        """
        width, *widths = self.sizes.values()
        words = [str(width)]
        for size, node in zip(widths, self.activations, strict=True):
            words.append(f"{size} {called(node.note)}".strip())
        if len(words) > 8:
            words[4:-3] = ["..."]
        return " -> ".join(words)

    def _node(self, tensor: Tensor) -> Node:
        node = self.program.node(tensor)
        assert node is not None
        return node


def layers(derivation: Derivation) -> Layers:
    """The layers of a derivation's program; a SpecError if it is not a chain of them."""
    program = derivation.program
    inputs = [t for t in program.leaves if t.role == "input"]
    labels = [t for t in program.leaves if t.role == "label"]
    if len(inputs) != 1 or len(labels) != 1 or not program.sizes:
        raise SpecError(
            f"{program.name}: training code needs one input, one label and the sizes of the layers; "
            f"found {len(inputs)} and {len(labels)}, sizes {program.sizes or 'unknown'}; "
            "choose from --formats tex,typ,html,md,pdf"
        )
    return Layers(program, inputs[0], labels[0])
