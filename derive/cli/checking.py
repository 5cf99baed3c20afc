"""What `derive check` does: proofs, and the printed formulas run against numeric derivatives."""

from __future__ import annotations

from derive.derivation import Derivation
from derive.network import Network
from derive.pipeline import derive
from derive.proof.numeric import Comparison
from derive.report import Row, proved
from derive.symbolic import SymbolicLayer

TOLERANCE = 1e-9


def checked(network: Network | SymbolicLayer, prove: bool) -> tuple[list[Row], list[str], list[str]]:
    """A table with a row for each gradient, remarks, and what failed."""
    derivation = derive(network)
    remarks, failures = [proved(derivation)], list(derivation.proof.failures)
    if isinstance(network, SymbolicLayer):
        remarks.append("g is any function: nothing is expanded or run, exact arithmetic is the proof")
        return [(g.name, g.numpy, "ok" if not failures else "FAILED") for g in derivation], remarks, failures
    if prove:
        verdict, wrong = _expanded(derivation)
        remarks.append(verdict)
        failures += wrong
    compared = _compared(derivation, network)
    rows: list[Row] = [("gradient", "value", "relative error", "")]
    for gradient in derivation:
        found = compared[gradient.name]
        fine = found.within(TOLERANCE)
        bad = [f for f in failures if f.startswith((f"{gradient.name}:", f"{gradient.name} "))]
        if not fine:
            problem = found.problem or f"relative error {found.error:.1e}, allowed {TOLERANCE:g}"
            failures.append(f"{gradient.name}: {problem}")
        verdict = "ok" if fine and not bad else "FAILED"
        rows.append((gradient.name, gradient.numpy, f"{found.error:.1e}", verdict))
    remarks.append(f"relative errors against numeric derivatives, at most {TOLERANCE:g} allowed")
    blurred = [c for c in compared.values() if c.rounding > TOLERANCE]
    if blurred:
        worst = max(c.rounding for c in blurred)
        remarks.append(
            f"{len(blurred)} gradients are so small that rounding alone may move their numeric derivatives "
            f"by more, up to {worst:.0e} of their size; that much is allowed there"
        )
    return rows, remarks, failures


def _expanded(derivation: Derivation) -> tuple[str, list[str]]:
    from derive.proof.exact import prove_exactly

    proof = prove_exactly(derivation)
    sizes = ", ".join(f"{name} = {size}" for name, size in proof.sizes.items())
    verdict = f"{len(proof.failures)} differ" if proof.failures else "all equal"
    return f"{proof.checks} gradients expanded and differentiated by SymPy at {sizes}: {verdict}", list(
        proof.failures
    )


def _compared(derivation: Derivation, network: Network) -> dict[str, Comparison]:
    from derive.proof.numeric import check_printed
    from derive.proof.sizes import choose_sizes

    found = check_printed(
        derivation,
        {gradient.name: gradient.numpy for gradient in derivation},
        sizes=choose_sizes(derivation.program),
        symbols=dict.fromkeys(network.symbols, 0.7),
    )
    return {comparison.name: comparison for comparison in found}
