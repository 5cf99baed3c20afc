"""The exercise notebook: nbgrader makes it of the answers, it holds none, and its tests notice mistakes."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import nbformat
import pytest
from exercise_sheets import SHALLOW, both, derivation, options, parts, secret_code, secrets
from nbclient import NotebookClient
from test_ipynb import run, sources

from derive.handout import blocks as b
from derive.handout.blocks import Document
from derive.handout.maths import Blank, Pierced
from derive.render import render
from derive.targets.markdown import WRITER, protected
from derive.targets.notebook.cells import Cell, stripped
from derive.targets.notebook.exercises import WRITTEN

CASES = (
    (SHALLOW, {}, 0, "medium", "en"),
    (SHALLOW, {"layout": "rows"}, 1, "hard", "zh"),
    ("2 -> 4 identity -> 3 softmax", {"convention": "exact"}, 2, "easy", "en"),
    ("3 -> 4 tanh -> 1 identity | l2(lambda)", {}, 3, "medium", "en"),
    ("4 -> 5 relu -> 3 tanh -> 1 sigmoid", {"derivatives": "input"}, 4, "easy", "zh"),
    ("5 -> 4 relu -> 4 relu -> 4 relu -> 4 relu -> 2 softmax", {}, 5, "medium", "en"),
)
cases = pytest.mark.parametrize("case", CASES, ids=[f"{case[0]}, {case[3]}" for case in CASES])
Notebook = dict[str, Any]


@cache
def text(edition: str, number: int = 0) -> str:
    line, choices, seed, level, lang = CASES[number]
    (found,) = render(derivation(line, **choices), ["ipynb"], options(edition, seed, level, lang)).values()
    return found


@cache
def document(number: int) -> tuple[Document, Document]:
    """The sheet and its answers."""
    line, choices, *chosen = CASES[number]
    return both(derivation(line, **choices), *chosen)


def made(edition: str, case: Any) -> Notebook:
    notebook: Notebook = json.loads(text(edition, CASES.index(case)))
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    return notebook


def cleared(source: str, kind: str, is_solution: bool) -> str:
    """What nbgrader's documentation says that a student gets of a cell."""
    stub = {"code": ["# YOUR CODE HERE", "raise NotImplementedError()"], "markdown": ["YOUR ANSWER HERE"]}[
        kind
    ]
    kept: list[str] = []
    skipped, found = False, False
    for line in source.split("\n"):
        if "BEGIN SOLUTION" in line or "BEGIN HIDDEN TESTS" in line:
            assert not skipped
            skipped = True
            if "SOLUTION" in line:
                assert is_solution, "a region in a cell that is no solution"
                found = True
                kept += [line[: len(line) - len(line.lstrip())] + part for part in stub]
        elif "END SOLUTION" in line or "END HIDDEN TESTS" in line:
            assert skipped
            skipped = False
        elif not skipped:
            kept.append(line)
    assert not skipped
    return "\n".join(kept) if found or not is_solution else "\n".join(stub)


@cases
def test_the_sheet_is_what_nbgrader_makes_of_the_answers(case: Any) -> None:
    for cell, student in zip(made("answers", case)["cells"], made("exercises", case)["cells"], strict=True):
        is_solution = cell["metadata"].get("nbgrader", {}).get("solution", False)
        source = cleared(cell["source"], cell["cell_type"], is_solution)
        assert {**cell, "source": source} == student


def test_the_sheet_is_what_nbgrader_itself_makes_of_the_answers() -> None:
    preprocessors = pytest.importorskip("nbgrader.preprocessors", reason="nbgrader is not installed")
    for number in range(len(CASES)):
        answers, sheet = (nbformat.reads(text(e, number), as_version=4) for e in ("answers", "exercises"))
        preprocessors.CheckCellMetadata().preprocess(answers, {})
        for step in ("ClearSolutions", "ClearHiddenTests"):
            answers, _ = getattr(preprocessors, step)().preprocess(answers, {})
        assert answers["cells"] == sheet["cells"]
        preprocessors.CheckCellMetadata().preprocess(sheet, {})


def test_what_stands_between_marks_becomes_a_stub() -> None:
    code = "def f():\n    x = 1\n    ### BEGIN SOLUTION\n    y = 2\n    ### END SOLUTION\n    return x"
    stub = "    # YOUR CODE HERE\n    raise NotImplementedError()\n"
    assert stripped(Cell("a", "code", code, "solution")).source == f"def f():\n    x = 1\n{stub}    return x"
    assert stripped(Cell("a", "markdown", "It is 3.", "answer")).source == "YOUR ANSWER HERE"
    assert stripped(Cell("a", "code", "x = 1", "given")).source == "x = 1"
    hidden = "assert f()\n### BEGIN HIDDEN TESTS\nassert f() == 2\n### END HIDDEN TESTS"
    assert stripped(Cell("a", "code", hidden, "test")).source == "assert f()"


def printed(secret: Any) -> str:
    return protected(WRITER.math(secret)).strip()


