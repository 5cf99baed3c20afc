"""Every entry of the rule table: its example, its reasons, and what happens when it is wrong."""

from __future__ import annotations

import pytest
from programs import equal_values

from derive.calculus.rules import RULES, examples
from derive.notation import Index, Tensor, Term, expression


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_example_of_a_rule_comes_out(rule):
    example = rule.example()
    result = rule.rewrite(example.before, example.context)
    assert result is not None, "the rule does not apply to its own example"
    assert equal_values(expression(result.terms), example.after)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_leaves_alone_what_it_does_not_match(rule):
    context = examples.delta().context
    k = Index("k", 3)
    shifted = Tensor("x", (5,))[k + 1]
    assert rule.rewrite((Term((shifted,), (k,)),), context) is None


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_gives_its_reason_in_both_languages(rule):
    assert set(rule.reason) == {"en", "zh"}
    for text in rule.reason.values():
        assert text.format(of="W1", because="Z1").strip()
    assert "→" in rule.pattern


def test_names_are_used_once():
    names = [rule.name for rule in RULES]
    assert len(set(names)) == len(names)
