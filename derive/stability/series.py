from collections.abc import Iterator
from typing import Any
import sympy as sp
def with_series(textbook: Any, value: Any, z: sp.Symbol) -> Iterator[Any]:
    return iter(())
