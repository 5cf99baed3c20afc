"""What a formula may name: functions with the number of their arguments, and constants."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp

from derive.pieces import absolute, maximum, minimum, sign

FUNCTIONS: dict[str, tuple[Callable[..., Any], int, int]] = {
    # name: what it builds, fewest and most arguments
    "abs": (absolute, 1, 1),
    "sign": (sign, 1, 1),
    "min": (minimum, 2, 8),
    "max": (maximum, 2, 8),
    "exp": (sp.exp, 1, 1),
    "expm1": (lambda x: sp.exp(x) - 1, 1, 1),
    "log": (sp.log, 1, 1),
    "log1p": (lambda x: sp.log(1 + x), 1, 1),
    "sqrt": (sp.sqrt, 1, 1),
    "sin": (sp.sin, 1, 1),
    "cos": (sp.cos, 1, 1),
    "tan": (sp.tan, 1, 1),
    "asin": (sp.asin, 1, 1),
    "acos": (sp.acos, 1, 1),
    "atan": (sp.atan, 1, 1),
    "sinh": (sp.sinh, 1, 1),
    "cosh": (sp.cosh, 1, 1),
    "tanh": (sp.tanh, 1, 1),
    "asinh": (sp.asinh, 1, 1),
    "acosh": (sp.acosh, 1, 1),
    "atanh": (sp.atanh, 1, 1),
    "erf": (sp.erf, 1, 1),
    "erfc": (lambda x: 1 - sp.erf(x), 1, 1),
    "sigmoid": (lambda x: 1 / (1 + sp.exp(-x)), 1, 1),
    "softplus": (lambda x: sp.log(1 + sp.exp(x)), 1, 1),
}
CONSTANTS: dict[str, sp.Expr] = {"pi": sp.pi, "e": sp.E}
