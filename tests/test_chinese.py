"""Chinese handouts: the fonts, the wording, the signs, and the pages."""

from __future__ import annotations

import re
import shutil
import subprocess
import unicodedata
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from derive import Derivation, Network, derive
from derive.activations import ACTIVATIONS
from derive.calculus.rules import RULES, Rule
from derive.cli import run
from derive.engines import ENGINES, typst_pdf
from derive.fonts.noto import gb2312, kept
from derive.handout import blocks as b
from derive.handout.drawing import Drawing, Label
from derive.handout.maths import Letter, Math, Upright
from derive.handout.numbering import HEADINGS
from derive.handout.pages import handout
from derive.handout.sentences import SENTENCES, say
from derive.losses import LOSSES
from derive.render import render
from derive.targets import RenderOptions
from derive.targets.names import NAMES

FONTS = Path(__file__).parents[1] / "derive" / "fonts"
SHALLOW = "3 -> 4 tanh -> 1 sigmoid"
NETWORKS = (
    SHALLOW,
    "4 -> 8 tanh -> 3 softmax",
    "3 -> 4 tanh -> 1 identity | l2(lambda)",
    "3 -> 2 leaky_relu -> 2 identity -> 1 exp | poisson",
    "2 -> 3 relu -> 3 gelu -> 2 softplus -> 1 hard_tanh | huber(1)",
)
CHINESE = RenderOptions(lang="zh")

TEXTS: dict[str, str] = {
    **{f"sentence {key}": said["zh"] for key, said in SENTENCES.items()},
    **{f"rule {rule.name}": rule.reason["zh"] for rule in RULES},
    **{f"name {key}": name for key, name in NAMES["zh"].items()},
}


@cache
def derivation(line: str) -> Derivation:
    return derive(Network.parse(line))


@cache
def text(form: str, line: str = SHALLOW) -> str:
    (found,) = render(derivation(line), [form], CHINESE).values()
    return found


def wide(text: str) -> set[str]:
    return {c for c in text if unicodedata.east_asian_width(c) in "WF"}


# The fonts


@pytest.mark.parametrize("name", ["NotoSerifSC-Regular.otf", "NotoSansSC-Regular.otf"])
def test_a_font_has_every_hanzi_and_its_licence(name: str) -> None:
    font = pytest.importorskip("fontTools.ttLib").TTFont(FONTS / name)
    assert set(kept()) <= set(font.getBestCmap())
    assert len({c for c in gb2312() if "一" <= c <= "鿿"}) == 6763
    names = {record.nameID: str(record) for record in font["name"].names}
    assert names[1] == name.removesuffix("-Regular.otf").replace("Noto", "Noto ").replace("SC", " SC")
    assert "SIL Open Font License, Version 1.1" in names[13]
    owner = names[0].removeprefix("© ").partition(" (")[0]
    licence = (FONTS / "OFL.txt").read_text(encoding="utf-8")
    assert f"Copyright {owner}" in licence and "Reserved Font Name" not in names[0] + licence[:300]


def test_the_fonts_of_tex_have_every_hanzi_too() -> None:
    finder = shutil.which("kpsewhich")
    asked = [finder or "", "FandolSong-Regular.otf", "FandolSong-Bold.otf"]
    found = finder and subprocess.run(asked, capture_output=True, text=True).stdout.split()
    if not found:
        pytest.skip("no Fandol; it is in texlive-lang-chinese")
    for path in found:
        points = pytest.importorskip("fontTools.ttLib").TTFont(path).getBestCmap()
        assert {point for point in kept() if chr(point) >= "一"} <= set(points)


# The wording

FORBIDDEN = {
    "正向传播": ("前向传播", "前馈传播", "正向传递"),
    "反向传播": ("后向传播", "逆向传播", "反向传递"),
    "成本函数": ("代价", "目标函数"),
    "维度": ("形状", "尺寸"),
    "矩阵乘法": ("点积", "叉乘"),
    "逐元素乘积": ("哈达玛", "阿达马", "逐点", "按位"),
    "隐藏层": ("隐层", "隐含层", "中间层"),
    "神经元": ("神经单元", "节点"),
    "权重": ("权值",),
    "偏置": ("偏差", "偏移", "截距"),
    "激活函数": ("激励函数", "传递函数"),
    "激活值": ("激活量", "激活输出"),
    "线性输出": ("净输入", "预激活", "线性值"),
    "不可导点": ("折点", "尖点", "拐点"),
    "偏导数": ("偏微分", "偏微商"),
    "链式法则": ("链锁", "连锁法则", "链导"),
    "学习率": ("学习速率", "步长"),
    "极大似然": ("最大似然",),
    "平方误差": ("均方误差", "方差损失"),
    "样本": ("样例", "实例"),
    "标签": ("标记", "标注"),
    "逻辑回归": ("逻辑斯谛", "对数几率"),
    "克罗内克": ("克氏", "克罗内克尔"),
    "计算图": ("运算图",),
    "梯度检验": ("梯度检查", "梯度校验"),
    "习题": ("练习",),
    "答案": ("解答",),
    "推导": ("导出过程",),
    "假设": ("假定",),
}


