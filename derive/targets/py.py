"""train.py: what its template is given. Formulas come from the derivation, the template adds the program."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import sympy as sp

from derive.derivation import Derivation
from derive.errors import SpecError
from derive.pipeline import derive
from derive.printing import Naming, numpy_expression, python_name, rank
from derive.program import Node
from derive.targets import RenderOptions, Target
from derive.targets.backward import backward
from derive.targets.blocks import definition_lines, filled, forward, reading, result
from derive.targets.layers import Layers, layers
from derive.targets.lines import gradient_lines, shape
from derive.targets.loops import backward_lines, forward_blocks, initial_lines, side_lines
from derive.targets.losses import cost_lines
from derive.targets.runs import layer_codes, runs
from derive.targets.wording import INITIALISATION, conventions, proof, title, words


@dataclass(frozen=True)
class Orientation:
    """What samples as columns or as rows mean for code that is not a formula."""

    sample: str
    sample_axis: int
    feature_axis: int
    batch: str
    few: str
    from_rows: str
    inputs_shape: str


ORIENTATIONS = {
    "columns": Orientation("column", 1, 0, ":, batch", ":, few", ".T", "({n0}, m)"),
    "rows": Orientation("row", 0, 1, "batch", "few", "", "(m, {n0})"),
}

RESERVED = frozenset(
    """
    Any Array ArrayLike Arrays BadInput Callable E LAYER_SIZES NDArray Path Progress Rows Sequence X Y
    argparse backward cache central_difference check_gradients check_options check_width checked_inputs
    checked_labels cost cost_of csv forward grads init_params is_number largest log_sum losses main math
    np numbers others params predict predict_proba read_data read_rows run save score shifted sides
    special statistics sys t time total train update
    """.split()  # noqa: SIM905
)


def context(derivation: Derivation, options: RenderOptions) -> Mapping[str, Any]:
    """Everything that templates/py/train.py.jinja names; it is the same for every choice of a reader."""
    return training_code(derivation)


@lru_cache(maxsize=1)
def trained(derivation: Derivation) -> Derivation:
    """What code computes: the fused gradients, also where the sheet shows those that divide by A(1 - A)."""
    if derivation.convention.fused:
        return derivation
    return derive(derivation.program, convention=replace(derivation.convention, fused=True))


@lru_cache(maxsize=1)
def training_code(derivation: Derivation) -> Mapping[str, Any]:
    """What the code is made of. Kept for the sheet, which shows the same lines."""
    number = derivation.equations
    derivation = trained(derivation)
    net = layers(derivation)
    naming = Naming(rank=rank(derivation.program))
    gradients = backward(derivation)
    cost = cost_lines(derivation, net, naming)
    cost_reads_params = any(t.role == "parameter" for t in cost.reads)
    side = ORIENTATIONS[derivation.convention.layout]
    ahead = definition_lines(derivation, net, naming)
    back = {
        one.gradient.name: gradient_lines(
            one, f"{shape(one.gradient.of)}, equation {number[one.gradient.name]}", naming
        )
        for one in gradients
    }
    groups = runs(layer_codes(net, dict(initial(net)), ahead, back))
    looped = {name for group in groups if len(group) > 1 for layer in group for name, _ in layer.backward}
    reads = [
        tensor
        for one in gradients
        for tensor in one.uses
        if one.gradient.name not in looped or tensor.role in ("input", "label")
    ]
    if looped:
        first = [*initial_lines(groups), "return params"]
        blocks, kept = forward_blocks(groups, net.X.name)
        lines, grads = backward_lines(groups)
    else:
        first = [unpacked(map(str, net.sizes)), *listed(initial(net))]
        blocks, kept = list(forward(net, ahead)), result(["X", *ahead])
        lines, grads = [line for part in back.values() for line in part], result(back)
    sides = list(side_lines(groups, dict(kinks(net, naming))))
    return {
        **vars(side),
        "name": derivation.name,
        "title": title(net),
        "conventions": conventions(derivation),
        "proof": proof(derivation),
        "depth": len(net.sizes),
        "layer_sizes": filled("LAYER_SIZES = (", map(str, net.sizes.values()), ")"),
        "hyperparameters": hyperparameters(net),
        "initialisation": INITIALISATION,
        "initial": first,
        "first_weight": net.parameters[0].name,
        "first_weight_inputs": net.parameters[0].shape.index(net.width(net.X)),
        "forward": blocks,
        "forward_result": kept,
        "regularized": ", plus R / m" if net.program.regularizer else "",
        "loss": words(net.loss.note),
        "cost_takes": "params: Arrays, " if cost_reads_params else "",
        "cost_gives": "params, " if cost_reads_params else "",
        "cost_remark": cost.remark,
        "cost_reads": list(reading(cost.reads, net)),
        "cost_shape_of": cost.shape_of,
        "cost_lines": cost.lines,
        "backward_reads": list(reading((*reads, net.output.tensor), net)),
        "gradients": lines,
        "backward_result": grads,
        "output": net.output.tensor.name,
        "labels_shape": labels_shape(net),
        "probabilities": probabilities(net),
        "signed": net.is_signed,
        "threshold": threshold(net),
        "kind": kind(net),
        "label_conditions": list(label_conditions(net)),
        "label_statistics": LABEL_STATISTICS[net.is_regression],
        "kinks": sides,
        "kink_remark": KINK_REMARK if sides else "",
        "shapes": {"X": shape(net.X), "Y": shape(net.Y), "A": shape(net.output.tensor)},
        "uses_special": any("special." in line for block in (*blocks, cost.lines, lines) for line in block),
    }


def unpacked(sizes: Iterable[str]) -> str:
    """The line that names the sizes of the layers."""
    line = filled("(", sizes, ") = layer_sizes")
    return line if "\n" in line else line.replace("(", "").replace(")", "")


def listed(values: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The return of a dictionary, an entry on each line."""
    yield "return {"
    yield from (f'    "{name}": {value},' for name, value in values)
    yield "}"


