"""The commands: derive show, build, check, list, doctor. What they need is imported when they run."""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from derive.cli.options import LANGUAGE, NETWORK, PAGES, SHEET, choices
from derive.errors import CheckError, DeriveError, MissingError, SpecError, unknown

SPECIAL = {"scipy": "scipy", "flint": "python-flint"}
"""Modules of the packages that `pip install` brings only on request, and the packages."""


def _version(context: click.Context, option: click.Parameter, wanted: bool) -> None:
    if wanted:
        from derive import __version__

        print(f"derive {__version__}")
        context.exit()


@click.group(
    help="Derives the backward pass of a neural network, proves it, and writes it as code and as a handout.",
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True},
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Print the version."
)
def app() -> None:
    pass


@app.command()
@click.argument("spec")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--steps", is_flag=True, help="Every step with its rule and reason.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@NETWORK
@LANGUAGE
def show(spec: str, names: tuple[str, ...], steps: bool, as_json: bool, **given: Any) -> None:
    """Print the derivation of a network, or of the gradients that are named, such as dZ2.

    SPEC is a TOML file, a name of the gallery, or a line such as '3 -> 4 tanh -> 1 sigmoid'.
    """
    from derive import report
    from derive.cli.terminal import print_rows, remark
    from derive.pipeline import derive
    from derive.spec import network

    made = network(spec, **choices(**given))
    derivation = derive(made)
    gradients = report.chosen(derivation, names)
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
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...")
@click.option("-o", "--output", metavar="DIR", default="generated", help="Where to write.")
@click.option("--formats", metavar="LIST", help="Formats with commas, as py,pdf; without it py,tex.")
@click.option("--force", is_flag=True, help="Overwrite what derive did not write.")
@NETWORK
@LANGUAGE
@PAGES
@SHEET
def build(
    specs: tuple[str, ...],
    output: str,
    formats: str | None,
    force: bool,
    parts: str | None,
    engine: str,
    paper: str | None,
    exercises: bool,
    seed: str | None,
    blanks: str | None,
    **given: Any,
) -> None:
    """Write the training code and the handout of each network to DIR/<name>/.

    SPEC is a TOML file, a name of the gallery, or a line such as '3 -> 4 tanh -> 1 sigmoid'.
    """
    from derive.cli.pages import (
        Compiling,
        chosen_engine,
        chosen_folder,
        chosen_formats,
        chosen_paper,
        chosen_parts,
        source_of,
    )
    from derive.cli.sheets import check_used, chosen_sheet, editions
    from derive.cli.terminal import complain, remark, with_progress
    from derive.engines import PDF
    from derive.output import write_all
    from derive.pipeline import derive
    from derive.render import render
    from derive.spec import check_new, network
    from derive.targets import RenderOptions

    wanted, folder = chosen_formats(formats), chosen_folder(output)
    check_used({"--parts": parts, "--paper": paper, "--detail": given["detail"]}, wanted)
    engine, sheet, pieces = chosen_engine(engine, wanted), chosen_paper(paper), chosen_parts(parts)
    asked = chosen_sheet(exercises, seed, blanks, parts, given["detail"], wanted)
    chosen = choices(**given)
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
                texts |= render(derivation, [*(f for f in wanted if f != PDF), *source_of(wanted)], options)
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
        raise click.exceptions.Exit(max(statuses))


@app.command()
@click.argument("spec")
@click.option("--prove", is_flag=True, help="Also expand each entry and differentiate it.")
@NETWORK
def check(spec: str, prove: bool, **given: Any) -> None:
    """Prove a derivation, and run its printed formulas against numeric derivatives.

    SPEC is a TOML file, a name of the gallery, or a line such as '3 -> 4 tanh -> 1 sigmoid'.
    """
    from derive.cli.checking import checked
    from derive.cli.terminal import print_rows, remark
    from derive.spec import network

    rows, remarks, failures = checked(network(spec, **choices(**given)), prove)
    print_rows(rows, ("bold", "cyan", "", "green"), indent="")
    for text in remarks:
        remark(text)
    raise_failures(failures)


@app.command("list")
@click.argument("what", required=False, metavar="[activations|losses|formats|parts|networks]")
def list_(what: str | None) -> None:
    """Print what there is: activations, losses, formats, parts of the handout, networks of the gallery."""
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


def raise_failures(failures: Sequence[str]) -> None:
    """Raises CheckError if there are any."""
    if failures:
        more = f", and {len(failures) - 3} more" if len(failures) > 3 else ""
        raise CheckError(f"the check failed, do not use these formulas: {'; '.join(failures[:3])}{more}")


def missing_package(error: ModuleNotFoundError) -> str:
    """The package of the extra `special` that was not found; nothing for a module of another."""
    return SPECIAL.get((error.name or "").partition(".")[0], "")


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
    except click.exceptions.NoArgsIsHelpError as error:
        print(error.format_message(), file=sys.stderr)
        return 2
    except click.UsageError as error:
        said = error.format_message()
        command = error.ctx.command_path if error.ctx else "derive"
        complain(f"{said}{'' if said.endswith(('.', '?')) else '.'} '{command} --help' lists what there is.")
        return 2
    except (KeyboardInterrupt, click.Abort):
        complain("stopped")
        return 130
    except (BrokenPipeError, SystemExit):
        # Nobody reads any more, as in `derive show … | head -1`; click turns that into an exit.
        return 0
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        remedy = "free some space" if full else "check where it goes"
        complain(f"the output cannot be written: {error.strerror}; {remedy}")
        return 5 if full else 2
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and (package := missing_package(error)):
            complain(f"{package} is needed for this and is not installed; run: pip install {package}")
            return MissingError.status
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
