"""The symbolic layer: one derivation for every layer of every depth."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from derive import Convention, Network, derive
from derive.cli import run
from derive.render import render
from derive.spec import network
from derive.symbolic import SymbolicLayer

EXPECTED = {
    "dA_l": r"dA^{[l]} = W^{[l+1]\top}\,dZ^{[l+1]}",
    "dZ_l": r"dZ^{[l]} = dA^{[l]} \odot g'(Z^{[l]})",
    "dW_l": r"dW^{[l]} = \frac{1}{m}\,dZ^{[l]}\,A^{[l-1]\top}",
    "db_l": r"db^{[l]} = \frac{1}{m}\,dZ^{[l]}\,\mathbf{1}_{m}",
}


def test_the_formulas_of_a_lecture_come_out() -> None:
    result = derive(SymbolicLayer())
    assert {name: result[name].equation for name in EXPECTED} == EXPECTED
    assert result.proof.failures == ()
    assert result.proof.checks >= len(result.gradients) + sum(len(g.steps) for g in result)


@pytest.mark.parametrize("layout", ["columns", "rows"])
@pytest.mark.parametrize("convention", ["course", "exact"])
@pytest.mark.parametrize("fused", [True, False])
def test_it_is_what_a_layer_of_a_network_is(layout: str, convention: str, fused: bool) -> None:
    """Layer 3 of a deep network reads the same, with the slope of its activation for g′."""
    chosen = Convention(layout=layout, convention=convention, fused=fused)
    symbolic = derive(replace(SymbolicLayer(), convention=chosen))
    deep = derive(Network.parse("3 -> 4 exp -> 4 exp -> 4 exp -> 4 exp -> 1", convention=chosen))
    assert symbolic.proof.ok
    names = {"_l": "3", "A_prev": "A2", "W_next": "W4", "dZ_next": "dZ4"}
    for gradient in ("dA", "dZ", "dW", "db"):
        text = symbolic[f"{gradient}_l"].numpy.replace("g_prime(Z_l)", "A3")
        for old, new in names.items():
            text = text.replace(old, new)
        assert text == deep[f"{gradient}3"].numpy


def test_no_index_is_called_like_the_layer() -> None:
    for gradient in derive(SymbolicLayer()):
        assert "l" not in gradient.naming.letters.values()


def test_a_wrong_slope_is_found() -> None:
    from derive.proof import prove

    result = derive(SymbolicLayer())
    right = result["dZ_l"]
    before, last = right.steps[-2], right.steps[-1]
    plain = tuple(replace(t, factors=t.factors[:1]) for t in before.after)
    wrong = replace(right, steps=(*right.steps[:-1], replace(last, before=plain, after=plain)))
    gradients = tuple(wrong if g is right else g for g in result.gradients)
    assert prove(replace(result, gradients=gradients)).failures


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("detail", ["brief", "full"])
def test_sheets_are_made_of_it(lang: str, detail: str) -> None:
    from derive.targets import RenderOptions

    made = network("symbolic_layer", lang=lang, detail=detail)
    texts = render(derive(made), ("tex", "typ"), RenderOptions(lang=made.lang, detail=made.detail))
    assert all("l+1" in text or "l + 1" in text for text in texts.values())


def test_the_commands_know_it(tmp_path, capsys) -> None:
    assert run(["show", "symbolic_layer", "dZ_l", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["gradients"][0]["numpy"] == "dA_l * g_prime(Z_l)"
    assert run(["check", "symbolic_layer", "--prove"]) == 0
    assert run(["list", "networks"]) == 0
    assert "symbolic_layer" in capsys.readouterr().out
    assert run(["build", "symbolic_layer", "--formats", "tex", "-o", str(tmp_path)]) == 0
    assert run(["build", "symbolic_layer", "-o", str(tmp_path)]) == 2
    assert "training code needs" in capsys.readouterr().err
