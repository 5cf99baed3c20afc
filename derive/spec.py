"""What a command line gives, a TOML path, a gallery name or the one-line notation, as a Network."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from derive.activations import ACTIVATIONS
from derive.entries import NONE, Own, own_activation, own_loss
from derive.errors import SpecError, shown, unknown
from derive.gallery import GALLERY
from derive.naming import check_name
from derive.network import Network
from derive.symbolic import SymbolicLayer

MAX_BYTES = 1_000_000


def network(spec: str, own: Own = NONE, **choices: Any) -> Any:
    """The network, or the symbolic layer, that the text means; choices override what it says.

    Raises SpecError. own: activations and losses that the text may name, beside its own.

    choices: layout, convention, derivatives, fused, kinks (pairs), lang, detail; None leaves as is.

    >>> network("shallow_tanh").sizes
    (3, 4, 1)
    """
    return chosen(_read(spec, own), **choices)


def networks(specs: Iterable[str], **choices: Any) -> list[Network]:
    """A network for each spec, no two of one name; raises SpecError."""
    found: dict[str, str] = {}
    made = []
    for spec in specs:
        made.append(network(spec, **choices))
        check_new(made[-1].name, spec, found)
    return made


def check_new(name: str, spec: str, found: dict[str, str]) -> None:
    """Enters the name under which a spec is built; raises SpecError if it is taken.

    Names that differ in case only are one folder on some systems.
    """
    if name.casefold() in found:
        raise SpecError(
            f"{shown(found[name.casefold()])} and {shown(spec)} are both named {name!r}; "
            "leave one out, or give it another name in its TOML file"
        )
    found[name.casefold()] = spec


def chosen(made: Any, **choices: Any) -> Any:
    """The network with these choices in place of its own; None leaves as is."""
    given = {key: value for key, value in choices.items() if value not in (None, ())}
    own = {key: given.pop(key) for key in ("lang", "detail") if key in given}
    kinks = dict(made.convention.kinks) | dict(given.pop("kinks", ()))
    return replace(made, convention=replace(made.convention, **given, kinks=tuple(kinks.items())), **own)


def kink(text: str) -> tuple[str, str]:
    """NAME=VALUE, or NAME@POINT=VALUE for one kink of several, taken apart; raises SpecError.

    >>> kink("relu = 1")
    ('relu', '1')
    """
    name, equals, value = (part.strip() for part in text.partition("="))
    if not name or not equals or not value:
        raise SpecError(f"--kink {shown(text)}: NAME=VALUE is needed, for example relu=1")
    if name.partition("@")[0] not in ACTIVATIONS and not name.partition("@")[0].isidentifier():
        raise SpecError("--kink: " + unknown("activation", name, ACTIVATIONS))
    return name, value


def own(activations: Iterable[str], losses: Iterable[str]) -> Own:
    """NAME=FORMULA of activations and losses, taken apart and checked; raises SpecError."""
    return Own(
        tuple(own_activation(*_formula(text, "--activation")) for text in activations),
        tuple(own_loss(*_formula(text, "--loss")) for text in losses),
    )


def _formula(text: str, option: str) -> tuple[str, str]:
    name, equals, formula = (part.strip() for part in text.partition("="))
    if not name or not equals or not formula:
        raise SpecError(
            f"{option} {shown(text)}: NAME=FORMULA is needed, for example bent=(sqrt(z**2+1)-1)/2+z"
        )
    return name, formula


def _read(spec: str, own: Own) -> Network | SymbolicLayer:
    if spec == SymbolicLayer.name:
        return SymbolicLayer()
    if spec in GALLERY:
        return Network.parse(GALLERY[spec], name=spec)
    if "->" in spec or "→" in spec or re.fullmatch(r"\s*[+-]?\d*\s*", spec):
        return Network.parse(spec, own)
    path = Path(spec)
    try:
        known = path.exists()
    except (OSError, ValueError):
        known = False
    if not known and path.suffix != ".toml" and "/" not in spec and "\\" not in spec:
        raise SpecError(
            f"{shown(spec)} is no network: {unknown('gallery name', spec, [*GALLERY, SymbolicLayer.name])}. "
            "Or write it on one line, '3 -> 4 tanh -> 1 sigmoid', or give the path of a TOML file"
        )
    return Network.from_toml(_text(path), str(path), _stem(path), own)


def _text(path: Path) -> str:
    try:
        if path.is_dir():
            raise SpecError(f"{path} is a directory; give a TOML file in it")
        if not path.exists():
            raise SpecError(
                f"{path} does not exist; give the path of a TOML file, or '3 -> 1 sigmoid' as it is"
            )
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, SpecError):
            raise
        raise SpecError(
            f"{shown(str(path))} cannot be read: {getattr(error, 'strerror', None) or error}"
        ) from None
    if len(content) > MAX_BYTES:
        raise SpecError(f"{path} has more than {MAX_BYTES} bytes; a spec is a short TOML file")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SpecError(f"{path} is no text: byte {error.start} is not UTF-8; give a TOML file") from None


def _stem(path: Path) -> str:
    """The file's name for a network without one, where it may be one."""
    try:
        return check_name(path.stem)
    except SpecError:
        return ""
