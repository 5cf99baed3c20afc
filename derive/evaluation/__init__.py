"""Values of index forms in any kind of number: what a number is, is said by a `Numbers`."""

from derive.evaluation.evaluator import BUILDERS, Evaluator
from derive.evaluation.kinds import Closure, Entry, EvaluationError, Numbers, Table, Value
from derive.evaluation.names import FUNCTIONS

__all__ = [
    "BUILDERS",
    "FUNCTIONS",
    "Closure",
    "Entry",
    "EvaluationError",
    "Evaluator",
    "Numbers",
    "Table",
    "Value",
]
