"""The first page: what the network is, the conventions in force, the symbols and their shapes."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from derive.handout.blocks import Block, Figure, Panel, Paragraph, Section, Table, Text, Title
from derive.handout.maths import Digits, Formula, Letter, Mark, Math, Scripts, Whole, joined
from derive.handout.paper import Paper
from derive.handout.pictures.graph import graph_picture
from derive.handout.pictures.network import network_picture
from derive.handout.writing import shape_of
from derive.notation import Delta, Index, IndexSum, Mask, Tensor

MOST_SIZES = 10


def blocks(paper: Paper) -> Iterator[Block]:
    yield Title(
        paper.word("kind"),
        paper.word("title"),
        paper.derivation.name,
        subtitle(paper),
        network_picture(paper),
    )
    yield Paragraph(paper.say("intro" if paper.net else "intro program"))
    yield Panel(paper.word("conventions"), tuple(conventions(paper)))
    yield symbols(paper)


def graph(paper: Paper) -> Iterator[Block]:
    """The computational graph, with the numbers of the worked example where there is one."""
    picture = graph_picture(paper)
    if picture is not None:
        yield Section("", paper.say("graph"))
        yield Paragraph(paper.say("graph text"))
        key = "graph caption" if paper.example is None else "graph caption values"
        yield Figure(picture, paper.say(key))


def subtitle(paper: Paper) -> Text:
    if paper.net is None:
        return ()
    loss = paper.called(paper.net.loss)
    return paper.say("subtitle", layers=paper.described, loss=loss)


def conventions(paper: Paper) -> Iterator[tuple[str, Text]]:
    program, choice = paper.program, paper.derivation.convention
    i, k = Index("i", sp.Symbol("n")), Index("k", sp.Symbol("n"))
    inputs = [t for t in program.leaves if t.role == "input"]
    if inputs and program.sizes:
        at = {"i": Formula(i), "X": Whole(inputs[0]), "m": Letter("m")}
        yield paper.word("samples"), paper.say(f"samples {choice.layout}", **at)
    if program.sizes:
        sizes: list[Math] = [joined("=", Formula(size), Digits(str(n))) for size, n in program.sizes.items()]
        if len(sizes) > MOST_SIZES:
            sizes[3:-2] = [Mark("dots")]
        yield paper.word("sizes"), (*paper.listed(sizes), paper.word("stop"))
    kind = "same" if program.scale == 1 else choice.convention
    summed = paper.word("losses" if program.regularizer is None else "losses and regularizer")
    losses, cost, scale = Mark("losses"), Letter("J"), paper.math(program.scale)
    cost_is = joined("=", cost, joined("", scale, losses))
    yield (
        paper.word("gradients"),
        paper.say(
            f"gradients {kind}", L=losses, J=cost_is, cost=cost, scale=scale, summed=summed, d=Letter("d")
        ),
    )
    yield paper.word("shape rule"), paper.say("shape rule text")
    a, b, u = Tensor("A", (2, 2)), Tensor("B", (2, 2)), Tensor("u", (i.dim,))
    squared = Scripts(Whole(a), above=joined(" ", Mark("⊙"), Digits("2")))
    yield (
        paper.word("products"),
        paper.say(
            "products text",
            matrix=joined("", Whole(a), Whole(b)),
            entrywise=joined("⊙", Whole(a), Whole(b)),
            power=squared,
        ),
    )
    ones = Scripts(Mark("ones"), Letter("m"))
    yield (
        paper.word("ones"),
        paper.say("ones text", ones=ones, m=Letter("m"), sum=joined("", Whole(a), ones), A=Whole(a)),
    )
    collapse = joined("=", Formula(IndexSum(Delta(i, k) * u[k], k)), Formula(u[i]))
    yield (
        paper.word("delta"),
        paper.say("delta text", delta=Formula(Delta(i, k)), i=Formula(i), k=Formula(k), sum=collapse),
    )
    if any(node.body.has(Mask) for node in program.nodes):
        yield paper.word("masks"), paper.say("masks text", mask=Formula(Mask(i + k, i.dim)))
    kinks = list(kink_sentences(paper))
    if kinks:
        yield paper.word("kinks"), tuple(part for sentence in kinks for part in sentence)
    assumed = dict.fromkeys(a for g in paper.derivation for a in g.assumptions)
    if assumed:
        yield paper.word("assumptions"), (*paper.listed(map(paper.prose, assumed)), paper.word("stop"))


def kink_sentences(paper: Paper) -> Iterator[Text]:
    for node in {(node.note, node.kinks): node for node in paper.program.nodes}.values():
        for kink in node.kinks:
            yield paper.say(
                "kink",
                point=joined("=", Letter("z"), paper.math(kink.point)),
                name=paper.called(node),
                value=paper.math(kink.value),
            )


def symbols(paper: Paper) -> Table:
    """The table of symbols, doubled side by side; a deep network by its first and last layers."""
    tensors = [t for t in paper.program.tensors]
    if len(tensors) > 40:
        tensors = [*tensors[:20], *tensors[-16:]]
    rows = [row(paper, tensor) for tensor in tensors]
    half = (len(rows) + 1) // 2
    empty: tuple[Text, ...] = ((), (), ())
    right = [*rows[half:], *([empty] * (2 * half - len(rows)))]
    head = tuple(paper.say(key) for key in ("symbol", "shape", "meaning"))
    return Table(head * 2, tuple(a + b for a, b in zip(rows[:half], right, strict=True)), "llLllL")


def row(paper: Paper, tensor: Tensor) -> tuple[Text, Text, Text]:
    node = paper.program.node(tensor)
    if node is not None and node.note:
        meaning: Text = (paper.called(node),)
    elif paper.net is not None and node is not None and node.body.has(IndexSum):
        meaning = paper.say("weighted sum")
    elif paper.net is not None and tensor.role == "parameter":
        meaning = paper.say("biases" if len(tensor.dims) == 1 else "weights")
    else:
        meaning = paper.say(tensor.role)
    shape = (shape_of(tensor, paper.naming),) if tensor.dims else paper.say("scalar")
    return (Whole(tensor),), shape, meaning
