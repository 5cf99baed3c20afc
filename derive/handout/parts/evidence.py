"""What was proved about this handout, and how."""

from __future__ import annotations

from collections.abc import Iterator

from derive.evaluation import EvaluationError
from derive.handout.blocks import Block, Panel, Section, Text
from derive.handout.maths import Digits, Letter, Scripts, joined
from derive.handout.paper import Paper
from derive.handout.parts.stable import not_found

POWER = Scripts(Digits("2"), above=Digits("61"))

EXPONENT = -9


def numeric(paper: Paper) -> Text:
    """What running the printed NumPy against numeric derivatives showed, or that it was not run."""
    try:
        from derive.proof.numeric import check_printed
        from derive.proof.sizes import choose_sizes

        printed = {gradient.name: gradient.numpy for gradient in paper.derivation}
        found = check_printed(paper.derivation, printed, sizes=choose_sizes(paper.program))
    except ImportError as error:
        return paper.say("numeric without", package=(error.name or "numpy").partition(".")[0])
    except EvaluationError:
        return paper.say("numeric open")
    except ValueError:
        return paper.say("numeric nowhere")
    bound = Scripts(Digits("10"), above=Digits(str(EXPONENT)))
    wrong = [comparison.name for comparison in found if not comparison.within(10.0**EXPONENT)]
    if wrong:
        return paper.say("numeric failed", bound=bound, names=paper.listed(map(paper.whole, wrong)))
    passed = paper.say("numeric passed", bound=bound)
    blurred = any(comparison.rounding > 10.0**EXPONENT for comparison in found)
    return (*passed, *paper.say("numeric rounding")) if blurred else passed


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
    yield paper.word("numeric"), numeric(paper)
    unstable = () if paper.net is None else not_found(paper)
    if unstable:
        yield paper.word("not found label"), unstable
    yield paper.word("not checked"), paper.say("proof scope")
