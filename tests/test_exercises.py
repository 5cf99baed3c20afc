"""Exercises: the same seed gives the same sheet, no sheet holds an answer, and every answer is right."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import unicodedata
import zlib
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy as sp
from exercise_sheets import (
    LEVELS,
    NETWORKS,
    SHALLOW,
    both,
    derivation,
    drawn,
    filled,
    options,
    parts,
    secret_code,
    secrets,
    without_rules,
)

from derive import Derivation, Network, derive
from derive.cli import run
from derive.engines import typst_pdf
from derive.errors import SpecError
from derive.handout import blocks as b
from derive.handout import maths
from derive.handout.blocks import Document
from derive.handout.exercises import QUESTIONS, changes, products
from derive.handout.exercises.code import BLANK, code_of
from derive.handout.exercises.levels import LEVELS as TABLE
from derive.handout.exercises.mistakes import PLANTERS
from derive.handout.exercises.roles import asked, shown
from derive.handout.pages import handout
from derive.handout.sentences import SENTENCES
from derive.handout.writing import LatexWriter, TypstWriter
from derive.printing import numpy_expression
from derive.proof import numeric
from derive.proof.sizes import choose_sizes
from derive.proof.trial import is_scaled
from derive.render import render
from derive.symbolic import SymbolicLayer
from derive.targets import html, markdown, typ

NO_CHARACTER = "\uffff"
ROUNDING = 1e-7
"""Of difference quotients, with room: a mistake is larger by far."""
SEEDS = range(2)
PAIRS = ((1, "medium"), (2, "hard"))
networks = pytest.mark.parametrize(("line", "choices"), NETWORKS, ids=[f"{n}" for n in range(len(NETWORKS))])
few = pytest.mark.parametrize(("line", "choices"), (NETWORKS[0], NETWORKS[3], NETWORKS[4]), ids=str)


def body(document: Document) -> str:
    """The source of everything below the title, which names the seed."""
    return "\n".join(typ.source(block) for block in document.blocks if not isinstance(block, b.Title))


# Which exercises


@few
def test_a_seed_is_a_sheet(line: str, choices: dict[str, str]) -> None:
    made = derivation(line, **choices)
    first = [body(handout(made, options(seed=seed))) for seed in range(4)]
    assert first[0] == body(handout(made, options(seed=0)))
    assert len(set(first)) == len(first)


def test_the_seed_decides_whatever_the_order_of_sets() -> None:
    script = (
        "from derive import Network, derive\nfrom derive.render import render\n"
        "from derive.targets import RenderOptions\n"
        f"made = derive(Network.parse({SHALLOW!r}))\n"
        "print(*render(made, ['typ'], RenderOptions(edition='answers', seed=1)).values())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "1", "PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, "-c", script]
    found = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout
    (here,) = render(derivation(), ["typ"], options("answers", 1)).values()
    assert found.strip() == here.strip()


@few
def test_more_is_blank_at_a_higher_level(line: str, choices: dict[str, str]) -> None:
    made = derivation(line, **choices)

    def blank(level: str) -> int:
        sheet, _ = both(made, blanks=level)
        code = sum(text.count(BLANK) for listing in parts(sheet, b.Listing) for text in listing.lines)
        rules = [*parts(sheet, maths.Blank), *parts(sheet, maths.Pierced)]
        return code + sum(rule.width for rule in rules) // 16

    easy, medium, hard = map(blank, LEVELS)
    assert 0 < easy < medium < hard
    assert list(TABLE) == list(LEVELS)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(("line", "choices"), NETWORKS[1:6], ids=str)
def test_every_kind_of_question_is_asked_and_answered(line: str, choices: dict[str, str], lang: str) -> None:
    sheet, answers = both(derivation(line, **choices), 1, "medium", lang)
    titles = [task.title for task in parts(sheet, b.Task)]
    for key in (
        "products",
        "change",
        "mistake",
        "numbers",
        "prove",
        "symbols",
        "forward",
        "derivation",
        "code",
    ):
        assert SENTENCES[f"task {key}"][lang] in titles, key
    assert titles == [task.title for task in parts(answers, b.Task)]
    assert [task.number for task in parts(sheet, b.Task)] == [str(n + 1) for n in range(len(titles))]
    assert len(QUESTIONS) == 5 and len([*parts(sheet, b.Room)]) == len([*parts(answers, b.Answer)]) == 4
    assert not [*parts(sheet, b.Answer)] and not [*parts(answers, b.Room)]
    assert not filled(tuple(block for block in sheet.blocks if [*parts(block, maths.Filled)]))
    assert not any(pierced.filled for pierced in parts(sheet, maths.Pierced))
    assert not [*parts(answers, maths.Blank)] and BLANK not in str([*parts(answers, b.Listing)])


def test_a_blank_is_wide_enough_to_write_on() -> None:
    for level in LEVELS:
        sheet, _ = both(derivation(), 0, level)
        rules = [*parts(sheet, maths.Blank), *parts(sheet, maths.Pierced)]
        assert rules and min(rule.width for rule in rules) >= 16


# No answer on the sheet


WRITERS = {"typ": TypstWriter(), "tex": LatexWriter()}


def printed(form: str, secret: maths.Math) -> str:
    if form == "html":
        return re.sub(r"</?math>", "", plain(html.mathml(LatexWriter().math(secret), True)))
    return markdown.latex(secret) if form in ("md", "ipynb") else WRITERS[form].math(secret)


def plain(page: str) -> str:
    """Tags without attributes: those of MathML depend on what stands around."""
    return re.sub(r"<(\w+)[^>]*>", r"<\1>", page)


def characters(source: str) -> str:
    """The characters of code, whatever the format writes for them."""
    shown = re.sub(r"\\textbf\{(\w+)\}", r"\1", unescape(source)).replace("~", " ")
    return re.sub(r"[{}\\]", "", shown)


def text_of(form: str, document: Document) -> str:
    made = "\n".join(map({"typ": typ.source, "html": html.source}[form], document.blocks))
    return plain(made) if form == "html" else made


def stands(text: str, page: str) -> bool:
    """Whether the text is on the page by itself, a shape not as the arguments of a fraction or an entry."""
    return re.search(rf"(?<![c_\w]){re.escape(text)}", page) is not None


@pytest.mark.parametrize("form", ["typ", "html"])
@networks
def test_no_answer_stands_on_the_sheet(line: str, choices: dict[str, str], form: str) -> None:
    for seed, level in PAIRS:
        sheet, answers = both(derivation(line, **choices), seed, level)
        page, solved = text_of(form, sheet), text_of(form, without_rules(answers))
        asked_for = [printed(form, secret) for secret in secrets(answers, sheet)]
        assert len(asked_for) >= 8
        for secret in asked_for:
            assert stands(secret, solved), f"seed {seed}: the search would not find {secret}"
            assert not stands(secret, page), f"seed {seed}, {level}: {secret}"
        _, found = drawn(derivation(line, **choices), seed, level)
        for name in found.out_of_code & code_of(derivation(line, **choices)).keys():
            (own,) = code_of(derivation(line, **choices))[name][-1:]
            assert own.partition(" = ")[2].partition("  # ")[0] not in page
        for secret in secret_code(answers, sheet):
            assert secret in "\n".join(str(listing.lines) for listing in parts(answers, b.Listing))
            assert secret not in page, f"seed {seed}, {level}: {secret}"


@pytest.mark.parametrize("form", ["typ", "html", "tex", "md", "ipynb"])
@pytest.mark.parametrize("seed", SEEDS)
def test_no_answer_stands_in_the_files(form: str, seed: int) -> None:
    made, lang, level = derivation(), ("en", "zh")[seed], ("medium", "hard")[seed]
    sheet, answers = both(made, seed, level, lang)
    texts = {}
    for edition in ("exercises", "answers"):
        ((name, text),) = render(made, [form], options(edition, seed, level, lang)).items()
        assert name == f"{edition}{'.zh' if lang == 'zh' else ''}.{form}"
        if form == "ipynb":
            text = "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
        texts[edition] = plain(text) if form == "html" else text
    secret = [printed(form, found) for found in secrets(answers, sheet)]
    assert not [found for found in secret if stands(found, texts["exercises"])]
    assert len([found for found in secret if stands(found, texts["answers"])]) >= 4
    code = secret_code(answers, sheet)
    assert not [found for found in code if found in characters(texts["exercises"])]
    assert all(found in characters(texts["answers"]) for found in code)
    for found in re.findall(r'<(?:title|desc)>(.*?)</|aria-label="(.*?)"|alt: "(.*?)"', texts["exercises"]):
        assert "=" not in "".join(found)


def test_a_picture_without_shapes() -> None:
    sheet, _ = both(derivation())
    (title,) = parts(sheet, b.Title)
    labels = [item.text for item in title.picture.items if hasattr(item, "text")]
    assert labels and not [*parts(labels, maths.Shape)]


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is not installed")
def test_no_answer_stands_in_the_pdf(tmp_path: Path) -> None:
    made, content, said = derivation(), {}, {}
    for edition in ("exercises", "answers"):
        (text,) = render(made, ["typ"], options(edition, 3, "hard")).values()
        content[edition] = typst_pdf(text, "en")
        (tmp_path / edition).write_bytes(content[edition])
        command = ["pdftotext", "-layout", str(tmp_path / edition), "-"]
        found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        said[edition] = unicodedata.normalize("NFKC", found)
    sheet, answers = both(made, 3, "hard")
    shapes = [s for s in secrets(answers, sheet) if isinstance(s, maths.Shape)]
    texts = [f"({', '.join(map(str, shape.sizes))})" for shape in shapes] + secret_code(answers, sheet)
    assert len(texts) > 5 and "Right is" in said["answers"]
    for secret in texts:
        assert secret in said["answers"] and secret not in said["exercises"], secret
    assert letters(content["exercises"]) <= {*said["exercises"], " ", NO_CHARACTER}
    assert letters(content["answers"]) - letters(content["exercises"])
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", content["exercises"])) <= 6
    info = subprocess.run(
        ["pdfinfo", str(tmp_path / "exercises")], capture_output=True, text=True, check=True
    )
    assert "Backpropagation: exercises" in info.stdout and "answers" not in info.stdout.lower()


def letters(pdf: bytes) -> set[str]:
    """The characters for which the fonts of a PDF have a glyph."""
    found: set[str] = set()
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.S):
        try:
            text = zlib.decompress(stream)
        except zlib.error:
            continue
        if b"beginbfchar" in text:
            codes = re.findall(rb"<[0-9a-fA-F]+>\s*<([0-9a-fA-F]+)>", text)
            decoded = "".join(bytes.fromhex(code.decode()).decode("utf-16-be") for code in codes)
            found |= set(unicodedata.normalize("NFKC", decoded))
    return found


@networks
def test_what_is_asked_for_is_shown_by_no_other_question(line: str, choices: dict[str, str]) -> None:
    for seed in range(8):
        sheet, found = drawn(derivation(line, **choices), seed)
        assert not [s for s in asked(sheet, found) for text in shown(sheet, found) if s in text]
        assert found.wrong in found.judged and found.proved not in (*found.derived, found.wrong)


@networks
def test_what_is_given_for_a_proof_counts_as_shown(line: str, choices: dict[str, str]) -> None:
    for seed in SEEDS:
        page, _ = both(derivation(line, **choices), seed)
        given = [*parts(page, b.Steps)][-1]
        sheet, found = drawn(derivation(line, **choices), seed)
        assert {LatexWriter().math(n.right) for n in given.lines} <= set(shown(sheet, found))


# Every mistake is one, and the only one


class Truth:
    """Numeric derivatives of a network, in which a line of NumPy can be tried by itself."""

    def __init__(self, made: Derivation) -> None:
        texts = [gradient.numpy for gradient in made]
        self.spaces: list[dict[str, Any]] = []
        for seed in range(3):
            found = numeric._numeric_pass(made, choose_sizes(made.program), seed, {})
            space = numeric._namespace(made.program, found, {}, texts)
            for gradient in made:
                scale = found.scale if is_scaled(gradient.of, made) else 1.0
                table = {entry: scale * value for entry, value in found.derivative(gradient.of).items()}
                space[gradient.name] = numeric._array(gradient.symbol, table, found.evaluator)
            self.spaces.append(space)

    def error(self, name: str, code: str) -> float:
        """The largest for several networks: one with units that never fire shows few mistakes."""
        return max(numeric._compare(name, code, dict(space), space[name]).error for space in self.spaces)


@cache
def truth(made: Derivation) -> Truth:
    return Truth(made)


@networks
def test_what_is_planted_is_wrong_and_what_stands_beside_it_is_right(
    line: str, choices: dict[str, str]
) -> None:
    made = derivation(line, **choices)
    sheet, _ = drawn(made)
    planted = 0
    for gradient in sheet.gradients:
        assert truth(made).error(gradient.name, gradient.numpy) < ROUNDING
        for name, plant in PLANTERS.items():
            array = plant(sheet.paper, gradient)
            if array is not None:
                planted += 1
                code = numpy_expression(array, gradient.naming, gradient.symbol.axes(gradient.indices))
                assert truth(made).error(gradient.name, code) > 1e-3, (name, gradient.name)
    assert planted >= 4


def test_every_planter_finds_a_network() -> None:
    sheets = [drawn(derivation(line, **choices))[0] for line, choices in NETWORKS]
    pairs = [(sheet.paper, gradient) for sheet in sheets for gradient in sheet.gradients]
    for name, plant in PLANTERS.items():
        assert any(plant(*pair) is not None for pair in pairs), name


def test_mistakes_that_would_be_none_are_not_planted() -> None:
    relu, _ = drawn(derivation("3 -> 4 relu -> 1 sigmoid"))
    by_name = {g.name: g for g in relu.gradients}
    assert PLANTERS["variable"](relu.paper, by_name["dZ1"]) is None, "A > 0 exactly where Z > 0"
    assert PLANTERS["difference"](relu.paper, by_name["dZ2"]) is None, "A − Y is right here"
    narrow, _ = drawn(derivation("3 -> 1 tanh -> 1 sigmoid"))
    upstream = next(g for g in narrow.gradients if g.name == "dA1")
    assert PLANTERS["transpose"](narrow.paper, upstream) is None, "W2 has one entry"


@networks
def test_the_sheet_shows_the_mistake_and_the_answer_names_its_line(
    line: str, choices: dict[str, str]
) -> None:
    made = derivation(line, **choices)
    sheet, answers = both(made, 1)
    _, found = drawn(made, 1)
    (table,) = (t for t in parts(sheet, b.Table) if t.align == "ll")
    wrong = LatexWriter().math(
        maths.joined("=", maths.Whole(found.wrong.symbol), maths.Formula(found.planted, found.wrong.naming))
    )
    lines = {label[0]: LatexWriter().math(formula[0]) for label, formula in table.rows}
    (place,) = (label for label, formula in lines.items() if formula == wrong)
    assert len(lines) >= 3
    said = next(a for a in parts(answers, b.Answer) if [*parts(a, b.Result)])
    assert place in "".join(map(str, said.blocks[0].text))


@networks
def test_the_lines_beside_the_mistake_stand_nowhere_else_on_the_sheet(
    line: str, choices: dict[str, str]
) -> None:
    sheet, _ = both(derivation(line, **choices), 1)
    (table,) = (t for t in parts(sheet, b.Table) if t.align == "ll")
    others = {LatexWriter().math(result.math) for result in parts(sheet, b.Result)}
    lines = [LatexWriter().math(formula[0]) for _, formula in table.rows]
    assert len(set(lines)) == len(lines) >= 3
    assert not others.intersection(lines)


# Every answer is right


@networks
def test_the_computed_entry_follows_from_the_numbers_on_the_sheet(line: str, choices: dict[str, str]) -> None:
    made = derivation(line, **choices)
    for seed in SEEDS:
        sheet, answers = both(made, seed)
        (kept,) = (k for k in parts(sheet, b.Kept) if [*parts(k, b.Flow)])
        (asked_for,) = (w for w in parts(kept.blocks[0].text, maths.Whole) if w.below)
        (steps,) = (s for s in parts(answers, b.Steps) if [*parts(s, maths.Worked)])
        assert steps.lines[1].left == asked_for
        space: dict[str, Any] = {"np": np}
        for size in parts(kept.blocks[0].text, maths.Joined):
            space[size.parts[0].name] = int(size.parts[1].text)
        for given in kept.blocks[1].maths:
            space[given.parts[0].tensor.name] = read(given.parts[1])
        gradient = made[asked_for.tensor.name]
        at = tuple(int(index) - 1 for index in asked_for.below)
        place = tuple(0 if axis is None else at[axis] for axis in gradient.symbol.layout or ())
        found = np.asarray(eval(gradient.numpy, space))[place]
        assert abs(float(found) - read(steps.lines[-1].right)) <= 5.1e-5
        assert steps.lines[-1].right.text != "0.0000"


def read(node: maths.Math) -> Any:
    """The number or the matrix of numbers that is printed."""
    if isinstance(node, maths.Grid):
        return np.array([[read(entry) for entry in row] for row in node.rows])
    assert isinstance(node, maths.Digits)
    return float(node.text.replace("−", "-"))


@networks
def test_the_changed_network_has_the_gradients_of_the_answer(line: str, choices: dict[str, str]) -> None:
    made = derivation(line, **choices)
    sheet, _ = drawn(made)
    for change in list(changes.changes(sheet))[:2]:
        new = changes.changed(made, change)
        assert not new.proof.failures
        assert all(truth(new).error(g.name, g.numpy) < ROUNDING for g in new)
        moved = {old.name for old, _ in changes.moved(sheet, new)}
        for old in sheet.gradients:
            error = truth(new).error(old.name, old.numpy)
            assert (error > 1e-4) == (old.name in moved), (change.new.name, old.name)


@pytest.mark.parametrize("units", [1, 2])
def test_a_loss_that_takes_the_place_of_another_fits(units: int) -> None:
    line = f"3 -> {units} sigmoid"
    sheet, _ = drawn(derivation(line))
    asked = [change.new.name for change in changes.changes(sheet)]
    assert len(asked) == 1 + units
    assert all(Network.parse(f"{line} | {name}").loss.name == name for name in asked)


def test_products_exist_where_the_answer_has_a_shape() -> None:
    made = derivation()
    sheet, _ = drawn(made)
    sizes = {**made.program.sizes, sheet.net.samples: 7}
    pairs = products.candidates(sheet)
    for left, right in pairs:
        arrays = []
        for factor in (left, right):
            ones = np.ones([int(sp.sympify(size).xreplace(sizes)) for size in factor.tensor.shape])
            arrays.append(ones.T if factor.transposed else ones)
        try:
            shape: Any = (arrays[0] @ arrays[1]).shape
        except ValueError:
            shape = None
        assert (shape is not None) == products.fits(sheet, (left, right))
        if shape is not None:
            said = (left.shape(sheet)[0], right.shape(sheet)[1])
            assert shape == tuple(int(sp.sympify(size).xreplace(sizes)) for size in said)
    assert len(pairs) > 100


def test_a_change_makes_no_formula_that_stands_on_the_sheet() -> None:
    made = derivation("3 -> 1 sigmoid")
    for seed in range(6):
        sheet, found = drawn(made, seed)
        new = changes.changed(made, changes.drawn(sheet, found))
        for _, now in changes.moved(sheet, new):
            text = LatexWriter().math(maths.Formula(now.value, now.naming))
            assert not [there for there in shown(sheet, found) if text in there]


def test_missing_shapes_are_those_of_the_arrays() -> None:
    for line, choices in NETWORKS[:5]:
        _, answers = both(derivation(line, **choices), 0, "hard")
        tensors = {t.name: t for t in derivation(line, **choices).program.tensors}
        for table in (t for t in parts(answers, b.Table) if len(t.head) == 6):
            for symbol, shape in ((row[n][0], row[n + 1][0]) for row in table.rows for n in (0, 3) if row[n]):
                sizes = tensors[symbol.tensor.name].shape
                known = derivation(line, **choices).program.sizes
                assert without_rules(shape).sizes == tuple(sp.sympify(s).xreplace(known) for s in sizes)


@networks
def test_code_in_the_answers_is_that_of_train_py(line: str, choices: dict[str, str]) -> None:
    made = derivation(line, **choices)
    program = render(made, ["py"])["train.py"]
    if "for " in program.partition("def backward")[2].partition("def ")[0]:
        pytest.skip("train.py has these lines in a loop")
    sheet, answers = both(made, 1)
    for code in secret_code(answers, sheet):
        assert f" = {code}" in program, code


def test_a_proof_goes_from_what_is_given_to_what_is_asked() -> None:
    for line, choices in NETWORKS:
        sheet, answers = both(derivation(line, **choices), 1)
        question = [*parts(sheet, b.Steps)][-1]
        answer = [*parts(answers, b.Steps)][-1]
        ends = [LatexWriter().math(n.right) for n in (question.lines[0], question.lines[-1])]
        assert ends == [LatexWriter().math(n.right) for n in (answer.lines[0], answer.lines[-1])]
        lines = [LatexWriter().math(n.right) for n in answer.lines]
        assert len(set(lines)) == len(lines) >= 3 and all(n.reason for n in answer.lines)


# Where there is no sheet


def test_a_program_without_layers_has_no_exercises() -> None:
    made = derive(SymbolicLayer())
    with pytest.raises(SpecError, match="exercises are made for networks of layers"):
        handout(made, options())


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def build(*more: str) -> int:
        return run(["build", SHALLOW, "-o", str(tmp_path), "--formats", "py,typ,html", *more])

    assert build("--exercises", "--seed", "5", "--blanks", "hard", "--lang", "zh") == 0
    folder = tmp_path / "3-4-tanh-1-sigmoid"
    names = ["train.py", "exercises.zh.typ", "exercises.zh.html", "answers.zh.typ", "answers.zh.html"]
    assert capsys.readouterr().out.splitlines() == [str(folder / name) for name in names]
    first = (folder / "exercises.zh.typ").read_text(encoding="utf-8")
    assert build("--exercises", "--seed", "5", "--blanks", "hard", "--lang", "zh") == 0
    assert (folder / "exercises.zh.typ").read_text(encoding="utf-8") == first
    assert build("--exercises", "--seed", "6", "--blanks", "hard", "--lang", "zh") == 0
    assert (folder / "exercises.zh.typ").read_text(encoding="utf-8") != first


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--exercises", "--seed", "x"], "--seed 'x': a whole number from 0 to 999999999 is needed"),
        (["--exercises", "--seed", "-1"], "a whole number from 0"),
        (["--exercises", "--blanks", "eazy"], "--blanks: unknown level 'eazy'; did you mean 'easy'?"),
        (["--seed", "3"], "--seed 3 chooses exercises; give --exercises as well"),
        (["--blanks", "easy"], "--blanks easy chooses exercises; give --exercises as well"),
        (["--exercises", "--parts", "code"], "--parts chooses parts of the handout"),
        (["--exercises", "--detail", "brief"], "--detail chooses parts of the handout"),
    ],
)
def test_bad_options(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str], message: str
) -> None:
    assert run(["build", SHALLOW, "-o", str(tmp_path), *more]) == 2
    assert message in capsys.readouterr().err and not [*tmp_path.iterdir()]
