"""Makes NotoSerifSC-Regular.otf and NotoSansSC-Regular.otf out of the Noto CJK collections.

    python derive/fonts/noto.py FOLDER

FOLDER holds NotoSerifCJK-Regular.ttc and NotoSansCJK-Regular.ttc as Debian's package fonts-noto-cjk has
them. What is kept: the 6763 hanzi of GB 2312 and Chinese punctuation; Latin letters and mathematics come
from the other fonts of a page. The same input and the same fonttools give the same bytes.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SIMPLIFIED_CHINESE = 2
ROWS = range(0xA1, 0xFF)
FULL_WIDTH = ((0x3000, 0x303F), (0xFF01, 0xFF5E))
MARKS = "\u00b7\u2013\u2014\u2018\u2019\u201c\u201d\u2026"
ONLY_FOR_OTHER_SETTING = ["BASE", "GDEF", "GPOS", "GSUB", "VORG", "vhea", "vmtx"]


def gb2312() -> set[str]:
    """Every character of GB 2312.

    >>> len({c for c in gb2312() if "\u4e00" <= c <= "\u9fff"})
    6763
    """
    pairs = (bytes((row, cell)) for row in ROWS for cell in ROWS)
    return set("".join(pair.decode("gb2312", "ignore") for pair in pairs))


def kept() -> list[int]:
    """Code points of the subset: hanzi and punctuation."""
    hanzi = {ord(c) for c in gb2312() if "\u4e00" <= c <= "\u9fff"}
    wide = {point for first, last in FULL_WIDTH for point in range(first, last + 1)}
    return sorted({ord(" "), *map(ord, MARKS), *hanzi, *wide})


def renamed(font: Any, family: str) -> None:
    """The names of the Simplified Chinese fonts of the same project, in the tables that readers look into."""
    solid = family.replace(" ", "")
    names = {1: family, 2: "Regular", 4: family, 6: f"{solid}-Regular"}
    names[3] = f"{font['name'].getDebugName(3).split(';')[0]};GB2312;{solid}-Regular"
    for record in font["name"].names:
        record.string = names.get(record.nameID, record.toUnicode())
    top = font["CFF "].cff
    top.fontNames = [f"{solid}-Regular"]
    top[0].FullName, top[0].FamilyName = f"{family} Regular", family


def subset(collection: Path, family: str) -> bytes:
    """The font as it stands beside this file."""
    from io import BytesIO

    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTCollection

    font = TTCollection(str(collection), lazy=True)[SIMPLIFIED_CHINESE]
    options = Options()
    options.hinting, options.desubroutinize, options.layout_features = False, True, []
    options.drop_tables = [*options.drop_tables, *ONLY_FOR_OTHER_SETTING]
    options.name_IDs, options.name_languages, options.notdef_outline = [*range(8), 13, 14], [0x409], True
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=kept())
    subsetter.subset(font)
    renamed(font, family)
    font.recalcTimestamp = False
    made = BytesIO()
    font.save(made)
    return made.getvalue()


def main(folder: Path) -> None:
    for style in ("Serif", "Sans"):
        content = subset(folder / f"Noto{style}CJK-Regular.ttc", f"Noto {style} SC")
        path = HERE / f"Noto{style}SC-Regular.otf"
        path.write_bytes(content)
        print(f"{path.name}: {len(content)} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
