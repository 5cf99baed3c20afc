"""The LaTeX sheet: what it says, what cannot reach TeX, and that it compiles without a warning."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import programs
import pytest
import sympy as sp
from jinja2 import UndefinedError

from derive import Convention, Derivation, Network, derive
from derive.calculus.rules import RULES
from derive.gallery import GALLERY
from derive.proof import Proof
from derive.render import render
from derive.targets import RenderOptions
from derive.targets.glyphs import tex_text
from derive.targets.parts import Sheet
from derive.targets.shapes import shape_check, shaped_equation
from derive.targets.words import WORDS

LINE = "3 -> 4 tanh -> 1 sigmoid"
HOSTILE = "Größe_权 Ω-1"


def derivation(line: str = LINE, name: str = "", **choices: str) -> Derivation:
    return derive(Network.parse(line, name=name, convention=Convention(**choices)))  # type: ignore[arg-type]


def sheet(made: Derivation, lang: str = "en") -> str:
    (text,) = render(made, ["tex"], RenderOptions(lang=lang)).values()  # type: ignore[arg-type]
    return text


def test_every_equation_has_its_number_once_in_a_box_and_once_in_the_summary() -> None:
    made = derivation()
    text = sheet(made)
    numbers = list(made.equations.values())
    assert [int(n) for n in re.findall(r"^\\result\{\w+\}\{\w+\}\{(\d+)\}", text, re.M)] == numbers
    assert [int(n) for n in re.findall(r"^\\summaryrow\{(\d+)\}", text, re.M)] == numbers


def test_every_step_of_every_gradient_stands_there_with_its_reason() -> None:
    made = derivation()
    parts = Sheet(made, RenderOptions())
    for gradient, block in zip(made.gradients, parts.gradients(), strict=True):
        assert len(block.rows) == len(gradient.steps)
        assert all(row.reason for row in block.rows)
        rights = [row.right for row in block.rows]
        assert all(one != other for one, other in pairwise(rights)), rights


def test_lines_of_numpy_and_equations_agree_with_the_derivation() -> None:
    made = derivation()
    text = sheet(made)
    for gradient in made:
        assert gradient.equation in text
        assert tex_text(f"{gradient.name} = {gradient.numpy}") in text


def test_the_program_is_that_of_the_training_code() -> None:
    made = derivation()
    code = render(made, ["py"])["train.py"]
    shown = re.findall(r"^\\codeline\{(.*)\}$", sheet(made), re.M)
    remarks = [line for line in code.splitlines() if ", equation " in line]
    assert remarks
    for line in remarks:
        before, after = line.strip().split("  # ")
        assert any(tex_text(before).replace(" ", "~") in row and after.split()[-1] in row for row in shown)


def test_definitions_that_a_gradient_uses_are_named() -> None:
    made = derivation()
    numbers = made.equations
    block = {g.name: b for g, b in zip(made, Sheet(made, RenderOptions()).gradients(), strict=True)}["dW2"]
    assert block.uses == (numbers["Z2"], numbers["dZ2"])


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ({"layout": "columns"}, "Samples are columns"),
        ({"layout": "rows"}, "Samples are rows"),
        ({"convention": "course"}, "enters there and nowhere else"),
        ({"convention": "exact"}, r"Every $d\,\cdot$ is a derivative of $J$"),
    ],
)
def test_the_conventions_in_force_are_stated(choices: dict[str, str], said: str) -> None:
    assert said in sheet(derivation(**choices))


def test_kinks_assumptions_and_sizes_are_stated() -> None:
    text = sheet(derivation("4 -> 3 relu -> 2 softmax"))
    assert "At $z = 0$, where" in text and "it is declared to be $0$" in text
    assert r"$\sum_{k}$ $Y_{ki}$ = 1" in text
    assert "$n_{0} = 4$" in text


def test_a_failed_proof_and_none_are_said() -> None:
    made = derivation()
    assert "Nothing was checked" in sheet(replace(made, proof=None))
    failed = replace(made, proof=Proof(3, ("dW2: 1 ≠ 2",), 5))
    assert "Do not use this sheet" in sheet(failed) and "dW2" in sheet(failed)
    assert f"All {made.proof.checks} checks passed" in sheet(made)


def test_both_languages_have_the_same_sentences_and_fill_them_alike() -> None:
    english, chinese = WORDS["en"], WORDS["zh"]
    assert english.keys() == chinese.keys()
    for key, sentence in english.items():
        fields = [set(re.findall(r"(?<!\{)\{(\w+)\}(?!\})", text)) for text in (sentence, chinese[key])]
        assert fields[0] == fields[1], key


def test_every_rule_has_a_reason_in_the_sheet_in_every_language() -> None:
    parts = Sheet(derivation(), RenderOptions())
    for rule in RULES:
        for lang in WORDS:
            assert parts.prose(rule.reason[lang].format(of="Z2", because="A2"))


def test_prose_turns_names_into_mathematics_and_nothing_else() -> None:
    parts = Sheet(derivation(), RenderOptions())
    assert parts.prose("A2 = f(Z2) & 50% of Z22") == r"$A^{[2]}$ = f($Z^{[2]}$) \& 50\% of Z22"
    assert parts.prose("Σ_k Y[k, i] = 1") == r"$\sum_{k}$ $Y_{ki}$ = 1"


def test_shapes_are_checked_on_a_line_and_under_symbols() -> None:
    made = derivation()
    sizes = made.program.sizes
    lines = {g.name: shape_check(g.symbol, g.array, sizes) for g in made if g.array is not None}
    assert lines["dW2"] == r"(1, 4) = (1, m)\,(m, 4)"
    assert lines["db2"] == r"(1, 1) = (1, m)\,(m, 1)"
    assert lines["dZ1"] == r"(4, m) = (4, m) \odot (4, m)"
    assert lines["dZ2"] == "(1, m)"
    weights = made["dW2"]
    assert weights.array is not None
    under = shaped_equation(weights.symbol, weights.array, weights.naming)
    assert under is not None and r"\underset{(m, 4)}{A^{[1]\top}}" in under


def test_nothing_from_outside_is_a_command() -> None:
    hostile = r"\input{x} ^^5cinput \write18{ls} %$#&_{}~" + "\n\r\\end{document}"
    shown = tex_text(hostile)
    assert "\n" not in shown and "^^" not in shown
    commands = set(re.findall(r"\\[A-Za-z]+", shown))
    assert commands <= {r"\textbackslash", r"\textasciicircum", r"\textasciitilde"}


@pytest.mark.parametrize(
    ("char", "wanted"),
    [
        ("é", "é"),
        ("ß", "ß"),
        ("δ", r"\ensuremath{\delta}"),
        ("′", r"\ensuremath{'}"),
        ("权", r"\otherletter{权}{6743}"),
        ("ħ", r"\otherletter{ħ}{0127}"),
        ("\u0301", ""),
    ],
)
def test_letters_that_fonts_lack(char: str, wanted: str) -> None:
    assert tex_text(char) == wanted


def test_a_name_that_the_template_asks_for_and_nobody_gives_is_an_error() -> None:
    from derive.render import _environment, target

    with pytest.raises(UndefinedError):
        _environment(target("tex")).get_template("tex/derivation.tex.jinja").render(name="x")


ENGINES = ["pdflatex", "xelatex"]
NEEDED = bool(os.environ.get("DERIVE_REQUIRE_TEX"))


def compiled(text: str, engine: str, folder: Path) -> str:
    """The log of one run; fails where the run does."""
    if shutil.which(engine) is None:
        assert not NEEDED, f"{engine} is missing and DERIVE_REQUIRE_TEX is set; install the set of .ci/run"
        pytest.skip(f"no {engine}")
    (folder / "derivation.tex").write_text(text, encoding="utf-8")
    command = [engine, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "derivation.tex"]
    run = subprocess.run(command, cwd=folder, capture_output=True, timeout=120, check=False)
    log = (folder / "derivation.log").read_text(encoding="utf-8", errors="replace")
    assert run.returncode == 0, "\n".join(re.findall(r"^!.*(?:\n.*){3}", log, re.M))
    return log


def clean(log: str) -> None:
    overfull = [float(points) for points in re.findall(r"^Overfull \\[hv]box \(([\d.]+)pt", log, re.M)]
    assert not [points for points in overfull if points > 5]
    assert not re.findall(r"^.*(?:Warning:|Missing character|ndefined ).*$", log, re.M)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", GALLERY)
def test_the_gallery_compiles_without_a_warning(name: str, engine: str, tmp_path: Path) -> None:
    clean(compiled(sheet(derivation(GALLERY[name], name)), engine, tmp_path))


@pytest.mark.parametrize("layers", [1, 2, 5, 10, 20])
def test_any_depth_compiles(layers: int, tmp_path: Path) -> None:
    line = "3 -> " + "4 relu -> " * (layers - 1) + "1 sigmoid"
    clean(compiled(sheet(derivation(line)), "pdflatex", tmp_path))


def test_a_line_wider_than_the_page_is_made_smaller(tmp_path: Path) -> None:
    made = derivation("3 -> 4 gelu_tanh -> 1 sigmoid | focal", derivatives="input")
    rows = [row for block in Sheet(made, RenderOptions()).gradients() for row in block.rows]
    wide = [row for row in rows if len(row.right) > 300]
    log = compiled(sheet(made), "pdflatex", tmp_path)
    assert wide
    clean(log)


@pytest.mark.parametrize("engine", ENGINES)
def test_names_of_any_script_compile(engine: str, tmp_path: Path) -> None:
    line = "3 -> 4 swish(βeta_x) -> 1 sigmoid | l2(lambda)"
    clean(compiled(sheet(derivation(line, HOSTILE, layout="rows", convention="exact")), engine, tmp_path))


@pytest.mark.parametrize("engine", ENGINES)
def test_every_printable_character_compiles_as_text(engine: str, tmp_path: Path) -> None:
    characters = "".join(map(chr, [*range(32, 127), *range(0xA1, 0x180), *range(0x391, 0x3CA)]))
    letters = "".join(char for char in characters if char.isascii() or char.isalpha())
    hostile = replace(derivation().program, name=f"\\input{{x}}\\write18{{y}}^^5c {letters}")
    log = compiled(sheet(derive(hostile)), engine, tmp_path)
    assert not re.findall(r"^.*(?:Missing character|ndefined ).*$", log, re.M)


@pytest.mark.parametrize("name", programs.PROGRAMS)
def test_programs_built_by_hand_have_a_sheet(name: str, tmp_path: Path) -> None:
    text = sheet(derive(programs.PROGRAMS[name]()))
    if name in ("attention", "strided_convolution", "mean_over_last", "hessian_vector_product"):
        clean(compiled(text, "pdflatex", tmp_path))


def test_chinese_names_its_engine_and_keeps_its_letters() -> None:
    text = sheet(derivation(name="权重"), "zh")
    assert text.splitlines()[1] == "% !TeX program = xelatex"
    assert "反向传播" in text and r"\newcommand\otherletter[2]{#1}" in text


def test_scale_is_printed_as_the_program_has_it() -> None:
    made = derive(replace(derivation().program, scale=sp.Rational(1, 2)))
    assert "np.sum(L) / 2" in sheet(made) or "0.5 * np.sum(L)" in sheet(made)
