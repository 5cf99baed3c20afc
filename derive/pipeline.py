"""From a network or a program to a derivation with its proof."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from derive.calculus.sweep import derivation
from derive.derivation import Convention, Derivation
from derive.notation import Tensor
from derive.program import Program
from derive.proof import prove
from derive.symbolic import SymbolicLayer

if TYPE_CHECKING:
    from derive.network import Network


def derive(
    source: Network | SymbolicLayer | Program,
    *,
    convention: Convention | None = None,
    wrt: Iterable[Tensor | str] | None = None,
) -> Derivation:
    """All gradients of a network or of a program built by hand, each step checked.

    convention: by default the network's own; a program's layout is its own. wrt: tensors to
    differentiate by, or their names, by default the parameters. The proof never raises;
    `derivation.proof.failures` is empty when all checks passed.
    """
    if isinstance(source, str):
        raise TypeError(f"derive takes a network, not text; write derive(Network.parse({source!r}))")
    if isinstance(source, Program):
        program, chosen = source, convention or Convention()
    else:
        network = source if convention is None else replace(source, convention=convention)
        program, chosen = network.program(), network.convention
        if isinstance(network, SymbolicLayer) and wrt is None:
            wrt = network.wrt
    result = derivation(program, chosen, wrt)
    return replace(result, proof=prove(result))
