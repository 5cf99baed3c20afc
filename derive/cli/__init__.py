"""The commands: derive show, build, check, list, doctor. What they need is imported when they run."""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from derive.cli.options import (
    Blanks,
    ConventionName,
    Derivatives,
    Detail,
    EngineName,
    Exercises,
    Kinks,
    Lang,
    Layout,
    OwnActivations,
    OwnLosses,
    Paper,
    Parts,
    Seed,
    Spec,
    Specs,
    Unfused,
    choices,
)
from derive.errors import CheckError, DeriveError, SpecError, unknown

app = typer.Typer(
    help="Derives the backward pass of a neural network, proves it, and writes it as code and as a sheet.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

# Where typer keeps click differs from version to version.
_UsageError: Any = typer.BadParameter.__bases__[0]


@app.command()
def show(
    spec: Spec,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME…]", help="Gradients, such as dZ2.")
    ] = None,
    steps: Annotated[bool, typer.Option("--steps", help="Every step with its rule and reason.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    layout: Layout = None,
    convention: ConventionName = None,
    derivatives: Derivatives = None,
    kink: Kinks = None,
    unfused: Unfused = False,
    activation: OwnActivations = None,
    loss: OwnLosses = None,
    lang: Lang = None,
    detail: Detail = None,
) -> None:
    """Print the derivation of a network, or of the gradients that are named."""
    from derive import report
    from derive.cli.terminal import print_rows, remark
    from derive.pipeline import derive
    from derive.spec import network

    chosen = choices(layout, convention, derivatives, kink, unfused, activation, loss, lang, detail)
    made = network(spec, **chosen)
    derivation = derive(made)
    gradients = report.chosen(derivation, names or ())
    if as_json:
        import json

        print(json.dumps(report.as_object(derivation, gradients, made.lang), ensure_ascii=False, indent=2))
        raise_failures(derivation.proof.failures)
        return
    if not names:
        print(f"{made.name}: {report.heading(derivation)}\n")
        print_rows(report.forward_rows(derivation), ("cyan", "dim"))
        print()
    if steps:
        for number, gradient in enumerate(gradients):
            if number:
                print()
            print_rows(report.gradient_rows([gradient]), ("bold cyan", "dim", "yellow"), indent="")
            print_rows(report.step_rows(gradient, made.lang), ("green", "", "dim"))
    else:
        print_rows(
            report.gradient_rows(gradients), ("cyan", "dim", "yellow"), indent="  " if not names else ""
        )
    remark(report.proved(derivation))
    raise_failures(derivation.proof.failures)


@app.command()
def build(
    specs: Specs,
    folder: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="Where to write.")] = Path(
        "generated"
    ),
    formats: Annotated[str | None, typer.Option(metavar="LIST", help="Formats with commas: py,tex.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite what derive did not write.")] = False,
    layout: Layout = None,
    convention: ConventionName = None,
    derivatives: Derivatives = None,
    kink: Kinks = None,
    unfused: Unfused = False,
    activation: OwnActivations = None,
    loss: OwnLosses = None,
    lang: Lang = None,
    detail: Detail = None,
    parts: Parts = None,
    engine: EngineName = "auto",
    paper: Paper = "a4",
    exercises: Exercises = False,
    seed: Seed = None,
    blanks: Blanks = None,
) -> None:
    """Write the training code and the sheet of each network to DIR/<name>/."""
    from derive.cli.pages import Compiling, chosen_engine, chosen_paper, chosen_parts
    from derive.cli.sheets import chosen_sheet, editions
    from derive.cli.terminal import complain, remark, with_progress
    from derive.engines import PDF
    from derive.output import write_all
    from derive.pipeline import derive
    from derive.render import render
    from derive.spec import check_new, network
    from derive.targets import RenderOptions

    wanted = _formats(formats)
    engine, sheet, pieces = chosen_engine(engine), chosen_paper(paper), chosen_parts(parts)
    asked = chosen_sheet(exercises, seed, blanks, parts, detail)
    chosen = choices(layout, convention, derivatives, kink, unfused, activation, loss, lang, detail)
    taken: dict[str, str] = {}
    statuses = []
    for spec in with_progress(specs):
        try:
            made = network(spec, **chosen)
            check_new(made.name, spec, taken)
            derivation = derive(made)
            raise_failures(derivation.proof.failures)
            documents = editions(RenderOptions(made.lang, made.detail, pieces, sheet, **asked))
            pdfs = [Compiling(derivation, options, engine) for options in documents if PDF in wanted]
            texts: dict[str, str] = {}
            # The TeX source stays beside the PDF, whatever became of it.
            for options in documents:
                texts |= render(derivation, [*(f for f in wanted if f != PDF), *_source_of(wanted)], options)
            for path in write_all(folder / made.name, texts, force):
                print(path)
            for pdf in pdfs:
                print(pdf.write(folder / made.name, force))
        except DeriveError as error:
            complain(error)
            statuses.append(error.status)
    if len(specs) > 1:
        remark(f"{len(specs) - len(statuses)} of {len(specs)} networks built")
    if statuses:
        raise typer.Exit(max(statuses))


