"""The wheel, installed in a fresh environment outside the repository, does the whole job."""

from __future__ import annotations

import os
import sys
import venv
import zipfile
from pathlib import Path

import pytest
from commands import run

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT], folder)
    (found,) = folder.glob("*.whl")
    return found


def test_the_wheel_holds_every_template(wheel: Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())
    templates = [path for path in (ROOT / "templates").rglob("*") if path.is_file()]
    assert templates
    missing = {
        str(path.relative_to(ROOT)) for path in templates if f"derive/{path.relative_to(ROOT)}" not in packed
    }
    assert not missing
    assert "derive/py.typed" in packed
    fonts = {f"derive/fonts/{path.name}" for path in (ROOT / "derive" / "fonts").iterdir() if path.is_file()}
    assert fonts <= packed and {"derive/fonts/OFL.txt", "derive/fonts/NotoSerifSC-Regular.otf"} <= fonts
    assert not {name for name in packed if name.startswith(("tests/", "bench/", "generated/"))}


def test_the_wheel_works_in_a_fresh_environment(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=True)
    programs = tmp_path / "env" / ("Scripts" if os.name == "nt" else "bin")
    run([programs / "python", "-m", "pip", "install", "--quiet", wheel], tmp_path)
    shown = run([programs / "derive", "show", "3 -> 4 tanh -> 1 sigmoid", "dZ2"], tmp_path)
    assert "dZ2" in shown
    run([programs / "derive", "build", "2 -> 3 tanh -> 1 sigmoid", "-o", "made"], tmp_path)
    (made,) = (tmp_path / "made").iterdir()
    assert {"train.py", "derivation.tex"} <= {path.name for path in made.iterdir()}
    chinese = ["--lang", "zh", "--formats", "pdf,html", "--detail", "brief", "-o", "chinese"]
    run([programs / "derive", "build", "2 -> 3 tanh -> 1 sigmoid", *chinese], tmp_path)
    (pages,) = (tmp_path / "chinese").iterdir()
    assert {"derivation.zh.pdf", "derivation.zh.html"} <= {path.name for path in pages.iterdir()}
    (tmp_path / "data.csv").write_text("".join(f"{i % 7},{i % 5},{int(i % 7 > 3)}\n" for i in range(40)))
    assert "accuracy" in run([programs / "python", made / "train.py", "data.csv"], tmp_path)
