"""Which array holds which value: planned from lifetimes, so that arrays are few and stay in the cache."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from derive.targets.plan.values import Call, Joined, Line, Shape, Value


@dataclass(frozen=True, eq=False)
class Buffer:
    """An array that several values live in, one after the other.

    joined: whether a row of ones stands under it. local: whether it has only as many rows as pass at a
    time, for values that are not read after those rows.
    """

    name: str
    shape: Shape
    joined: bool = False
    local: bool = False


@dataclass(frozen=True)
class Memory:
    """The buffers that last for the whole pass, and which buffer each value is in."""

    buffers: tuple[Buffer, ...]
    of: Mapping[Value, Buffer]


def memory(
    lines: Sequence[Line],
    kept: Iterable[Value] = (),
    name: str = "work",
    results: Iterable[Value] = (),
    sections: Iterable[Sequence[Line]] = (),
) -> Memory:
    """A buffer for every value of the lines.

    kept: values over a row of ones; each has a buffer of its own, which holds other values before and
    after. A value that no line reads lives to the end, and so does each of the results. sections: the
    lines, those together that a few rows pass at a time.
    """
    planner = _Planner(lines, tuple(kept), name, tuple(results))
    for section in sections:
        planner.keep_local(section)
    return planner.plan()


class _Planner:
    def __init__(
        self, lines: Sequence[Line], kept: tuple[Value, ...], name: str, results: tuple[Value, ...]
    ) -> None:
        self.lines, self.name = lines, name
        self.made: dict[Value, int] = {}
        self.last: dict[Value, int] = {}
        for number, line in enumerate(lines):
            self.last.update(dict.fromkeys(read(line.call), number))
            if isinstance(line.result, Value):
                self.made[line.result], self.last[line.result] = number, len(lines)
        self.last.update(dict.fromkeys(results, len(lines)))
        self.own = {value: Buffer(value.name, value.shape, True) for value in kept}
        self.work: list[Buffer] = []
        self.scratch: list[Buffer] = []
        self.free: list[Buffer] = list(self.own.values())
        self.of: dict[Value, Buffer] = {}
        self.local: set[Value] = set()

    def keep_local(self, section: Sequence[Line]) -> None:
        """Marks what a section both makes and reads for the last time."""
        if len(section) > 1:
            made = [line.result for line in section if isinstance(line.result, Value)]
            end = max(self.made[value] for value in made)
            self.local |= {v for v in made if self.last[v] <= end and v.shape[1] is None} - {*self.own}

    def plan(self) -> Memory:
        for number, line in enumerate(self.lines):
            dying = [value for value in read(line.call) if self.last[value] == number]
            if isinstance(line.result, Value):
                self.of[line.result] = self._place(line.result, line.call, dying)
                if self.of[line.result] in self.free:
                    self.free.remove(self.of[line.result])
            for value in dying:
                if not isinstance(line.result, Value) or self.of[value] is not self.of[line.result]:
                    self.free.append(self.of[value])
        return Memory((*self.own.values(), *self.work), self.of)

    def _place(self, value: Value, call: Call, dying: Sequence[Value]) -> Buffer:
        """Its own buffer; else over an operand; else where it may grow into an activation; else any."""
        if value in self.own:
            return self.own[value]
        local = value in self.local
        over = [self.of[v] for v in dying] if call.kind in ("entrywise", "comparison") else []
        growing = [buffer for later, buffer in self.own.items() if self.made[later] > self.made[value]][:1]
        others = (*(b for b in growing if b in self.free), *reversed(self.free))
        for buffer in (*(b for b in over if local or not b.local), *(b for b in others if b.local == local)):
            if buffer.shape == value.shape and self._may_hold(buffer, value):
                return buffer
        name, made = ("piece", self.scratch) if local else (self.name, self.work)
        made.append(Buffer(f"{name}{len(made) + 1}", value.shape, local=local))
        return made[-1]

    def _may_hold(self, buffer: Buffer, value: Value) -> bool:
        """Whether the value is gone before the buffer is needed for the activation that it is kept for."""
        made = [self.made[later] for later, own in self.own.items() if own is buffer]
        return all(self.made[value] > at or self.last[value] <= at for at in made)


def read(call: Call) -> list[Value]:
    """The values that a call reads, each once."""
    operands = (operand.value if isinstance(operand, Joined) else operand for operand in call.operands)
    return list(dict.fromkeys(operand for operand in operands if isinstance(operand, Value)))
