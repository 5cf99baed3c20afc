"""Sentences of the handout in each language. `{…}` is filled in by the part that says it."""

from __future__ import annotations

import re
from collections import ChainMap
from typing import Any

from derive.handout.blocks import Code, Inline, Text
from derive.handout.sentences import backward, evidence, example, forward, front, learning, loss

TABLES = (front, loss, forward, backward, learning, example, evidence)
SENTENCES = ChainMap(*(table.SENTENCES for table in TABLES))
_PLACE = re.compile(r"\{(\w+)\}|`([^`]+)`")


def say(key: str, lang: str, **values: Any) -> Text:
    """The sentence with its places filled: by mathematics, by numbers, or by text.

    >>> say("from", "en", numbers="(3)")
    ('from ', '(3)')
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
    return tuple(part for part in (*parts, sentence[end:]) if part != "")
