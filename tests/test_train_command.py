"""python train.py DATA.csv on good and on bad data."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
import warnings
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from generated_code import module, source

EXAMPLES = Path(__file__).parents[1] / "examples"
BINARY, CLASSES, VALUES = "2 -> 3 tanh -> 1 sigmoid", "2 -> 3 softmax", "2 -> 3 tanh -> 1 identity"
SIGNS, COUNTS = "2 -> 3 tanh -> 1 identity | hinge", "2 -> 1 exp | poisson"


@dataclass(frozen=True)
class Finished:
    returncode: int
    stdout: str
    stderr: str


def run(spec: str, folder: Path, *arguments: object, **choices: str) -> Finished:
    """The command in this process, in the folder, with warnings as errors."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(folder), redirect_stdout(out), redirect_stderr(err), warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            status = module(spec, **choices).main(list(map(str, arguments)))
        except SystemExit as stop:
            status = int(str(stop.code))
    return Finished(status, out.getvalue(), err.getvalue())


def printed(spec: str, folder: Path, *arguments: object, **choices: str) -> str:
    result = run(spec, folder, *arguments, **choices)
    assert result.returncode == 0 and not result.stderr, result.stderr
    error = re.search(r"gradient check: largest relative error (\S+) ", result.stdout)
    assert error and float(error[1]) < 1e-6
    return result.stdout


def number(text: str, label: str) -> float:
    found = re.search(rf"{re.escape(label)}: (-?[\d.]+)", text)
    assert found, text
    return float(found[1])


def rows(labels: object, header: str = "") -> str:
    """Twelve samples whose label follows from the first feature."""
    lines = [f"{i % 4},{(i * 7) % 5}.5,{labels[i % 4]}" for i in range(12)]  # type: ignore[index]
    return "\n".join(([header] if header else []) + lines) + "\n"


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("layout", ["columns", "rows"])
def test_breast_cancer(tmp_path: Path, seed: int, layout: str) -> None:
    text = printed(
        "30 -> 8 tanh -> 1 sigmoid", tmp_path, EXAMPLES / "breast_cancer.csv", "--seed", seed, layout=layout
    )
    assert "569 samples, 426 to train on, 143 to test on" in text
    assert number(text, "test accuracy") >= 0.95


def test_iris_has_class_names(tmp_path: Path) -> None:
    text = printed("4 -> 8 tanh -> 3 softmax", tmp_path, EXAMPLES / "iris.csv")
    assert "labels: setosa is 0, versicolor is 1, virginica is 2" in text
    assert number(text, "test accuracy") >= 0.9


def test_diabetes_is_a_regression(tmp_path: Path) -> None:
    text = printed("10 -> 8 tanh -> 1 identity", tmp_path, EXAMPLES / "diabetes.csv")
    assert 40 < number(text, "test error") < 70
    assert float(text.rsplit("R^2: ", 1)[1]) > 0.3


GOOD = (
    ("no header", BINARY, rows("0011")),
    ("header", BINARY, rows("0011", "a,b,label")),
    ("byte order mark, Windows lines", BINARY, "\ufeff" + rows("0011", "a,b,c").replace("\n", "\r\n")),
    ("byte order mark, no header", BINARY, "\ufeff" + rows("0011")),
    ("two class names", BINARY, rows(["no", "no", "yes", "yes"])),
    ("probabilities", BINARY, rows(["0.1", "0", "1", "0.8"])),
    ("three names", CLASSES, rows(["u", "v", "w", "w"], "a,b,c")),
    ("three integers", CLASSES, rows("0122")),
    ("integers not from 0", CLASSES, rows(["5", "5", "11", "20"])),
    ("integers with a class missing", CLASSES, rows("0022")),
    ("one column for each class", CLASSES, rows(["1,0,0", "0,1,0", "0,0,1", "0,0,1"])),
    ("values", VALUES, rows(["-3.5", "1e2", "7", "8"])),
    ("labels of -1 and 1", SIGNS, rows(["-1", "-1", "1", "1"])),
    ("0 and 1 for signs", SIGNS, rows("0011")),
    ("names for signs", SIGNS, rows(["no", "no", "yes", "yes"])),
    ("signs of three classes", "2 -> 3 softmax | squared_hinge", rows("0122")),
    ("counts", COUNTS, rows("0312")),
    ("blank lines", VALUES, rows(["-3.5", "1e2", "7", "8"]).replace("\n", "\n\n")),
)


