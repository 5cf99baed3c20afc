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
    "typer": "command line",
    "rich": "command line",
    "typst": "derivation.pdf",
    "math-core": "derivation.html",
    "scipy": "formulas with erf",
    "python-flint": "stable forms of formulas of one's own",
}
ENGINES = {
    "chromium": "--engine chrome",
    "pdflatex": "derivation.tex",
    "xelatex": "derivation.tex",
    "latexmk": "derivation.tex",
}
STYLES = {
    **dict.fromkeys(
        ("amsmath", "geometry", "hyperref", "iftex", "lmodern", "microtype", "tikz"), "derivation.tex"
    ),
    "fontspec": "derivation.tex under xelatex",
    "ctex": "derivation.zh.tex",
}
"""What templates/tex/preamble.jinja loads."""


def findings() -> list[Row]:
    """Each thing, its version or that it is missing, and what it is for."""
    rows: list[Row] = [("python", platform.python_version(), "")]
    rows += [(name, _version(name), purpose) for name, purpose in PACKAGES.items()]
    rows += [(name, shutil.which(name) or "missing", purpose) for name, purpose in ENGINES.items()]
    if shutil.which("kpsewhich"):
        rows += [(f"{style}.sty", _style(f"{style}.sty"), purpose) for style, purpose in STYLES.items()]
    return [*rows, ("Chinese font", _chinese(), "derivation.zh.pdf by Typst")]


def _chinese() -> str:
    """Whether Typst has Chinese characters, tried with a few."""
    from derive.engines import unset
    from derive.errors import MissingError

    try:
        missing = unset("反向传播")
    except MissingError:
        return "missing"
    return f"missing: {''.join(missing)}" if missing else "found"


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "missing"


def _style(name: str) -> str:
    found = subprocess.run(["kpsewhich", name], capture_output=True, text=True, check=False, timeout=30)
    return "found" if found.stdout.strip() else "missing"
