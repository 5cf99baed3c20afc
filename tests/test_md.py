"""The handout as Markdown: what a reader of Markdown that knows no mathematics leaves of it."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from base64 import b64decode
from functools import cache
from html import unescape

import pytest
import sympy as sp
from exercise_sheets import both, derivation, options, secret_code, secrets
from markdown_it import MarkdownIt
from math_core import LatexToMathML
from programs import PROGRAMS

from derive import Convention, Network, derive
from derive.handout import blocks as b
from derive.handout.drawing import Drawing, Label
from derive.handout.maths import Blank, Filled, Function, Letter, joined
from derive.output import stamped, untouched
from derive.render import render
from derive.targets import RenderOptions
from derive.targets.html import math as mathml_of
from derive.targets.markdown import WRITER, code, escape, fenced, protected
from derive.targets.md import BLOCKS, image, in_xml, source, text

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
CASES = (
    ("3 -> 4 tanh -> 1 sigmoid", "en", "columns"),
    ("4 -> 8 tanh -> 3 softmax", "zh", "columns"),
    ("3 -> 2 leaky_relu -> 2 identity | l2(lambda)", "en", "rows"),
    ("3 -> 4 gelu -> 3 elu -> 1 swish(beta) | huber(1)", "zh", "rows"),
)
MATHS = re.compile(r"\$\$(.+?)\$\$|\$(.+?)\$")
each = pytest.mark.parametrize(("line", "lang", "layout"), CASES)


@cache
def made(line: str, lang: str, layout: str) -> str:
    derivation = derive(Network.parse(line, name="a_net", convention=Convention(layout=layout)))  # type: ignore[arg-type]
    (found,) = render(derivation, ["md"], RenderOptions(lang=lang)).values()  # type: ignore[arg-type]
    return found


def prose(markdown: str) -> str:
    """Without code, where a dollar is a dollar."""
    return re.sub(r"`[^`]*`", "", re.sub(r"^```.*?^```$", "", markdown, flags=re.M | re.S))


def read(markdown: str) -> str:
    """What a reader shows: the text of the page that it makes, without code."""
    page = re.sub(r"<pre>.*?</pre>|<code>.*?</code>", "", READER.render(markdown), flags=re.S)
    return unescape(re.sub(r"<[^>]+>", "", page))


def mathml(latex: str) -> str:
    r"""By a converter that raises for what it does not know, \cr among it."""
    shown = LatexToMathML().convert_with_local_state(latex.replace(r"\cr", r"\\"), displaystyle=True)
    return in_xml(str(shown))


@each
def test_mathematics_comes_out_as_it_went_in(line: str, lang: str, layout: str) -> None:
    markdown = made(line, lang, layout)
    before, after = MATHS.findall(prose(markdown)), MATHS.findall(read(markdown))
    assert len(before) > 150 and before == after
    assert prose(markdown).count("$") == sum(4 if long else 2 for long, _ in before)


@each
def test_it_is_the_latex_of_the_other_formats_in_other_words(line: str, lang: str, layout: str) -> None:
    for long, short in MATHS.findall(prose(made(line, lang, layout))):
        assert ET.fromstring(mathml(re.sub(r" \\tag\{\d+\}", "", long or short))).tag.endswith("math")


@each
def test_every_equation_that_is_named_is_there(line: str, lang: str, layout: str) -> None:
    markdown = made(line, lang, layout)
    anchors = re.findall(r'<a id="eq(\d+)"></a>', markdown)
    assert len(anchors) == len(set(anchors)) and set(re.findall(r"\]\(#eq(\d+)\)", markdown)) <= set(anchors)
    assert set(re.findall(r"\\tag\{(\d+)\}", markdown)) == set(anchors) and len(anchors) > 10


@each
def test_tables_keep_their_columns(line: str, lang: str, layout: str) -> None:
    page = READER.render(made(line, lang, layout))
    tables = re.findall(r"<table>.*?</table>", page, flags=re.S)
    assert len(tables) > 10
    for table in tables:
        widths = {row.count("<th") + row.count("<td") for row in table.split("<tr>")[1:]}
        assert len(widths) == 1, table
    assert not re.search(r"<p>\|", page)


@each
def test_figures_are_pictures_of_their_own(line: str, lang: str, layout: str) -> None:
    found = re.findall(
        r'<img src="data:image/svg\+xml;base64,([^"]+)"[^>]* alt="([^"]+)"', made(line, lang, layout)
    )
    assert len(found) >= 3
    for address, words in found:
        picture = ET.fromstring(b64decode(address))
        assert picture.tag == "{http://www.w3.org/2000/svg}svg" and words
        assert all(m.tag.startswith("{http://www.w3.org/") for m in picture.iter())


def test_a_figure_has_no_names_that_only_html_knows() -> None:
    label = Label((5, 5), joined("", Function(sp.log), Letter("x")))
    assert "&" in mathml_of(label.text)
    (address,) = re.findall('base64,([^"]+)', image(Drawing((10, 10), (label,), "a & b")))
    assert "log" in "".join(ET.fromstring(b64decode(address)).itertext())


@pytest.mark.parametrize("name", ["attention", "strided_convolution", "embedding"])
def test_programs_without_layers(name: str) -> None:
    (markdown,) = render(derive(PROGRAMS[name]()), ["md"]).values()
    before = MATHS.findall(prose(markdown))
    assert len(before) > 20 and before == MATHS.findall(read(markdown))


@each
def test_it_says_where_it_comes_from_and_what_it_is(line: str, lang: str, layout: str) -> None:
    markdown = made(line, lang, layout)
    assert markdown.startswith("<!-- Made by derive from a_net;") and untouched(stamped(markdown))
    heading = READER.render(markdown)
    assert "a_net" in heading and heading.count("<h1>") == 1 and ("反向传播" in heading) == (lang == "zh")


@pytest.mark.parametrize(
    "words",
    (
        r"a_b_ *c* `d` [e](f) <i>g</i> ![h](i)",
        *("# heading", "- item", "+ item", "1. item", "2) item", "> said", "===", "***", "___", "| a | b |"),
        *("$x$ & $y$", "a ~~b~~ &amp; \\( c \\)", "1984.5 is a number", "反向 _传播_"),
    ),
)
def test_words_from_outside_are_words(words: str) -> None:
    assert read(escape(words)).strip() == words
    assert "$" not in escape(words)
    page = READER.render(f"| a |\n| --- |\n| {escape(words)} |")
    assert page.count("<td>") == 1 and words in unescape(page)


@pytest.mark.parametrize("words", ["a", "`", "``a` b", "a|b", "*a*", "`a`"])
def test_code_is_code(words: str) -> None:
    assert READER.render(code(words)).count("<code>") == 1 and unescape(READER.render(code(words))).count(
        words
    )
    page = READER.render(fenced((words, "```", "````")))
    assert page.count("<pre>") == 1 and unescape(page).count(f"{words}\n```\n````\n") == 1


def test_mathematics_stands_apart_from_letters_and_other_mathematics() -> None:
    x = Letter("x")
    assert text(("求", x, "，", x, x, "的和")) == "求 $x$，$x$ $x$ 的和"
    assert text(("of ", x, ".")) == "of $x$."


def test_blanks_questions_and_answers() -> None:
    line = b.Result(Blank(20), number=3)
    assert r"\underline{\hspace{20mm}}" in source(line) and r"\tag{3}" in source(line)
    assert r"\underline{x}" in source(b.Paragraph((Filled(Letter("x")),)))
    assert source(b.Task("2", "Shapes", ("Which?",))) == "**2 Shapes** Which?"
    assert READER.render(source(b.Room(3))).count("br>") == 3
    shown = READER.render(source(b.Answer("Answer", (b.Listing(("x = 1",)), b.Paragraph(("Because.",))))))
    assert shown.startswith("<blockquote>") and "<pre>" in shown and shown.rstrip().endswith("</blockquote>")


@pytest.mark.parametrize(
    "latex",
    [r"\{x\,|\,y\}_{i}", "a < b > c * d", r"\begin{bmatrix} a & b \\ c & d \end{bmatrix}", r"\|x\|_{2}\;\!y"],
)
def test_what_is_replaced_means_the_same(latex: str) -> None:
    one, other = (ET.fromstring(mathml(form)) for form in (latex, protected(latex)))
    assert "".join(one.itertext()) == "".join(other.itertext())
    assert [m.tag for m in one.iter("mtd")] == [m.tag for m in other.iter("mtd")]


@pytest.mark.parametrize(("level", "lang"), [("easy", "zh"), ("hard", "en")])
def test_no_answer_stands_on_a_sheet(level: str, lang: str) -> None:
    sheet, answers = both(derivation(), 4, level, lang)
    pages = {
        edition: "".join(render(derivation(), ["md"], options(edition, 4, level, lang)).values())
        for edition in ("exercises", "answers")
    }
    asked = [protected(WRITER.math(secret)).strip() for secret in secrets(answers, sheet)]
    plain = re.sub(r"\\underline\{(.*?)\}(?=[\s$])", r"\1", pages["answers"])
    assert sum(secret in plain or secret in pages["answers"] for secret in asked) >= 4
    for secret in asked:
        assert not re.search(rf"(?<![c_\w]){re.escape(secret)}", pages["exercises"]), secret
    for line in secret_code(answers, sheet):
        assert line in pages["answers"] and line not in pages["exercises"]


def test_every_block_has_a_form() -> None:
    assert set(BLOCKS) == set(b.Block.__subclasses__())
