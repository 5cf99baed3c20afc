"""Forms of a formula that survive large arguments, beside the textbook form."""

from derive.stability.composite import stable_loss
from derive.stability.form import StableForm
from derive.stability.lines import numpy_lines
from derive.stability.search import stable

__all__ = ["StableForm", "numpy_lines", "stable", "stable_loss"]
