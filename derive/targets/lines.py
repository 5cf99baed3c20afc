"""Lines of NumPy, each read off the derivation, in forms that survive large arguments."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import replace

import sympy as sp

from derive.arrays import Entrywise, Leaf
from derive.derivation import Definition, Derivation, Gradient
from derive.notation import Element, Tensor, elements
from derive.printing import Naming, numpy_expression, python_name
from derive.stability import StableForm, stable

WIDTH = 100


def code_line(target: str, value: str, remark: str) -> str:
    """An assignment with a remark at its end, or above it where the line would be too long."""
    line = f"{target} = {value}"
    if len(line) + len(remark) + 4 <= WIDTH:
        return f"{line}  # {remark}"
    return f"# {remark}\n{broken(target, value)}"


def broken(target: str, value: str) -> str:
    """The assignment over several lines, broken before operators outside all parentheses.

    >>> print(broken("y", " + ".join(["f(a, b)"] * 14)))
    y = (
        f(a, b) + f(a, b) + f(a, b) + f(a, b) + f(a, b) + f(a, b) + f(a, b) + f(a, b) + f(a, b)
        + f(a, b) + f(a, b) + f(a, b) + f(a, b) + f(a, b)
    )
    """
    if len(target) + len(value) + 3 <= WIDTH:
        return f"{target} = {value}"
    lines = [""]
    for piece in _pieces(value):
        if lines[-1] and len(lines[-1]) + len(piece) > WIDTH - 12:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    inner = "\n".join(f"    {line.rstrip()}" for line in lines)
    return f"{target} = (\n{inner}\n)"


def _pieces(value: str) -> Iterator[str]:
    """The text cut before each binary operator that stands at the least depth of parentheses."""
    depths, depth = [], 0
    for character in value:
        depth += (character in "([") - (character in ")]")
        depths.append(depth)
    cuts = [(depths[n], n) for n in range(1, len(value) - 2) if _may_break(value[n - 1 : n + 3])]
    if not cuts:
        yield value
        return
    least = min(d for d, _ in cuts)
    places = [n for d, n in cuts if d <= least + 1]
    for start, end in zip([0, *places], [*places, len(value)], strict=True):
        yield value[start:end]


def _may_break(around: str) -> bool:
    """Whether a line may end before the second of these four characters, a space."""
    return around[1] == " " and (around[0] == "," or (around[2] in "+-*/@" and around[3] in " *"))


def shape(tensor: Tensor) -> str:
    """The shape as a remark: (n1, m)."""
    return f"({', '.join(str(size) for size in tensor.shape)})"


def entrywise(expr: sp.Expr, naming: Naming) -> str:
    """A scalar formula over elements, printed as an operation on their whole tensors."""
    found = {element: sp.Dummy(f"x{n}") for n, element in enumerate(elements(expr))}
    operands = tuple((dummy, Leaf(e.tensor.axes(e.args), e.tensor)) for e, dummy in found.items())
    axes = max((leaf.axes for _, leaf in operands), key=len, default=())
    formula = expr.xreplace(dict(found.items()))
    return numpy_expression(Entrywise(axes, formula, operands), naming)


def same_as(textbook: str) -> str:
    """A remark over lines that compute a textbook expression in another form.

    >>> same_as("1 / (1 + np.exp(-Z))")
    '# Equal to 1 / (1 + np.exp(-Z)), safe from overflow and rounding.'
    """
    text = f"Equal to {textbook}, safe from overflow and rounding."
    return "\n".join(f"# {line}" for line in textwrap.wrap(text, WIDTH - 10))


def stable_lines(
    target: str, expr: sp.Expr, z: Element, remark: str, naming: Naming, textbook: str = ""
) -> list[str]:
    """target = expr, a formula over elements of which z may be large, after what it needs first.

    textbook: how a reader knows the formula; by default as it stands.
    """
    form = stable_form(expr, z)
    lines = [] if form.safe else [same_as(textbook or entrywise(form.textbook, naming))]
    lines += [broken(str(symbol), entrywise(meaning, naming)) for symbol, meaning in form.lets]
    return [*lines, code_line(target, entrywise(form.value, naming), remark)]


def stable_form(expr: sp.Expr, z: Element) -> StableForm:
    """The form of a formula over elements, of which z may be large, to compute with."""
    plain = {
        e: sp.Symbol(f"x{n}", real=True, positive=True if not e.args else None)
        for n, e in enumerate(elements(expr))
    }
    others = [symbol for element, symbol in plain.items() if element.args and element != z]
    form = stable(expr.xreplace(plain), plain[z], others=others)
    return form.xreplace({symbol: element for element, symbol in plain.items()})


def forward_lines(definition: Definition, naming: Naming) -> list[str]:
    """The assignment of one forward definition."""
    node = definition.node
    name, remark = python_name(definition.name), shape(node.tensor)
    if node.argument is not None and node.body != node.argument:
        return stable_lines(name, node.body, node.argument, remark, naming)
    value = definition.array or node.body
    return [code_line(name, numpy_expression(value, naming, node.tensor.axes(node.indices)), remark)]


def gradient_lines(gradient: Gradient, remark: str, naming: Naming) -> list[str]:
    """The assignment of one gradient; a factor that may overflow is computed in a form that does not."""
    array = gradient.array
    axes = gradient.symbol.axes(gradient.indices)
    if isinstance(array, Entrywise):
        found = stable_factor(array)
        if found is not None:
            rest, form = found
            value = replace(array, formula=rest * form.value)
            return [
                *([] if form.safe else [same_as(numpy_expression(array, naming, axes))]),
                *(
                    broken(str(symbol), numpy_expression(replace(array, formula=meaning), naming))
                    for symbol, meaning in form.lets
                ),
                code_line(gradient.name, numpy_expression(value, naming, axes), remark),
            ]
    return [code_line(gradient.name, numpy_expression(gradient.value, naming, axes), remark)]


def stable_factor(array: Entrywise) -> tuple[sp.Expr, StableForm] | None:
    """The factor of a formula that may overflow, in a form that does not, after the rest of it."""
    leaves = {d: operand for d, operand in array.operands if isinstance(operand, Leaf)}
    z = [d for d, leaf in leaves.items() if leaf.tensor.role == "node" and leaf.axes]
    risky = [d for d in z if any(f.has(d) for f in array.formula.atoms(sp.Function, sp.exp))]
    if len(risky) != 1:
        return None
    rest, part = array.formula.as_independent(risky[0], as_Add=False)
    return rest, stable(part, risky[0], others=[d for d in leaves if part.has(d) and d != risky[0]])


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
