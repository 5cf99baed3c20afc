"""What the command line chooses about a handout, and the PDF that an engine makes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, cast

from derive.derivation import Derivation
from derive.errors import CompileError, SpecError, unknown
from derive.targets import RenderOptions

AUTO = "typst"
PAPERS = ("a4", "us-letter")


def chosen_engine(name: str) -> str:
    """The engine of this name; auto is Typst, the same pages on every machine."""
    from derive.engines import ENGINES

    if name not in ("auto", *ENGINES):
        raise SpecError(unknown("engine", name, ("auto", *ENGINES)))
    return AUTO if name == "auto" else name


def chosen_paper(name: str) -> Literal["a4", "us-letter"]:
    if name not in PAPERS:
        raise SpecError(unknown("paper", name, PAPERS))
    return cast(Literal["a4", "us-letter"], name)


def chosen_parts(text: str | None) -> tuple[str, ...]:
    """The parts of a comma list; none for all."""
    if text is None:
        return ()
    from derive.handout.parts import chosen

    return chosen([name.strip() for name in text.split(",")])


def make_pdf(derivation: Derivation, options: RenderOptions, engine: str, folder: Path, force: bool) -> Path:
    """Write the PDF of the handout and say which engine made it; an engine's log stays if it fails."""
    from derive.cli.terminal import remark
    from derive.engines import ENGINES
    from derive.output import write, write_all
    from derive.render import render

    used = ENGINES[engine]
    ((name, text),) = render(derivation, (used.source,), options).items()
    stem = name.rpartition(".")[0]
    try:
        content = used.compile(text, options.lang)
    except CompileError as error:
        log = folder / f"{stem}.log"
        write(log, (error.log or str(error)).encode())
        raise CompileError(f"{error}; the log is {log}, the source stays in {folder / stem}.tex") from None
    (path,) = write_all(folder, {f"{stem}.pdf": content}, force)
    remark(f"{path} was made by {engine}; the TeX source is {folder / stem}.tex")
    return path
