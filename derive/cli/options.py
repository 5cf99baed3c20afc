"""The options that several commands share, and what they choose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from derive.errors import SpecError

Command = TypeVar("Command", bound=Callable[..., Any])


def together(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Options as one decorator, in their order in the help."""

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


NETWORK = together(
    click.option("--layout", help="columns or rows: how samples stand in X."),
    click.option("--convention", help="course or exact: what dZ means."),
    click.option("--derivatives", help="output or input: g′ written in A or in Z."),
    click.option(
        "--kink", multiple=True, metavar="NAME=VALUE", help="Slope of an activation at its kink, as relu=1."
    ),
    click.option("--unfused", is_flag=True, help="Keep dA in dZ instead of inserting its value."),
    click.option(
        "--activation", multiple=True, metavar="NAME=FORMULA", help="An activation of your own, in z."
    ),
    click.option("--loss", multiple=True, metavar="NAME=FORMULA", help="A loss of your own, in a and y."),
)
LANGUAGE = click.option("--lang", help="en or zh.")
PAGES = together(
    click.option("--detail", help="brief or full."),
    click.option(
        "--parts",
        metavar="LIST",
        help="Parts of the handout with commas, as backward,code; see derive list parts.",
    ),
    click.option("--engine", default="auto", help="auto, typst, latexmk or chrome: what makes the PDF."),
    click.option("--paper", show_default="a4", help="a4 or us-letter."),
)
SHEET = together(
    click.option(
        "--exercises", is_flag=True, help="A sheet with blanks and questions and its answers, no handout."
    ),
    click.option("--seed", metavar="NUMBER", help="Which exercises: each number another sheet."),
    click.option("--blanks", help="easy, medium or hard: how much is left blank."),
)


def choices(
    layout: str | None,
    convention: str | None,
    derivatives: str | None,
    kink: Sequence[str],
    unfused: bool,
    activation: Sequence[str],
    loss: Sequence[str],
    lang: str | None = None,
    detail: str | None = None,
) -> dict[str, Any]:
    """The options as choices for `spec.network`; None where nothing was chosen."""
    from derive.spec import kink as read
    from derive.spec import own

    kinks, formulas = tuple(map(read, kink)), own(activation, loss)
    _check_once("--kink", [name for name, _ in kinks])
    _check_once("--activation", [entry.name for entry in formulas.activations])
    _check_once("--loss", [entry.name for entry in formulas.losses])
    return {
        "layout": layout,
        "convention": convention,
        "derivatives": derivatives,
        "kinks": kinks,
        "fused": False if unfused else None,
        "own": formulas,
        "lang": lang,
        "detail": detail,
    }


def _check_once(option: str, names: Sequence[str]) -> None:
    """Raises SpecError for a name that an option gives two values."""
    for name in names:
        if names.count(name) > 1:
            raise SpecError(f"{option} is given {names.count(name)} times for {name}; keep one of them")
