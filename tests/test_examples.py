"""Each example is a network that learns its data."""

from __future__ import annotations

import contextlib
import io
import re
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from derive import Network, derive
from derive.render import render

EXAMPLES = Path(__file__).parents[1] / "examples"
LEARNT = {
    "breast_cancer": ("test accuracy: ", 0.95),
    "iris": ("test accuracy: ", 0.9),
    "diabetes": ("R^2: ", 0.3),
}


@pytest.mark.parametrize("spec", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.stem)
def test_an_example_learns_its_data(spec: Path) -> None:
    text = spec.read_text(encoding="utf-8")
    network = Network.from_toml(text, spec.name)
    assert network.name == tomllib.loads(text)["name"] == spec.stem
    code = ModuleType("train_example")
    exec(render(derive(network), ["py"])["train.py"], code.__dict__)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        assert code.main([str(spec.with_suffix(".csv"))]) == 0
    label, least = LEARNT[spec.stem]
    found = re.findall(rf"{re.escape(label)}(-?[\d.]+)", printed.getvalue())
    assert float(found[-1]) >= least, printed.getvalue()


def test_every_data_file_is_credited() -> None:
    readme = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    for file in EXAMPLES.glob("*.csv"):
        assert f"`{file.name}`" in readme and f"`{file.stem}.toml`" in readme
