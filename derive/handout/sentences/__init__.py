"""Sentences of the handout in each language. `{…}` is filled in by the part that says it."""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from derive.handout.blocks import Code, Inline, Text
from derive.handout.sentences import (
    backward,
    evidence,
    example,
    exercises,
    forward,
    front,
    learning,
    loss,
    notebook,
    stable,
)

TABLES = (front, loss, forward, backward, learning, example, evidence, exercises, notebook, stable)
SENTENCES = ChainMap(*(table.SENTENCES for table in TABLES))
_PLACE = re.compile(r"\{(\w+)\}|`([^`]+)`")
_HANZI = "[\u4e00-\u9fff]"
_SIGN = "[\u3001-\u303f\uff01-\uffe5]"
_NO_GAP = re.compile(f"(?<={_HANZI}) +(?={_HANZI})| +(?={_SIGN})|(?<={_SIGN}) +")
_GAP = re.compile(f"(?<={_HANZI})(?=[A-Za-z0-9])|(?<=[A-Za-z0-9])(?={_HANZI})")
_FIRST, _LAST = re.compile(f"^(?={_HANZI})"), re.compile(f"(?<={_HANZI})$")


def say(key: str, lang: str, **values: Any) -> Text:
    """The sentence with its places filled: by mathematics, by numbers, or by text.

    >>> say("from", "en", numbers="(3)")
    ('from (3)',)

    Hanzi stand apart from mathematics, letters and digits, and close to each other and to signs of
    their width, whatever fills a place.

    >>> say("loss result", "zh", loss="交叉熵"), say("loss result", "zh", loss="Huber 损失")
    (('单个样本的交叉熵',), ('单个样本的 Huber 损失',))
    >>> say("loss result", "zh", loss=Code("loss"))
    ('单个样本的 ', Code(text='loss'))
    """
    sentence = SENTENCES[key][lang]
    parts: list[Inline] = []
    end = 0
    for found in _PLACE.finditer(sentence):
        parts.append(sentence[end : found.start()])
        end = found.end()
        if found[2]:
            parts.append(Code(found[2]))
        else:
            value = values[found[1]]
            parts += value if isinstance(value, tuple) else [str(value) if isinstance(value, int) else value]
    return _spaced((*parts, sentence[end:]))


def _spaced(parts: Iterable[Inline]) -> Text:
    """Neighbouring strings as one, with the gaps that belong between its letters and around it."""
    runs = [
        [_GAP.sub(" ", _NO_GAP.sub("", "".join(map(str, run))))] if text else list(run)
        for text, run in groupby(parts, lambda part: isinstance(part, str))
    ]
    whole = [part for run in runs for part in run if part != ""]
    for n, part in enumerate(whole):
        if isinstance(part, str):
            begun = part if n == 0 else _FIRST.sub(" ", part)
            whole[n] = begun if n + 1 == len(whole) else _LAST.sub(" ", begun)
    return tuple(whole)
