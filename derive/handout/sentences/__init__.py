"""Sentences of the handout in each language. `{…}` is filled in by the part that says it."""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Iterable, Iterator
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
_WIDE = "[\u3001-\u303f\u4e00-\u9fff\uff01-\uffe5]"
_GAP = re.compile(f"(?<={_WIDE}) +(?={_WIDE})")


def say(key: str, lang: str, **values: Any) -> Text:
    """The sentence with its places filled: by mathematics, by numbers, or by text.

    >>> say("from", "en", numbers="(3)")
    ('from (3)',)

    A space beside a place is for mathematics and Latin letters: between hanzi there is none.

    >>> say("loss result", "zh", loss="交叉熵")
    ('单个样本的交叉熵',)
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
    return tuple(_merged((*parts, sentence[end:])))


def _merged(parts: Iterable[Inline]) -> Iterator[Inline]:
    """Neighbouring strings as one, without the gaps."""
    for text, run in groupby(parts, lambda part: isinstance(part, str)):
        if not text:
            yield from run
        elif whole := _GAP.sub("", "".join(map(str, run))):
            yield whole
