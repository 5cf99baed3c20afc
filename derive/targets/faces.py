"""The Chinese fonts of a page in HTML: of each face what the page needs, whatever fonts a reader has."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from io import BytesIO
from pathlib import Path

from derive.errors import MissingError
from derive.fonts.noto import kept

FONTS = Path(__file__).parent.parent / "fonts"
FACES = {"derive-serif-sc": "NotoSerifSC-Regular.otf", "derive-sans-sc": "NotoSansSC-Regular.otf"}


@cache
def chinese(text: str) -> frozenset[int]:
    """Code points of a text that our Chinese fonts have and that no Latin font is asked for.

    >>> sorted(map(chr, chinese("反 a、β")))
    ['、', '反']
    """
    return frozenset(map(ord, text)) & frozenset(point for point in kept() if point > 0x2000)


def faces(text: str) -> dict[str, str]:
    """Each face as WOFF in base64 with the characters of the text; none for a text without Chinese."""
    points = chinese(text)
    if not any(point >= 0x3000 for point in points):
        return {}
    return {family: _woff(file, points) for family, file in FACES.items()}


@cache
def _woff(file: str, points: frozenset[int]) -> str:
    try:
        from fontTools.subset import Options, Subsetter
        from fontTools.ttLib import TTFont
    except ImportError:
        raise MissingError("fonttools is not installed; run: pip install fonttools") from None
    font = TTFont(FONTS / file, lazy=True, recalcTimestamp=False)
    options = Options()
    options.name_IDs, options.notdef_outline = [0, 7, 13, 14], True
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=points)
    subsetter.subset(font)
    font.flavor = "woff"
    made = BytesIO()
    font.save(made)
    return b64encode(made.getvalue()).decode()
