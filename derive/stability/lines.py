"""A stable form as lines of NumPy."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from derive.arrays import Entrywise
from derive.printing.numpy import numpy_expression
from derive.stability.form import StableForm


def numpy_lines(form: StableForm, names: Mapping[sp.Symbol, str], out: str) -> list[str]:
    """Assignments that end with `out = …`; names gives the arrays that the symbols stand for."""
    shown = {symbol: sp.Symbol(name) for symbol, name in names.items()}
    assignments = [*((str(symbol), meaning) for symbol, meaning in form.lets), (out, form.value)]
    return [
        f"{name} = {numpy_expression(Entrywise((), expr.xreplace(shown), ()))}" for name, expr in assignments
    ]
