"""The shape of a TOML spec: which keys there are, what they hold, and where a wrong one stands."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    ValidationError,
)

from derive.errors import SpecError, shown, unknown


def _as_text(given: Any) -> Any:
    """Numbers and formulas alike as text, so that 0.1 stays exact."""
    return str(given) if isinstance(given, int | Decimal) and not isinstance(given, bool) else given


Text = Annotated[StrictStr, BeforeValidator(_as_text)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LayerSpec(_Strict):
    units: StrictInt
    activation: StrictStr = "identity"
    parameters: dict[str, Text] = {}


class ActivationSpec(_Strict):
    formula: StrictStr
    parameters: dict[str, Text] = {}
    kinks: dict[str, Text] = {}


class LossSpec(_Strict):
    formula: StrictStr
    parameters: dict[str, Text] = {}
    domain: tuple[Text, Text] | None = None


class FileSpec(_Strict):
    """Every key of a spec."""

    inputs: StrictInt
    layers: list[LayerSpec]
    name: StrictStr = ""
    loss: StrictStr | None = None
    l2: Text = "0"
    l1: Text = "0"
    layout: Literal["columns", "rows"] = "columns"
    convention: Literal["course", "exact"] = "course"
    derivatives: Literal["output", "input"] = "output"
    unfused: StrictBool = False
    lang: Literal["en", "zh"] = "en"
    detail: Literal["brief", "full"] = "full"
    kinks: dict[str, Text] = Field({}, validation_alias=AliasChoices("kinks", "kink"))
    activations: dict[str, ActivationSpec] = {}
    losses: dict[str, LossSpec] = {}


_KEYS: dict[str, type[BaseModel]] = {
    "layers": LayerSpec,
    "activations": ActivationSpec,
    "losses": LossSpec,
}


def read(text: str, source: str) -> FileSpec:
    """The spec in the text; source names it in messages. Raises SpecError with key and line."""
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SpecError(f"{source} is no TOML: {error}") from None
    try:
        return FileSpec.model_validate(data)
    except ValidationError as error:
        # A misspelt key is also a missing one; the misspelling is what has a line.
        first = min(error.errors(include_url=False), key=lambda e: e["type"] != "extra_forbidden")
        raise SpecError(f"{source}{place(text, first['loc'])}: {_message(dict(first))}") from None


def _message(error: dict[str, Any]) -> str:
    location = [part for part in error["loc"] if isinstance(part, str)]
    key = ".".join(location)
    if error["type"] == "extra_forbidden":
        model = _KEYS.get(str(error["loc"][0]), FileSpec) if len(error["loc"]) > 1 else FileSpec
        return unknown("key", location[-1], model.model_fields)
    if error["type"] == "missing":
        return f"the key {key} is missing; {_MISSING.get(location[-1], 'add it')}"
    found = f"{key} = {shown(str(error['input']))}"
    if error["type"] == "literal_error":
        return f"{found}; allowed: {error['ctx']['expected']}"
    return f"{found}; {_NEEDED.get(error['type'], error['msg'])}"


_MISSING = {
    "inputs": "write for example: inputs = 3",
    "layers": 'write for example: [[layers]], units = 1, activation = "sigmoid"',
    "units": "write for example: units = 4",
    "formula": 'write for example: formula = "z/(1 + abs(z))"',
}
_NEEDED = {
    "int_type": "a whole number is needed",
    "string_type": "text in quotes (or a number, where a formula stands) is needed",
    "bool_type": "true or false is needed",
    "list_type": "tables are needed: one [[layers]] for each layer",
    "model_type": "a table with keys of its own is needed",
    "dict_type": "a table is needed, for example {slope = 0.1}",
    "tuple_type": "two numbers are needed, for example [0, 1]",
}


def place(text: str, location: tuple[int | str, ...]) -> str:
    """The line of the key, or of the table that should hold it: ", line 7"."""
    for length in range(len(location), 0, -1):
        line = _lines(text).get(location[:length])
        if line:
            return f", line {line}"
    return ""


def _lines(text: str) -> dict[tuple[int | str, ...], int]:
    """For each table and key, written one to a line, the number of its line."""
    found: dict[tuple[int | str, ...], int] = {}
    table: tuple[int | str, ...] = ()
    counts: dict[tuple[int | str, ...], int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*(\[\[?)\s*(.*?)\s*\]\]?\s*(?:#.*)?$", line)
        key = re.match(r"\s*([^=#]+?)\s*=", line)
        if header:
            table = _path(header[2])
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            for length in range(1, len(table) + 1):
                found.setdefault(table[:length], number)
        elif key:
            found.setdefault((*table, *_path(key[1])), number)
    return found


def _path(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))
