"""Layered networks: what they are made of, what may go together, and their names."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

from derive.activations import ACTIVATIONS, Activation, is_name
from derive.derivation import Convention
from derive.entries import NONE, Own, activation, loss, own_activation, own_loss
from derive.errors import SpecError, shown, unknown
from derive.fitting import check_fit
from derive.formula import parse_number
from derive.losses import Loss, default_loss
from derive.lowering import lower
from derive.naming import check_name, slug
from derive.oneline import Call, parse_call, parse_line
from derive.program import Program

DEFAULT = Convention()
MAX_UNITS = 10**6
MAX_LAYERS = 10**4
_RESERVED = re.compile(r"d?([WbZA]\d+|[XYLJRS])|n\d+|[aijklmtuxyz]|g|eta|np|special")
"""Names of arrays, sizes and indices, and what the handout calls entries, steps and substitutions."""


@dataclass(frozen=True)
class Layer:
    """A dense layer: its number of units and its activation, by name, call or as an Activation.

    >>> Layer(4, "leaky_relu(0.1)").activation.parameters
    (('slope', '0.1'),)
    """

    units: int
    activation: Activation = ACTIVATIONS["identity"]

    def __post_init__(self) -> None:
        object.__setattr__(self, "activation", activation(self.activation))


@dataclass(frozen=True)
class Network:
    """A chain of dense layers with a loss; checked when it is made, raises SpecError.

    loss: by name, call or as a Loss; None takes the one that follows from the output. l2, l1: the
    weight λ of the regularizers λ/2m Σ W² and λ/m Σ |W|, as a number, text or the name of a symbol.
    """

    inputs: int
    layers: tuple[Layer, ...]
    loss: Loss = None  # type: ignore[assignment]
    name: str = ""
    convention: Convention = DEFAULT
    l2: str = "0"
    l1: str = "0"
    lang: Literal["en", "zh"] = "en"
    detail: Literal["brief", "full"] = "full"

    def __post_init__(self) -> None:
        layers = tuple(self.layers)
        object.__setattr__(self, "layers", layers)
        object.__setattr__(self, "l2", _weight(self.l2, "l2"))
        object.__setattr__(self, "l1", _weight(self.l1, "l1"))
        _check_sizes(self.inputs, layers)
        output = layers[-1].activation
        chosen = default_loss(output) if self.loss is None else loss(self.loss)
        object.__setattr__(self, "loss", chosen)
        check_fit(chosen, output, layers[-1].units)
        for symbol in self.symbols:
            if _RESERVED.fullmatch(symbol):
                raise SpecError(
                    f"the symbol {symbol} has a meaning of its own; "
                    "give the parameter another name, for example beta"
                )
        _check_choices(self)
        object.__setattr__(self, "name", check_name(self.name) if self.name else slug(self))

    @classmethod
    def parse(cls, text: str, own: Own = NONE, **choices: Any) -> Network:
        """A network from the one-line notation; choices are fields such as name or convention.

        own: activations and losses of the user's own, which the line may name.

        >>> Network.parse("3 -> 4 tanh -> 1 sigmoid").loss.name
        'binary_cross_entropy'
        """
        line = parse_line(text)
        layers = tuple(
            _layer(*part, number, len(line.layers), own) for number, part in enumerate(line.layers, 1)
        )
        for call in line.extras:
            key = call.name if call.name in ("l1", "l2") else "loss"
            if key in choices:
                raise SpecError(
                    f"{shown(text)} names {'a loss' if key == 'loss' else key} twice; keep one of them"
                )
            choices[key] = loss(call, own.all_losses) if key == "loss" else _only_value(call)
        return cls(line.inputs, layers, **choices)

    @classmethod
    def from_toml(cls, text: str, source: str = "the text", name: str = "", own: Own = NONE) -> Network:
        """A network from the text of a TOML file.

        source: what messages call it. name: the network's name if the text gives none.
        """
        from derive.tomlspec import place, read

        spec = read(text, source)
        try:
            return _from_file(spec, name, own)
        except SpecError as error:
            layer = re.match(r"layer (\d+)", str(error))
            line = place(text, ("layers", int(layer[1]) - 1)) if layer else ""
            raise SpecError(f"{source}{line}: {error}") from None

    def program(self, convention: Convention | None = None) -> Program:
        """The forward definitions in index notation, with the layout of the convention."""
        return lower(self if convention is None else replace(self, convention=convention))

    @cached_property
    def symbols(self) -> tuple[str, ...]:
        """Names of the parameters that stay symbolic, in order of appearance."""
        found = [symbol for layer in self.layers for symbol in layer.activation.symbols]
        found += [*self.loss.symbols, *(w for w in (self.l2, self.l1) if is_name(w))]
        return tuple(dict.fromkeys(found))

    @property
    def sizes(self) -> tuple[int, ...]:
        """Units of the input and of every layer."""
        return (self.inputs, *(layer.units for layer in self.layers))


def _layer(units: int, call: Call | None, number: int, count: int, own: Own) -> Layer:
    if call is None and number < count:
        raise SpecError(
            f"layer {number} names no activation; "
            f"write '{units} tanh', or '{units} identity' for a linear layer"
        )
    try:
        return Layer(units, activation(call, own.all_activations) if call else ACTIVATIONS["identity"])
    except SpecError as error:
        raise SpecError(f"layer {number}: {error}") from None


def _check_sizes(inputs: int, layers: tuple[Layer, ...]) -> None:
    if not layers:
        raise SpecError("the network has no layer; write for example '3 -> 1 sigmoid'")
    if len(layers) > MAX_LAYERS:
        raise SpecError(f"the network has {len(layers)} layers; at most {MAX_LAYERS} are taken")
    named = [("inputs", inputs), *((f"layer {n}", layer.units) for n, layer in enumerate(layers, 1))]
    for where, size in named:
        what = "inputs" if where == "inputs" else f"{where}: units"
        if not isinstance(size, int) or isinstance(size, bool) or not 1 <= size <= MAX_UNITS:
            raise SpecError(f"{what} = {size!r}; a whole number from 1 to {MAX_UNITS} is needed")
    for number, layer in enumerate(layers, 1):
        try:
            layer.activation.range  # noqa: B018
        except SpecError as error:
            raise SpecError(f"layer {number}: {error}") from None
        if layer.activation.vector and layer.units == 1:
            raise SpecError(
                f"layer {number}: {layer.activation.name} over a single unit is always the same; "
                "write '1 sigmoid' for two classes, or one unit for each class"
            )


_CHOICES = {
    "layout": ("columns", "rows"),
    "convention": ("course", "exact"),
    "derivatives": ("output", "input"),
}
_OWN_CHOICES = {"lang": ("en", "zh"), "detail": ("brief", "full")}


def _check_choices(network: Network) -> None:
    for owner, choices in ((network.convention, _CHOICES), (network, _OWN_CHOICES)):
        for key, allowed in choices.items():
            if getattr(owner, key) not in allowed:
                raise SpecError(unknown(key, str(getattr(owner, key)), allowed))
    own = {layer.activation.name: layer.activation for layer in network.layers}
    for name, value in network.convention.kinks:
        base, _, point = name.partition("@")
        if base not in own and base not in ACTIVATIONS:
            raise SpecError("kink: " + unknown("activation", base, {**ACTIVATIONS, **own}))
        (own.get(base) or ACTIVATIONS[base]).declared({point: value})


def _weight(given: Any, what: str) -> str:
    text = str(given).strip()
    if is_name(text):
        return text
    number = parse_number(text, what)
    if number.is_negative:
        raise SpecError(f"{what} = {text}; a regularizer's weight is 0 or larger")
    return "0" if number == 0 else text


def _only_value(call: Call) -> str:
    if len(call.values) != 1 or call.named:
        raise SpecError(f"{call.name} takes one value; write {call.name}(0.1)")
    return call.values[0]


def _from_file(spec: Any, name: str, own: Own) -> Network:
    activations, losses = own.all_activations, own.all_losses
    for key, entry in spec.activations.items():
        activations[key] = own_activation(key, entry.formula, entry.parameters, entry.kinks)
    for key, entry in spec.losses.items():
        losses[key] = own_loss(key, entry.formula, entry.parameters, entry.domain)
    layers = []
    for number, layer in enumerate(spec.layers, 1):
        try:
            call = parse_call(layer.activation, "activation")
            call = replace(call, named=(*call.named, *layer.parameters.items()))
            layers.append(Layer(layer.units, activation(call, activations)))
        except SpecError as error:
            raise SpecError(f"layer {number}: {error}") from None
    return Network(
        spec.inputs,
        tuple(layers),
        loss=loss(parse_call(spec.loss, "loss"), losses) if spec.loss is not None else None,  # type: ignore[arg-type]
        name=spec.name or name,
        convention=Convention(
            layout=spec.layout,
            convention=spec.convention,
            derivatives=spec.derivatives,
            fused=not spec.unfused,
            kinks=tuple(spec.kinks.items()),
        ),
        l2=spec.l2,
        l1=spec.l1,
        lang=spec.lang,
        detail=spec.detail,
    )
