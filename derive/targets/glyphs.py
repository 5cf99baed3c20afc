"""Characters that TeX's usual fonts lack, so that every text compiles under every engine."""

from __future__ import annotations

import re
import unicodedata

from derive.printing import escaped, math_name

SYMBOLS = {
    "′": "'",
    "−": "-",
    "·": r"\cdot",
    "×": r"\times",
    "→": r"\to",
    "≤": r"\le",
    "≥": r"\ge",
    "≠": r"\ne",
    "∂": r"\partial",
    "²": "^{2}",
    "₀": "_{0}",
    "∞": r"\infty",
    "–": r"\text{--}",
    "…": r"\ldots",
    "’": r"\text{'}",
}
_PLAIN = re.compile(r"[A-Za-z0-9 .,;:!?()=+*/]*")
T1_LETTERS = frozenset("ÆæØøßÐðÞþŒœŁłı")


def tex_text(text: str) -> str:
    """Text from outside as TeX prints it: nothing in it is a command, no glyph is missing.

    A letter that the fonts lack is handed to the macro \\otherletter with its code point.
    """
    return text if _PLAIN.fullmatch(text) else tex_glyphs(escaped(text))


def tex_glyphs(text: str) -> str:
    """TeX source with every character beyond the usual fonts replaced."""
    return text if text.isascii() else "".join(c if c.isascii() else _glyph(c) for c in text)


def _glyph(char: str) -> str:
    if char in SYMBOLS:
        return rf"\ensuremath{{{SYMBOLS[char]}}}"
    if char in T1_LETTERS or _accented(char):
        return char
    if unicodedata.name(char, "").startswith("GREEK") and math_name(char).startswith("\\"):
        name = math_name(char)
        if not name.startswith(r"\text"):
            return rf"\ensuremath{{{name}}}"
    if unicodedata.category(char)[0] == "M":
        return ""
    return rf"\otherletter{{{char}}}{{{ord(char):04X}}}"


def _accented(char: str) -> bool:
    """Whether it is a Latin letter with an accent that T1 fonts have."""
    parts = unicodedata.normalize("NFD", char)
    return len(parts) == 2 and parts[0].isascii() and parts[0].isalpha() and ord(char) < 0x180
