"""Where a long formula may go on in a new line; the template decides whether it does."""

from __future__ import annotations

import re

TOKEN = re.compile(
    r" (?:[+-]|\\odot) |\\(?:left|right)(?:\\[a-z]+|.)|\\(?:begin|end)\{\w+\}|\\[A-Za-z]+|\\.|.", re.S
)
LONG = 40
"""Signs that fit beside a reason; a bracket with fewer is never folded."""


def foldable(text: str) -> str:
    r"""A formula in LaTeX with marks where it may be folded, if it is long.

    `\fold` stands before + and - outside all brackets, `\foldin` before ⊙ there and before + and -
    inside the outermost brackets, `\foldlate` before ⊙ in these. Their delimiters become `\lp` and
    `\rp`: \left and \right would keep what is between them on one line.
    """
    if signs(text) <= LONG:
        return text
    tokens = TOKEN.findall(text)
    shown = list(tokens)
    depth, opened, inside = 0, list[int](), dict[int, str]()
    for n, token in enumerate(tokens):
        if token in ("(", r"\left("):
            opened.append(n)
        elif token in (")", r"\right)"):
            start = opened.pop()
            if not opened:
                if signs("".join(tokens[start:n])) > LONG:
                    shown[start], shown[n] = _delimiters(token)
                    for place, marked in inside.items():
                        shown[place] = marked
                inside = {}
        elif token == "{" or token.startswith((r"\left", r"\begin{")):
            depth += 1
        elif token == "}" or token.startswith((r"\right", r"\end{")):
            depth -= 1
        elif token.startswith(" ") and len(token) > 1 and not depth:
            late = token == r" \odot "
            if len(opened) == 1:
                inside[n] = (r"\foldlate" if late else r"\foldin") + token
            elif not opened:
                shown[n] = (r"\foldin" if late else r"\fold") + token
    return "".join(shown)


def signs(text: str) -> int:
    """About how many signs are printed side by side; of cases, the longest."""
    lines = re.sub(r"\\begin\{cases\}(.*?)\\end\{cases\}", lambda m: max(m[1].split(r"\\"), key=len), text)
    plain = re.sub(r"\\[A-Za-z]+", "x", re.sub(r"\\(?:left|right|,)", "", lines))
    return len(re.sub(r"[{}^_& ]", "", plain))


def _delimiters(closing: str) -> tuple[str, str]:
    return (r"\lp ", r"\rp ") if closing == r"\right)" else ("(", ")")
