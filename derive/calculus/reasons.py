"""Why a step holds, as a sentence."""

from __future__ import annotations

from derive.calculus.rules import RULES
from derive.derivation import Gradient, Step

_REASONS = {rule.name: rule.reason for rule in RULES}
_JOIN = {"en": ", ", "zh": "、"}


def reason(step: Step, gradient: Gradient, lang: str = "en") -> str:
    """The rule's reason with the names of this step in it."""
    return _REASONS[step.rule][lang].format(of=gradient.of.name, because=_JOIN[lang].join(step.because))