LABEL_STATISTICS = {
    True: "statistics(options.data, labels[part])",
    False: "np.zeros((1, 1)), np.ones((1, 1))",
}

KINK_REMARK = (
    " A step\n    across a kink is made smaller, and the least divisor larger;"
    " an entry at a kink itself has no\n    derivative and is left out."
)


def initial(net: Layers) -> Iterator[tuple[str, str]]:
    """Each parameter with the expression that it starts from."""
    following = {n.argument.tensor.serial: n for n in net.program.nodes if n.argument is not None}
    for tensor in net.parameters:
        shown = shape(tensor)
        if tensor.name.startswith("b"):
            yield tensor.name, f"np.zeros({shown})"
            continue
        (linear,) = net.program.consumers[tensor.serial][:1]
        activation = following.get(linear.tensor.serial)
        (fan_in,) = (dim for dim in tensor.dims if dim not in linear.tensor.dims)
        yield tensor.name, f"rng.normal(0, np.sqrt({gain(activation)} / {fan_in}), {shown})"


def gain(activation: Node | None) -> int:
    """2 for an activation without bound that is not the identity, else 1."""
    if activation is None or activation.body == activation.argument:
        return 1
    bounds = activation.tensor.interval
    return 1 if bounds is not None and all(bound.is_finite for bound in bounds) else 2


def hyperparameters(net: Layers) -> list[tuple[str, str]]:
    """Names that the network keeps symbolic, each with a value to start from."""
    for tensor in net.hyperparameters:
        if tensor.name in RESERVED:
            raise SpecError(
                f"the training code uses the name {tensor.name} itself; "
                "name the parameter otherwise, for example beta"
            )
    return [(python_name(tensor.name), "0.01") for tensor in net.hyperparameters]


def labels_shape(net: Layers) -> str:
    """The shape of Y, from the parameters of the last layer and m."""
    weight = [t for t in net.parameters if len(t.dims) == 2][-1]
    axis = weight.shape.index(net.width(net.Y))
    size = f'params["{weight.name}"].shape[{axis}]'
    return f"({', '.join('m' if dim == net.samples else size for dim in net.Y.shape)})"


def kind(net: Layers) -> str:
    """Which template answers: by output and labels, classes, two classes or values."""
    if net.is_vector:
        return "classes"
    if net.is_signed:
        return "signs"
    return "binary" if net.is_probability else "values"


def probabilities(net: Layers) -> str:
    """The output, and where it is in logarithms what they are the logarithms of."""
    name = net.output.tensor.name
    output = f'forward(params, X)["{name}"]'
    return f"np.exp({output})" if net.output.tensor.interval == (-sp.oo, 0) else output


def threshold(net: Layers) -> str:
    """Halfway between the bounds of the output, 0 where it has none."""
    bounds = net.output.tensor.interval or (-sp.oo, sp.oo)
    return f"{float(sum(bounds)) / 2:g}" if all(bound.is_finite for bound in bounds) else "0"


def label_conditions(net: Layers) -> Iterator[tuple[str, str]]:
    """What the loss asks of labels, as a condition on Y and in words."""
    low, high = net.labels.low, net.labels.high
    bounded = f"{words(net.loss.note)} needs labels from {low}"
    if low.is_finite and high.is_finite:
        yield f"np.all((Y >= {low}) & (Y <= {high}))", f"{bounded} to {high}"
    elif low.is_finite:
        yield f"np.all((Y >= {low}) & np.isfinite(Y))", f"{bounded} up"
    else:
        yield "np.all(np.isfinite(Y))", "finite numbers are needed"
    for fact in net.program.facts:
        if fact.tensor is net.Y:
            assert net.Y.layout is not None
            axis = net.Y.layout.index(fact.axis)
            yield (
                f"np.allclose(np.sum(Y, axis={axis}), {fact.total})",
                f"the labels of each sample must add up to {fact.total}",
            )


def kinks(net: Layers, naming: Naming) -> Iterator[tuple[str, list[str]]]:
    """Of each pre-activation, where a kink is."""
    for node in net.program.nodes:
        if node.argument is not None and node.kinks:
            yield node.argument.tensor.name, [numpy_expression(kink.point, naming) for kink in node.kinks]


def escape(text: str) -> str:
    """Text that is harmless in a comment, a docstring, a string or an f-string.

    >>> escape("tanh {x}")
    'tanh ?x?'
    """
    return "".join(c if c.isprintable() and c not in "\\\"'{}" else "?" for c in text)


TARGET = Target("py", lambda options: {"train.py": "train.py.jinja"}, context, escape)

__all__ = ["TARGET", "context", "words"]