@cases
def test_no_answer_stands_in_the_notebook(case: Any) -> None:
    sheet, answers = document(CASES.index(case))
    cells = {edition: made(edition, case)["cells"] for edition in ("exercises", "answers")}
    student, teacher = ("\n".join(cell["source"] for cell in found) for found in cells.values())
    plain = re.sub(r"\\underline\{(.*?)\}(?=[\s$])", r"\1", teacher)
    asked = [*map(printed, secrets(answers, sheet))]
    assert sum(secret in teacher or secret in plain for secret in asked) >= 4
    for secret in asked:
        assert not re.search(rf"(?<![c_\w]){re.escape(secret)}", student), secret
    (backward,) = (cell["source"] for cell in cells["exercises"] if cell["id"] == "backward")
    for code in secret_code(answers, sheet):
        assert code not in backward and (code in teacher or "for layer in" in teacher)
        assert not re.search(r"\bd[A-Z]", code) or code not in student, code
    assert "BEGIN" not in student and "cache = forward(params, given)" not in student
    assert not re.search(r"#.*\bn\d+, (m|n\d+)\)", student), "remarks tell shapes"


@pytest.mark.parametrize("case", [case for case in CASES if case[0].count("relu") < 3])
def test_a_definition_is_code_where_it_is_a_formula(case: Any) -> None:
    sheet, _ = document(CASES.index(case))
    numbers = derivation(case[0], **case[1]).equations
    source = sources(text("exercises", CASES.index(case)), "code")
    blank = {box.number for box in parts(sheet, b.Result) if [*parts(box, Blank), *parts(box, Pierced)]}
    asked = {name for name, number in numbers.items() if number in blank}
    layers = [name for name in numbers if re.fullmatch(r"[ZA]\d+", name)]
    for name in layers:
        assert (f"    {name} = " in source["forward"]) == (name not in asked), name
    assert asked & set(layers)
    assert ("raise" in source["cost"].partition("def checked")[0]) == bool(asked & {"L", "J"})


@cases
def test_the_answers_run_and_the_sheet_waits_for_code(case: Any) -> None:
    cells, open_ = (sources(text(e, CASES.index(case)), "code") for e in ("answers", "exercises"))
    space = run(cells)
    assert space["error"] < 1e-6 and space["costs"][-1] < space["costs"][0]
    with pytest.raises(NotImplementedError):
        run(open_)
    assert {name for name in cells if cells[name] != open_[name]} >= {"start", "backward"}


def test_in_a_kernel() -> None:
    teacher, student = (nbformat.reads(text(e, 1), as_version=4) for e in ("answers", "exercises"))
    for notebook in (teacher, student):
        nbformat.validate(notebook)
    NotebookClient(teacher, timeout=120).execute()


MISTAKES = (
    ("backward", "A2 - Y", "Y - A2"),
    ("backward", "dZ2 @ A1.T / m", "dZ2 @ A1.T / m / m"),
    ("backward", "(1 - A1**2)", "(1 - Z1**2)"),
    ("backward", "np.sum(dZ1, axis=1, keepdims=True) / m", "np.sum(dZ1, axis=1, keepdims=True)"),
    ("backward", "dZ1 @ X.T / m", "(X @ dZ1.T / m)"),
    ("forward", "np.tanh(Z1)", "np.tanh(Z1 / 2)"),
    ("forward", "W2 @ A1 + b2", "W2 @ A1"),
    ("cost", "np.sum(losses) / m", "np.sum(losses) / m / m"),
    ("start", "np.zeros((n1, 1))", "np.zeros((n1, n1))"),
)


@pytest.mark.parametrize(("cell", "right", "wrong"), MISTAKES, ids=[f"{m[2]}" for m in MISTAKES])
def test_a_mistake_fails_a_test(cell: str, right: str, wrong: str) -> None:
    cells = sources(text("answers"), "code")
    assert right in cells[cell]
    if "Z1**2" in wrong:
        cells[cell] = cells[cell].replace('    A1 = cache["A1"]', '    Z1, A1 = cache["Z1"], cache["A1"]', 1)
    cells[cell] = cells[cell].replace(right, wrong)
    with pytest.raises((AssertionError, ValueError)):
        run({name: source for name, source in cells.items() if name not in ("test-training", "surface")})


@cases
def test_the_marks_of_nbgrader(case: Any) -> None:
    cells = made("answers", case)["cells"]
    graded = [
        cell["metadata"]["nbgrader"] | {"kind": cell["cell_type"]} for cell in cells if cell["metadata"]
    ]
    names = [mark["grade_id"] for mark in graded]
    assert len(names) == len(set(names)) and set(WRITTEN) <= set(names)
    for mark in graded:
        assert mark["schema_version"] == 3 and mark["task"] is False
        assert ("points" in mark) == mark["grade"] and mark["locked"] is not mark["solution"]
        assert mark["kind"] == "code" or (mark["grade"] and mark["solution"])
    assert sum(name.startswith("test-") for name in names) == 3
    for cell in cells:
        written = cell["cell_type"] == "code" and cell["metadata"].get("nbgrader", {}).get("solution", False)
        assert written == ("BEGIN SOLUTION" in cell["source"]), "nbgrader empties a solution without marks"
    questions = {task.number for task in parts(document(CASES.index(case))[0], b.Task)}
    assert sum(name.startswith("answer-") for name in names) == len(questions) - 1, "all but the code"
