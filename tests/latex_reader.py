"""Reads printed LaTeX back into numbers, so that parentheses can be tested by their meaning."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special

TOKEN = re.compile(
    r"\\mathbf\{1\}(?:_\{[^}]*\})?|[A-Z](?:\^\{\[\d\](?:\\top|\\odot \d)?\})?"
    r"|\\(?:begin|end|operatorname)\{\w+\}|\\[a-zA-Z]+|\\[,\\]|\d+(?:\.\d+)?|[-+(){}^&<>=/,|e]|\s+"
)
FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{
        rf"\{name}": getattr(np, name) for name in ("log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "exp")
    },
    **{rf"\arc{name}": getattr(np, f"arc{name}") for name in ("sin", "cos", "tan")},
    **{rf"\operatorname{{ar{name}}}": getattr(np, f"arc{name}") for name in ("sinh", "cosh", "tanh")},
    **{rf"\operatorname{{{name}}}": getattr(special, name) for name in ("erf", "erfc", "log1p", "expm1")},
    r"\operatorname{sign}": np.sign,
    r"\max": lambda *xs: np.max(np.broadcast_arrays(*xs), axis=0),
    r"\min": lambda *xs: np.min(np.broadcast_arrays(*xs), axis=0),
}
RELATIONS: dict[str, Callable[..., Any]] = {
    ">": np.greater,
    "<": np.less,
    r"\ge": np.greater_equal,
    r"\le": np.less_equal,
    "=": np.equal,
    r"\ne": np.not_equal,
}
OPENS_FACTOR = re.compile(r"[A-Z(\de|]|\\(?!odot|cdot|right|land|lor|end|,|\\|ge|le|ne)")


class LatexReader:
    """sum > ⊙ > juxtaposition > power. ⊙ takes no bare juxtaposition of arrays."""

    def __init__(self, text: str, tensors: dict[str, Any]) -> None:
        self.tokens = [t for t in TOKEN.findall(text) if t.strip()]
        assert "".join(self.tokens).replace(" ", "") == re.sub(r"\s", "", text), text
        self.tensors, self.text = tensors, text

    def read(self) -> Any:
        result = self.sum()
        assert not self.tokens, f"left over in {self.text}: {self.tokens}"
        return result

    def next(self, *wanted: str) -> str:
        token = self.tokens.pop(0)
        assert not wanted or token in wanted, f"{token} instead of {wanted} in {self.text}"
        return token

    def at(self, *tokens: str) -> bool:
        return bool(self.tokens) and self.tokens[0] in tokens

    def sum(self) -> Any:
        sign = -1 if self.at("-") and self.next() else 1
        total = sign * self.entrywise()
        while self.at("+", "-"):
            total = total + (1 if self.next() == "+" else -1) * self.entrywise()
        return total

    def entrywise(self) -> Any:
        result, bare = self.side_by_side()
        while self.at(r"\odot"):
            self.next()
            other, other_bare = self.side_by_side()
            assert not bare and not other_bare, f"a matrix product beside ⊙ in {self.text}"
            result = result * other
        return result

    def side_by_side(self) -> tuple[Any, bool]:
        result, bare = self.power(), False
        while self.tokens and (self.at(r"\,", r"\cdot") or OPENS_FACTOR.match(self.tokens[0])):
            if self.at(r"\,", r"\cdot"):
                self.next()
            factor = self.power()
            if np.ndim(result) and np.ndim(factor):
                result, bare = result @ factor, True
            else:
                result = result * factor
        return result, bare

    def power(self) -> Any:
        base = self.atom()
        if not self.at("^"):
            return base
        self.next()
        self.next("{")
        if self.at(r"\top"):
            self.next()
            result = base.T
        else:
            entrywise = self.at(r"\odot") and self.next()
            assert bool(entrywise) == bool(np.ndim(base)), f"^ of an array is written ^⊙ in {self.text}"
            exponent = self.sum()
            if self.at("/"):
                self.next()
                exponent = exponent / self.sum()
            result = base**exponent
        self.next("}")
        return result

    def braces(self) -> Any:
        self.next("{")
        result = self.sum()
        self.next("}")
        return result

    def atom(self) -> Any:
        token = self.next()
        if token[0].isdigit():
            return float(token)
        if token[0].isalpha() and token != "e":
            scripts = re.fullmatch(r"([A-Z])(?:\^\{\[\d\](\\top|\\odot \d)?\})?", token)
            assert scripts
            value, script = self.tensors[scripts[1]], scripts[2] or ""
            return value.T if script == r"\top" else value ** int(script[-1]) if script else value
        if token == "e":
            if not self.at("^"):
                return np.e
            self.next("^")
            return np.exp(self.braces())
        if token == r"\pi":
            return np.pi
        if token == r"\frac":
            top = self.braces()
            return top / self.braces()
        if token == r"\sqrt":
            return np.sqrt(self.braces())
        if token.startswith(r"\mathbf"):
            return np.ones((3, 1))
        if token in ("(", r"\left"):
            return self.bracketed(token)
        if token == r"\begin{cases}":
            return self.cases()
        return FUNCTIONS[token](*self.arguments())

    def bracketed(self, token: str) -> Any:
        if token == r"\left":
            token = self.next()
        if token == r"\lfloor" or token == r"\lceil":
            inner = (np.floor if token == r"\lfloor" else np.ceil)(self.sum())
        elif token == "|":
            inner = np.abs(self.sum())
        else:
            inner = self.sum()
        if self.at(r"\right"):
            self.next()
        self.next(")", "|", r"\rfloor", r"\rceil")
        return inner

    def arguments(self) -> list[Any]:
        if self.at(r"\left"):
            self.next()
        self.next("(")
        found = [self.sum()]
        while self.at(","):
            self.next()
            found.append(self.sum())
        if self.at(r"\right"):
            self.next()
        self.next(")")
        return found

    def cases(self) -> Any:
        result: Any = np.nan
        rows = []
        while True:
            value = self.sum()
            self.next("&")
            rows.append((self.condition(), value))
            if self.next("\\\\", r"\end{cases}") == r"\end{cases}":
                break
        for condition, value in reversed(rows):
            result = np.where(condition, value, result)
        return result

    def condition(self) -> Any:
        result = self.relation()
        while self.at(r"\land", r"\lor"):
            both = self.next() == r"\land"
            other = self.relation()
            result = result & other if both else result | other
        return result

    def relation(self) -> Any:
        if self.at("("):
            self.next()
            inside = self.condition()
            self.next(")")
            return inside
        left = self.sum()
        return RELATIONS[self.next()](left, self.sum())
