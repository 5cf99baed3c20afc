"""Imports point one way, and the core needs nothing but sympy, mpmath and jinja2."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "derive"
ORDER = """
errors notation forms arrays program printing derivation renaming summands numbers pieces functions formula
poles ranges activations losses oneline entries fitting lowering naming symbolic tomlspec network gallery spec
calculus evaluation proof pipeline stability fonts targets handout targets.typ targets.svg targets.html
targets.tikz targets.tex_blocks targets.tex targets.markdown targets.md targets.notebook targets.ipynb
render report output engines cli __main__
""".split()  # noqa: SIM905
AT_THE_COMMAND_LINE = {
    "numpy",
    "scipy",
    "flint",
    "pydantic",
    "click",
    "rich",
    "typst",
    "math_core",
    "fontTools",
}
CORE_MODULES = [part for part in ORDER if part not in {"tomlspec", "output", "engines", "cli", "__main__"}]


def part_of(name: str) -> str:
    """The entry of ORDER that a full name belongs to: the longest that it begins with.

    A target that is built on a package of its own has an entry beside that of its siblings.
    """
    first, *rest = name.removeprefix("derive.").split(".")
    longer = ".".join([first, *rest[:1]])
    return longer if longer in ORDER else first


def imported(path: Path) -> set[str]:
    """Full names of the modules imported anywhere in the file, inside functions too."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
        assert not (isinstance(node, ast.ImportFrom) and node.level), f"{path}: write imports in full"
    return names


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_a_module_imports_only_what_stands_before_it(path: Path) -> None:
    if path == PACKAGE / "__init__.py":
        return
    own = part_of(".".join(path.relative_to(PACKAGE).with_suffix("").parts))
    assert own in ORDER, f"{path.name} has no place in the order of imports: add it to ORDER"
    used = {part_of(name) for name in imported(path) if name.startswith("derive.")} & set(ORDER)
    later = {part for part in used if ORDER.index(part) > ORDER.index(own)}
    assert not later, f"derive.{own} imports {sorted(later)}, which stand after it"


def test_only_render_imports_jinja() -> None:
    users = {str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py") if "jinja2" in imported(path)}
    assert users == {"render.py"}


BLOCKED = """
import importlib, sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {blocked!r}:
            raise ImportError(f"{{name}} is not to be imported by the core")
sys.meta_path.insert(0, Blocker())
for name in {modules!r}:
    importlib.import_module(name)
"""
WHOLE_PATH = """
from derive import Network, derive
from derive.render import render
files = render(derive(Network.parse("3 -> 4 tanh -> 1 sigmoid")), ["py", "tex"])
assert set(files) == {"train.py", "derivation.tex"}, files.keys()
"""


def run_blocked(body: str) -> subprocess.CompletedProcess[str]:
    present = [f"derive.{name}" for name in CORE_MODULES if list(PACKAGE.glob(f"{name}*"))]
    script = BLOCKED.format(blocked=AT_THE_COMMAND_LINE, modules=["derive", *present]) + body
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=PACKAGE.parent)


def test_the_core_imports_without_the_packages_of_the_command_line() -> None:
    result = run_blocked("")
    assert result.returncode == 0, result.stderr


def test_the_core_derives_and_renders_without_them() -> None:
    result = run_blocked(WHOLE_PATH)
    assert result.returncode == 0, result.stderr
