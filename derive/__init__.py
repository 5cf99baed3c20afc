"""Backpropagation derived symbolically, with every step shown and checked."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from derive.derivation import Convention, Derivation, Gradient, Step
    from derive.network import Network
    from derive.notation import Index, IndexSum, Tensor
    from derive.pipeline import derive
    from derive.program import Node, Program

__version__ = "0.1.0"

_HOME = {
    "Convention": "derivation",
    "Derivation": "derivation",
    "Gradient": "derivation",
    "Step": "derivation",
    "Network": "network",
    "Index": "notation",
    "IndexSum": "notation",
    "Tensor": "notation",
    "derive": "pipeline",
    "Node": "program",
    "Program": "program",
}

__all__ = [
    "Convention",
    "Derivation",
    "Gradient",
    "Index",
    "IndexSum",
    "Network",
    "Node",
    "Program",
    "Step",
    "Tensor",
    "derive",
]


def __getattr__(name: str) -> Any:
    """A public name, its module imported on first use: a command pays for what it uses."""
    if name not in _HOME:
        raise AttributeError(f"module 'derive' has no attribute {name!r}")
    return getattr(import_module(f"derive.{_HOME[name]}"), name)
