"""The errors that a user meets, each with the exit status it gives at the command line."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class DeriveError(Exception):
    """A message for the user: what was asked, what was found, what to do."""

    status = 1


class CheckError(DeriveError):
    """A check of a derivation or of printed code failed."""


class SpecError(DeriveError, ValueError):
    """Bad input: a network, formula or option that means nothing."""

    status = 2


class OutputError(DeriveError):
    """A file that cannot, or must not, be written."""

    status = 2


class MissingError(DeriveError):
    """An engine, a font or a glyph that is not there."""

    status = 3


class CompileError(DeriveError):
    """An engine ran and did not finish its document; log is what it said."""

    status = 4

    def __init__(self, message: str, log: str = "") -> None:
        super().__init__(message)
        self.log = log


class DiscFullError(DeriveError):
    """No room left for the output."""

    status = 5


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """The sentence for a name that is not in a table, with the nearest name that is.

    >>> unknown("loss", "squared_eror", ["cross_entropy", "squared_error"])
    "unknown loss 'squared_eror'; did you mean 'squared_error'? Known: cross_entropy, squared_error"
    """
    known = sorted(known)
    close = get_close_matches(name, known, n=1) or get_close_matches(name.lower(), known, n=1)
    hint = f"; did you mean {close[0]!r}? Known: " if close else "; known: "
    return f"unknown {what} {shown(name)}{hint}{', '.join(known) if known else 'none'}"


def shown(text: str, limit: int = 60) -> str:
    """The text quoted on one line, shortened in the middle if it is long.

    >>> shown("a" * 100, 11)
    "'aaaa...aaaa'"
    """
    if len(text) > limit:
        half = (limit - 3) // 2
        text = f"{text[:half]}...{text[-half:]}"
    return repr(text)
