"""How far the printed NumPy is from derivatives that are found numerically."""

from __future__ import annotations

from derive.derivation import Derivation

EXPONENTS = (-9, -7, -5)
"""Of the bounds that a sheet may state; deep networks have gradients too small for the first."""


def largest_error(derivation: Derivation) -> float | None:
    """The largest relative error of a gradient's line; None without NumPy or values to run it on."""
    try:
        from derive.proof.numeric import check_printed
        from derive.proof.sizes import choose_sizes

        lines = {gradient.name: gradient.numpy for gradient in derivation}
        found = check_printed(derivation, lines, sizes=choose_sizes(derivation.program))
    except (ImportError, ValueError):
        return None
    return max(comparison.error for comparison in found)


def passed(error: float) -> int | None:
    """The exponent of the tightest bound that an error keeps.

    >>> passed(3e-8), passed(0.1)
    (-7, None)
    """
    return next((exponent for exponent in EXPONENTS if error <= 10.0**exponent), None)
