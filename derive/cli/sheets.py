"""What the command line chooses about exercises."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from derive.errors import SpecError, shown, unknown
from derive.targets import RenderOptions

LARGEST = 10**9 - 1
DEFAULT_SEED, DEFAULT_BLANKS = 0, "medium"


def chosen_sheet(
    exercises: bool,
    seed: str | None,
    blanks: str | None,
    parts: str | None,
    detail: str | None,
    formats: Sequence[str],
) -> dict[str, Any]:
    """The options that make exercises, none without --exercises; raises SpecError."""
    if not exercises:
        for option, given in (("--seed", seed), ("--blanks", blanks)):
            if given is not None:
                raise SpecError(
                    f"{option} {given} chooses exercises; give --exercises as well, or leave it out"
                )
        return {}

    from derive.handout.exercises.levels import LEVELS

    for option, given in (("--parts", parts), ("--detail", detail)):
        if given is not None:
            raise SpecError(
                f"{option} chooses parts of the handout, --exercises makes a sheet; leave one of them out"
            )
    if blanks is not None and blanks not in LEVELS:
        raise SpecError("--blanks: " + unknown("level", blanks, LEVELS))
    if not any(map(_is_document, formats)):
        raise SpecError(
            f"--exercises makes a sheet, --formats {','.join(formats)} only code; add tex or pdf to it"
        )
    return {"edition": "exercises", "seed": _seed(seed), "blanks": blanks or DEFAULT_BLANKS}


def check_used(options: Mapping[str, str | None], formats: Sequence[str]) -> None:
    """Raises SpecError for an option of the handout where only code is written."""
    for option, given in options.items():
        if given is not None and not any(map(_is_document, formats)):
            raise SpecError(
                f"{option} {given} is for the handout, --formats {','.join(formats)} only writes code; "
                "add tex or pdf to it, or leave the option out"
            )


def _is_document(name: str) -> bool:
    """Whether a format has another file for exercises than for the handout."""
    from derive.engines import PDF
    from derive.render import target

    files = target("typ" if name == PDF else name).files
    return files(RenderOptions()) != files(RenderOptions(edition="exercises"))


def _seed(text: str | None) -> int:
    if text is None:
        return DEFAULT_SEED
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise SpecError(
            f"--seed {shown(text)}: a whole number from 0 to {LARGEST} is needed, for example --seed 7"
        )
    return int(text)


def editions(options: RenderOptions) -> tuple[RenderOptions, ...]:
    """What is to be rendered: the handout, or a sheet and its answers."""
    return (options,) if options.edition == "handout" else (options, replace(options, edition="answers"))
