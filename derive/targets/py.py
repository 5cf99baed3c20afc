"""train.py: what its template is given. Formulas come from the derivation, the template adds the program."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from derive.derivation import Derivation
from derive.errors import SpecError
from derive.notation import Tensor
from derive.pipeline import derive
from derive.printing import Naming, numpy_expression, python_name, rank
from derive.program import Node
from derive.targets import RenderOptions, Target
from derive.targets.layers import Layers, layers
from derive.targets.lines import (
    code_line,
    equation_numbers,
    forward_lines,
    gradient_lines,
    needed_gradients,
    shape,
    unique,
    used,
)
from derive.targets.losses import Cost, cost_lines
from derive.targets.vectors import softmax_lines


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
    Any Array Arrays ArrayLike BadInput Callable LAYER_SIZES NDArray Path Progress Rows Sequence X Y argparse
    backward cache central_difference check_gradients check_options check_width checked_inputs
    checked_labels cost cost_of csv forward grads init_params is_number losses main math np numbers params
    predict predict_proba read_data read_rows run save score sides special statistics sys t time train update
    """.split()  # noqa: SIM905
)


def context(derivation: Derivation, options: RenderOptions) -> dict[str, Any]:
    """Everything that templates/py/train.py.jinja names.

    Code computes the fused gradients, also where the sheet shows the others: those divide by A(1 - A).
    """
    number = equation_numbers(derivation)
    if not derivation.convention.fused:
        derivation = derive(derivation.program, convention=replace(derivation.convention, fused=True))
    net = layers(derivation)
    naming = Naming(rank=rank(derivation.program))
    gradients = needed_gradients(derivation)
    cost = cost_lines(derivation, net, naming)
    cost_reads_params = any(t.role == "parameter" for t in cost.reads)
    side = ORIENTATIONS[derivation.convention.layout]
    lines = [
        line
        for gradient in gradients
        for line in gradient_lines(
            gradient, f"{shape(gradient.of)}, equation {number[gradient.name]}", naming
        )
    ]
    reads = unique(t for gradient in gradients for t in used(gradient))
    return {
        **vars(side),
        "name": derivation.name,
        "title": title(net),
        "conventions": conventions(derivation),
        "proof": proof(derivation),
        "sizes": list(net.sizes.values()),
        "size_names": [str(size) for size in net.sizes],
        "hyperparameters": hyperparameters(net),
        "initialisation": INITIALISATION,
        "initial": list(initial(net)),
        "first_weight": net.parameters[0].name,
        "first_weight_inputs": net.parameters[0].shape.index(net.width(net.X)),
        "forward": list(forward(derivation, net, naming)),
        "forward_result": result(["X", *(d.name for d in forward_definitions(derivation, net))], "cache"),
        "regularized": ", plus R / m" if net.program.regularizer else "",
        "loss": words(net.loss.note),
        "cost_takes": "params: Arrays, " if cost_reads_params else "",
        "cost_gives": "params, " if cost_reads_params else "",
        "cost_remark": cost.remark,
        "cost_reads": list(reading(cost.reads, net)),
        "cost_shape_of": cost.shape_of,
        "cost_lines": cost.lines,
        "backward_reads": list(reading((*reads, net.output.tensor), net)),
        "backward_result": result([g.name for g in gradients], "gradients"),
        "gradients": lines,
        "output": net.output.tensor.name,
        "labels_shape": labels_shape(net),
        "kind": kind(net),
        "label_conditions": list(label_conditions(net)),
        "label_statistics": LABEL_STATISTICS[net.is_regression],
        "kinks": list(kinks(net, naming)),
        "kink_remark": KINK_REMARK if list(kinks(net, naming)) else "",
        "shapes": {"X": shape(net.X), "Y": shape(net.Y), "A": shape(net.output.tensor)},
        "uses_special": any("special." in line for line in all_lines(derivation, net, naming, lines, cost)),
    }


def all_lines(
    derivation: Derivation, net: Layers, naming: Naming, gradients: list[str], cost: Cost
) -> Iterator[str]:
    yield from gradients
    yield from cost.lines
    for block in forward(derivation, net, naming):
        yield from block


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
    return wrapped(
        f"Proved: each gradient and each step of its derivation, in {found.checks} checks in exact "
        "arithmetic modulo a prime above 2^61 at small sizes. A wrong formula passes such a check with a "
        "probability of at most its degree / 2^61."
    )


def wrapped(text: str, width: int = 100) -> list[str]:
    return textwrap.wrap(text, width)


INITIALISATION = (
    "A layer with n inputs starts with the standard deviation sqrt(1/n), or sqrt(2/n) before an",
    "activation without bound, like ReLU: pre-activations then keep their size from layer to layer.",
)

LABEL_STATISTICS = {True: "statistics(labels[part])", False: "np.zeros((1, 1)), np.ones((1, 1))"}

KINK_REMARK = (
    " A step\n    across a kink is made smaller; an entry at a kink itself has no derivative and is left out."
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


def forward_definitions(derivation: Derivation, net: Layers) -> list[Any]:
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


def labels_shape(net: Layers) -> str:
    """The shape of Y, from the parameters of the last layer and m."""
    weight = [t for t in net.parameters if len(t.dims) == 2][-1]
    axis = weight.shape.index(net.width(net.Y))
    size = f'params["{weight.name}"].shape[{axis}]'
    return f"({', '.join('m' if dim == net.samples else size for dim in net.Y.shape)})"


def kind(net: Layers) -> str:
    """Which template answers: by the output, classes, two classes or values."""
    if net.is_vector:
        return "classes"
    return "binary" if net.is_probability else "values"


def label_conditions(net: Layers) -> Iterator[tuple[str, str]]:
    """What the loss asks of labels, as a condition on Y and in words."""
    if net.Y.interval is not None:
        low, high = net.Y.interval
        needed = f"{words(net.loss.note)} needs labels from {low} to {high}"
        yield f"np.all((Y >= {low}) & (Y <= {high}))", needed
    for fact in net.program.facts:
        if fact.tensor is net.Y:
            assert net.Y.layout is not None
            axis = net.Y.layout.index(fact.axis)
            yield (
                f"np.allclose(np.sum(Y, axis={axis}), {fact.total})",
                f"the labels of each sample must add up to {fact.total}",
            )


def kinks(net: Layers, naming: Naming) -> Iterator[str]:
    """Conditions that tell the sides of each kink apart."""
    for node in net.program.nodes:
        if node.argument is None:
            continue
        for kink in node.kinks:
            point = numpy_expression(kink.point, naming)
            yield f'cache["{node.argument.tensor.name}"] > {point}'


def escape(text: str) -> str:
    """Text that is harmless in a comment, a docstring, a string or an f-string.

    >>> escape("tanh {x}")
    'tanh ?x?'
    """
    return "".join(c if c.isprintable() and c not in "\\\"'{}" else "?" for c in text)


TARGET = Target("py", lambda options: {"train.py": "train.py.jinja"}, context, escape)
