"""derivation.tex: what its template is given. Formulas and reasons come from the derivation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp

from derive.calculus.reasons import reason
from derive.derivation import Definition, Derivation, Gradient
from derive.errors import SpecError
from derive.notation import IndexSum, Mask, Tensor, elements
from derive.printing import (
    Naming,
    latex_equation,
    latex_expression,
    numpy_expression,
    rank,
    tensor_name,
)
from derive.targets import RenderOptions, Target, py
from derive.targets.glyphs import tex_text
from derive.targets.layers import Layers, layers
from derive.targets.lines import broken, equation_numbers
from derive.targets.shapes import shape, shape_check, shaped_equation
from derive.targets.words import WORDS

Words = Mapping[str, str]
GAP = r"\enspace "


@dataclass(frozen=True)
class Row:
    """One line of a derivation: left is empty where it is the left side of the line above."""

    left: str
    right: str
    reason: str


@dataclass(frozen=True)
class Box:
    """A numbered result; remark says why it stands there, shapes are those of its two sides."""

    number: int
    formula: str
    shapes: str
    remark: str
    shaped: str | None = None

    @property
    def shown(self) -> str:
        """The formula with shapes under its symbols, where they help."""
        return self.shaped or self.formula


@dataclass(frozen=True)
class Block:
    """A definition or a gradient: title, numbers of the equations it uses, lines, result."""

    title: str
    uses: tuple[int, ...]
    rows: tuple[Row, ...]
    box: Box
    assumptions: tuple[str, ...] = ()


class Sheet:
    """What the template names, read off one derivation in one language."""

    def __init__(self, derivation: Derivation, options: RenderOptions) -> None:
        self.derivation, self.options = derivation, options
        self.program = derivation.program
        self.words: Words = WORDS[options.lang]
        self.numbers = equation_numbers(derivation)
        self.naming = Naming(rank(self.program), sizes=self.program.sizes)
        tensors = (*self.program.tensors, *(g.symbol for g in derivation))
        self.names = {t.name: tensor_name(t) for t in tensors}

    def prose(self, text: str) -> str:
        """Plain text in which names of tensors become mathematics."""
        shown = tex_text(text)
        for name in sorted(self.names, key=len, reverse=True):
            pattern = rf"(?<![\w\\{{$]){re.escape(tex_text(name))}(?![\w}}])"
            shown = re.sub(pattern, "\x00" + self.names[name].replace("\\", "\\\\") + "\x01", shown)
        return shown.replace("\x00", "$").replace("\x01", "$")

    def forward(self) -> Iterator[Block]:
        for definition in self.derivation.forward:
            if definition.node.tensor not in self.program.costs:
                yield self.definition(definition)

    def definition(self, definition: Definition) -> Block:
        node = definition.node
        tensor, value = node.tensor, definition.array if definition.array is not None else node.body
        rows = []
        if node.body.has(IndexSum):
            left, right = latex_equation(tensor, node.indices, node.body, self.naming).split(" = ", 1)
            rows.append(Row(left, right, self.words["entry"]))
        note = tex_text(py.words(node.note))
        title = f"${tensor_name(tensor)}$" + (f" ({note})" if note else "")
        shapes = self.shapes(tensor, definition.array)
        return Block(
            title,
            (),
            tuple(rows),
            Box(
                self.numbers[tensor.name],
                latex_equation(tensor, node.indices, value, self.naming),
                shapes,
                shapes if node.body.has(IndexSum) else f"{self.words['entrywise']}{GAP}{shapes}",
                self.shaped(tensor, definition.array),
            ),
        )

    def shapes(self, tensor: Tensor, array: Any) -> str:
        if array is None:
            return f"${shape(tensor, self.program.sizes)}$"
        return f"${shape_check(tensor, array, self.program.sizes)}$"

    def shaped(self, tensor: Tensor, array: Any) -> str | None:
        return None if array is None else shaped_equation(tensor, array, self.naming)

    def cost(self) -> Iterator[Block]:
        for definition in self.derivation.forward:
            node = definition.node
            if node.tensor in self.program.costs:
                formula = latex_equation(node.tensor, node.indices, node.body, self.naming)
                note = tex_text(py.words(node.note))
                shapes = f"${shape(node.tensor, self.program.sizes)}$"
                box = Box(self.numbers[node.tensor.name], formula, shapes, note)
                yield Block("", (), (), box)
        box = Box(self.numbers["J"], f"J = {self.total}", self.words["scalar"], self.words["cost"])
        yield Block("", (), (), box)

    @property
    def losses(self) -> sp.Expr:
        loss = self.program.loss
        indices = loss.indices()
        return IndexSum(loss[indices], *indices)

    @property
    def total(self) -> str:
        """What J is, in LaTeX."""
        inside = self.losses
        if self.program.regularizer is not None:
            inside += self.program.regularizer[()]
        return latex_expression(sp.Mul(self.program.scale, inside, evaluate=False), self.naming)

    def gradients(self) -> Iterator[Block]:
        for gradient in self.derivation.gradients:
            yield self.gradient(gradient)

    def gradient(self, gradient: Gradient) -> Block:
        first = gradient.steps[0]
        symbol, naming = gradient.symbol, gradient.naming
        left = latex_expression(gradient.element, naming)
        rows = [Row(left, latex_expression(first.before, naming), self.words["definition"])]
        for step in gradient.steps if gradient.array is None else gradient.steps[:-1]:
            why = self.prose(reason(step, gradient, self.options.lang))
            rows.append(Row("", latex_expression(step.after, naming), why))
        shapes = remark = self.shapes(symbol, gradient.array)
        if gradient.array is not None:
            remark = self.prose(reason(gradient.steps[-1], gradient, self.options.lang)) + GAP + shapes
        return Block(
            f"${tensor_name(symbol)} = {self.quotient(gradient)}$",
            self.uses(gradient),
            tuple(rows),
            Box(
                self.numbers[gradient.name],
                gradient.equation,
                shapes,
                remark,
                self.shaped(symbol, gradient.array),
            ),
            tuple(map(self.prose, gradient.assumptions)),
        )

    def quotient(self, gradient: Gradient) -> str:
        """What a gradient is, on one line: ∂J/∂W."""
        whole = self.derivation.convention.convention == "exact" or self.program.node(gradient.of) is None
        cost = "J" if whole or self.program.scale == 1 else r"\mathcal{L}"
        return rf"\partial {cost}/\partial {tensor_name(gradient.of)}"

    def uses(self, gradient: Gradient) -> tuple[int, ...]:
        """Numbers of the definitions and gradients that the derivation of a gradient rests on."""
        consumers = self.program.consumers.get(gradient.of.serial, ())
        names = [node.tensor.name for node in consumers]
        if gradient.of in self.program.costs:
            names.append("J")
        for step in gradient.steps:
            if isinstance(step.after, tuple):
                used = (e.tensor for term in step.after for f in term.factors for e in elements(f))
                names += [tensor.name for tensor in used if tensor.role == "gradient"]
        return tuple(sorted({self.numbers[name] for name in names if name in self.numbers}))

    def conventions(self) -> Iterator[tuple[str, str]]:
        words, choice = self.words, self.derivation.convention
        if any(t.role == "input" for t in self.program.leaves) and self.program.sizes:
            yield words["samples"], words[f"samples {choice.layout}"]
        if self.program.sizes:
            sizes = (f"${latex_expression(dim)} = {size}$" for dim, size in self.program.sizes.items())
            yield words["sizes"], words["join"].join(sizes) + words["stop"]
        kind = "same" if self.program.scale == 1 else choice.convention
        summed = words["losses"] + (words["and regularizer"] if self.program.regularizer else "")
        yield words["gradients"], words[f"gradients {kind}"].format(scale=self.scaled, summed=summed)
        yield words["shape rule"], words["shape rule text"]
        yield words["products"], words["products text"]
        yield words["ones"], words["ones text"]
        yield words["delta"], words["delta text"]
        if any(node.body.has(Mask) for node in self.program.nodes):
            yield words["masks"], words["masks text"]
        kinks = list(dict.fromkeys(self.kinks()))
        if kinks:
            yield words["kinks"], "; ".join(kinks) + words["stop"]
        assumed = dict.fromkeys(self.prose(a) for g in self.derivation for a in g.assumptions)
        if assumed:
            yield words["assumptions"], words["join"].join(assumed) + words["stop"]

    @property
    def scaled(self) -> str:
        """J in terms of the sum of the losses."""
        factor = latex_expression(self.program.scale, self.naming).replace(r"\frac", r"\tfrac")
        return rf"{'' if factor == '1' else factor}\,\mathcal{{L}}"

    def kinks(self) -> Iterator[str]:
        for node in self.program.nodes:
            for kink in node.kinks:
                point, value = (latex_expression(number, self.naming) for number in (kink.point, kink.value))
                name = tex_text(py.words(node.note)) or f"${tensor_name(node.tensor)}$"
                yield self.words["kink"].format(point=f"z = {point}", name=name, value=value)

    def symbols(self) -> dict[str, Any]:
        """Head and rows of the table of symbols: by layer where the program has layers."""
        words, sizes = self.words, self.program.sizes
        head = [words["symbol"], words["shape"], words["meaning"]]
        rows = []
        for tensor in self.program.tensors:
            meaning = words[tensor.role]
            node = self.program.node(tensor)
            if node is not None and node.note:
                meaning = tex_text(py.words(node.note))
            rows.append([f"${tensor_name(tensor)}$", f"${shape(tensor, sizes)}$", meaning])
        half = (len(rows) + 1) // 2
        pairs = [rows[n] + (rows[n + half] if n + half < len(rows) else [""] * 3) for n in range(half)]
        chunks = [pairs[n : n + 36] for n in range(0, len(pairs), 36)]
        return {"head": head * 2, "chunks": chunks}

    def summary(self, blocks: list[Block], lines: dict[int, str]) -> list[tuple[Box, str]]:
        return [(block.box, tex_text(lines.get(block.box.number, ""))) for block in blocks]

    def numpy(self) -> dict[int, str]:
        """A line of NumPy for each equation."""
        lines = {}
        for definition in self.derivation.forward:
            node = definition.node
            value = definition.array if definition.array is not None else node.body
            text = numpy_expression(value, self.naming, node.tensor.axes(node.indices))
            lines[self.numbers[definition.name]] = f"{definition.name} = {text}"
        loss = self.program.loss.name
        total = f"np.sum({loss})" if self.program.loss.dims else loss
        if self.program.regularizer is not None:
            total = f"({total} + {self.program.regularizer.name})"
        lines[self.numbers["J"]] = f"J = {_scaled_numpy(self.program.scale, total, self.naming)}"
        for gradient in self.derivation:
            lines[self.numbers[gradient.name]] = f"{gradient.name} = {gradient.numpy}"
        return lines

    def code(self, lines: dict[int, str]) -> list[str]:
        """The lines of the training program, or the plain ones where there is none."""
        try:
            made = py.context(self.derivation, self.options)
        except SpecError:
            found = [broken(*line.split(" = ", 1)) + f"  # equation {n}" for n, line in sorted(lines.items())]
            return [row for text in found for row in text.split("\n")]
        blocks = [line for block in made["forward"] for line in block]
        text = [*blocks, "", *made["gradients"]]
        return [row for line in text for row in line.split("\n")]

    def evidence(self) -> list[str]:
        proof, words = self.derivation.proof, self.words
        if proof is None:
            return [words["evidence none"]]
        if proof.failures:
            first = tex_text(str(proof.failures[0]))
            return [
                words["evidence failed"].format(
                    failures=len(proof.failures), checks=proof.checks, first=first
                )
            ]
        sizes = words["join"].join(
            f"${latex_expression(sp.Symbol(name))} = {size}$" for name, size in proof.sizes.items()
        )
        return [
            words["evidence passed"].format(
                checks=proof.checks, prime=proof.prime, sizes=sizes, seed=proof.seed
            ),
            words["evidence scope"],
        ]

    def subtitle(self) -> str:
        net = self.net
        if net is None:
            return ""
        loss = tex_text(py.words(net.loss.note))
        return (
            tex_text(net.describe().replace("_", " ")).replace("{-}\\textgreater{}", r"$\to$") + f", {loss}"
        )

    @property
    def net(self) -> Layers | None:
        try:
            return layers(self.derivation)
        except SpecError:
            return None

    def context(self) -> dict[str, Any]:
        lines = self.numpy()
        forward, cost, gradients = list(self.forward()), list(self.cost()), list(self.gradients())
        return {
            "name": self.derivation.name,
            "title": self.words["title"],
            "subtitle": self.subtitle(),
            "words": self.words,
            "chinese": self.options.lang == "zh",
            "conventions": list(self.conventions()),
            "symbols": self.symbols(),
            "forward": forward,
            "cost": cost,
            "gradients": gradients,
            "forward_summary": self.summary([*forward, *cost], lines),
            "backward_summary": self.summary(gradients, lines),
            "evidence": self.evidence(),
            "code": [code_row(line) for line in self.code(lines)],
        }


def _scaled_numpy(scale: sp.Expr, total: str, naming: Naming) -> str:
    top, bottom = sp.fraction(scale)
    text = total if top == 1 else f"{numpy_expression(top, naming)} * {total}"
    return text if bottom == 1 else f"{text} / {numpy_expression(bottom, naming)}"


def code_row(line: str) -> str:
    """A line of code as TeX prints it, with its spaces and its remark set apart."""
    code, mark, remark = line.partition("  # ")
    shown = tex_text(code).replace(" ", "~")
    return shown + (rf"~~\remark{{{tex_text('# ' + remark).replace(' ', '~')}}}" if mark else "")


def context(derivation: Derivation, options: RenderOptions) -> dict[str, Any]:
    """Everything that templates/tex/derivation.tex.jinja names."""
    return Sheet(derivation, options).context()


def files(options: RenderOptions) -> dict[str, str]:
    name = "derivation.tex" if options.lang == "en" else f"derivation.{options.lang}.tex"
    return {name: "derivation.tex.jinja"}


TARGET = Target(
    "tex",
    files,
    context,
    tex_text,
    syntax=(
        ("block_start_string", "<%"),
        ("block_end_string", "%>"),
        ("variable_start_string", "<<"),
        ("variable_end_string", ">>"),
        ("comment_start_string", "<%#"),
        ("comment_end_string", "#%>"),
    ),
)
