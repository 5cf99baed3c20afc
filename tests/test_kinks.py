"""A derivative asked for at a kink reaches the formula, the sheet and the code alike."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from generated_code import module
from latex_reader import LatexReader

from derive import Convention, Network, derive
from derive.activations import ACTIVATIONS
from derive.render import render

KINKED = tuple(
    (name, point)
    for name, entry in ACTIVATIONS.items()
    if all(default is not None for _, default in entry.parameters)
    for point in (str(kink.point) for kink in entry.declared())
)
ASKED = ("1", "0.3")


def slopes(name: str, point: str, **choices: object) -> list[float]:
    """g′ at the kink as the sheet, the formula and the code have it; beside it they agree too."""
    line = f"1 -> 1 {name} | squared_error"
    result = derive(Network.parse(line, convention=Convention(**choices)))
    assert not result.proof.failures
    code, at = module(line, **choices), float(Fraction(point))
    params = {"W1": np.ones((1, 1)), "b1": np.zeros((1, 1))}
    cache = code.forward(params, np.array([[at, at - 0.1, at + 0.1]]))
    arrays = {"Z1": cache["Z1"], "A1": cache["A1"], "Y": cache["A1"] - 1, "dA1": np.ones((1, 3))}
    gradient = result["dZ1"]
    assert gradient.latex in render(result, ["tex"])["derivation.tex"]
    letters = {name[0].replace("d", "D"): array for name, array in arrays.items()}
    read = LatexReader(gradient.latex.replace("dA", "D"), letters).read()
    found = [
        read,
        eval(gradient.numpy, {"np": np, **arrays}),
        code.backward(params, cache, arrays["Y"])["dZ1"],
    ]
    for one in found:
        np.testing.assert_allclose(one, found[1], rtol=1e-6)
    return [float(one[0, 0]) for one in found]


@pytest.mark.parametrize(("name", "point"), KINKED)
@pytest.mark.parametrize("derivatives", ["output", "input"])
def test_another_value_changes_sheet_and_code_alike(name: str, point: str, derivatives: str) -> None:
    declared = {str(kink.point): float(kink.value) for kink in ACTIVATIONS[name].declared()}
    np.testing.assert_allclose(slopes(name, point, derivatives=derivatives), declared[point], rtol=1e-6)
    for asked in ASKED:
        kinks = ((f"{name}@{point}", asked),)
        assert slopes(name, point, derivatives=derivatives, kinks=kinks) == [float(asked)] * 3


def test_one_value_for_every_kink_of_an_activation() -> None:
    for point in ("0", "6"):
        assert slopes("relu6", point, kinks=(("relu6", "1/2"),)) == [0.5] * 3
        expected = 0.5 if point == "6" else 0.0
        assert slopes("relu6", point, kinks=(("relu6@6", "1/2"),)) == [expected] * 3
