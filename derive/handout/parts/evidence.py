"""What was proved about this handout, and how."""

from __future__ import annotations

from collections.abc import Iterator

from derive.handout.blocks import Block, Panel, Section, Text
from derive.handout.maths import Digits, Letter, Scripts, joined
from derive.handout.paper import Paper

POWER = Scripts(Digits("2"), above=Digits("61"))

EXPONENT = -9


def numeric(paper: Paper) -> bool:
    """Whether the printed NumPy agrees with numeric derivatives; False where nothing can be run."""
    try:
        from derive.proof.numeric import check_printed
        from derive.proof.sizes import choose_sizes

        printed = {gradient.name: gradient.numpy for gradient in paper.derivation}
        sizes = choose_sizes(paper.program)
        found = check_printed(paper.derivation, printed, sizes=sizes, symbols={})
    except (ImportError, ValueError):
        return False
    return all(comparison.within(10.0**EXPONENT) for comparison in found)


def blocks(paper: Paper) -> Iterator[Block]:
    yield Section("", paper.say("evidence"))
    yield Panel(paper.word("checked"), tuple(rows(paper)))


def rows(paper: Paper) -> Iterator[tuple[str, Text]]:
    proof = paper.derivation.proof
    if proof is None:
        yield paper.word("proof"), paper.say("proof none")
        return
    if proof.failures:
        first = str(proof.failures[0])
        yield (
            paper.word("proof"),
            paper.say("proof failed", failures=len(proof.failures), checks=proof.checks, first=first),
        )
        return
    sizes = [joined("=", Letter(name), Digits(str(size))) for name, size in proof.sizes.items()]
    yield (
        paper.word("proof"),
        paper.say(
            "proof passed", checks=proof.checks, sizes=paper.listed(sizes), seed=proof.seed, power=POWER
        ),
    )
    if proof.carried:
        yield paper.word("carried"), paper.say("proof carried", carried=proof.carried)
    yield paper.word("bound"), paper.say("proof bound", power=POWER)
    if numeric(paper):
        bound = Scripts(Digits("10"), above=Digits(str(EXPONENT)))
        yield paper.word("numeric"), paper.say("numeric passed", bound=bound)
    yield paper.word("not checked"), paper.say("proof scope")
