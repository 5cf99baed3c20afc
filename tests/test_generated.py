"""generated/ is what derive makes of the gallery today, byte for byte."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import pytest

from derive.engines import PDF, typst_pdf
from derive.gallery import GALLERY
from derive.output import stamped, stamped_bytes
from derive.pipeline import derive
from derive.render import DEFAULT_FORMATS, canonical_links, render
from derive.spec import network
from derive.targets import RenderOptions

GENERATED = Path(__file__).parents[1] / "generated"
FIX = "derive build " + " ".join(GALLERY) + " -o generated --force"
TYPST = "0.15.2"


@dataclass(frozen=True)
class More:
    """What some networks of the gallery have besides: the words of the command, and what they mean."""

    names: tuple[str, ...]
    words: str
    formats: tuple[str, ...]
    options: RenderOptions

    @property
    def command(self) -> str:
        return f"derive build {' '.join(self.names)} {self.words} -o generated --force"


HANDOUTS = ("shallow_tanh", "softmax_classifier")
SHEETS = ("shallow_tanh",)
EDITIONS: tuple[Literal["exercises", "answers"], ...] = ("exercises", "answers")
SYMBOLIC = "symbolic_layer"
MORE = (
    More(HANDOUTS, "--formats py,tex,pdf", ("tex", "pdf"), RenderOptions()),
    More(HANDOUTS, "--formats pdf --lang zh", ("tex", "pdf"), RenderOptions(lang="zh")),
    *(More(SHEETS, "--formats pdf --exercises", ("tex", "pdf"), RenderOptions(edition=e)) for e in EDITIONS),
    *(
        More(
            SHEETS, "--formats pdf --exercises --lang zh", ("tex", "pdf"), RenderOptions(lang="zh", edition=e)
        )
        for e in EDITIONS
    ),
    More(HANDOUTS, "--formats fast", ("fast",), RenderOptions()),
    More((SYMBOLIC,), "--formats tex", ("tex",), RenderOptions()),
)
NAMES = (*GALLERY, SYMBOLIC)
COMMANDS = "\n".join(dict.fromkeys([FIX, *(more.command for more in MORE)]))
PAGES = {"README.md", "canonical_links.md"}
FIX_LINKS = (
    "python -c 'from derive.render import canonical_links; print(canonical_links(), end=\"\")' "
    "> generated/canonical_links.md"
)


@cache
def fresh(name: str) -> dict[str, bytes]:
    """The files of a gallery network as they have to be."""
    made = derive(network(name))
    formats = DEFAULT_FORMATS if name in GALLERY else ()
    files = {file: stamped(text).encode() for file, text in render(made, formats).items()}
    for more in MORE:
        if name in more.names:
            texts = render(made, [form for form in more.formats if form != PDF], more.options)
            files |= {file: stamped(text).encode() for file, text in texts.items()}
            if PDF in more.formats:
                ((file, text),) = render(made, ["typ"], more.options).items()
                content = stamped_bytes(typst_pdf(text, more.options.lang))
                files[file.removesuffix("typ") + PDF] = content
    return files


@pytest.mark.parametrize("name", NAMES)
def test_a_network_of_the_gallery_is_up_to_date(name: str) -> None:
    found = {path.name: path.read_bytes() for path in (GENERATED / name).glob("*")}
    missing, extra = fresh(name).keys() - found.keys(), found.keys() - fresh(name).keys()
    drifted = [file for file in fresh(name).keys() & found.keys() if found[file] != fresh(name)[file]]
    if version("typst") != TYPST:
        drifted = [file for file in drifted if not file.endswith(".pdf")]
    assert not missing and not extra and not drifted, (
        f"generated/{name}: missing {sorted(missing)}, not made by derive {sorted(extra)} (delete them), "
        f"changed {sorted(drifted)}. Look at the difference after\n{COMMANDS}"
    )


def test_nothing_else_lies_in_the_folder() -> None:
    found = {path.name for path in GENERATED.iterdir()}
    extra, missing = found - {*NAMES, *PAGES}, {*NAMES, *PAGES} - found
    assert not extra and not missing, f"delete generated/{sorted(extra)}; make {sorted(missing)} with\n{FIX}"


def test_the_page_on_canonical_links_is_up_to_date() -> None:
    found = (GENERATED / "canonical_links.md").read_text(encoding="utf-8")
    assert found == canonical_links(), f"look at the difference after\n{FIX_LINKS}"
    reduced = found[: found.index("With another loss")].count("= A^{[1]} - Y$ |")
    assert reduced == 5, "four canonical links give dZ = A - Y, and so does dA of the identity"
    readme = (GENERATED / "README.md").read_text(encoding="utf-8")
    assert "(canonical_links.md)" in readme and FIX_LINKS in readme


def test_the_readme_lists_every_network() -> None:
    text = (GENERATED / "README.md").read_text(encoding="utf-8")
    for name, spec in GALLERY.items():
        assert f"[{name}]({name}/)" in text and f"`{spec}`" in text, (
            f"generated/README.md lacks {name}, {spec}"
        )
    assert f"[{SYMBOLIC}]({SYMBOLIC}/)" in text and COMMANDS in text
