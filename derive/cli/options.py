"""The options that several commands share, and what they choose."""

from __future__ import annotations

from typing import Annotated, Any

import typer

_SPEC = "A TOML file, a name of the gallery, or a line such as '3 -> 4 tanh -> 1 sigmoid'."
Spec = Annotated[str, typer.Argument(help=_SPEC, show_default=False)]
Specs = Annotated[list[str], typer.Argument(metavar="SPEC…", help=_SPEC, show_default=False)]
Layout = Annotated[str | None, typer.Option(help="columns or rows: how samples stand in X.")]
ConventionName = Annotated[str | None, typer.Option("--convention", help="course or exact: what dZ means.")]
Derivatives = Annotated[str | None, typer.Option(help="output or input: g′ written in A or in Z.")]
Kinks = Annotated[
    list[str] | None,
    typer.Option("--kink", metavar="NAME=VALUE", help="Slope of an activation at its kink, such as relu=1."),
]
Unfused = Annotated[bool, typer.Option("--unfused", help="Keep dA in dZ instead of inserting its value.")]
OwnActivations = Annotated[
    list[str] | None,
    typer.Option("--activation", metavar="NAME=FORMULA", help="An activation of your own, a formula in z."),
]
OwnLosses = Annotated[
    list[str] | None,
    typer.Option("--loss", metavar="NAME=FORMULA", help="A loss of your own, a formula in a and y."),
]
Lang = Annotated[str | None, typer.Option(help="en or zh.")]
Detail = Annotated[str | None, typer.Option(help="brief or full.")]

Parts = Annotated[
    str | None, typer.Option(metavar="LIST", help="Parts of the handout with commas, such as backward,code.")
]
EngineName = Annotated[
    str, typer.Option("--engine", help="auto, typst, latexmk or chrome: what makes the PDF.")
]
Exercises = Annotated[
    bool, typer.Option("--exercises", help="A sheet with blanks and questions and its answers, no handout.")
]
Seed = Annotated[
    str | None, typer.Option(metavar="NUMBER", help="Which exercises: each number another sheet.")
]
Blanks = Annotated[str | None, typer.Option(help="easy, medium or hard: how much is left blank.")]
Paper = Annotated[str, typer.Option(help="a4 or us-letter.")]


def choices(
    layout: str | None,
    convention: str | None,
    derivatives: str | None,
    kinks: list[str] | None,
    unfused: bool,
    activations: list[str] | None,
    losses: list[str] | None,
    lang: str | None = None,
    detail: str | None = None,
) -> dict[str, Any]:
    """The options as choices for `spec.network`; None where nothing was chosen."""
    from derive.spec import kink, own

    return {
        "layout": layout,
        "convention": convention,
        "derivatives": derivatives,
        "kinks": tuple(kink(text) for text in kinks or ()),
        "fused": False if unfused else None,
        "own": own(activations or (), losses or ()),
        "lang": lang,
        "detail": detail,
    }
