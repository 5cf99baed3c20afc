"""The handout as LaTeX: what it says, what cannot reach TeX, and that it compiles without a warning."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import zlib
from contextlib import suppress
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import programs
import pytest
import sympy as sp
from jinja2 import UndefinedError

from derive import Convention, Derivation, Network, derive
from derive.arrays import Array
from derive.calculus.rules import RULES
from derive.cli.doctor import STYLES
from derive.errors import SpecError
from derive.gallery import GALLERY
from derive.handout import blocks as b
from derive.handout.drawing import Label
from derive.handout.maths import ShapeCheck
from derive.handout.pages import handout
from derive.handout.paper import Paper
from derive.handout.parts import PARTS
from derive.handout.sentences import SENTENCES
from derive.handout.writing import LatexWriter
from derive.proof import Proof
from derive.render import render
from derive.targets import RenderOptions
from derive.targets.folding import foldable
from derive.targets.glyphs import tex_text
from derive.targets.tex_blocks import BLOCKS
from derive.targets.tex_blocks import text as text_of

LINE = "3 -> 4 tanh -> 1 sigmoid"
HOSTILE = "Größe_权 Ω-1"


@cache
def derivation(line: str = LINE, name: str = "", **choices: str) -> Derivation:
    return derive(Network.parse(line, name=name, convention=Convention(**choices)))  # type: ignore[arg-type]


def sheet(made: Derivation, lang: str = "en", detail: str = "full", parts: tuple[str, ...] = ()) -> str:
    options = RenderOptions(lang=lang, detail=detail, parts=parts)  # type: ignore[arg-type]
    (text,) = render(made, ["tex"], options).values()
    return text


def body(text: str) -> str:
    return text.split(r"\begin{document}")[1]


def gradients(made: Derivation) -> list[tuple[b.Steps, b.Result]]:
    """The lines and the box of each gradient."""
    found = walked(handout(made, RenderOptions(parts=("backward",))).blocks)
    return [
        (steps, result)
        for steps, result in pairwise(found)
        if isinstance(steps, b.Steps) and isinstance(result, b.Result)
    ]


def walked(blocks: tuple[b.Block, ...]) -> list[b.Block]:
    return [
        one for block in blocks for one in (walked(block.blocks) if isinstance(block, b.Kept) else [block])
    ]


def test_every_equation_has_its_number_once_in_a_box_and_once_in_the_summary() -> None:
    made = derivation()
    text = sheet(made)
    numbers = list(made.equations.values())
    assert [int(n) for n in re.findall(r"^\\result\{\w+\}\{(\d+)\}", text, re.M)] == numbers
    backward = numbers.index(made.equations["J"]) + 1
    order = [*numbers[:backward], *reversed(numbers[backward:])]
    assert [int(n) for n in re.findall(r"^\\summaryrow\{(\d+)\}", text, re.M)] == order


def test_equations_count_from_the_forward_pass_to_the_last_gradient() -> None:
    names = ["Z1", "A1", "Z2", "A2", "L", "J", "dA2", "dZ2", "dW2", "db2", "dA1", "dZ1", "dW1", "db1"]
    assert derivation().equations == {name: number for number, name in enumerate(names, 1)}


def test_links_lead_somewhere() -> None:
    for parts in ((), ("summary", "code")):
        text = sheet(derivation(), parts=parts)
        boxes = set(re.findall(r"^\\result\{\w+\}\{(\d+)\}", text, re.M))
        assert set(re.findall(r"\\anchored\{(\d+)\}", text)) == boxes and bool(boxes) == (not parts)
        linked = set(re.findall(r"\\eq(?:plain)?\{(\d+)\}", body(text)))
        assert linked and (parts or linked <= boxes)


def test_a_brief_handout_has_the_formulas_and_their_reasons_on_two_pages(tmp_path: Path) -> None:
    made = derivation()
    text = sheet(made, detail="brief")
    assert "\\nextstep{" not in body(text)
    for gradient in made:
        assert gradient.equation in text
    assert "the value of $dA^{[2]}$ is inserted; factors over the same indices are multiplied" in text
    assert SENTENCES["backward text"]["en"] in text
    log = compiled(text, "pdflatex", tmp_path)
    clean(log)
    assert set(re.findall(r"\[(\d)(?=[\]{\s])", log)) == {"1", "2"}


def test_every_step_of_every_gradient_stands_there_with_its_reason() -> None:
    made = derivation()
    writer = LatexWriter()
    for gradient, (steps, result) in zip(made.gradients, gradients(made), strict=True):
        last = gradient.steps[-1]
        shown = not isinstance(last.after, Array)
        assert len(steps.lines) == len(gradient.steps) + shown
        assert all(line.reason for line in steps.lines)
        assert shown or any("read as operations" in str(part) for part in result.aside)
        rights = [writer.math(line.right) for line in steps.lines]
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
    lines = re.findall(r"^\\codeline\{\d+\}\{(.*)$", sheet(made), re.M)
    shown = [re.sub(r"\\textbf\{(\w+)\}", r"\1", line) for line in lines]
    remarks = [line for line in code.splitlines() if ", equation " in line]
    assert remarks
    for line in remarks:
        before, after = line.strip().split("  # ")
        code_there = tex_text(before).replace(" ", "~")
        number = after.split()[-1]
        assert any(code_there in row and rf"equation~\eqplain{{{number}}}" in row for row in shown)


def test_definitions_that_a_gradient_uses_are_named() -> None:
    made = derivation()
    numbers = made.equations
    used = rf"from \eq{{{numbers['Z2']}}}, \eq{{{numbers['dZ2']}}}"
    assert f"{{$dW^{{[2]}} = \\partial\\,J/\\partial\\,W^{{[2]}}$}}{{{used}}}" in sheet(made)


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ({"layout": "columns"}, "Samples are columns"),
        ({"layout": "rows"}, "Samples are rows"),
        ({"convention": "course"}, "appears in the gradients of parameters and nowhere else"),
        ({"convention": "exact"}, "Every $d$ means a derivative of $J$"),
    ],
)
def test_the_conventions_in_force_are_stated(choices: dict[str, str], said: str) -> None:
    assert said in sheet(derivation(**choices))


@pytest.mark.parametrize("output", ["softplus | squared_error", "sigmoid | absolute_error", "tanh | hinge"])
def test_the_exact_convention_has_all_parts(output: str) -> None:
    text = sheet(derivation(f"2 -> 3 silu -> 2 {output}", convention="exact"))
    assert all(tex_text(SENTENCES[key]["en"]) in text for key in ("backward", "example", "evidence", "code"))


def test_kinks_assumptions_and_sizes_are_stated() -> None:
    text = sheet(derivation("4 -> 3 relu -> 2 softmax"))
    assert "At $z = 0$, where ReLU has no derivative, it is declared to be $0$" in text
    assert r"$\sum_{k}$ $Y_{ki}$ = 1" in text
    assert "$n_{0} = 4$" in text


def test_a_failed_proof_and_none_are_said() -> None:
    made = derivation()
    assert "Nothing was checked" in sheet(replace(made, proof=None))
    failed = replace(made, proof=Proof(3, ("dW2: 1 ≠ 2",), 5))
    assert "Do not use this handout" in sheet(failed) and "dW2" in sheet(failed)
    assert f"All {made.proof.checks} checks passed" in sheet(made)


def test_only_a_network_has_the_lines_of_a_training_program() -> None:
    made = derive(programs.attention())
    assert r"functions of \texttt{train.py}" in sheet(derivation())
    shown = sheet(made)
    assert r"functions of \texttt{train.py}" not in shown and "lines of NumPy of all formulas" in shown
    listed = body(shown).split(r"\begin{listing}")[1]
    assert re.findall(r"eqplain\{(\d+)\}", listed) == [str(n) for n in made.equations.values()]


def test_every_rule_has_a_reason_in_every_language() -> None:
    paper = Paper(derivation())
    for rule in RULES:
        for lang in ("en", "zh"):
            assert paper.prose(rule.reason[lang].format(of="Z2", because="A2"))


@pytest.mark.parametrize("key", SENTENCES)
def test_no_sentence_has_a_letter_that_the_fonts_lack(key: str) -> None:
    assert "otherletter" not in tex_text(SENTENCES[key]["en"])


def test_prose_turns_names_into_mathematics_and_nothing_else() -> None:
    paper = Paper(derivation())
    assert text_of(paper.prose("A2 = f(Z2) & 50% of Z22")) == r"$A^{[2]}$ = f($Z^{[2]}$) \& 50\% of Z22"
    assert text_of(paper.prose("Σ_k Y[k, i] = 1")) == r"$\sum_{k}$ $Y_{ki}$ = 1"


def shape_lines(made: Derivation) -> dict[str, str]:
    naming, writer = Paper(made).naming, LatexWriter()
    forward = [(d.node.tensor, d.array) for d in made.forward]
    backward = [(g.symbol, g.array) for g in made]
    return {t.name: writer.math(ShapeCheck(t, array, naming)) for t, array in (*forward, *backward)}


def test_shapes_are_checked_on_a_line_and_under_symbols() -> None:
    made = derivation()
    lines = shape_lines(made)
    assert lines["dW2"] == r"(1, 4) = (1, m)\,(m, 4)"
    assert lines["db2"] == r"(1, 1) = (1, m)\,(m, 1)"
    assert lines["dZ1"] == r"(4, m) = (4, m) \odot (4, m)"
    assert lines["dZ2"] == "(1, m)"
    box = next(line for line in sheet(made).splitlines() if r"\result{backward}{9}" in line)
    assert r"\underset{(m, 4)}{A^{[1]\top}}" in box and lines["dW2"] in box


def test_shapes_follow_fractions_and_sums_in_the_order_of_print() -> None:
    lines = shape_lines(derive(programs.attention()))
    assert lines["P"] == r"(t, u) = (t, u) / [(t, u)\,(u, 1)]"
    assert lines["dS"] == r"(t, u) = (t, u) + [[(t, u) \odot (t, u)]\,(u, 1)] \odot (t, u)"


def test_lines_that_look_alike_are_one_line_with_both_reasons() -> None:
    writer, merged = LatexWriter(), 0
    for name in ("attention", "linear_cost", "square_of_sum"):
        for steps, _ in gradients(derive(programs.PROGRAMS[name]())):
            assert all(
                writer.math(one.right) != writer.math(other.right) for one, other in pairwise(steps.lines)
            )
            merged += sum("; " in line.reason for line in steps.lines)
    assert merged >= 3


def test_parts_are_chosen_and_stand_alone(tmp_path: Path) -> None:
    made = derivation()
    only = body(sheet(made, parts=("backward",)))
    assert r"\result{backward}" in only and r"\result{forward}" not in only and r"\begin{listing}" not in only
    assert {"front", "graph", "backward", "code"} <= set(PARTS)
    for part in ("front", "graph", "code"):
        clean(compiled(sheet(made, parts=(part,)), "pdflatex", tmp_path))
    with pytest.raises(SpecError, match="did you mean 'backward'"):
        sheet(made, parts=("backwards",))


def test_blocks_are_those_that_the_document_has(tmp_path: Path) -> None:
    assert set(BLOCKS) == set(b.Block.__subclasses__())


LONGEST = "x" * 50


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a + b", "a + b"),
        (f"a + {LONGEST} - c", rf"a\fold + {LONGEST}\fold - c"),
        (rf"a \odot {LONGEST}", rf"a\foldin \odot {LONGEST}"),
        (rf"\left(a + {LONGEST} \odot b\right)", rf"\lp a\foldin + {LONGEST}\foldlate \odot b\rp "),
        (f"(a + {LONGEST})", rf"(a\foldin + {LONGEST})"),
        (rf"(a + b) + {LONGEST}", rf"(a + b)\fold + {LONGEST}"),
        (rf"\frac{{a + b}}{{c}} + {LONGEST}", rf"\frac{{a + b}}{{c}}\fold + {LONGEST}"),
        (rf"((a + b) + {LONGEST})", rf"((a + b)\foldin + {LONGEST})"),
        (rf"\left|a + b\right| + {LONGEST}", rf"\left|a + b\right|\fold + {LONGEST}"),
        (
            rf"\begin{{cases}} a + b & c \end{{cases}} + {LONGEST}",
            rf"\begin{{cases}} a + b & c \end{{cases}}\fold + {LONGEST}",
        ),
    ],
)
def test_long_formulas_are_marked_where_they_may_be_folded(text: str, wanted: str) -> None:
    assert foldable(text) == wanted


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


def test_figures_have_all_that_is_drawn() -> None:
    drawn = [
        block.picture if isinstance(block, b.Title) else block.drawing
        for block in walked(handout(derivation(), RenderOptions()).blocks)
        if isinstance(block, b.Title | b.Figure)
    ]
    text = body(sheet(derivation()))
    shown = re.findall(r"\\begin\{tikzpicture\}.*?\\end\{tikzpicture\}", text, re.S)
    assert len(shown) == len(drawn) == 3
    for picture, source in zip(drawn, shown, strict=True):
        labels = [item for item in picture.items if isinstance(item, Label)]
        assert source.count(r"\node[") == len(labels)
        assert source.count(r"\draw[") == len(picture.items) - len(labels)


def test_the_doctor_looks_for_what_is_loaded() -> None:
    loaded = set()
    for lang in ("en", "zh"):
        text = sheet(derivation(), lang, parts=("code",))
        loaded |= set(re.findall(r"\\usepackage(?:\[[^]]*\])?\{(\w+)\}", text))
    assert set(STYLES) == loaded - {"fontenc"}


# No page is written, only the log.
ENGINES = {"pdflatex": "-draftmode", "xelatex": "-no-pdf"}
NEEDED = bool(os.environ.get("DERIVE_REQUIRE_TEX"))
EVERY_DEPTH = bool(os.environ.get("DERIVE_EVERY_DEPTH"))
DEPTHS = range(1, 21) if EVERY_DEPTH else (1, 3, 20)
"""All of them with DERIVE_EVERY_DEPTH=1 pytest tests/test_tex.py -k any_depth."""


def needs(found: bool, what: str) -> None:
    """Skips the test without it; fails where DERIVE_REQUIRE_TEX says that it has to be there."""
    if not found:
        assert not NEEDED, f"{what} is missing and DERIVE_REQUIRE_TEX is set; install the packages of .ci/run"
        pytest.skip(f"no {what}")


def compiled(text: str, engine: str, folder: Path, only: tuple[str, ...] | None = None) -> str:
    """The log of one run; fails where the run does. only: what keeps it from writing a page."""
    needs(shutil.which(engine) is not None, engine)
    (folder / "derivation.tex").write_text(text, encoding="utf-8")
    flags = ("-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape")
    command = [engine, *flags, *((ENGINES[engine],) if only is None else only), "derivation.tex"]
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
    text = sheet(derivation(GALLERY[name], name))
    assert r"\otherletter" not in body(text)
    clean(compiled(text, engine, tmp_path))


@pytest.mark.parametrize(("engine", "lang"), [("pdflatex", "en"), ("xelatex", "zh")])
def test_one_run_gives_a_pdf_its_title_and_a_bookmark_for_each_section(
    engine: str, lang: str, tmp_path: Path
) -> None:
    made = derivation()
    options = RenderOptions(lang=lang, parts=("learning", "evidence"))  # type: ignore[arg-type]
    (source,) = render(made, ["tex"], options).values()
    clean(compiled(source, engine, tmp_path, ()))
    content = (tmp_path / "derivation.pdf").read_bytes()
    for stream in re.finditer(rb"stream\r?\n", content):
        with suppress(zlib.error):
            content += zlib.decompressobj().decompress(content[stream.end() :])
    sections = [block for block in handout(made, options).blocks if isinstance(block, b.Section)]
    titles = [f"{one.number} {''.join(map(str, one.text))}" for one in sections if one.level == 1]
    assert len(titles) == 2
    found = set(map(decoded, re.findall(rb"\(.*?\)|<(?:[0-9a-fA-F]{2})+>", content)))
    assert {*titles, Paper(made, lang).word("title")} <= found


def decoded(shown: bytes) -> str:
    """A string of a PDF, which is in Latin letters or in UTF-16, with octal or hexadecimal digits."""
    if shown.startswith(b"<"):
        plain = bytes.fromhex(shown[1:-1].decode())
    else:
        plain = re.sub(rb"\\(\d{3})", lambda octal: bytes([int(octal[1], 8)]), shown[1:-1])
    return (
        plain[2:].decode("utf-16-be", "replace") if plain.startswith(b"\xfe\xff") else plain.decode("latin-1")
    )


@pytest.mark.parametrize("edition", ["exercises", "answers"])
def test_exercises_and_answers_compile(edition: str, tmp_path: Path) -> None:
    made = derivation("4 -> 3 relu -> 2 softmax")
    options = RenderOptions(edition=edition, paper="us-letter")  # type: ignore[arg-type]
    ((name, text),) = render(made, ["tex"], options).items()
    assert name == f"{edition}.tex" and "letterpaper" in text
    assert (r"\writingroom" in body(text)) == (edition == "exercises")
    assert (r"\begin{answer}" in body(text)) == (edition == "answers")
    clean(compiled(text, "pdflatex", tmp_path))


@pytest.mark.parametrize("layers", DEPTHS)
def test_any_depth_compiles(layers: int, tmp_path: Path) -> None:
    line = "3 -> " + "4 relu -> " * (layers - 1) + "1 sigmoid"
    text = sheet(derivation(line))
    for engine in ENGINES if EVERY_DEPTH else ["pdflatex"]:
        clean(compiled(text, engine, tmp_path))


def test_a_line_wider_than_the_page_is_folded(tmp_path: Path) -> None:
    made = derivation("3 -> 4 gelu_tanh -> 1 sigmoid | focal", derivatives="input")
    text = sheet(made, parts=("backward",))
    wide = [line for line in text.splitlines() if line.startswith(r"\nextstep") and len(line) > 350]
    assert wide and all(r"\fold" in line for line in wide)
    smaller = r"\def\resizebox{\errmessage{made smaller}}"
    clean(compiled(text.replace(r"\begin{document}", rf"{smaller}\begin{{document}}"), "pdflatex", tmp_path))


@pytest.mark.parametrize("engine", ENGINES)
def test_names_of_any_script_compile(engine: str, tmp_path: Path) -> None:
    line = "3 -> 4 swish(βeta_x) -> 1 sigmoid | l2(lambda)"
    clean(compiled(sheet(derivation(line, HOSTILE, layout="rows", convention="exact")), engine, tmp_path))


SPECIAL = [*r"#$%&_{}~^\\", r"\input{x}", r"\write18{y}", "^^5c", "a\nb", "a\rb", '"', "'", "`", "<>|", "--"]


@pytest.mark.parametrize("engine", ENGINES)
def test_names_with_special_characters_compile(engine: str, tmp_path: Path) -> None:
    made = sheet(derive(replace(derivation().program, name="q-NAME-q")), parts=("front",))
    document, pages_of = made.split(r"\begin{document}")
    opening = pages_of.split("This handout")[0]
    pages = (opening.replace(tex_text("q-NAME-q"), tex_text(f"x{s}x {s * 12}")) for s in SPECIAL)
    text = rf"{document}\begin{{document}}{chr(10).join(pages)}\end{{document}}"
    clean(compiled(text, engine, tmp_path))
    clean(compiled(sheet(derive(replace(derivation().program, name="".join(SPECIAL)))), engine, tmp_path))


def test_the_longest_name_is_made_to_fit(tmp_path: Path) -> None:
    clean(compiled(sheet(derivation(name="W" * 64)), "pdflatex", tmp_path))


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


@pytest.mark.parametrize("detail", ["full", "brief"])
def test_chinese_compiles(detail: str, tmp_path: Path) -> None:
    finder = shutil.which("kpsewhich")
    found = finder and subprocess.run([finder, "ctexart.cls"], capture_output=True, check=False).stdout
    if not found:
        pytest.skip("no ctex; it is in texlive-lang-chinese")
    text = sheet(derivation("4 -> 3 leaky_relu -> 2 softmax", "权重 Größe"), "zh", detail)
    assert "交叉熵" in text and "带泄漏 ReLU" in text and "otherletter{" not in body(text)
    clean(compiled(text, "xelatex", tmp_path))


def test_scale_is_printed_as_the_program_has_it() -> None:
    made = derive(replace(derivation().program, scale=sp.Rational(1, 2)))
    assert "np.sum(L) / 2" in sheet(made) or "0.5 * np.sum(L)" in sheet(made)
