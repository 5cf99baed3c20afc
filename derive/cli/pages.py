"""What the command line chooses about a handout, and the PDF that an engine makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Literal, cast

from derive.derivation import Derivation
from derive.errors import CompileError, SpecError, unknown
from derive.targets import RenderOptions

AUTO = "typst"
PAPERS = ("a4", "us-letter")


def chosen_formats(text: str | None) -> tuple[str, ...]:
    """The formats of a comma list, each once; raises SpecError."""
    from derive.engines import PDF
    from derive.render import DEFAULT_FORMATS, TARGETS

    if text is None:
        return DEFAULT_FORMATS
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    for name in names:
        if name not in (*TARGETS, PDF):
            raise SpecError(unknown("format", name, (*TARGETS, PDF)))
    return names


def chosen_folder(text: str) -> Path:
    """The folder of that name; raises SpecError for none, as a variable that is not set gives."""
    if not text.strip():
        raise SpecError(f"-o {text!r} names no folder; give one, or . for this one")
    return Path(text)


def source_of(wanted: Sequence[str]) -> list[str]:
    """The TeX source that is written beside a PDF, where the formats do not ask for it."""
    from derive.engines import PDF

    return ["tex"] if PDF in wanted and "tex" not in wanted else []


def chosen_engine(name: str, formats: Sequence[str]) -> str:
    """The engine of this name; auto is Typst, the same pages on every machine."""
    from derive.engines import ENGINES, PDF

    if name not in ("auto", *ENGINES):
        raise SpecError(unknown("engine", name, ("auto", *ENGINES)))
    if name != "auto" and PDF not in formats:
        raise SpecError(f"--engine {name} makes a PDF; add pdf to --formats, or leave it out")
    return AUTO if name == "auto" else name


def chosen_paper(name: str | None) -> Literal["a4", "us-letter"]:
    name = PAPERS[0] if name is None else name
    if name not in PAPERS:
        raise SpecError(unknown("paper", name, PAPERS))
    return cast(Literal["a4", "us-letter"], name)


def chosen_parts(text: str | None) -> tuple[str, ...]:
    """The parts of a comma list; none for all."""
    if text is None:
        return ()
    from derive.handout.parts import chosen

    return chosen([name.strip() for name in text.split(",")])


class Compiling(Thread):
    """An engine at work on a handout while the other formats are rendered and written."""

    def __init__(self, derivation: Derivation, options: RenderOptions, engine: str) -> None:
        from derive.engines import ENGINES
        from derive.render import render

        super().__init__(daemon=True)
        self.engine = engine
        ((name, text),) = render(derivation, (ENGINES[engine].source,), options).items()
        self.stem = name.rpartition(".")[0]
        self._compile = partial(ENGINES[engine].compile, text, options.lang)
        self._content = b""
        self._error: Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            self._content = self._compile()
        except Exception as error:
            self._error = error

    def write(self, folder: Path, force: bool) -> Path:
        """Wait for the PDF, write it, and say which engine made it; an engine's log stays if it fails."""
        from derive.cli.terminal import remark
        from derive.output import write, write_all

        self.join()
        if isinstance(self._error, CompileError):
            log = folder / f"{self.stem}.log"
            write(log, (self._error.log or str(self._error)).encode())
            left = folder / f"{self.stem}.tex"
            raise CompileError(f"{self._error}; the log is {log}, the source stays in {left}") from None
        if self._error is not None:
            raise self._error
        (path,) = write_all(folder, {f"{self.stem}.pdf": self._content}, force)
        remark(f"{path} was made by {self.engine}; the TeX source is {folder / self.stem}.tex")
        return path