@app.command()
def check(
    spec: Spec,
    prove: Annotated[
        bool, typer.Option("--prove", help="Also expand each entry and differentiate it.")
    ] = False,
    layout: Layout = None,
    convention: ConventionName = None,
    derivatives: Derivatives = None,
    kink: Kinks = None,
    unfused: Unfused = False,
    activation: OwnActivations = None,
    loss: OwnLosses = None,
) -> None:
    """Prove a derivation, and run its printed formulas against numeric derivatives."""
    from derive.cli.checking import checked
    from derive.cli.terminal import print_rows, remark
    from derive.spec import network

    chosen = choices(layout, convention, derivatives, kink, unfused, activation, loss)
    rows, remarks, failures = checked(network(spec, **chosen), prove)
    print_rows(rows, ("bold", "cyan", "", "green"), indent="")
    for text in remarks:
        remark(text)
    raise_failures(failures)


@app.command("list")
def list_(
    what: Annotated[str | None, typer.Argument(metavar="[activations|losses|formats|networks]")] = None,
) -> None:
    """Print what there is: activations, losses, formats, networks of the gallery."""
    from derive.cli.listing import LISTS
    from derive.cli.terminal import print_rows

    if what is not None and what not in LISTS:
        raise SpecError(unknown("list", what, LISTS))
    for name in [what] if what else LISTS:
        if not what:
            print(f"{name}:")
        print_rows(LISTS[name](), ("bold cyan",), indent="" if what else "  ")


@app.command()
def doctor() -> None:
    """Print versions, and which engines are there."""
    from derive.cli.doctor import findings
    from derive.cli.terminal import print_rows

    print_rows(findings(), ("bold", "cyan", "dim"), indent="")


def _version(wanted: bool) -> None:
    if wanted:
        from derive import __version__

        print(f"derive {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


def _formats(text: str | None) -> tuple[str, ...]:
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


def _source_of(wanted: Sequence[str]) -> list[str]:
    from derive.engines import PDF

    return ["tex"] if PDF in wanted and "tex" not in wanted else []


def raise_failures(failures: Sequence[str]) -> None:
    """Raises CheckError if there are any."""
    if failures:
        more = f", and {len(failures) - 3} more" if len(failures) > 3 else ""
        raise CheckError(f"the check failed, do not use these formulas: {'; '.join(failures[:3])}{more}")


def run(arguments: Sequence[str]) -> int:
    """The exit status of a command; every error becomes one message."""
    from derive.cli.terminal import complain

    try:
        status = app(args=list(arguments), prog_name="derive", standalone_mode=False)
        sys.stdout.flush()
        return status if isinstance(status, int) else 0
    except DeriveError as error:
        complain(error)
        return error.status
    except _UsageError as error:
        if str(error.format_message()):
            complain(f"{error.format_message()} 'derive --help' lists what there is.")
        return 2
    except (KeyboardInterrupt, typer.Abort):
        complain("stopped")
        return 130
    except (BrokenPipeError, SystemExit):
        # Nobody reads any more, as in `derive show … | head -1`; typer turns that into an exit.
        return 0
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        remedy = "free some space" if full else "check where it goes"
        complain(f"the output cannot be written: {error.strerror}; {remedy}")
        return 5 if full else 2
    except Exception as error:
        if os.environ.get("DERIVE_DEBUG"):
            raise
        complain(
            f"a fault of derive itself, {type(error).__name__}: {error}; "
            "please report it with the command, and with what DERIVE_DEBUG=1 prints"
        )
        return 1


def main() -> None:
    """The command: ends the process with its exit status.

    Collecting garbage among expressions that stay, and taking them apart one by one at the end, would
    cost a command a fifth of its time.
    """
    gc.set_threshold(200_000, 30, 100)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    status = run(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        # What is left cannot be written where nobody reads any more.
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)
