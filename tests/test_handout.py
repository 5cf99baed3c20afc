"""The handout: what it computes, what it says in each language, and that every format agrees."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from dataclasses import replace
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import mpmath as mp
import numpy as np
import pytest
import sympy as sp
from generated_code import module

from derive import Convention, Derivation, Network, derive
from derive.activations import ACTIVATIONS, Activation
from derive.arrays import Entrywise
from derive.engines import SIGNS, chrome, known, latexmk_pdf, missing_characters, shipped, typst_pdf, unset
from derive.errors import CompileError, MissingError, SpecError
from derive.handout import blocks as b
from derive.handout.doubles import double
from derive.handout.example import Example, entries, example, fixed
from derive.handout.functions import Curve
from derive.handout.likelihoods import VARIANCE, A, Y, distribution
from derive.handout.pages import handout
from derive.handout.paper import Paper
from derive.handout.parts import PARTS, chosen
from derive.handout.parts.forward import loop, product
from derive.handout.parts.learning import one_class
from derive.handout.parts.likelihood import tidy
from derive.handout.sentences import SENTENCES
from derive.losses import LOSSES
from derive.losses import A as LOSS_A
from derive.losses import Y as LOSS_Y
from derive.network import Layer
from derive.notation import Tensor
from derive.output import stamped_bytes, untouched_bytes
from derive.printing.typst import typst_symbol
from derive.ranges import Z
from derive.render import render
from derive.symbolic import SymbolicLayer
from derive.targets import RenderOptions
from derive.targets.layers import layers

SHALLOW = "3 -> 4 tanh -> 1 sigmoid"
NETWORKS = (
    SHALLOW,
    "3 -> 1 sigmoid",
    "4 -> 8 tanh -> 3 softmax",
    "3 -> 2 leaky_relu -> 2 identity | l2(lambda)",
    "2 -> 3 relu -> 1 exp | poisson",
    "3 -> 4 gelu -> 3 elu -> 1 swish(beta) | huber(1)",
    "2 -> 2 identity -> 1 sigmoid | squared_error",
    "784 -> 100 relu -> 10 softmax",
)


@cache
def derivation(line: str = SHALLOW, name: str = "", **choices: Any) -> Derivation:
    return derive(Network.parse(line, name=name, convention=Convention(**choices)))


@cache
def text(form: str, line: str = SHALLOW, options: RenderOptions | None = None, **choices: Any) -> str:
    (found,) = render(derivation(line, **choices), [form], options or RenderOptions()).values()
    return found


@cache
def pages(line: str = SHALLOW, options: RenderOptions | None = None) -> bytes:
    return typst_pdf(text("typ", line, options), "en")


@cache
def worked(line: str = SHALLOW) -> Example:
    made = derivation(line)
    found = example(made, layers(made))
    assert found is not None
    return found


# Sentences


def places(sentence: str) -> set[str]:
    return set(re.findall(r"\{\w+\}|`[^`]+`", sentence))


@pytest.mark.parametrize("key", SENTENCES)
def test_every_sentence_is_there_in_each_language_with_the_same_places(key: str) -> None:
    said = SENTENCES[key]
    assert set(said) == {"en", "zh"} and all(said.values()), key
    assert places(said["en"]) == places(said["zh"]), key


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("line", NETWORKS)
def test_every_part_can_be_said(line: str, lang: str) -> None:
    options = RenderOptions(lang=lang)  # type: ignore[arg-type]
    assert len(text("typ", line, options)) > 5000
    html = text("html", line, options)
    assert "<script" not in html and "merror" not in html


# What is computed


@pytest.mark.parametrize("line", NETWORKS)
def test_a_reader_gets_the_printed_digits_from_the_printed_digits(line: str) -> None:
    made, redone = worked(line), 0
    for name, tensor, _, _ in made.definitions:
        by_hand = made.redone(name)
        redone += by_hand is not None
        assert by_hand in (None, made.digits(tensor[(0,) * len(tensor.dims)])), name
    assert redone > len(made.definitions) // 2


@pytest.mark.parametrize("layout", ["columns", "rows"])
@pytest.mark.parametrize("line", [SHALLOW, "3 -> 2 leaky_relu -> 2 identity", "2 -> 3 tanh -> 3 softmax"])
def test_train_py_gives_the_numbers_of_the_worked_example(line: str, layout: str) -> None:
    made_of = derivation(line, layout=layout)
    made = example(made_of, layers(made_of))
    code = module(line, layout=layout)
    assert made is not None

    def array(values: Example, tensor: Tensor) -> Any:
        assert tensor.layout is not None
        shape = [1 if axis is None else int(tensor.dims[axis].xreplace(made.sizes)) for axis in tensor.layout]
        found = np.empty(shape)
        for entry in entries(tensor, made.sizes):
            found[tuple(0 if a is None else entry[a] for a in tensor.layout)] = values.values[tensor[entry]]
        return found

    leaves = {t.name: array(made, t) for t in made_of.program.leaves}
    params = {t.name: leaves[t.name] for t in made.net.parameters}
    forward = code.forward(params, leaves["X"])
    backward = code.backward(params, forward, leaves["Y"])
    for tensor in [d[1] for d in made.definitions]:
        found = {**forward, **backward}.get(tensor.name)
        if found is not None:
            assert np.allclose(found, array(made, tensor), rtol=0, atol=1e-12), tensor.name
    assert fixed(code.cost(params, leaves["X"], leaves["Y"])) == fixed(made.cost)
    after = code.update(params, backward, 0.5)
    assert fixed(code.cost(after, leaves["X"], leaves["Y"])) == fixed(made.updated.cost)
    assert made.updated.cost < made.cost


@pytest.mark.parametrize("layout", ["columns", "rows"])
def test_the_loop_over_samples_computes_what_the_product_does(layout: str) -> None:
    paper = Paper(derivation(SHALLOW, layout=layout))
    linear = paper.derivation.forward[0]
    rng = np.random.default_rng(3)
    space: dict[str, Any] = {"np": np, "m": 5, "n0": 3, "n1": 4}
    for tensor in linear.node.uses:
        space[tensor.name] = rng.normal(
            size=[
                int(s.xreplace({sp.Symbol("m", integer=True, positive=True): 5, **paper.program.sizes}))
                for s in tensor.shape
            ]
        )
    exec("\n".join(product(paper, linear)), space)
    at_once = space.pop("Z1")
    exec("\n".join(loop(paper, linear)), space)
    assert np.allclose(space["Z1"], at_once, rtol=1e-14) and at_once.any()


FROM_A_LIKELIHOOD = {
    "squared_error": "gaussian",
    "binary_cross_entropy": "bernoulli",
    "cross_entropy": "categorical",
    "kl_divergence": "categorical",
    "poisson": "poisson",
    "gaussian_nll": "gaussian",
}


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_comes_from_the_likelihood_that_it_is_the_logarithm_of(name: str) -> None:
    loss = LOSSES[name].expr.xreplace({LOSS_A: A, LOSS_Y: Y})
    found = distribution(loss)
    assert (found.name if found else None) == FROM_A_LIKELIHOOD.get(name)
    if found is not None:
        rest = found.surprise.xreplace({VARIANCE: found.variance}) - loss
        at = [rest.xreplace({A: sp.Rational(n, 7), Y: sp.Integer(1)}) for n in (2, 5)]
        assert abs(sp.N(at[0] - at[1])) < 1e-12


def test_cross_entropy_is_convex_after_a_sigmoid_and_squared_error_is_not() -> None:
    shown = text("typ")
    assert "a thin (1 - a) thin (2a + 2a thin y - 3a^(2) - y)" in shown
    z = sp.Symbol("z", real=True)
    sigmoid = 1 / (1 + sp.exp(-z))
    for loss in ((A - Y) ** 2 / 2, -Y * sp.log(A) - (1 - Y) * sp.log(1 - A)):
        ours = tidy(sp.diff(tidy(sp.diff(loss, A) * A * (1 - A)), A) * A * (1 - A))
        theirs = sp.diff(loss.xreplace({A: sigmoid}), z, 2)
        for place in (-2, 0.5):
            at = {z: place, Y: 1}
            assert abs(sp.N(ours.subs(A, sigmoid).subs(at) - theirs.subs(at))) < 1e-12


def test_a_network_without_that_pair_has_no_such_section() -> None:
    assert "(2a + 2a thin y - 3a^(2) - y)" not in text("typ", "3 -> 2 leaky_relu -> 2 identity | l2(lambda)")


FACTS = {
    # limits, slope at most, |z| beyond which the slope stays below a hundredth of that
    "sigmoid": ((0, 1), 0.25, (-6.0, 6.0)),
    "tanh": ((-1, 1), 1, (-3.0, 3.0)),
    "relu": ((0, sp.oo), 1, (0.0, None)),
    "leaky_relu": ((-sp.oo, sp.oo), 1, (None, None)),
    "softplus": ((0, sp.oo), 1, (-4.6, None)),
    "exp": ((0, sp.oo), float("inf"), (None, None)),
    "gaussian": ((0, 0), float(sp.sqrt(2 / sp.E)), (-2.5, 2.5)),
    "hard_swish": ((0, sp.oo), 1.5, (-3.0, None)),
    "sine": ((None, None), 1, (None, None)),
}


@pytest.mark.parametrize("name", FACTS)
def test_facts_about_activations(name: str) -> None:
    made = derivation(f"2 -> 2 {name} -> 1 sigmoid")
    curve = Curve(next(n for n in made.program.nodes if n.note == name))
    limits, steepest, (low, high) = FACTS[name]
    assert (curve.limit(-1), curve.limit(1)) == limits
    assert float(curve.steepest) == pytest.approx(steepest, abs=1e-6)
    assert (curve.saturates(-1), curve.saturates(1)) == (low, high)
    for z in (mp.mpf(-3) / 2, mp.mpf(1) / 3):
        slope = (
            curve.at(curve.formula, z + mp.mpf("1e-6")) - curve.at(curve.formula, z - mp.mpf("1e-6"))
        ) / 2e-6
        assert float(curve.at(curve.slope, z)) == pytest.approx(float(slope), abs=1e-6)


@pytest.mark.parametrize("name", [n for n, a in ACTIVATIONS.items() if not a.vector])
def test_floats_agree_with_exact_arithmetic(name: str) -> None:
    given = "(2)" if any(value is None for _, value in ACTIVATIONS[name].parameters) else ""
    made = derivation(f"2 -> 3 {name}{given} -> 1 identity")
    curve = Curve(next(n for n in made.program.nodes if n.note == name))
    for expr in (curve.formula, curve.slope):
        compute = double(expr)
        for z in (-30.0, -2.0, -0.3, 0.0, 0.7, 3.0, 30.0):
            assert compute({Z: z}) == pytest.approx(float(curve.at(expr, z)), rel=1e-9, abs=1e-9), (expr, z)


@pytest.mark.parametrize("name", [n for n, a in ACTIVATIONS.items() if not a.vector])
def test_every_activation_has_its_page(name: str) -> None:
    entry = ACTIVATIONS[name]
    given = "(2)" if any(value is None for _, value in entry.parameters) else ""
    shown = text("typ", f"2 -> 3 {name}{given} -> 1 identity", RenderOptions(parts=("activations",)))
    assert ("#drawn(" in shown) == (name != "identity")


def test_activations_of_one_name_and_two_formulas_are_told_apart() -> None:
    line = "2 -> 3 leaky_relu(0.1) -> 3 leaky_relu(0.3) -> 2 leaky_relu(0.1)"
    options = RenderOptions(parts=("front", "activations"))
    shown = text("typ", line, options)
    assert len(Paper(derivation(line)).curves) == 2
    assert len(re.findall(r"^  *#section\(2|^#section\(2", shown, re.M)) == 2
    assert "declared to be #box($0.1$)" in shown and "declared to be #box($0.3$)" in shown


def test_equal_neurons_stay_equal_and_equal_incoming_weights_alone_do_not() -> None:
    made = worked()
    hidden = made.net.width(made.net.activations[0].tensor)

    def twins(outgoing: bool) -> Example:
        given = dict(made.given)
        for element in made.given:
            tensor = element.tensor
            axes = [n for n, dim in enumerate(tensor.dims) if dim == hidden and tensor.role == "parameter"]
            if axes and element.args[axes[0]] == 1 and (outgoing or tensor.name != "W2"):
                at = list(element.args)
                at[axes[0]] = sp.Integer(0)
                given[element] = made.given[tensor[tuple(at)]]
        return replace(made, given=given)

    def differ(after: Example) -> bool:
        first = next(t for t in made.net.parameters if t.name == "W1")
        rows = [[after.given[first[unit, n]] for n in range(3)] for unit in (0, 1)]
        return any(abs(x - y) > 1e-12 for x, y in zip(*rows, strict=True))

    after, alone = twins(True), twins(False)
    for _ in range(3):
        after, alone = after.updated, alone.updated
    assert not differ(after) and differ(alone)


def test_sizes_with_indices_stand_whole_in_lines_of_shapes() -> None:
    (shown,) = render(derive(SymbolicLayer()), ["typ"], RenderOptions(parts=("forward",))).values()
    assert "(n_(l), n_(l - 1)) thin (n_(l - 1), m) + (n_(l), 1)" in shown


def test_what_moves_when_everything_starts_at_zero() -> None:
    made = worked()
    given = {e: mp.mpf(0) if e.tensor.role == "parameter" else v for e, v in one_class(made).items()}
    start = replace(made, given=given)
    moving = {
        e.tensor.name for e, v in start.values.items() if e.tensor.role == "gradient" and abs(v) > 1e-12
    }
    assert moving & {"dW1", "db1", "dW2", "db2"} == {"db2"}
    symbols = [f"#box($W^([{n}])$);" for n in (1, 2)]
    assert f"the gradients of {symbols[0]}, #box($b^([1])$);, {symbols[1]} vanish" in text("typ")


def evidence(made: Derivation, lang: str = "en") -> str:
    options = RenderOptions(parts=("evidence",), lang=lang)  # type: ignore[arg-type]
    (found,) = render(made, ["md"], options).values()
    return found


def test_the_evidence_says_what_was_run_and_what_was_not() -> None:
    made = derivation()
    assert "no relative error above $10^{-9}$" in evidence(made) and "rounding moves" not in evidence(made)
    small = derivation("2 -> 3 leaky_relu -> 3 leaky_relu -> 3 leaky_relu -> 3 leaky_relu -> 1 sigmoid")
    assert "rounding moves the differences" in evidence(small)
    array = made["dZ2"].array
    assert isinstance(array, Entrywise)
    flipped = replace(made["dZ2"].steps[-1], after=replace(array, formula=-array.formula))
    wrong = replace(made["dZ2"], steps=(*made["dZ2"].steps[:-1], flipped))
    others = tuple(wrong if g.name == "dZ2" else g for g in made)
    assert "Do not use the lines of NumPy" in evidence(replace(made, gradients=others))
    assert "a function without a formula" in evidence(derive(SymbolicLayer()))


# Formats


def numbers_of(form: str, line: str, **choices: Any) -> list[int]:
    shown = text(form, line, **choices)
    pattern = {
        "typ": r"#result\(\w+, (\d+),",
        "html": r'id="eq(\d+)"',
        "tex": r"^\\result\{\w+\}\{(\d+)\}",
    }[form]
    return [int(n) for n in re.findall(pattern, shown, re.M)]


@pytest.mark.parametrize("line", NETWORKS[:4])
def test_equation_numbers_agree_in_every_format_and_in_the_code(line: str) -> None:
    made = derivation(line)
    for form in ("typ", "html", "tex"):
        assert numbers_of(form, line) == list(made.equations.values()), form
    code = render(made, ["py"])["train.py"]
    found = re.findall(r"(\w+) = .*, equation (\d+)$", code, re.M)
    assert found and all(made.equations[name] == int(number) for name, number in found)
    for name, number in found:
        symbol = next(g for g in made if g.name == name)
        boxed = re.search(rf"#result\(backward, {number}, \$ (?:under\()?(.*?)(?:,| =)", text("typ", line))
        assert boxed and boxed[1].startswith(f"d {symbol.of.name[0]}^([{symbol.of.name[1:]}])")


@pytest.mark.parametrize("line", NETWORKS)
def test_the_pages_compile(line: str) -> None:
    assert pages(line).startswith(b"%PDF")


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is not installed")
def test_the_pages_hold_every_number_and_heading_and_their_fonts(tmp_path: Path) -> None:
    path = tmp_path / "page.pdf"
    path.write_bytes(pages())
    shown = subprocess.run(
        ["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True
    ).stdout
    for number in derivation().equations.values():
        assert f"({number})" in shown
    for key in (
        "graph",
        "likelihood",
        "forward",
        "activations",
        "backward",
        "summary",
        "learning",
        "example",
    ):
        assert SENTENCES[key]["en"] in shown, key
    fonts = subprocess.run(
        ["pdffonts", path], capture_output=True, text=True, check=True
    ).stdout.splitlines()[2:]
    assert fonts and all(re.search(r" yes +yes +yes ", line) for line in fonts), fonts


def test_the_same_spec_gives_the_same_bytes() -> None:
    typst = pytest.importorskip("typst")
    if typst.__version__ is None:
        pytest.skip("typst does not say its version")
    assert typst_pdf(text("typ"), "en") == pages()


LONG_FORMULA = (
    "exp(-z**2/3)*sin(3*z)*(sqrt(z**2 + 1) - 1)/(1 + z**2 + exp(-z)*(1 + z**4)) + atan(z)/3"
    " + z*tanh(log(1 + exp(z + z**2/7)))/(2 + cos(z))"
)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is not installed")
def test_the_longest_line_of_the_example_stays_on_the_paper(tmp_path: Path) -> None:
    layers = (Layer(3, Activation("long", LONG_FORMULA)), Layer(1, ACTIVATIONS["sigmoid"]))
    made = derive(Network(3, layers, name="long"))
    (source,) = render(made, ["typ"], RenderOptions(parts=("example",))).values()
    path = tmp_path / "page.pdf"
    path.write_bytes(typst_pdf(source, "en"))
    words = subprocess.run(["pdftotext", "-bbox", path, "-"], capture_output=True, text=True, check=True)
    right = [float(x) for x in re.findall(r'<word .*?xMax="([\d.]+)"', words.stdout)]
    assert max(right) < 595.3 - 73.7 + 1, "A4 without its right margin, in points"


def test_a_long_derivation_may_go_on_to_the_next_page_and_a_figure_may_not() -> None:
    line, options = "4 -> 3 tanh -> 3 softmax", RenderOptions(parts=("activations", "backward", "summary"))
    kept = [block for block in handout(derivation(line), options).blocks if isinstance(block, b.Kept)]
    long = [block for block in kept if block.long]
    found = {one.number for block in long for one in block.blocks if isinstance(one, b.Result)}
    assert found == {derivation(line).equations[gradient.name] for gradient in derivation(line)}
    assert len(kept) > len(long) and not any(isinstance(block.blocks[-1], b.Summary) for block in long)
    assert text("tex", line, options).count(r"\begin{tall}") == len(long)
    assert text("typ", line, options).count("#long[") == 1, "dZ2, of softmax"


def page_count(content: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", content))


def test_a_brief_handout_has_two_pages() -> None:
    assert page_count(pages(SHALLOW, RenderOptions(detail="brief"))) == 2
    assert page_count(pages()) > 8


def test_parts_are_chosen_by_name_and_stand_in_order() -> None:
    assert chosen(["code", "backward"]) == ("backward", "code")
    with pytest.raises(SpecError, match="did you mean 'backward'"):
        chosen(["backwards"])
    only = text("typ", SHALLOW, RenderOptions(parts=("backward",)))
    assert "#result(backward" in only and "#result(forward" not in only and "#listing" not in only
    assert set(PARTS) >= {
        "front",
        "loss",
        "forward",
        "activations",
        "backward",
        "learning",
        "example",
        "code",
    }


def test_the_line_over_a_page_has_room_for_a_deep_network() -> None:
    from derive.handout.pages import handout

    deep = derivation("2 -> " + "4 tanh -> " * 40 + "1 sigmoid")
    options = RenderOptions(parts=("front",))
    assert handout(deep, options).short == "2 → 4 → 4 → 4 → … → 4 → 4 → 1"
    assert handout(derivation(SHALLOW), options).short == "3 → 4 → 1"


@pytest.mark.parametrize(("paper", "size"), [("a4", "a4"), ("us-letter", "letter")])
def test_a_browser_prints_on_the_paper_that_was_asked_for(paper: Any, size: str) -> None:
    page = render(derivation(SHALLOW), ["html"], RenderOptions(paper=paper, parts=("front",)))
    assert f"@page {{ size: {size};" in page["derivation.html"]


def test_a_letter_that_no_font_has_is_named() -> None:
    assert missing_characters("σ ⊙ é 网 龘 \U0001f600") == ["龘", "\U0001f600"]
    made = render(derivation(SHALLOW, name="龘"), ["typ"])["derivation.typ"]
    with pytest.raises(MissingError, match=r"龘 \(U\+9F98\)"):
        typst_pdf(made, "en")


def test_letters_that_are_not_tried_are_in_the_fonts() -> None:
    hanzi = [chr(point) for point in shipped() if chr(point).strip()]
    assert len(hanzi) > 6763 and known("网") and not known("龘")
    assert unset([*SIGNS, *hanzi]) == []


def test_names_from_outside_are_no_commands() -> None:
    shown = render(derivation(SHALLOW, name="a_b - c--d"), ["typ"])["derivation.typ"]
    assert r"a\_b - c\-\-d" in shown
    assert typst_pdf(shown, "en").startswith(b"%PDF")
    assert typst_symbol("drop_out") == '"drop_out"' and typst_symbol("lambda") == "λ"


def test_engines_that_are_missing_or_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CompileError, match="typst did not finish"):
        typst_pdf("#nothing-of-this-name", "en")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(MissingError, match="latexmk is not installed; install"):
        latexmk_pdf("x", "en")


def test_a_pdf_carries_a_digest_of_itself() -> None:
    made = stamped_bytes(b"%PDF-1.7\n%%EOF\n")
    assert untouched_bytes(made) and not untouched_bytes(made.replace(b"1.7", b"1.6"))
    assert not untouched_bytes(b"%PDF-1.7\n%%EOF\n")


def test_the_page_is_well_formed_and_has_no_script() -> None:
    html = text("html")
    assert "<script" not in html and "http" not in re.sub(r'xmlns="[^"]*"', "", html)
    body = html[html.index("<body>") : html.index("</body>") + 7]
    tree = ET.fromstring(unescape_entities(body))
    assert len(list(tree.iter("math"))) > 200
    links = {a.get("href", "")[1:] for a in tree.iter("a")}
    assert links <= {e.get("id") for e in tree.iter() if e.get("id")}


def unescape_entities(body: str) -> str:
    return re.sub(r"&(?!amp;|lt;|gt;|quot;|#)\w+;", lambda found: unescape(found[0]), body)


@pytest.mark.skipif(
    chrome() is None and not os.environ.get("DERIVE_REQUIRE_CHROME"), reason="no browser is installed"
)
def test_a_phone_shows_the_page_without_scrolling_sideways(tmp_path: Path) -> None:
    page, shot = tmp_path / "page.html", tmp_path / "page.png"
    probe = "<script>document.title = document.documentElement.scrollWidth</script></body>"
    page.write_text(text("html").replace("</body>", probe), encoding="utf-8")
    command = [chrome() or "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    frame = tmp_path / "frame.html"
    frame.write_text(
        f'<iframe src="{page.name}" style="width:390px;height:800px;border:0"></iframe>', encoding="utf-8"
    )
    subprocess.run(
        [*command, f"--screenshot={shot}", "--window-size=400,820", frame.as_uri()],
        check=True,
        capture_output=True,
    )
    assert shot.stat().st_size > 10_000
    wide = subprocess.run(
        [*command, "--window-size=500,900", "--dump-dom", page.as_uri()],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    (title,) = re.findall(r"<title>(\d+)</title>", wide)
    assert int(title) <= 500


@pytest.mark.parametrize("line", NETWORKS)
def test_blocks_are_those_that_every_format_knows(line: str) -> None:
    from derive.targets import html, typ

    known = {block for block in b.Block.__subclasses__()}
    assert set(typ.BLOCKS) == set(html.BLOCKS) == known
    made = handout(derivation(line), RenderOptions())
    blocks = [
        one for block in made.blocks for one in (block.blocks if isinstance(block, b.Kept) else (block,))
    ]
    headings = [block.number for block in blocks if isinstance(block, b.Section) and block.level == 1]
    assert headings == [str(n + 1) for n in range(len(headings))]
