"""A derivation becomes the text of files, through one template folder for each target."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import jinja2

from derive.derivation import Derivation
from derive.errors import SpecError
from derive.targets import RenderOptions, Target

TARGETS = {
    "py": "derive.targets.py",
    "tex": "derive.targets.tex",
    "typ": "derive.targets.typ",
    "html": "derive.targets.html",
    "md": "derive.targets.md",
    "ipynb": "derive.targets.ipynb",
    "fast": "derive.targets.fast",
}
DEFAULT_FORMATS = ("py", "tex")


def target(name: str) -> Target:
    """The target of a format's name.

    >>> target("py").folder
    'py'
    """
    if name not in TARGETS:
        raise SpecError(f"unknown format {name!r}; there are {', '.join(TARGETS)}")
    return import_module(TARGETS[name]).TARGET  # type: ignore[no-any-return]


def render(
    derivation: Derivation,
    formats: Sequence[str] = DEFAULT_FORMATS,
    options: RenderOptions | None = None,
) -> dict[str, str]:
    """File names and their texts, in the order of the formats. An unknown format is a SpecError."""
    options = options or RenderOptions()
    texts = {}
    for name in formats:
        chosen = target(name)
        values = chosen.context(derivation, options)
        for file, template in chosen.files(options).items():
            texts[file] = _environment(chosen).get_template(f"{chosen.folder}/{template}").render(values)
    return texts


def canonical_links() -> str:
    """The page of the gallery that sets outputs and losses side by side."""
    links = import_module("derive.targets.links")
    return _environment(links.TARGET).get_template("links/canonical_links.md.jinja").render(links.context())


@cache
def _environment(chosen: Target) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_templates()),
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        **dict[str, Any](chosen.syntax),
    )
    environment.filters["outside"] = chosen.escape
    return environment


def _templates() -> Path:
    """Inside the package when installed from a wheel, beside it in a checkout."""
    package = Path(__file__).parent
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"
