"""What was proved about this handout, and how."""

from __future__ import annotations

from collections.abc import Iterator

from derive.handout.blocks import Block, Panel, Section, Text
from derive.handout.maths import Digits, Letter, Scripts, joined
from derive.handout.paper import Paper

POWER = Scripts(Digits("2"), above=Digits("61"))


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
    yield paper.word("bound"), paper.say("proof bound", power=POWER)
    yield paper.word("not checked"), paper.say("proof scope")
