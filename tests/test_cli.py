"""The commands as a user meets them: what is printed where, exit statuses, one message for an error."""

from __future__ import annotations

import itertools
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

import derive.calculus.reasons as reasons
from derive import Network, pipeline
from derive import derive as derive_network
from derive.activations import ACTIVATIONS
from derive.cli import run
from derive.gallery import GALLERY
from derive.losses import LOSSES
from derive.output import untouched

NET = "3 -> 4 tanh -> 1 sigmoid"
ROOT = str(Path(__file__).parents[1])
Captured = pytest.CaptureFixture[str]


def test_show_prints_forward_lines_gradients_and_conventions(capsys: Captured) -> None:
    assert run(["show", NET]) == 0
    out, err = capsys.readouterr()
    assert "samples are columns" in out and "1/m" in out
    assert "  Z1 = W1 X + b1" in out and "dW2 = dZ2 A1ᵀ / m" in out and "(1, 4)" in out
    assert "checks passed" in err and "\x1b" not in out


def test_show_steps_line_by_line(capsys: Captured) -> None:
    assert run(["show", NET, "dZ2", "--steps"]) == 0
    out = capsys.readouterr().out
    rules = [line.strip().split("   ")[0] for line in out.splitlines()[1:]]
    assert rules[0] == "chain" and rules[-1] == "matrix form" and "fuse" in rules
    assert all(line.split("   ")[-1].strip() for line in out.splitlines())
    assert len({line.index("dZ2") for line in out.splitlines()[1:]}) == 1, "the equations are aligned"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_json_is_the_derivation(capsys: Captured, lang: str) -> None:
    assert run(["show", "4 -> 5 relu -> 3 softmax", "--json", "--lang", lang]) == 0
    found = json.loads(capsys.readouterr().out)
    d = derive_network(Network.parse("4 -> 5 relu -> 3 softmax"))
    assert found["name"] == "4-5-relu-3-softmax"
    assert found["convention"]["layout"] == "columns"
    assert [line["name"] for line in found["forward"]] == ["Z1", "A1", "Z2", "A2", "L"]
    assert all(line["numpy"] and line["latex"] and line["shape"] for line in found["forward"])
    assert [g["numpy"] for g in found["gradients"]] == [g.numpy for g in d]
    for gradient in found["gradients"]:
        steps = gradient["steps"]
        assert len(steps) >= 2 and steps[0]["rule"] == "chain"
        assert steps[-1]["latex"] == gradient["latex"]
        assert all(a["latex"] != b["latex"] for a, b in itertools.pairwise(steps)), gradient["name"]
        assert all(step["why"] for step in steps)
    count = len(found["gradients"]) + sum(len(g["steps"]) for g in found["gradients"])
    assert found["proof"]["checks"] >= count and found["proof"]["failures"] == []
    assert {g["name"]: g["shape"] for g in found["gradients"]}["dW1"] == [5, 4]


def test_choices_reach_the_derivation(capsys: Captured) -> None:
    options = ["--layout", "rows", "--convention", "exact", "--derivatives", "input", "--unfused"]
    assert run(["show", "3 -> 4 relu -> 1 sigmoid", "--json", *options, "--kink", "relu=1"]) == 0
    convention = json.loads(capsys.readouterr().out)["convention"]
    assert convention == {
        "layout": "rows",
        "convention": "exact",
        "derivatives": "input",
        "fused": False,
        "kinks": {"relu": "1"},
    }


def test_a_formula_on_the_command_line(capsys: Captured) -> None:
    own = ["--activation", "mine=(1 + tanh(z/2))/2", "--loss", "cost=-y*log(a) - (1 - y)*log(1 - a)"]
    assert run(["show", "3 -> 1 mine | cost", "dZ1", *own]) == 0
    assert "dZ1 = A1 − Y" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["show", "build", "check"])
