"""What the commands print about a derivation: lines of text and one JSON object."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sympy as sp

from derive.calculus.reasons import reason
from derive.derivation import Definition, Derivation, Gradient
from derive.errors import SpecError, unknown
from derive.printing import (
    Naming,
    latex_expression,
    numpy_expression,
    rank,
    text_equation,
    text_expression,
)

Row = tuple[str, ...]
_CONVENTIONS = {
    "course": "dZ and dA are derivatives of the summed losses L, 1/m stands in the gradients of parameters",
    "exact": "every d is a derivative of the cost J, 1/m inside",
}
_LAYOUTS = {"columns": "samples are columns", "rows": "samples are rows"}


def chosen(derivation: Derivation, names: Sequence[str]) -> tuple[Gradient, ...]:
    """The gradients of these names in the order of the derivation, all without names."""
    known = [gradient.name for gradient in derivation]
    for name in names:
        if name not in known:
            raise SpecError(unknown("gradient", name, known))
    return tuple(g for g in derivation if not names or g.name in names)


def heading(derivation: Derivation) -> str:
    """The conventions in force, on one line."""
    convention = derivation.convention
    parts = [_LAYOUTS[convention.layout], _CONVENTIONS[convention.convention]]
    parts += [
        f"{node.note}′({text_expression(kink.point)}) = {text_expression(kink.value)}"
        for node in {node.note: node for node in derivation.program.nodes if node.kinks}.values()
        for kink in node.kinks
    ]
    return "; ".join(parts)


def forward_rows(derivation: Derivation) -> list[Row]:
    """Each forward line and its shape."""
    naming = _naming(derivation)
    return [
        (
            text_equation(d.node.tensor, d.node.indices, d.array or d.node.body, naming),
            _shape(_forward_shape(derivation, d)),
        )
        for d in derivation.forward
    ]


def gradient_rows(gradients: Iterable[Gradient]) -> list[Row]:
    """Each gradient, its shape and what it assumes."""
    return [
        (
            text_equation(g.symbol, g.indices, g.value, g.naming),
            _shape(g.shape),
            f"where {', '.join(g.assumptions)}" if g.assumptions else "",
        )
        for g in gradients
    ]


def step_rows(gradient: Gradient, lang: str = "en") -> list[Row]:
    """Each step of a gradient: its rule, the line that it leads to, and why it holds."""
    return [
        (
            step.rule,
            text_equation(gradient.symbol, gradient.indices, step.after, gradient.naming),
            reason(step, gradient, lang),
        )
        for step in gradient.steps
    ]


def proved(derivation: Derivation) -> str:
    """What the proof found, on one line."""
    proof = derivation.proof
    if proof.failures:
        return f"NOT PROVED: {len(proof.failures)} of {proof.checks} checks failed"
    largest = max(proof.sizes.values(), default=1)
    same = f" ({proof.carried} of them as others under other names)" if proof.carried else ""
    return (
        f"{proof.checks} checks passed{same}: gradients, steps and forward lines in exact arithmetic modulo "
        f"a prime > 2^61, sizes up to {largest}; a false identity passes with probability at most deg/2^61"
    )


def as_object(derivation: Derivation, gradients: Iterable[Gradient], lang: str = "en") -> dict[str, Any]:
    """The derivation as plain values for JSON."""
    naming, proof = _naming(derivation), derivation.proof
    return {
        "name": derivation.name,
        "convention": derivation.convention.as_dict(),
        "forward": [
            {
                "name": d.name,
                "shape": _plain(_forward_shape(derivation, d)),
                "numpy": numpy_expression(d.array or d.node.body, naming, d.node.tensor.axes(d.node.indices)),
                "latex": latex_expression(d.array or d.node.body, naming),
            }
            for d in derivation.forward
        ],
        "gradients": [
            {
                "name": g.name,
                "shape": _plain(g.shape),
                "numpy": g.numpy,
                "latex": g.latex,
                "assumptions": list(g.assumptions),
                "steps": [
                    {
                        "rule": step.rule,
                        "latex": latex_expression(step.after, g.naming),
                        "why": reason(step, g, lang),
                    }
                    for step in g.steps
                ],
            }
            for g in gradients
        ],
        "proof": {
            "checks": proof.checks,
            "carried": proof.carried,
            "failures": list(proof.failures),
            "sizes": proof.sizes,
            "bound": proof.bound,
        },
    }


def aligned(rows: Sequence[Row], indent: str = "  ") -> list[str]:
    """Rows as lines with their cells under each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        (indent + "   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))).rstrip()
        for row in rows
    ]


def _naming(derivation: Derivation) -> Naming:
    return Naming(rank=rank(derivation.program), sizes=derivation.program.sizes)


def _forward_shape(derivation: Derivation, definition: Definition) -> tuple[sp.Expr, ...]:
    return tuple(sp.sympify(dim).xreplace(derivation.program.sizes) for dim in definition.node.tensor.shape)


def _shape(shape: Sequence[sp.Expr]) -> str:
    return f"({', '.join(map(str, shape))}{',' * (len(shape) == 1)})"


def _plain(shape: Sequence[sp.Expr]) -> list[int | str]:
    return [int(dim) if sp.sympify(dim).is_Integer else str(dim) for dim in shape]
