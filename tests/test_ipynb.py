"""The notebook: it is valid, it is train.py and the handout, and it runs from top to bottom."""

from __future__ import annotations

import json
import re
import sys
import textwrap
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from derive import Convention, Derivation, Network, derive
from derive.cli import run as main
from derive.output import stamped, untouched
from derive.render import render
from derive.targets import RenderOptions, file_name
from derive.targets.layers import layers
from derive.targets.notebook.cells import Cell, written
from derive.targets.notebook.data import KINDS, labels
from derive.targets.notebook.handout import FUNCTIONS

SHALLOW = "2 -> 4 tanh -> 1 sigmoid"
SUITED = {
    "classes": ("2 -> 8 tanh -> 3 softmax", 0.9),
    "signs": ("2 -> 5 tanh -> 2 identity | squared_hinge", 0.9),
    "two classes": ("2 -> 6 tanh -> 1 sigmoid", 0.9),
    "counts": ("2 -> 3 tanh -> 1 exp | poisson", None),
    "bounded": ("2 -> 5 tanh -> 1 tanh", None),
    "bounded below": ("2 -> 5 tanh -> 2 relu", None),
    "bounded above": ("3 -> 4 tanh -> 1 log_sigmoid", None),
    "values": ("2 -> 3 exp -> 5 identity", None),
}


@cache
def derivation(line: str, layout: str = "columns") -> Derivation:
    return derive(Network.parse(line, name="a_net", convention=Convention(layout=layout)))  # type: ignore[arg-type]


@cache
def text(line: str = SHALLOW, lang: str = "en", layout: str = "columns", detail: str = "brief") -> str:
    (found,) = render(derivation(line, layout), ["ipynb"], RenderOptions(lang, detail)).values()  # type: ignore[arg-type]
    return found


def sources(notebook: str, kind: str) -> dict[str, str]:
    found = json.loads(notebook)["cells"]
    return {cell["id"]: "".join(cell["source"]) for cell in found if cell["cell_type"] == kind}


def run(cells: dict[str, str]) -> dict[str, Any]:
    """The names that the cells leave behind; a warning is an error."""
    import matplotlib

    matplotlib.use("Agg")
    space: dict[str, Any] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message=".*non-interactive", category=UserWarning)
        for name, source in cells.items():
            exec(compile(source, name, "exec"), space)
    space["plt"].close("all")
    return space


@pytest.mark.parametrize(
    ("line", "lang", "layout"),
    [
        (SHALLOW, "en", "columns"),
        ("2 -> 4 relu -> 3 softmax", "zh", "rows"),
        ("3 -> 2 identity", "en", "columns"),
    ],
)
def test_it_runs_from_top_to_bottom_in_a_kernel(line: str, lang: str, layout: str) -> None:
    notebook = nbformat.reads(text(line, lang, layout), as_version=4)
    NotebookClient(notebook, timeout=120).execute()
    pictures = {
        cell.id: [output for output in cell.outputs if "image/png" in output.get("data", {})]
        for cell in notebook.cells
        if cell.cell_type == "code"
    }
    assert len(pictures["training"]) == 1
    assert ("surface" in pictures) == line.startswith("2 ")
    assert all(len(found) == 1 for name, found in pictures.items() if name in ("training", "surface"))
    error = re.search(
        r": (\S+e-\d+)", notebook.cells[[c.id for c in notebook.cells].index("checked")].outputs[0].text
    )
    assert error and float(error[1]) < 1e-6


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_of_labels_can_be_learnt(kind: Any) -> None:
    line, accuracy = SUITED[kind.name]
    layout = "rows" if KINDS.index(kind) % 2 else "columns"
    assert labels(layers(derivation(line, layout))) is kind
    space = run(sources(text(line, "en", layout), "code"))
    assert space["error"] < 1e-6 and space["costs"][-1] < space["costs"][0]
    if accuracy is not None:
        assert space["score"] > accuracy
    else:
        targets = space["Y"]
        assert space["score"] < 0.9 * np.sqrt(np.mean((targets - targets.mean()) ** 2))


def test_deep_networks_and_erf_and_symbols() -> None:
    for line in ("3 -> 4 gelu -> 1 sigmoid", "2 -> 3 tanh -> 3 tanh -> 3 tanh -> 3 tanh -> 1 sigmoid"):
        assert run(sources(text(line), "code"))["error"] < 1e-6
    assert run(sources(text("3 -> 4 leaky_relu(slope) -> 2 identity | l2(lambda)"), "code"))["error"] < 1e-6


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_format_is_valid_and_the_same_each_time(lang: str) -> None:
    made = text(SHALLOW, lang, detail="full")
    nbformat.validate(nbformat.reads(made, as_version=4))
    assert json.loads(made)["nbformat_minor"] == 5
    again = render(derivation(SHALLOW), ["ipynb"], RenderOptions(lang))  # type: ignore[arg-type]
    assert again == {file_name(RenderOptions(lang), "ipynb"): made}
    names = [cell["id"] for cell in json.loads(made)["cells"]]
    assert len(names) == len(set(names)) and all(re.fullmatch(r"[\w-]{1,64}", name, re.A) for name in names)


