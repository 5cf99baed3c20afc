"""What a target is: the files it makes, what their templates are given, and how it escapes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from derive.derivation import Derivation


@dataclass(frozen=True)
class RenderOptions:
    """What a reader can choose about the text; nothing here changes the derivation.

    parts: of the handout, by name; none means those that the detail asks for. edition: the handout, a
    sheet of exercises made from it, or their answers. seed and blanks: which exercises.
    """

    lang: Literal["en", "zh"] = "en"
    detail: Literal["brief", "full"] = "full"
    parts: tuple[str, ...] = ()
    paper: Literal["a4", "us-letter"] = "a4"
    edition: Literal["handout", "exercises", "answers"] = "handout"
    seed: int = 0
    blanks: Literal["easy", "medium", "hard"] = "medium"


STEMS = {"handout": "derivation", "exercises": "exercises", "answers": "answers"}


def file_name(options: RenderOptions, extension: str) -> str:
    """The name of a document: derivation.typ, derivation.zh.typ, exercises.typ.

    >>> file_name(RenderOptions(lang="zh", edition="answers"), "html")
    'answers.zh.html'
    """
    lang = "" if options.lang == "en" else f".{options.lang}"
    return f"{STEMS[options.edition]}{lang}.{extension}"


@dataclass(frozen=True)
class Target:
    """One output format.

    folder: under templates/. files: names of the files made, each with its template in the folder.
    context: what the templates are given. escape: makes a string from outside harmless in this
    language; templates apply it as the filter `outside`. syntax: delimiters for Jinja2 where its own
    clash with the language.
    """

    folder: str
    files: Callable[[RenderOptions], dict[str, str]]
    context: Callable[[Derivation, RenderOptions], Mapping[str, Any]]
    escape: Callable[[str], str]
    syntax: tuple[tuple[str, str], ...] = ()
