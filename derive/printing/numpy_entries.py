"""NumPy entry by entry, in nested comprehensions, for what has no matrix form."""

from __future__ import annotations

from typing import Any

import sympy as sp

from derive.arrays import Axes
from derive.notation import Delta, Element, Index, Mask
from derive.printing.letters import Value
from derive.printing.linear import LinearPrinter
from derive.printing.numpy_arrays import NumpyPrinter, python_name
from derive.printing.printer import Factor, Piece


class LoopPrinter(NumpyPrinter):
    """Single entries, for index forms. Ranges and deltas guard what is computed only inside them."""

    def nested(self, value: Value, axes: Axes) -> str:
        text = self.value(value).text
        if not axes:
            return text
        for axis in reversed(axes):
            text = f"[{text} for {self._loop(axis)}]" if axis is not None else f"[{text}]"
        return f"np.array({text})"

    def _loop(self, index: Index) -> str:
        return f"{self.letters[index]} in range({self.piece(index.dim).text})"

    def big_sum(self, indices: tuple[Index, ...], body: Piece) -> Piece:
        return Piece(f"sum({body.text} {' '.join(f'for {self._loop(i)}' for i in indices)})")

    def _Element(self, element: Element) -> Piece:
        axes = element.tensor.axes(element.args)
        name = python_name(element.tensor.name)
        if not axes:
            return Piece(name)
        return Piece(f"{name}[{', '.join('0' if a is None else self.piece(a).text for a in axes)}]")

    def product(
        self, coefficient: sp.Expr, factors: list[Factor], below: list[Factor], summed: Piece | None
    ) -> Piece:
        guards = [f.base for f in factors if isinstance(f.base, Delta | Mask)]
        if not guards:
            return LinearPrinter.product(self, coefficient, factors, below, summed)
        rest = [f for f in factors if f.base not in guards]
        inner = LinearPrinter.product(self, coefficient, rest, below, summed)
        return self._guarded(inner.text, guards)

    def _guarded(self, text: str, guards: list[Any]) -> Piece:
        return Piece(f"({text} if {' and '.join(map(self._condition, guards))} else 0.0)")

    def _condition(self, guard: Any) -> str:
        left, right = (self.piece(arg).text for arg in guard.args)
        return f"0 <= {left} < {right}" if isinstance(guard, Mask) else f"{left} == {right}"

    def _Delta(self, delta: Delta) -> Piece:
        return self._guarded("1.0", [delta])

    def _Mask(self, mask: Mask) -> Piece:
        return self._guarded("1.0", [mask])

    def _Piecewise(self, expr: sp.Piecewise) -> Piece:
        super()._Piecewise(expr)
        *branches, (last, _) = expr.args
        text = self._branch(last)
        for value, condition in reversed(branches):
            text = f"({self._branch(value)} if {self.piece(condition).text} else {text})"
        return Piece(text)
