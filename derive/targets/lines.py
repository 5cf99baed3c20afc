"""Lines of NumPy, each read off the derivation, in forms that survive large arguments."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from itertools import pairwise

import sympy as sp

from derive.derivation import Definition, Derivation, Gradient
from derive.notation import Tensor, elements
from derive.printing import Naming, numpy_expression, python_name
from derive.stability import StableForm
from derive.targets.backward import Computed
from derive.targets.stable_forms import entry_form, over_arrays

WIDTH = 100
INDENT = 4
BINDING = {"+": 1, "-": 1, "*": 2, "/": 2, "@": 2}
"""Operators before which a line may end; a comma, behind which it may, binds less than all."""
Cuts = list[tuple[tuple[int, int], int]]


def code_line(target: str, value: str, remark: str) -> str:
    """An assignment with a remark at its end, or above it where the line would be too long."""
    line = f"{target} = {value}"
    if INDENT + len(line) + len(remark) + 4 <= WIDTH:
        return f"{line}  # {remark}"
    return f"# {remark}\n{broken(target, value)}"


def broken(target: str, value: str) -> str:
    """The assignment over several lines, broken before operators and behind commas.

    >>> print(broken("y", " + ".join(["f(a, b)"] * 14)))
    y = (
        f(a, b) + f(a, b) + f(a, b) + f(a, b) + f(a, b) + f(a, b) + f(a, b) + f(a, b) + f(a, b)
        + f(a, b) + f(a, b) + f(a, b) + f(a, b) + f(a, b)
    )
    """
    if INDENT + len(target) + len(value) + 3 <= WIDTH:
        return f"{target} = {value}"
    inner = "\n".join(f"    {line}" for line in _folded(value, _cuts(value), WIDTH - 3 * INDENT))
    return f"{target} = (\n{inner}\n)"


def _cuts(value: str) -> Cuts:
    """Where a line may end, each place with the depth of its parentheses and how closely it binds."""
    cuts, depth = [], 0
    for n, character in enumerate(value[:-3]):
        depth += (character in "([") - (character in ")]")
        alone = value[n + 1] == value[n + 3] == " "
        binds = 0 if character == "," else BINDING.get(value[n + 2]) if alone else None
        if value[n + 1] == " " and binds is not None:
            cuts.append(((depth, binds), n + 1))
    return cuts


def _folded(value: str, cuts: Cuts, width: int) -> list[str]:
    """The text as lines that fit: cut where it binds least, and deeper only what is too long for a line."""
    if len(value.strip()) <= width or not cuts:
        return [value.strip()]
    least = min(rank for rank, _ in cuts)
    lines: list[str] = []
    is_open = False
    for start, end in pairwise([0, *(n for rank, n in cuts if rank == least), len(value)]):
        piece = value[start:end]
        if len(piece.strip()) > width:
            inside = [(rank, n - start) for rank, n in cuts if start < n < end]
            lines += _folded(piece, inside, width)
            is_open = False
        elif is_open and len(lines[-1]) + len(piece) <= width:
            lines[-1] += piece
        else:
            lines.append(piece.strip())
            is_open = True
    return lines


def shape(tensor: Tensor) -> str:
    """The shape as a remark: (n1, m)."""
    return f"({', '.join(str(size) for size in tensor.shape)})"


def entrywise(expr: sp.Expr, naming: Naming) -> str:
    """A scalar formula over elements, printed as an operation on their whole tensors."""
    return numpy_expression(over_arrays(expr), naming)


def same_as(textbook: str) -> str:
    """A remark over lines that compute a textbook expression in another form.

    >>> same_as("1 / (1 + np.exp(-Z))")
    '# Equal to 1 / (1 + np.exp(-Z)), safe from overflow and rounding.'
    """
    return _remark(f"Equal to {textbook}, safe from overflow and rounding.")


AS_WRITTEN = "As it is written: no form was found that keeps its digits for large arguments."


def _remark(text: str) -> str:
    return "\n".join(f"# {line}" for line in textwrap.wrap(text, WIDTH - 10))


def stable_lines(target: str, form: StableForm, remark: str, naming: Naming, textbook: str = "") -> list[str]:
    """target = a form over elements, after what it needs first.

    textbook: how a reader knows the formula; by default as it stands.
    """
    lines = [] if form.safe else [_remark(AS_WRITTEN)]
    if form.status == "found":
        lines = [same_as(textbook or entrywise(form.textbook, naming))]
    lines += [broken(str(symbol), entrywise(meaning, naming)) for symbol, meaning in form.lets]
    return [*lines, code_line(target, entrywise(form.value, naming), remark)]


def forward_lines(definition: Definition, naming: Naming) -> list[str]:
    """The assignment of one forward definition."""
    node = definition.node
    name, remark = python_name(definition.name), shape(node.tensor)
    if node.argument is not None and node.body != node.argument:
        return stable_lines(name, entry_form(node.body, node.argument), remark, naming)
    value = definition.array or node.body
    return [code_line(name, numpy_expression(value, naming, node.tensor.axes(node.indices)), remark)]


def gradient_lines(computed: Computed, remark: str, naming: Naming) -> list[str]:
    """The assignment of one gradient, in the form in which it is computed."""
    gradient = computed.gradient
    axes = gradient.symbol.axes(gradient.indices)
    lines = [_remark(AS_WRITTEN)] if computed.status == "textbook" else []
    if computed.status == "found":
        lines = [same_as(numpy_expression(gradient.value, naming, axes))]
    lines += [broken(str(symbol), numpy_expression(meaning, naming)) for symbol, meaning in computed.lets]
    return [*lines, code_line(gradient.name, numpy_expression(computed.value, naming, axes), remark)]


def needed_gradients(derivation: Derivation) -> tuple[Gradient, ...]:
    """The gradients that those of the parameters are computed from, in order."""
    by_symbol = {g.symbol.serial: g for g in derivation.gradients}
    wanted = {g.symbol.serial for g in derivation.gradients if g.of.role == "parameter"}
    for gradient in reversed(derivation.gradients):
        if gradient.symbol.serial in wanted:
            wanted.update(t.serial for t in used(gradient) if t.serial in by_symbol)
    return tuple(g for g in derivation.gradients if g.symbol.serial in wanted)


def used(gradient: Gradient) -> tuple[Tensor, ...]:
    """The tensors that the value of a gradient is computed from, each once."""
    tensors = (e.tensor for term in gradient.terms for f in term.factors for e in elements(f))
    return unique(tensors)


def unique(tensors: Iterable[Tensor]) -> tuple[Tensor, ...]:
    return tuple({t.serial: t for t in tensors}.values())
