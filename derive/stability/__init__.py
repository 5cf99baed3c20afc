"""Forms of a formula that survive large arguments, beside the textbook form."""

from derive.stability.form import StableForm
from derive.stability.search import stable

__all__ = ["StableForm", "stable"]
