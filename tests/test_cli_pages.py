"""derive build --formats pdf,html as a user meets it."""

from __future__ import annotations

from pathlib import Path

import pytest

import derive.engines as engines
from derive.cli import run

NET = "3 -> 1 sigmoid"
NAME = "3-1-sigmoid"
Captured = pytest.CaptureFixture[str]


def build(folder: Path, *options: str) -> int:
    return run(["build", NET, "-o", str(folder), "--formats", "pdf", *options])


def test_a_pdf_and_the_source_beside_it(tmp_path: Path, capsys: Captured) -> None:
    assert build(tmp_path, "--detail", "brief") == 0
    out, err = capsys.readouterr()
    folder = tmp_path / NAME
    made = folder / "derivation.pdf"
    assert out.splitlines() == [str(folder / "derivation.tex"), str(made)]
    assert f"{made} was made by typst; the TeX source is {folder / 'derivation.tex'}" in err
    assert made.read_bytes().startswith(b"%PDF")


def test_a_pdf_of_somebody_else_is_not_overwritten(tmp_path: Path, capsys: Captured) -> None:
    made = tmp_path / NAME / "derivation.pdf"
    made.parent.mkdir()
    made.write_bytes(b"%PDF-1.4 mine")
    assert build(tmp_path, "--parts", "code") == 2 and "was not written by derive" in capsys.readouterr().err
    assert made.read_bytes() == b"%PDF-1.4 mine"
    assert build(tmp_path, "--parts", "code", "--force") == 0
    first = made.read_bytes()
    assert build(tmp_path, "--parts", "code") == 0 and made.read_bytes() == first


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        (["--engine", "word"], 2, "unknown engine 'word'"),
        (["--parts", "backwards"], 2, "did you mean 'backward'"),
        (["--paper", "a3"], 2, "unknown paper 'a3'"),
        (["--engine", "latexmk", "--formats", "html"], 2, "add pdf to --formats"),
        (["--exercises", "--formats", "py,fast"], 2, "--formats py,fast only code; add tex or pdf"),
        (["--paper", "us-letter", "--formats", "py,fast"], 2, "--paper us-letter is for the handout"),
        (["--parts", "code", "--formats", "py"], 2, "--parts code is for the handout"),
        (["--detail", "brief", "--formats", "fast"], 2, "--detail brief is for the handout"),
        (["--output", " "], 2, "-o ' ' names no folder"),
    ],
)
def test_bad_options(tmp_path: Path, capsys: Captured, options: list[str], status: int, message: str) -> None:
    assert build(tmp_path, *options) == status
    assert message in capsys.readouterr().err
    assert not (tmp_path / NAME).exists()


def test_a_missing_engine_has_a_status_of_its_own_and_leaves_the_source(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    assert build(tmp_path, "--engine", "latexmk") == 3
    assert "latexmk is not installed; install" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / NAME).iterdir()] == ["derivation.tex"]


def test_a_missing_font_is_refused_before_anything_compiles(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "FONTS", tmp_path / "none")
    assert build(tmp_path, "--lang", "zh", "--detail", "brief") == 3
    error = capsys.readouterr().err
    assert "no font of the handout has" in error and "(U+" in error
    assert not (tmp_path / NAME / "derivation.zh.pdf").exists()


def test_a_failed_compile_keeps_its_log(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripts = tmp_path / "bin"
    scripts.mkdir()
    fake = scripts / "latexmk"
    fake.write_text("#!/bin/sh\nprintf '! Undefined control sequence.\\nl.7' > derivation.log\nexit 12\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{scripts}:/bin:/usr/bin")
    assert build(tmp_path, "--engine", "latexmk") == 4
    log = tmp_path / NAME / "derivation.log"
    assert f"! Undefined control sequence.; the log is {log}" in capsys.readouterr().err
    assert log.read_text().endswith("l.7") and (tmp_path / NAME / "derivation.tex").exists()


def test_the_doctor_looks_at_engines_and_fonts(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "FONTS", tmp_path / "none")
    assert run(["doctor"]) == 0
    rows = capsys.readouterr().out
    assert "typst" in rows and "chromium" in rows and "Chinese font" in rows and "missing: " in rows


def test_one_html_file(tmp_path: Path) -> None:
    assert run(["build", NET, "-o", str(tmp_path), "--formats", "html", "--parts", "forward"]) == 0
    (made,) = (tmp_path / NAME).iterdir()
    assert made.name == "derivation.html" and "<math" in made.read_text(encoding="utf-8")
