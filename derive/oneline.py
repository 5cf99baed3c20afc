"""The one-line notation, taken apart: `64 -> 32 leaky_relu(0.1) -> 10 softmax | cross_entropy`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from derive.errors import SpecError, shown

MAX_LINE = 200_000
MAX_DIGITS = 18
_ARROW = re.compile(r"->|→")
_SEGMENT = re.compile(r"(\S+?)(?:\s+(.*))?", re.DOTALL)
_CALL = re.compile(r"([^\W\d]\w*)\s*(?:\((.*)\))?", re.DOTALL)


@dataclass(frozen=True)
class Call:
    """A name with parameters as text: leaky_relu(0.1), huber(delta=2)."""

    name: str
    values: tuple[str, ...] = ()
    named: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Line:
    """What a line says: the number of inputs, layers as (units, activation), and what follows |."""

    inputs: int
    layers: tuple[tuple[int, Call | None], ...]
    extras: tuple[Call, ...]


def parse_line(text: str) -> Line:
    """The parts of the one-line notation; raises SpecError."""
    if len(text) > MAX_LINE:
        raise SpecError(f"the network has {len(text)} characters; at most {MAX_LINE} are read")
    chain, *extras = text.split("|")
    first, *rest = _ARROW.split(chain)
    if not first.strip():
        raise SpecError(
            f"{shown(text)} names no number of inputs; write for example '3 -> 4 tanh -> 1 sigmoid'"
        )
    inputs = whole(first.strip(), "the number of inputs")
    if not rest or not any(part.strip() for part in rest):
        raise SpecError(f"{shown(text)} has no layer; write for example '{inputs} -> 1 sigmoid'")
    layers = tuple(_layer(part.strip(), number) for number, part in enumerate(rest, 1))
    return Line(inputs, layers, tuple(parse_call(part, "after |") for part in extras))


def parse_call(text: str, where: str) -> Call:
    """A name, alone or with parameters in parentheses; raises SpecError."""
    match = _CALL.fullmatch(text.strip())
    if not match:
        raise SpecError(
            f"{where}: {shown(text.strip())} is no name with parameters; "
            "write for example tanh or leaky_relu(0.1)"
        )
    name, inside = match.groups()
    values: list[str] = []
    named: list[tuple[str, str]] = []
    for part in _arguments(inside) if inside and inside.strip() else ():
        key, equals, value = part.partition("=")
        if not (value if equals else key).strip():
            raise SpecError(f"{where}: {shown(text.strip())} has an empty parameter")
        if equals:
            named.append((key.strip(), value.strip()))
        elif named:
            raise SpecError(
                f"{where}: in {shown(text.strip())}, a parameter without a name follows one with a name"
            )
        else:
            values.append(key.strip())
    return Call(name, tuple(values), tuple(named))


def whole(text: str, what: str) -> int:
    """A whole number written in decimal digits; raises SpecError."""
    if not re.fullmatch(r"[+-]?[0-9]+", text):
        raise SpecError(f"{what}: {shown(text)} is no whole number; write for example 4")
    if len(text) > MAX_DIGITS:
        raise SpecError(f"{what}: {shown(text)} is too large; write for example 4")
    return int(text)


def _layer(text: str, number: int) -> tuple[int, Call | None]:
    match = _SEGMENT.fullmatch(text)
    if not match:
        raise SpecError(f"layer {number} is empty; write for example '4 tanh' between two arrows")
    units, activation = match.groups()
    size = whole(units, f"layer {number}, number of units")
    return size, parse_call(activation, f"layer {number}") if activation else None


def _arguments(text: str) -> list[str]:
    """Split at commas outside parentheses."""
    parts, depth = [""], 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts
