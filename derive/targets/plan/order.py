"""The order of the lines of a pass: a derivative is computed early where that leaves fewer arrays to keep."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from derive.targets.plan.buffers import read
from derive.targets.plan.values import Given, Line, Value

Result = Value | Given


def ordered(lines: Sequence[Line], kept: Sequence[Value]) -> tuple[Line, ...]:
    """The same lines; those of a value move up to what they read if at least two arrays are free then.

    z ↦ z·s, …, dz = da·(s + z·e): of s, z and e nothing is kept but s + z·e, computed while all three
    are in the cache. kept: values whose arrays are not free for others.
    """
    order = _Order(lines, set(kept))
    for line in lines:
        order.settle(line.result)
    return tuple(order.line[result] for result in order.results)


class _Order:
    def __init__(self, lines: Sequence[Line], kept: set[Value]) -> None:
        self.line: dict[Result, Line] = {line.result: line for line in lines}
        self.results: list[Result] = list(self.line)
        self.kept = kept
        self.reads = {line.result: read(line.call) for line in lines}
        self.readers: dict[Value, list[Result]] = defaultdict(list)
        for result, values in self.reads.items():
            for value in values:
                self.readers[value].append(result)

    def settle(self, result: Result) -> None:
        """Moves a value, with those that serve it alone, behind what they all wait for."""
        at = {other: place for place, other in enumerate(self.results)}
        group, wanted = {result}, set(self.reads[result])
        while wanted:
            last = max(wanted, key=at.__getitem__)
            if self.line[last].call.kind == "product" or not group.issuperset(self.readers[last]):
                break
            group.add(last)
            wanted = (wanted | {*self.reads[last]}) - group
        freed = [v for v in wanted if v not in self.kept and v.shape == result.shape]
        if sum(all(r in group or at[r] < at[result] for r in self.readers[v]) for v in freed) > 1:
            place = at[max(wanted, key=at.__getitem__)] + 1
            before, after = self.results[:place], self.results[place:]
            moved = [other for other in after if other in group]
            self.results = [*before, *moved, *(other for other in after if other not in group)]
