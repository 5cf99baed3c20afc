"""train_fast.py: the pass of the derivation over blocks of samples, with every array planned beforehand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from derive.derivation import Derivation
from derive.pipeline import derive
from derive.printing import Naming, rank
from derive.targets import RenderOptions, Target
from derive.targets.blocks import filled
from derive.targets.layers import Layers, layers
from derive.targets.plan.buffers import memory
from derive.targets.plan.normal import DIGITS, EPS, printed
from derive.targets.plan.passes import Pass, forward_and_backward
from derive.targets.plan.sections import sections
from derive.targets.plan.weights import once_a_step
from derive.targets.plan.writing import PREPARED, RUN, Writer, folded, scalar
from derive.targets.py import escape, hyperparameters
from derive.targets.wording import proof, title, words

CACHE = 2**21
LEAST, MOST = 512, 8192
KEPT = 2**25
"""Bytes of data that are copied once, not in each step."""


def context(derivation: Derivation, options: RenderOptions) -> dict[str, Any]:
    """Everything that templates/fast/train_fast.py.jinja names."""
    choice = derivation.convention
    if not choice.fused or choice.convention != "course":
        derivation = derive(derivation.program, convention=replace(choice, fused=True, convention="course"))
    net = layers(derivation)
    naming = Naming(rank=rank(derivation.program))
    done = forward_and_backward(derivation, net)
    parts = list(sections(done.lines, done.weights))
    block = Writer(memory(done.lines, done.kept, results=(done.losses,), sections=parts), naming)
    lines = list(block.lines(parts))
    losses = block.total(done.losses)
    own = once_a_step(derivation, done.weights)
    once = Writer(memory(own.lines, name="own"), naming)
    step = list(once.lines([line] for line in own.lines))
    places = offsets(done)
    return {
        "name": derivation.name,
        "title": title(net),
        "proof": proof(derivation),
        "loss": words(net.loss.note),
        "rows": choice.layout == "rows",
        "layer_sizes": filled("LAYER_SIZES = (", map(str, net.sizes.values()), ")"),
        "hyperparameters": hyperparameters(net),
        "layers": done.weights,
        "unpacked": folded("", [w.joined.text for w in done.weights], " = matrices(theta)", PREPARED),
        "gradients": [
            folded("", [layer.gradient.text for layer in done.weights], " = gradients", indent)
            for indent in (PREPARED, RUN)
        ],
        "alone": [w for w in done.weights if any(w.alone in line.call.operands for line in done.lines)],
        "apart": next((layer for layer in done.weights if layer.apart), None),
        "places": places,
        "size": places[-1][1],
        "block": block_sizes(done, block),
        "kept": KEPT,
        "arrays": list(block.allocations("b")),
        "prepared": list(block.preparations()),
        "bits": any("bits" in line for line in lines),
        "pieces": bool(block.pieces),
        "lines": lines,
        "losses": losses,
        "once_arrays": list(once.allocations("")),
        "once_prepared": list(once.preparations()),
        "once_bits": bool(once.views),
        "once": step,
        "decay": [(layer, once.name(value)) for layer, value in own.decay],
        "sums": [(symbol.name, once.total(value)) for symbol, value in own.sums],
        "regularizer": scalar(own.regularizer, naming) if own.sums else "",
        "features": done.X.shape[0],
        "labels": done.Y.shape[0],
        "conditions": list(label_conditions(net)),
        "uses_special": any("special." in line.call.function for line in done.lines),
        "normal": [(width, printed(width)) for width in EPS if block.normal],
        "digits": DIGITS,
    }


def offsets(done: Pass) -> list[tuple[int, int]]:
    """Where each matrix starts and ends in the vector of all parameters, at multiples of 16 entries."""
    places, start = [], 0
    for layer in done.weights:
        end = start + layer.units * (layer.inputs + 1)
        places.append((start, end))
        start = -(-end // 16) * 16
    return places


def block_sizes(done: Pass, writer: Writer) -> dict[int, int]:
    """Samples of a block for entries of 4 and of 8 bytes.

    What a block needs stays in the cache, or nearly; but where not even the parameters do, it is so large
    that adding its gradients to those of the others takes a small part of the time.
    """
    rows = done.X.shape[0] + 1 + done.Y.shape[0] + sum(b.shape[0] for b in writer.memory.buffers)
    weights = sum(layer.units * (layer.inputs + 1) for layer in done.weights)
    entries = {width: 16 * weights if width * weights > CACHE else CACHE // width for width in (4, 8)}
    return {width: min(max(n // rows // 64 * 64, LEAST), MOST) for width, n in entries.items()}


def label_conditions(net: Layers) -> Iterator[tuple[str, str]]:
    """What the loss asks of labels, as a condition on Y with samples as columns, and in words."""
    if net.Y.interval is not None:
        low, high = net.Y.interval
        yield (
            f"np.all((Y >= {low}) & (Y <= {high}))",
            f"{words(net.loss.note)} needs labels from {low} to {high}",
        )
    for fact in net.program.facts:
        if fact.tensor is net.Y:
            yield (
                f"np.allclose(np.sum(Y, axis=0), {fact.total})",
                (f"the labels of each sample must add up to {fact.total}"),
            )


TARGET = Target("fast", lambda options: {"train_fast.py": "train_fast.py.jinja"}, context, escape)