def test_it_says_where_it_comes_from_and_notices_an_edit() -> None:
    marked = stamped(text())
    assert json.loads(marked)["metadata"]["derive"][0] == "Made by derive from a_net."
    assert untouched(marked) and not untouched(marked.replace("LAYER_SIZES = (2", "LAYER_SIZES = (3", 1))
    run_and_saved = nbformat.writes(nbformat.reads(marked, as_version=4))
    assert "Made by derive" in run_and_saved and not untouched(run_and_saved)


def test_every_function_of_train_py_stands_after_its_part() -> None:
    (program,) = render(derivation(SHALLOW), ["py"]).values()
    code = sources(text(detail="full"), "code")
    for stage, names in FUNCTIONS.items():
        for name in names:
            assert (f"def {name}(" in program) == (f"def {name}(" in code[stage])
        for part in code[stage].split("\n\n\n"):
            assert part in program
    cells = json.loads(text(detail="full"))["cells"]
    order = [cell["id"] for cell in cells if cell["cell_type"] == "code"]
    assert order == [*["setup", *FUNCTIONS][:-1], "data", "check", "checked", "training", "surface"]
    above = {}
    for cell in cells:
        if cell["cell_type"] == "markdown" and cell["source"][0].startswith("## "):
            heading = cell["source"][0]
        elif cell["cell_type"] == "code" and cell["id"] != "setup":
            above[cell["id"]] = re.sub(r"[#\d\s]+", "", heading)
    assert [above[name] for name in ("start", "forward", "cost")] == ["Theforwardpass"] * 3
    assert above["backward"] == "Thebackwardpass" and above["learning"] == "Learning"


def test_each_equation_has_its_lines_of_train_py_under_it() -> None:
    line = "2 -> 4 gelu -> 1 sigmoid"
    (program,) = render(derivation(line), ["py"]).values()
    said = "\n\n".join(sources(text(line, detail="full"), "markdown").values())
    under = dict(re.findall(r"\\tag\{(\d+)\}\$\$\n\n[^\n]*\n\n```python\n(.*?)\n```", said, flags=re.S))
    numbers = derivation(line).equations
    for name in ("Z1", "A1", "Z2", "A2", "dZ2", "dW2", "db2", "dA1", "dZ1", "dW1", "db1"):
        code = under[str(numbers[name])]
        assert re.search(rf"^{name} = ", code, flags=re.M) and " cache[" not in code
        assert textwrap.indent(code, "    ") in program
    assert len(under) == 11


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_it_is_the_handout_without_the_listing(lang: str) -> None:
    (handout,) = render(derivation(SHALLOW), ["md"], RenderOptions(lang)).values()  # type: ignore[arg-type]
    said = "\n\n".join(sources(text(SHALLOW, lang, detail="full"), "markdown").values())
    equations = re.findall(r"\$\$.*?\$\$", handout)
    assert len(equations) > 10 and equations == re.findall(r"\$\$.*?\$\$", said)
    assert ("反向传播" in said) == (lang == "zh") and "def backward" not in said


def test_without_matplotlib_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    for lang in ("en", "zh"):
        with pytest.raises(ImportError, match="pip install matplotlib"):
            exec(sources(text(SHALLOW, lang), "code")["setup"], {})


def test_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["build", "3 -> 1 sigmoid", "-o", str(tmp_path), "--formats", "ipynb,md", "--detail", "brief"]
    path = tmp_path / "3-1-sigmoid" / "derivation.ipynb"
    assert main(command) == 0 and capsys.readouterr().out.splitlines() == [
        str(path),
        str(path.with_suffix(".md")),
    ]
    assert main(command) == 0
    nbformat.write(nbformat.read(path, as_version=4), path)
    assert main(command) == 2 and "was edited since derive wrote it" in capsys.readouterr().err
    assert main([*command, "--force"]) == 0 and untouched(path.read_text(encoding="utf-8"))
    assert main(["build", "symbolic_layer", "-o", str(tmp_path), "--formats", "ipynb"]) == 2
    assert "training code needs" in capsys.readouterr().err
    assert main(["list", "formats"]) == 0 and "derivation.ipynb" in capsys.readouterr().out


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_it_names_the_packages_that_it_imports(lang: str) -> None:
    for line, scipy in ((SHALLOW, ""), ("2 -> 4 gelu -> 1 sigmoid", " scipy")):
        said = "".join(sources(text(line, lang), "markdown").values())
        assert f"`pip install numpy{scipy} matplotlib`" in said and ("SciPy" in said) == bool(scipy)


def test_cells_of_one_name_are_told_apart() -> None:
    cells = json.loads(written([Cell("a", "markdown", "x\n\ny"), Cell("a", "code", "")], ("m",), "t"))[
        "cells"
    ]
    assert [cell["id"] for cell in cells] == ["a", "a-2"] and cells[0]["source"] == ["x\n", "\n", "y"]