@pytest.mark.parametrize(("spec", "text"), [g[1:] for g in GOOD], ids=[g[0] for g in GOOD])
def test_good_data(tmp_path: Path, spec: str, text: str) -> None:
    (tmp_path / "data.csv").write_text(text, encoding="utf-8", newline="")
    output = printed(spec, tmp_path, "data.csv", "--epochs", 60)
    costs = re.search(r"cost: (\S+) before training, (\S+) after 60 epochs", output)
    assert costs and float(costs[2]) < float(costs[1])
    assert ("accuracy" in output) == (spec not in (VALUES, COUNTS))


BAD = (
    ("NaN", BINARY, rows("0011") + "nan,1,0\n", "line 13, column 1: 'nan' found, a finite number"),
    ("infinity", BINARY, rows("0011") + "1,-inf,0\n", "line 13, column 2: '-inf' found"),
    ("missing cell", BINARY, rows("0011") + ",1,0\n", "line 13, column 1: the cell is empty"),
    ("missing label", BINARY, rows("0011") + "1,1,\n", "line 13, column 3: the cell is empty"),
    ("missing class", CLASSES, rows("0122") + "1,1,\n", "line 13: '' found, a class is needed"),
    ("text among numbers", BINARY, rows("0011") + "x,1,0\n", "line 13, column 1: 'x' found"),
    ("text in the first row", BINARY, "x,1,0\n" + rows("0011"), "line 1, column 1: 'x' found"),
    ("too many columns", BINARY, "1,2,3,0\n" * 3, "line 1: 3 columns are needed, found: 4"),
    ("ragged", BINARY, rows("0011") + "1,0\n", "line 13: 3 columns are needed, found: 2"),
    (
        "two ways to write a class",
        CLASSES,
        rows("0122") + "1,1,1,0,0\n",
        "line 13: 3 or 5 columns are needed, found: 5",
    ),
    ("one class", BINARY, rows("1111"), "each label is '1', two classes are needed"),
    ("one class of three", CLASSES, rows("1111"), "each label is '1', 3 classes are needed"),
    ("labels out of range", BINARY, rows("1122"), "labels from 1 to 2 found, 0 and 1 are needed"),
    ("three names for two", BINARY, rows("abcc"), "3 class names found (a, b, c), 2 are needed"),
    ("four classes for three", CLASSES, rows("abcd"), "4 classes found, 3 are needed"),
    ("not one-hot", CLASSES, rows(["1,1,0", "0,1,0", "0,0,1", "0,0,1"]), "line 1: the 3 label columns"),
    ("beyond the signs", SIGNS, rows("0022"), "labels from 0 to 2 found, -1 and 1 are needed"),
    ("negative counts", COUNTS, rows(["-1", "0", "2", "1"]), "poisson needs labels from 0 up"),
    ("no standard deviation", BINARY, rows("0011") + "1e200,1,0\n", "numbers up to 1e+200"),
    ("constant value", VALUES, rows("3333"), "each label is 3"),
    ("empty", BINARY, "", "2 rows of data are needed, found: 0"),
    ("header only", BINARY, "a,b,c\n", "2 rows of data are needed, found: 0"),
)


