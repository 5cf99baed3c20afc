"""Printers of our own over SymPy scalars, index forms and matrix forms: NumPy, LaTeX, plain text.

A value is a matrix form (Array), an index form (a tuple of terms), or a scalar SymPy expression.
"""

from derive.printing.latex import latex_equation, latex_expression
from derive.printing.letters import letters
from derive.printing.names import escaped, math_name, tensor_name
from derive.printing.numpy import numpy_expression
from derive.printing.numpy_arrays import python_name
from derive.printing.order import rank
from derive.printing.printer import Naming, PrintingError
from derive.printing.text import text_equation, text_expression

__all__ = [
    "Naming",
    "PrintingError",
    "escaped",
    "latex_equation",
    "latex_expression",
    "letters",
    "math_name",
    "numpy_expression",
    "python_name",
    "rank",
    "tensor_name",
    "text_equation",
    "text_expression",
]
