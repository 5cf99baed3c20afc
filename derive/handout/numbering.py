"""Numbers of headings, figures and questions, as each language writes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from derive.handout.blocks import Block, Figure, Kept, Section, Task
from derive.handout.sentences import say

DIGITS = "零一二三四五六七八九"


def in_chinese(number: int) -> str:
    """A number below a hundred.

    >>> [in_chinese(n) for n in (3, 10, 12, 20, 21)]
    ['三', '十', '十二', '二十', '二十一']
    """
    tens, ones = divmod(number, 10)
    return (DIGITS[tens] if tens > 1 else "") + ("十" if tens else "") + (DIGITS[ones] if ones else "")


HEADINGS: Mapping[str, Callable[[int, int], str]] = {
    "en": lambda section, part: f"{section}.{part}" if part else f"{section}",
    "zh": lambda section, part: f"（{in_chinese(part)}）" if part else f"{in_chinese(section)}、",
}
"""The number of a heading from those of its section and of its part of the section, 0 for the section."""


def numbered(blocks: tuple[Block, ...], lang: str) -> tuple[Block, ...]:
    """The blocks with numbers in their headings, figures and questions."""
    return _Counter(lang).walk(blocks)


@dataclass
class _Counter:
    lang: str
    section: int = 0
    part: int = 0
    figure: int = 0
    task: int = 0

    def walk(self, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        return tuple(map(self.number, blocks))

    def number(self, block: Block) -> Block:
        if isinstance(block, Kept):
            return Kept(self.walk(block.blocks))
        if isinstance(block, Figure):
            self.figure += 1
            return replace(block, title="".join(map(str, say("figure", self.lang, number=self.figure))))
        if isinstance(block, Task):
            self.task += 1
            return replace(block, number=str(self.task))
        if not isinstance(block, Section):
            return block
        if block.level == 1:
            self.section, self.part = self.section + 1, 0
        else:
            self.part += 1
        return replace(block, number=HEADINGS[self.lang](self.section, self.part))