@pytest.mark.parametrize("term", FORBIDDEN)
def test_one_word_for_one_thing(term: str) -> None:
    found = {key: word for key, said in TEXTS.items() for word in FORBIDDEN[term] if word in said}
    assert not found, f"write {term} in its place"


HANZI = r"[\u4e00-\u9fff]"
PLACE = r"(?:\{\w+\}|`[^`]+`)"
FAULTS = {
    "a sign of half width after a hanzi": rf"{HANZI} *[,;:?!]|{HANZI} *\.(?:\s|$)|{HANZI}[()]|[()]{HANZI}",
    "a gap beside a sign of full width": r"\s[，。；：、？！（）]|[，。；：、？！（）]\s(?!$)",
    "two signs in a row": r"[，。；：、？！]{2}",
    "a gap between hanzi": rf"{HANZI}\s+{HANZI}",
    "no gap beside letters or digits": rf"{HANZI}[A-Za-z0-9δ]|[A-Za-z0-9δ]{HANZI}",
    "quotation marks of half width": "[\"']",
    "dots in place of an ellipsis": r"\.\.\.",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_signs_and_gaps(fault: str) -> None:
    assert not {key: said for key, said in TEXTS.items() if re.search(FAULTS[fault], said)}


def test_mathematics_stands_apart_from_hanzi() -> None:
    rules = {rule.name: rule.reason["zh"] for rule in RULES}
    assert not {key: why for key, why in rules.items() if re.search(rf"{HANZI}{PLACE}|{PLACE}{HANZI}", why)}
    x = Letter("x")
    assert say("scale text", "zh", n=x, w=x, x=x)[:3] == ("随机权重应取多大？设 ", x, " 个输入 ")
    assert say("scale text", "zh", n="三", w=x, x=x)[0] == "随机权重应取多大？设三个输入 "
    assert say("kink", "zh", name="ReLU", point=x, value=x)[0] == "ReLU 在 "
    assert say("kink", "zh", name="恒等函数", point=x, value=x)[0] == "恒等函数在 "


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_reason_is_there_in_both_languages_with_the_same_places(rule: Rule) -> None:
    places = [sorted(re.findall(PLACE, rule.reason[lang])) for lang in ("en", "zh")]
    assert set(rule.reason) == {"en", "zh"} and places[0] == places[1]


@pytest.mark.parametrize("name", [*ACTIVATIONS, *LOSSES])
def test_every_activation_and_loss_has_a_chinese_name(name: str) -> None:
    assert name in NAMES["zh"]


# What a page says

SILENT = {(b.Result, "kind"), (b.Table, "align"), (b.Task, "number")}
"""Strings of blocks that no reader sees or that no language has."""


def said(part: Any) -> Iterator[str]:
    """Every piece of text of a block; code and mathematics have no language."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, tuple):
        for one in part:
            yield from said(one)
    elif isinstance(part, b.Code | b.Listing):
        return
    elif isinstance(part, b.Pair):
        yield from part.titles
    elif isinstance(part, b.Summary):
        yield from part.heads
        yield from said(tuple(row[2] for column in part.columns for row in column))
    elif isinstance(part, Drawing):
        yield part.description
        yield from said(tuple(item.text for item in part.items if isinstance(item, Label)))
    elif isinstance(part, Math):
        yield from words_in(part)
    elif is_dataclass(part):
        for field in fields(part):
            if (type(part), field.name) not in SILENT:
                yield from said(getattr(part, field.name))


def words_in(part: Any) -> Iterator[str]:
    """The words inside mathematics."""
    if isinstance(part, Upright):
        yield part.text
    elif isinstance(part, tuple):
        for one in part:
            yield from words_in(one)
    elif isinstance(part, Math):
        for field in fields(part):
            yield from words_in(getattr(part, field.name))


NO_WORDS = {"NumPy", "Var", "exp", "erf", "log"}
"""A name, the sign of a variance, functions."""


EDITIONS = ("handout", "exercises", "answers")


@pytest.mark.parametrize(
    ("line", "edition"), [*((line, EDITIONS[0]) for line in NETWORKS), *((SHALLOW, e) for e in EDITIONS[1:])]
)
def test_a_page_says_nothing_in_the_other_language(line: str, edition: Any) -> None:
    made = handout(derivation(line), RenderOptions(lang="zh", edition=edition, blanks="hard"))
    allowed = {word for name in NAMES["zh"].values() for word in re.findall("[A-Za-z]+", name)} | NO_WORDS
    everything = list(said((made.title, *made.blocks)))
    assert len(everything) > 50
    for piece in everything:
        if piece == made.name:
            continue
        words = set(re.findall(r"[A-Za-z]{3,}", piece)) - allowed
        assert not words, piece
    for piece in said(handout(derivation(line), RenderOptions(edition=edition)).blocks):
        assert not wide(piece), piece


def test_headings_and_figures_are_numbered_in_chinese() -> None:
    made = handout(derivation(SHALLOW), CHINESE).blocks
    blocks = [inner for one in made for inner in (one.blocks if isinstance(one, b.Kept) else (one,))]
    sections = [one for one in blocks if isinstance(one, b.Section)]
    heads = [one.number for one in sections if one.level == 1]
    assert heads == [f"{n}、" for n in (*"一二三四五六七八九十", "十一")][: len(heads)] and len(heads) > 8
    assert {one.number for one in sections if one.level == 2} >= {"（一）", "（二）", "（八）"}
    assert [one.title for one in blocks if isinstance(one, b.Figure)] == ["图 1", "图 2"]
    assert HEADINGS["zh"](21, 0) == "二十一、" and HEADINGS["zh"](3, 10) == "（十）"


# The pages


@cache
def pages(line: str = SHALLOW) -> bytes:
    return typst_pdf(text("typ", line), "zh")


def poppler(tool: str, *options: str, line: str, folder: Path) -> str:
    if shutil.which(tool) is None:
        pytest.skip("poppler-utils is not installed")
    path = folder / "page.pdf"
    path.write_bytes(pages(line))
    command = [tool, *options, str(path), *(["-"] if tool == "pdftotext" else [])]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


WORD = re.compile(r'<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)</word>')
NEAR = 25
"""Points: farther apart, two words stand in different columns."""


@pytest.mark.parametrize("line", NETWORKS[:3])
def test_no_line_begins_or_ends_with_the_wrong_sign(line: str, tmp_path: Path) -> None:
    signs = 0
    for page in poppler("pdftotext", "-bbox", line=line, folder=tmp_path).split("<page ")[1:]:
        words = [(*map(float, found[:4]), found[4]) for found in WORD.findall(page)]
        for left, top, right, bottom, word in words:
            beside = [w for w in words if w[1] < bottom and top < w[3]]
            if word[0] in "，。；：、？！）":
                signs += 1
                assert any(left - NEAR < w[2] < left + 2 for w in beside), f"a line begins with {word}"
            if word[-1] == "（":
                assert any(right - 2 < w[0] < right + NEAR for w in beside), f"a line ends with {word}"
    assert signs > 10


def test_the_fonts_of_the_pages_are_ours(tmp_path: Path) -> None:
    rows = poppler("pdffonts", line=SHALLOW, folder=tmp_path).splitlines()[2:]
    names = {row.split()[0].partition("+")[2].partition("-")[0] for row in rows}
    assert {"NotoSerifSC", "NotoSansSC"} <= names
    assert not {name for name in names if not name.startswith(("Noto", "NewCM", "DejaVu"))}
    assert all(re.search(r" yes +yes +yes ", row) for row in rows)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_hanzi_that_the_fonts_lack_is_refused_by_name(
    engine: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = tmp_path / "net.toml"
    spec.write_text(
        'name = "龘"\ninputs = 3\n[[layers]]\nunits = 1\nactivation = "sigmoid"\n', encoding="utf-8"
    )
    folder = tmp_path / "made"
    asked = ["build", str(spec), "--lang", "zh", "--formats", "pdf", "--engine", engine, "-o", str(folder)]
    assert run([*asked, "--detail", "brief"]) == 3
    assert "龘 (U+9F98)" in capsys.readouterr().err
    assert not list(folder.rglob("*.pdf"))


def test_a_page_in_html_brings_the_characters_that_it_has() -> None:
    tools = pytest.importorskip("fontTools.ttLib")
    html = text("html")
    assert '<html lang="zh-Hans">' in html
    found = re.findall(r'font-family: "derive-\w+-sc"; src: url\(data:font/woff;base64,([^)]*)\)', html)
    assert len(found) == 2
    body = html[html.index("<body>") :]
    for face in found:
        points = set(tools.TTFont(BytesIO(b64decode(face))).getBestCmap())
        assert {ord(c) for c in wide(body)} <= points and len(points) < 800
    (english,) = render(derivation(SHALLOW), ["html"]).values()
    assert "data:font/woff" in english and '-sc"; src' not in english
