"""What `derive doctor` finds: versions of packages, and engines for the sheets."""

from __future__ import annotations

import platform
import shutil
import subprocess
from importlib import metadata

from derive.report import Row

PACKAGES = {
    "sympy": "derivation",
    "mpmath": "derivation",
    "jinja2": "rendering",
    "numpy": "checks, train.py",
    "pydantic": "TOML specs",
    "click": "command line",
    "rich": "command line",
    "typst": "PDF: --engine typst, which auto takes",
    "math-core": "HTML",
    "fonttools": "Chinese HTML",
    "scipy": "formulas with erf",
    "python-flint": "stable forms of formulas of one's own",
}
ENGINES = {
    "latexmk": "PDF: --engine latexmk",
    "pdflatex": "English LaTeX",
    "xelatex": "Chinese LaTeX",
    "kpsewhich": "looks for the files below",
}
STYLES = (
    "amsmath",
    "bookmark",
    "ctex",
    "fontspec",
    "geometry",
    "hyperref",
    "iftex",
    "lmodern",
    "microtype",
    "tikz",
)
TEX_FONTS = ("FandolSong-Regular.otf",)
ONLY = {"fontspec": "LaTeX under XeLaTeX", "ctex": "Chinese LaTeX"}


def findings() -> list[Row]:
    """Each thing, its version or that it is missing, and what it is for."""
    from derive.engines import chrome

    rows: list[Row] = [("python", platform.python_version(), "")]
    rows += [(name, _version(name), purpose) for name, purpose in PACKAGES.items()]
    rows += [(name, _said(name), purpose) for name, purpose in ENGINES.items()]
    if shutil.which("kpsewhich"):
        rows += [(f"{name}.sty", _in_tex(f"{name}.sty"), ONLY.get(name, "LaTeX")) for name in STYLES]
        rows += [(name, _in_tex(name), "Chinese LaTeX") for name in TEX_FONTS]
    browser = chrome()
    rows.append((browser or "chromium", _said(browser or "chromium"), "PDF: --engine chrome"))
    return [*rows, ("Chinese fonts", _chinese(), "Chinese pages by typst")]


def _chinese() -> str:
    """How many of the hanzi that the fonts are to have Typst finds in them."""
    from derive.engines import unset
    from derive.errors import MissingError
    from derive.fonts.noto import gb2312

    hanzi = [c for c in gb2312() if "\u4e00" <= c <= "\u9fff"]
    try:
        missing = unset(hanzi)
    except MissingError:
        return "missing: typst is not installed"
    found = f"{len(hanzi) - len(missing)} of the {len(hanzi)} hanzi of GB 2312"
    return f"missing: {found}" if missing else found


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "missing"


def _said(command: str) -> str:
    """The first line of what a command says of its version."""
    if shutil.which(command) is None:
        return "missing"
    try:
        found = subprocess.run(
            [command, "--version"], capture_output=True, text=True, check=False, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return "does not start"
    lines = [line.strip() for line in found.stdout.splitlines() if any(c.isdigit() for c in line)]
    return lines[0] if lines else "found"


def _in_tex(name: str) -> str:
    found = subprocess.run(["kpsewhich", name], capture_output=True, text=True, check=False, timeout=30)
    return "found" if found.stdout.strip() else "missing"
