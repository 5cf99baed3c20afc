"""Engines that make a PDF of a handout: Typst from PyPI, TeX, or a browser.

Nothing of the system decides how the pages look under Typst: no font of it is used, and the time is
fixed, so that the same source gives the same bytes.
"""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from derive.errors import CompileError, MissingError
from derive.fonts.noto import kept
from derive.output import run_in_folder

PDF = "pdf"
FONTS = Path(__file__).parent / "fonts"
FIRST_HANZI = 0x2E80
WIDE = frozenset("WF")
STYLES = ("Serif", "Sans")
NO_CHARACTER = "\U000f1234"
SIGNS = frozenset("–—…‘’“”·′×−⊙⋅⊤∂∑∏√∞∧∨¬≠≤≥←→αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ")
TIMEOUT = 300


@dataclass(frozen=True)
class Engine:
    """source: the format that it reads. compile: from the text and its language to a PDF."""

    name: str
    source: str
    compile: Callable[[str, str], bytes]
    install: str


def typst_pdf(text: str, lang: str) -> bytes:
    """The pages under Typst; MissingError for a character that no font of ours has."""
    typst = _typst()
    refuse(missing_characters(text))
    try:
        return bytes(typst.compile(text.encode(), format="pdf", timestamp=0, **_fonts()))
    except typst.TypstError as error:
        raise CompileError(f"typst did not finish the handout: {str(error).splitlines()[0]}") from None


def missing_characters(text: str) -> list[str]:
    """Characters of the text that Typst's fonts lack; it prints an empty box for them without a word."""
    return unset(
        {c for c in text if not (c.isascii() or known(c) or unicodedata.category(c).startswith("Z"))}
    )


def known(character: str) -> bool:
    """Whether the fonts have it beyond doubt, so that most handouts need no trial.

    >>> known("⊙"), known("传"), known("\N{SNOWMAN}")
    (True, True, False)
    """
    return character in SIGNS or (ord(character) >= FIRST_HANZI and ord(character) in shipped())


def shipped() -> frozenset[int]:
    """Code points of the Chinese fonts that come with the package; none if they were taken out of it."""
    return (
        _kept() if all((FONTS / f"Noto{style}SC-Regular.otf").is_file() for style in STYLES) else frozenset()
    )


@cache
def _kept() -> frozenset[int]:
    return frozenset(kept())


def rare_hanzi(text: str) -> list[str]:
    """Wide characters of the text that the Chinese fonts beside this file lack."""
    wide = {c for c in text if unicodedata.east_asian_width(c) in WIDE}
    return sorted(c for c in wide if ord(c) not in shipped())


def unset(characters: Collection[str]) -> list[str]:
    """Those that no font has, found by setting each of them on a page of its own."""
    if not characters:
        return []
    tried = [NO_CHARACTER, *sorted(characters)]
    pages = "\n#pagebreak()\n".join(f'#text("{c}")' for c in tried)
    head = "#set page(width: 1cm, height: 1cm, margin: 0pt)\n"
    head += '#set text(font: ("New Computer Modern", "Noto Serif SC"))\n'
    found = _typst().compile((head + pages).encode(), format="svg", **_fonts())
    glyphs = [set(re.findall(rb'<symbol id="(\w+)"', page)) for page in found]
    return [c for c, glyph in zip(tried[1:], glyphs[1:], strict=True) if glyph & glyphs[0]]


def latexmk_pdf(text: str, lang: str) -> bytes:
    """The pages under TeX: pdflatex for English, xelatex for Chinese, where a hanzi may be a MissingError.

    TeX's Chinese fonts leave a gap for what they lack; they have every hanzi that ours have.
    """
    if lang == "zh":
        refuse(rare_hanzi(text))
    program = "-xelatex" if lang == "zh" else "-pdf"
    command = ["latexmk", program, "-interaction=nonstopmode", "-halt-on-error", "derivation.tex"]
    return _run(command, {"derivation.tex": text}, "derivation.pdf", "derivation.log", r"^! .*")


def chrome_pdf(text: str, lang: str) -> bytes:
    """The page as a browser prints it; MissingError for a hanzi that the page does not bring along.

    Which fonts a browser would take instead depends on the machine.
    """
    refuse(rare_hanzi(text))
    command = [
        *(chrome() or "chromium", "--headless", "--no-sandbox", "--disable-gpu"),
        *("--user-data-dir=profile", "--no-pdf-header-footer"),
        *("--print-to-pdf=derivation.pdf", "derivation.html"),
    ]
    return _run(command, {"derivation.html": text}, "derivation.pdf", None, r"(?i).*error.*")


def _run(command: list[str], files: dict[str, str], made: str, log: str | None, sign: str) -> bytes:
    if shutil.which(command[0]) is None:
        engine = next(e for e in ENGINES.values() if e.name in (command[0], "chrome"))
        raise MissingError(f"{command[0]} is not installed; {engine.install}")
    result, said = run_in_folder(command, files, made, log, TIMEOUT)
    if result is None:
        first = re.search(sign, said, re.MULTILINE)
        what = first[0] if first else (said.strip().splitlines() or ["it said nothing"])[-1]
        raise CompileError(f"{command[0]} did not finish the handout: {what}", said)
    return result


def chrome() -> str | None:
    """The browser's command, None without one."""
    return next(
        (name for name in ("chromium", "chromium-browser", "google-chrome") if shutil.which(name)), None
    )


ENGINES: dict[str, Engine] = {
    engine.name: engine
    for engine in (
        Engine("typst", "typ", typst_pdf, "run: pip install 'typst>=0.14,<0.16'"),
        Engine("latexmk", "tex", latexmk_pdf, "install latexmk and TeX Live, or use --engine typst"),
        Engine("chrome", "html", chrome_pdf, "install chromium, or use --engine typst"),
    )
}


def _typst() -> Any:
    try:
        import typst
    except ImportError:
        raise MissingError(f"typst is not installed; {ENGINES['typst'].install}") from None
    return typst


def _fonts() -> dict[str, Any]:
    return {"ignore_system_fonts": True, "font_paths": [str(FONTS)] if FONTS.is_dir() else []}


def refuse(missing: list[str]) -> None:
    """MissingError where there are any."""
    if not missing:
        return
    shown = ", ".join(f"{c} (U+{ord(c):04X})" for c in missing[:5])
    more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
    raise MissingError(
        f"no font of the handout has {shown}{more}; rename what holds it, or leave pdf out of --formats"
    )
