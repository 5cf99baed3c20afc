"""Planned calls as lines of Python."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import sympy as sp

from derive.arrays import Entrywise
from derive.notation import Element
from derive.printing import Naming, numpy_expression
from derive.targets.blocks import filled
from derive.targets.lines import WIDTH
from derive.targets.plan.buffers import Memory
from derive.targets.plan.formulas import RESULT
from derive.targets.plan.values import Call, Constant, Given, Joined, Line, Normal, Operand, Shape, Value

REDUCTIONS = {"np.sum": "np.add.reduce", "np.max": "np.maximum.reduce"}


RUN, PREPARED = 8, 4
"""By how much the lines of a pass and those before it are indented."""


@dataclass
class Pieces:
    """What a loop over pieces passes: cuts of arrays, and arrays of their size for what is not kept.

    scratch: names of the latter. mask: whether one of them, the last, is for the results of comparisons.
    """

    arrays: list[str] = field(default_factory=list)
    scratch: list[str] = field(default_factory=list)
    mask: bool = False

    def loop(self, number: int) -> list[str]:
        names = [f"{name}_" for name in (*self.arrays, *self.scratch, *(["mask"] if self.mask else ()))]
        return folded("for ", names, f" in pieces{number}:", RUN)

    def made(self, number: int) -> list[str]:
        kinds = [f"[dtype] * {len(self.scratch)}"] if self.scratch else []
        kinds += ["[np.bool_]"] if self.mask else []
        scratch = [f"scratch={' + '.join(kinds)}"] if kinds else []
        margin = " " * PREPARED
        call = filled(f"{margin}pieces{number} = pieces(", (*self.arrays, *scratch), ")")
        return [line.removeprefix(margin) for line in call.splitlines()]


def folded(start: str, names: Sequence[str], end: str, indent: int) -> list[str]:
    """Names that a tuple is unpacked to, on as many lines as they need; they are without the indent."""
    line = f"{start}{', '.join(names)}{',' * (len(names) == 1)}{end}"
    if indent + len(line) <= WIDTH:
        return [line]
    margin = " " * indent
    return [x.removeprefix(margin) for x in filled(f"{margin}{start}(", names, f"){end}").splitlines()]


@dataclass
class Writer:
    """Names of arrays, and the constants and the integer views that lines turn out to need."""

    memory: Memory
    naming: Naming
    constants: dict[sp.Expr, str] = field(default_factory=dict)
    views: set[str] = field(default_factory=set)
    normal: bool = False
    masks: dict[Shape, str] = field(default_factory=dict)
    pieces: list[Pieces] = field(default_factory=list)
    _rows: int = 0

    def lines(self, sections: Iterable[Sequence[Line]]) -> Iterator[str]:
        """Each call, with the name of what its array holds after it; sections in a loop over pieces."""
        for section in sections:
            if len(section) == 1:
                yield from self._line(*section)
                continue
            self.pieces.append(Pieces())
            self._rows = section[0].result.shape[0]
            calls = [text for line in section for text in self._line(line)]
            yield from self.pieces[-1].loop(len(self.pieces))
            yield from (f"    {text}" for text in calls)
            self._rows = 0

    def _line(self, line: Line) -> Iterator[str]:
        *first, text = self._call(line.call, line.result)
        name = line.result.name if isinstance(line.result, Value) else ""
        yield from first
        yield f"{text}  # {name}" if name and name != self.name(line.result) else text

    def _array(self, operand: Operand, bits: bool = False) -> str:
        """An array as a call names it: inside a section the piece of it that is passed."""
        name = self.name(operand)
        if isinstance(operand, Value) and self.memory.of[operand].local:
            if name not in self.pieces[-1].scratch:
                self.pieces[-1].scratch.append(name)
            return f"{name}_.view(bits)" if bits else f"{name}_"
        if bits and isinstance(operand, Value):
            self.views.add(name)
            return self._piece(f"{name}_bits", operand.shape)
        # What is given may be another array at each call.
        return self._piece(f"{name}.view(bits)" if bits else name, operand.shape)

    def _piece(self, name: str, shape: Shape) -> str:
        if not self._rows or shape[0] != self._rows:
            return name
        if name not in self.pieces[-1].arrays:
            self.pieces[-1].arrays.append(name)
        return f"{name}_"

    def _call(self, call: Call, result: Value | Given) -> list[str]:
        operands = [self._operand(call, n) for n in range(len(call.operands))]
        out = self._array(result, RESULT in call.bits)
        if call.kind == "reduction":
            return [f"{REDUCTIONS[call.function]}({operands[0]}, axis={call.over}, keepdims=True, out={out})"]
        if call.kind == "comparison":
            # In two steps: into numbers at once, NumPy compares a few entries at a time.
            mask = self._mask(result.shape)
            return [f"{call.function}({', '.join(operands)}, out={mask})", f"np.copyto({out}, {mask})"]
        function, *operands = [call.function, *operands] if call.function else operands
        return [f"{function}({', '.join(operands)}, out={out})"]

    def _operand(self, call: Call, place: int) -> str:
        name = self._array(call.operands[place], place in call.bits)
        return f"{name}.T" if place in call.transposed else name

    def _mask(self, shape: Shape) -> str:
        if self._rows:
            self.pieces[-1].mask = True
            return "mask_"
        return self.masks.setdefault(shape, f"mask{len(self.masks) + 1}")

    def name(self, operand: Operand) -> str:
        """What an array is called in the code."""
        match operand:
            case Value():
                return self.memory.of[operand].name
            case Given(text=text):
                return text
            case Joined(value=value):
                return f"{self.name(value)}_ones"
            case Constant(formula=formula):
                return self.constants.setdefault(formula, f"k{len(self.constants) + 1}")
            case Normal():
                self.normal = True
                return "Phi"

    def total(self, value: Value) -> str:
        """The sum of all entries, as a float."""
        return f"float(np.add.reduce({self.name(value)}, axis=None))"

    def allocations(self, size: str) -> Iterator[str]:
        """Lines that make the buffers; size: the name of the number of samples of a block."""
        for buffer in self.memory.buffers:
            if buffer.joined:
                rows, columns = buffer.shape
                yield f"{buffer.name}_ones = over_ones({rows}, {size if columns is None else columns}, dtype)"
                yield f"{buffer.name} = {buffer.name}_ones[:{rows}]"
            else:
                yield f"{buffer.name} = aligned({shape(buffer.shape, size)}, dtype)"
        for given, name in self.masks.items():
            yield f"{name} = np.empty({shape(given, size)}, np.bool_)"

    def preparations(self) -> Iterator[str]:
        """Lines that make the constants and the integer views."""
        for formula, name in self.constants.items():
            yield f"{name} = np.asarray({scalar(formula, self.naming)}, dtype)"
        for name in sorted(self.views):
            yield f"{name}_bits = {name}.view(bits)"
        for number, passed in enumerate(self.pieces, 1):
            yield from passed.made(number)


def scalar(formula: sp.Expr, naming: Naming) -> str:
    """A formula of numbers, symbols and hyperparameters."""
    names = {e: sp.Symbol(e.tensor.name, real=True) for e in formula.atoms(Element)}
    return numpy_expression(Entrywise((), formula.xreplace(names), ()), naming)


def shape(given: Shape, size: str) -> str:
    rows, columns = given
    return f"({rows}, {size if columns is None else columns})"