def test_a_loss_from_which_nothing_is_learnt_is_bad_input(
    command: str, capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run([command, "3 -> 1 sigmoid | cross_entropy"]) == 2
    assert "Write '1 sigmoid | binary_cross_entropy'" in capsys.readouterr().err
    assert run([command, "3 -> 1 identity | mine", "--loss", "mine=log((a - y)**2)"]) == 2
    assert "the loss has no minimum: it goes to -∞ at a = 0.25" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_check_prints_a_table(capsys: Captured) -> None:
    assert run(["check", "3 -> 2 leaky_relu(slope) -> 1 sigmoid", "--prove"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[0].split() == ["gradient", "value", "relative", "error"]
    assert sum(line.endswith("ok") for line in out.splitlines()) == len(out.splitlines()) - 1 >= 8
    assert "expanded and differentiated by SymPy" in err and "all equal" in err


def test_a_wrong_reason_for_trust_is_reported(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    """A derivation with one sign turned fails everywhere: show, check and build."""
    from dataclasses import replace

    from derive.arrays import Entrywise

    right = pipeline.derivation

    def wrong(*args: object) -> object:
        found = right(*args)
        gradients = list(found.gradients)
        last = gradients[1].steps[-1]
        turned = replace(last.after, formula=-last.after.formula)
        assert isinstance(turned, Entrywise)
        steps = (*gradients[1].steps[:-1], replace(last, after=turned))
        gradients[1] = replace(gradients[1], steps=steps)
        return replace(found, gradients=tuple(gradients))

    monkeypatch.setattr(pipeline, "derivation", wrong)
    for command in (
        ["show", NET],
        ["show", NET, "--json"],
        ["check", NET, "--prove"],
        ["build", NET, "-o", "x"],
    ):
        assert run(command) == 1, command
        assert "do not use these formulas" in capsys.readouterr().err
    assert not Path("x").exists()


def test_build_writes_what_it_prints(tmp_path: Path, capsys: Captured) -> None:
    assert run(["build", NET, "-o", str(tmp_path), "--formats", "py"]) == 0
    (path,) = map(Path, capsys.readouterr().out.splitlines())
    assert path == tmp_path / "3-4-tanh-1-sigmoid" / "train.py"
    text = path.read_text()
    assert untouched(text)
    compile(text, str(path), "exec")
    assert run(["build", NET, "-o", str(tmp_path), "--formats", "py"]) == 0
    assert path.read_text() == text
    path.write_text(text.replace("def ", "def  ", 1))
    assert run(["build", NET, "-o", str(tmp_path), "--formats", "py"]) == 2
    assert "was edited since derive wrote it; give --force" in capsys.readouterr().err
    assert run(["build", NET, "-o", str(tmp_path), "--formats", "py", "--force"]) == 0
    assert path.read_text() == text


def test_one_bad_spec_does_not_lose_the_others(tmp_path: Path, capsys: Captured) -> None:
    specs = ["logistic_regression", "3 -> 4 tahn", "regression", "logistic_regression"]
    assert run(["build", *specs, "-o", str(tmp_path), "--formats", "py"]) == 2
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 2
    assert "did you mean 'tanh'" in err and "are both named 'logistic_regression'" in err
    assert "2 of 4 networks built" in err


def test_list(capsys: Captured) -> None:
    assert run(["list", "activations"]) == 0
    out = capsys.readouterr().out
    assert [line.split("(")[0].split()[0] for line in out.splitlines()] == list(ACTIVATIONS)
    assert run(["list"]) == 0
    out = capsys.readouterr().out
    assert all(f"  {name}" in out for name in (*LOSSES, *GALLERY, "py", "tex"))


def test_doctor_and_version(capsys: Captured) -> None:
    assert run(["doctor"]) == 0 and run(["--version"]) == 0
    out = capsys.readouterr().out
    assert "sympy" in out and "pdflatex" in out and "derive 0." in out


BAD = [
    (["show", "3 -> 4 tahn"], "did you mean 'tanh'"),
    (["show", "3 -> 1 sigmoid | bce"], "unknown loss 'bce'"),
    (["show", "3"], "has no layer"),
    (["show", "3 -> 0 tanh"], "1 to 1000000"),
    (["show", "3 -> 1 tanh | binary_cross_entropy"], "does not fit"),
    (["show", "no_such_net"], "is no network"),
    (["show", "/"], "is a directory"),
    (["show", NET, "dZ9"], "unknown gradient 'dZ9'; did you mean"),
    (["show", NET, "--stpes"], "--steps"),
    (["show", NET, "--layout", "cols"], "unknown layout 'cols'"),
    (["show", NET, "--lang", "fr"], "unknown lang 'fr'"),
    (["show", NET, "--kink", "tanh=1"], "tanh has no kink"),
    (["show", NET, "--kink", "relu"], "NAME=VALUE is needed"),
    (["show", NET, "--activation", "x"], "NAME=FORMULA is needed"),
    (["show", NET, "--activation", "x=__import__('os')"], "unknown function '__import__'"),
    (["show", NET, "--loss", "x=open(a)"], "unknown function 'open'"),
    (["show", NET, "--kink", "relu=1", "--kink", "relu=0"], "--kink is given 2 times for relu"),
    (["show", NET, "--activation", "f=z", "--activation", "f=2*z"], "--activation is given 2 times for f"),
    (["show", NET, "--loss", "f=a**2", "--loss", "f=a"], "--loss is given 2 times for f"),
    (["show", NET, "--detail", "brief"], "No such option '--detail'"),
    (["show"], "'SPEC'. 'derive show --help' lists"),
    (["list", "losses", "formats"], "(formats). 'derive list --help' lists"),
    (["shwo", NET], "Did you mean 'show'? 'derive --help' lists"),
    (["build", NET, "--formats", "pyy"], "unknown format 'pyy'; did you mean 'py'"),
    (["build", NET, "--formats", ""], "unknown format ''"),
    (["build", NET, "-o", "/proc/none", "--formats", "py"], "cannot be written"),
    (["build", NET, "-o", "a\x00b", "--formats", "py"], "null byte"),
    (["list", "losess"], "did you mean 'losses'"),
]


@pytest.mark.parametrize(("command", "part"), BAD, ids=[" ".join(c) for c, _ in BAD])
def test_bad_input_is_status_2_and_one_message(command: list[str], part: str, capsys: Captured) -> None:
    assert run(command) == 2
    out, err = capsys.readouterr()
    assert not out and part in err and err.count("\n") == 1 and "Traceback" not in err, err


def test_a_fault_of_our_own_is_one_message_too(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reasons, "_REASONS", {})
    assert run(["show", NET, "--json"]) == 1
    err = capsys.readouterr().err
    assert "a fault of derive itself, KeyError" in err and err.count("\n") == 1
    monkeypatch.setenv("DERIVE_DEBUG", "1")
    with pytest.raises(KeyError):
        run(["show", NET, "--json"])


def test_a_package_that_is_not_installed_is_named(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("scipy", "scipy.special"):
        monkeypatch.setitem(sys.modules, module, None)
    assert run(["check", "2 -> 1 gelu"]) == 3
    assert "scipy is needed for this and is not installed; run: pip install scipy" in capsys.readouterr().err


def command(*words: str, **options: object) -> subprocess.CompletedProcess[bytes]:
    env = {**os.environ, "PYTHONPATH": ROOT, **options.pop("env", {})}  # type: ignore[dict-item]
    return subprocess.run(
        [sys.executable, "-m", "derive", *words], env=env, stderr=subprocess.PIPE, **options
    )  # type: ignore[call-overload]


def test_a_reader_that_leaves_is_no_error() -> None:
    words = [sys.executable, "-m", "derive", "list", "activations"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disc_is_status_5() -> None:
    with open("/dev/full", "wb") as full:
        result = command("list", stdout=full)
    assert result.returncode == 5 and b"No space left" in result.stderr and b"Traceback" not in result.stderr


def test_a_terminal_that_knows_ascii_only() -> None:
    result = command("show", NET, "dA1", stdout=subprocess.PIPE, env={"PYTHONIOENCODING": "ascii"})
    assert result.returncode == 0 and b"dA1 = W2\\u1d40 dZ2" in result.stdout


def test_colour_on_a_terminal() -> None:
    ours, theirs = pty.openpty()
    result = command(
        "show", NET, "dZ2", "--steps", stdout=theirs, env={"TERM": "xterm-256color", "COLUMNS": "80"}
    )
    os.close(theirs)
    seen = os.read(ours, 1 << 16).decode()
    os.close(ours)
    assert result.returncode == 0 and "\x1b[" in seen and "matrix form" in seen