@pytest.mark.parametrize(("spec", "text", "message"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_bad_data_gives_one_message_and_status_2(tmp_path: Path, spec: str, text: str, message: str) -> None:
    (tmp_path / "data.csv").write_text(text, encoding="utf-8")
    result = run(spec, tmp_path, "data.csv")
    assert result.returncode == 2 and not result.stdout
    assert message in result.stderr and "data.csv" in result.stderr
    assert result.stderr.count("\n") == 1 and "Traceback" not in result.stderr


OPTIONS = (
    (["nowhere.csv"], "nowhere.csv: cannot be read: No such file"),
    (
        [
            ".",
        ],
        "cannot be read: Is a directory",
    ),
    (["binary.csv"], "binary.csv: is no CSV file in UTF-8"),
    (["data.csv", "--epochs", "-1"], "--epochs -1"),
    (["data.csv", "--seed", "-1"], "--seed -1"),
    (["data.csv", "--learning-rate", "0"], "--learning-rate 0.0: a positive number"),
    (["data.csv", "--learning-rate", "nan"], "--learning-rate nan: a positive number"),
    (["data.csv", "--test-fraction", "1"], "--test-fraction 1.0: 0 or more, below 1"),
    (["data.csv", "--test-fraction", "0.99"], "leaves no sample to train on"),
    (["data.csv", "--save", "no/where.npz"], "there is no folder no"),
    (["data.csv", "--save", "."], "cannot be written"),
    (["data.csv", "--epochs", "many"], "invalid int value: 'many'"),
)


@pytest.mark.parametrize(("arguments", "message"), OPTIONS, ids=[" ".join(o[0]) for o in OPTIONS])
def test_bad_options(tmp_path: Path, arguments: list[str], message: str) -> None:
    (tmp_path / "data.csv").write_text(rows("0011"))
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00\x01")
    result = run(BINARY, tmp_path, *arguments)
    assert result.returncode == 2
    assert message in result.stderr and "Traceback" not in result.stderr


CONTRADICTION = "1,1,0\n1,1,1\n2,3,0\n2,3,1\n" * 4


@pytest.mark.parametrize(
    ("spec", "text"),
    [(VALUES, rows(["-3.5", "1e2", "7", "8"])), (BINARY, CONTRADICTION)],
    ids=["nan", "finite"],
)
def test_training_that_diverges_is_said_and_is_status_1(tmp_path: Path, spec: str, text: str) -> None:
    (tmp_path / "data.csv").write_text(text)
    result = run(spec, tmp_path, "data.csv", "--learning-rate", 1e200)
    assert result.returncode == 1 and "diverged" in result.stderr and "Traceback" not in result.stderr


def test_labels_that_are_mapped_to_signs_are_announced(tmp_path: Path) -> None:
    for labels, remark in (
        ("0011", "labels: 0 is -1, 1 is 1"),
        (["u", "u", "v", "v"], "labels: u is -1, v is 1"),
    ):
        (tmp_path / "data.csv").write_text(rows(labels))
        assert remark in printed(SIGNS, tmp_path, "data.csv")
    (tmp_path / "data.csv").write_text(rows(["-1", "-1", "1", "1"]))
    assert "labels:" not in printed(SIGNS, tmp_path, "data.csv")


def test_a_wrong_gradient_is_status_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data.csv").write_text(rows("0011"))
    code = module(BINARY)
    right = code.backward
    monkeypatch.setattr(code, "backward", lambda *given: {k: 1.01 * v for k, v in right(*given).items()})
    result = run(BINARY, tmp_path, "data.csv")
    assert result.returncode == 1 and "largest relative error 1.0e-02" in result.stdout


def test_statistics_come_from_the_training_part_and_are_saved(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(rows("0011"))
    printed(BINARY, tmp_path, "data.csv", "--save", "params.npz", "--epochs", 5)
    order = np.random.default_rng(0).permutation(12)
    features = np.loadtxt(tmp_path / "data.csv", delimiter=",")[order[3:], :2]
    with np.load(tmp_path / "params.npz") as saved:
        assert set(saved) == {"W1", "b1", "W2", "b2", "X_mean", "X_scale"}
        np.testing.assert_allclose(saved["X_mean"].ravel(), features.mean(axis=0))
        np.testing.assert_allclose(saved["X_scale"].ravel(), features.std(axis=0))


def test_as_a_command_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(source(BINARY), encoding="utf-8")
    (tmp_path / "data.csv").write_text(rows("0011"))
    for arguments, status in ((["data.csv"], 0), (["nowhere.csv"], 2)):
        command = [sys.executable, "-W", "error", "train.py", *arguments]
        result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert result.returncode == status
        assert bool(result.stdout) == (status == 0) and bool(result.stderr) == (status == 2)


def test_no_test_part(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(rows("0011"))
    text = printed(BINARY, tmp_path, "data.csv", "--test-fraction", 0)
    assert "test accuracy" not in text and "training accuracy" in text


def test_same_seed_same_output_and_nothing_but_results_in_a_pipe(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(rows("0011"))
    first, second, other = (printed(BINARY, tmp_path, "data.csv", "--seed", seed) for seed in (1, 1, 2))
    assert first == second != other
    assert os.sep not in first
