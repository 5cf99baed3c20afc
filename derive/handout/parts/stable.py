"""Formulas that train.py computes in another form: what goes wrong otherwise, and why the forms are equal."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping

import sympy as sp

from derive.handout.accidents import Accident, accidents
from derive.handout.blocks import Block, Kept, Line, Paragraph, Section, Steps, Table, Text
from derive.handout.functions import relabelled
from derive.handout.identities import ALSO, IDENTITIES, LETTERS, Equation, U, X
from derive.handout.maths import Bracketed, Digits, Formula, Mark, Math, Scripts, Whole, joined
from derive.handout.paper import Paper
from derive.handout.parts import stable_layers
from derive.handout.rewritings import formulas
from derive.handout.survival import D, Stage
from derive.handout.survival import Formula as Rewriting
from derive.losses import A, Y
from derive.notation import Tensor
from derive.ranges import Z
from derive.stability.form import S, T
from derive.targets import py

DZ, LOSS = sp.symbols("dz L", real=True)
ARRAYS: Mapping[sp.Symbol, Tensor] = {Z: Tensor("Z"), A: Tensor("A"), Y: Tensor("Y"), D: Tensor("dA")}
PRINTED: Mapping[sp.Basic, sp.Basic] = {
    symbol: Tensor(str(symbol), latex_name=name, role=role)[()]
    for symbol, name, role in (
        *(
            (Z, "z", "node"),
            (A, "a", "node"),
            (Y, "y", "label"),
            (D, "da", "gradient"),
            (DZ, "dz", "gradient"),
        ),
        *((symbol, str(symbol), "node") for symbol in (S, *LETTERS)),
    )
}
MANTISSA, EXPONENT = f"{sys.float_info.max:.1e}".split("e+")
LARGEST = joined("·", Digits(MANTISSA), Scripts(Digits("10"), above=Digits(EXPONENT)))
NAMES_SHOWN = 3
TOLERANCE = 1e-14
FAR = 500


def blocks(paper: Paper) -> Iterator[Block]:
    if paper.net is None:
        return
    yield Section("", paper.say("numbers"))
    found = formulas(py.trained(paper.derivation))
    layers = tuple(stable_layers.shifted(paper.net))
    rewritten = [one for one in found if one.found]
    if not found and not layers:
        yield Paragraph(paper.say("numbers safe"))
        return
    if rewritten or layers:
        yield Paragraph(
            paper.say("numbers text", digits=Digits(str(sys.float_info.dig + 1)), largest=LARGEST)
        )
    if rewritten:
        yield Paragraph(paper.say("numbers letters", letters=paper.listed(letters(paper, rewritten))))
    rows = tuple(row for one in (*rewritten, *(o.of_two for o in layers)) for row in failures(paper, one))
    if rows:
        yield Kept(
            (
                Section("", paper.say("accidents"), 2),
                Paragraph(paper.say("accidents text")),
                Table(tuple(paper.say(f"accidents {key}") for key in HEAD), rows, "lllr"),
            )
        )
        if layers:
            yield Paragraph(paper.say("accidents of two", z=joined("=", shown(Z), Digits("0"))))
    for one in rewritten:
        yield Kept((Section("", title(paper, one), 2), Steps(tuple(lines(paper, one)))))
    for layer in layers:
        heading = paper.say(
            "rewritten", arrays=paper.whole(layer.node.tensor.name), name=paper.called(layer.node)
        )
        yield Kept((Section("", heading, 2), Steps(tuple(stable_layers.lines(paper, layer)))))
    used = reasons(rewritten)
    if used:
        yield Section("", paper.say("identities"), 2)
        head = (paper.say("identity"), paper.say("identity why"))
        yield Table(head, tuple(identity(paper, key) for key in used), "lL")
    names = not_found(paper)
    if names:
        yield Paragraph(names)


HEAD = ("formula", "at", "textbook", "stable")


def shown(expr: sp.Basic) -> Math:
    """With z, a and y as tensors, so that summands and factors stand in their order."""
    return Formula(relabelled(expr, PRINTED))


def letters(paper: Paper, found: list[Rewriting]) -> Iterator[Text]:
    """Which entry stands for which array, for the letters that are used."""
    used = {s for one in found for e in (one.textbook, one.value) for s in e.free_symbols}
    for symbol, array in ARRAYS.items():
        if symbol in used:
            yield paper.say("letter of", letter=shown(symbol), array=Whole(array))


def not_found(paper: Paper) -> Text:
    """The sentence that names the formulas for which there is no stable form; empty if there are none."""
    missing = [one for one in formulas(py.trained(paper.derivation)) if not one.found]
    names = [
        paper.say("not found formula", array=paper.whole(name), name=paper.called(one.node))
        for one in missing
        for name in one.names
    ]
    return paper.say("not found", names=paper.listed(names)) if names else ()


def title(paper: Paper, one: Rewriting) -> Text:
    """The arrays that the formula gives, and the name of the activation or loss."""
    names: list[Math] = [paper.whole(name) for name in one.names]
    if len(names) > NAMES_SHOWN:
        names = [names[0], Mark("dots"), names[-1]]
    return paper.say("rewritten", arrays=paper.listed(names), name=paper.called(one.node))


def left(one: Rewriting) -> Math:
    """What a formula gives, by the letter of one entry."""
    name = one.names[0]
    return shown(D if name.startswith("dA") else DZ if name.startswith("d") else LOSS if name == "L" else A)


def failures(paper: Paper, one: Rewriting) -> Iterator[tuple[Text, ...]]:
    for accident in accidents(one):
        yield (
            (paper.whole(one.names[0]),),
            (place(accident),),
            paper.say(accident.kind),
            (number(float(f"{accident.right:.3g}")),),
        )


def place(accident: Accident) -> Math:
    parts = [joined("=", shown(Z), number(accident.z))]
    if accident.y is not None:
        parts.append(joined("=", shown(Y), number(accident.y)))
    return joined(",", *parts) if len(parts) > 1 else parts[0]


def number(value: float) -> Math:
    return Formula(sp.Integer(int(value)) if value == int(value) else sp.Float(value))


def lines(paper: Paper, one: Rewriting) -> Iterator[Line]:
    for stage in one.stages:
        start = left(one) if stage.reason in ("textbook", "both") else None
        right = series(stage.value) if stage.reason == "series" else shown(stage.value)
        if stage.where is None:
            yield Line(start, right, because(paper, one, stage))
        else:
            yield Line(shown(stage.where), right, because(paper, one, stage), ":")


def because(paper: Paper, one: Rewriting, stage: Stage) -> Text:
    """Why a line equals the one before it."""
    if stage.used:
        equations = (equation(e) for key in stage.used for e in IDENTITIES[key].equations)
        return paper.say("by identities", equations=paper.listed(equations))
    key = "by held" if stage.reason == "form" and limits(stage.value) else f"by {stage.reason}"
    if stage.reason == "inserted":
        return paper.say(key, equations=inserted(paper, one))
    if stage.reason == "difference":
        return paper.say(key, equation=joined("=", shown(S), shown(one.difference or S)))
    if stage.reason == "series":
        return paper.say(key, power=shown(Z ** sp.degree(stage.value, Z)))
    if stage.reason == "sign":
        u = one.exponent or Z
        power = joined("=", shown(sp.exp(u)), shown(1 / T if isinstance(stage.where, sp.Ge) else T))
        return paper.say(key, equation=power, t=joined("=", shown(T), shown(sp.exp(-sp.Abs(u)))))
    return paper.say(key)


def inserted(paper: Paper, one: Rewriting) -> Text:
    meanings = ((D, one.above), (A, one.output))
    read = one.textbook.free_symbols | (one.above.free_symbols if one.above is not None else set())
    return paper.listed(
        joined("=", shown(symbol), shown(meaning))
        for symbol, meaning in meanings
        if meaning is not None and symbol in read
    )


def series(value: sp.Expr) -> Math:
    """The first terms of a polynomial with doubles for fractions, times what stands before it."""
    rest, polynomial = value.as_independent(Z, as_Add=False)
    terms = sorted(sp.Poly(polynomial, Z).terms())[:NAMES_SHOWN]
    start: Math | None = None
    for (degree,), coefficient in terms:
        fraction = sp.nsimplify(coefficient, rational=True, tolerance=TOLERANCE)
        term = shown(abs(fraction) * Z**degree)
        if start is None:
            start = term if fraction > 0 else joined("", Digits("-"), term)
        else:
            start = joined("+" if fraction > 0 else "-", start, term)
    assert start is not None
    whole = joined("+", start, Mark("dots"))
    return whole if rest == 1 else joined("", shown(rest), Bracketed(whole))


def equation(one: Equation) -> Math:
    return joined("=", shown(one.left), shown(one.right))


def reasons(found: list[Rewriting]) -> tuple[str, ...]:
    """Keys of the sentences that say why the forms of a network are equal, each once."""
    keys: list[str] = []
    for one in found:
        signs = [stage for stage in one.stages if stage.reason == "sign"]
        keys += ["t"] * bool(signs)
        keys += [key for stage in one.stages for key in stage.used]
        keys += ["max"] * (one.computed.has(sp.Max) and not one.textbook.has(sp.Max))
        keys += ["series"] * any(stage.reason == "series" for stage in one.stages)
        keys += ["clip"] * (one.computed != one.written)
        keys += ["limit"] * bool(limits(one.computed))
    return tuple(dict.fromkeys(keys))


def limits(value: sp.Expr) -> list[sp.Expr]:
    """Numbers beyond which an argument makes no difference to a double."""
    bounds = (arg for smaller in value.atoms(sp.Min) for arg in smaller.args)
    return [bound for bound in bounds if bound.is_number and bound > FAR]


def identity(paper: Paper, key: str) -> tuple[Text, Text]:
    """A row of the table of identities: its equations, and what it is good for."""
    places = {
        "t": joined("=", shown(T), shown(sp.exp(-sp.Abs(U)))),
        "letter": shown(T),
        "u": shown(sp.Abs(U)),
        "x": shown(X),
        "sum": shown(1 + X),
        "zero": joined("=", shown(X), Digits("0")),
    }
    parts: list[Math | Text] = []
    for one in ALSO.get(key) or (IDENTITIES[key].equations if key in IDENTITIES else ()):
        both = equation(one)
        if one.where == sp.true:
            parts.append(both)
        else:
            parts.append(paper.say("where", equation=both, condition=shown(one.where)))
    said = paper.listed(parts) if parts else paper.say(f"name of {key}")
    return said, paper.say(f"identity {key}", **places)
