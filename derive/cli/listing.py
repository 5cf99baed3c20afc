"""What `derive list` prints."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from derive.activations import ACTIVATIONS
from derive.gallery import GALLERY
from derive.losses import LOSSES
from derive.report import Row
from derive.symbolic import SymbolicLayer


def _entries(table: Iterable[Any]) -> list[Row]:
    return [(_call(entry), entry.formula) for entry in table]


def _call(entry: Any) -> str:
    """The name with its parameters: leaky_relu(slope=0.01)."""
    parameters = ", ".join(key if value is None else f"{key}={value}" for key, value in entry.parameters)
    return f"{entry.name}({parameters})" if parameters else entry.name


def _formats() -> list[Row]:
    from derive.engines import PDF
    from derive.render import TARGETS, target
    from derive.targets import RenderOptions

    texts = [(name, ", ".join(target(name).files(RenderOptions()))) for name in TARGETS]
    return [*texts, (PDF, "derivation.pdf")]


def _parts() -> list[Row]:
    from derive.handout.parts import BRIEF, PARTS

    return [(name, "also in --detail brief" if name in BRIEF else "") for name in PARTS]


LISTS: dict[str, Callable[[], list[Row]]] = {
    "activations": lambda: _entries(ACTIVATIONS.values()),
    "losses": lambda: _entries(LOSSES.values()),
    "formats": _formats,
    "parts": _parts,
    "networks": lambda: [*GALLERY.items(), (SymbolicLayer.name, SymbolicLayer.summary)],
}
