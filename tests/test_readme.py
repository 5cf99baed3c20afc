"""What the README shows is what happens."""

from __future__ import annotations

import doctest
import re
import shlex
import shutil
import sys
from pathlib import Path

import click
from commands import run, run_shell

from derive.cli import app
from derive.cli.listing import LISTS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHELL_BLOCKS = [block.strip() for block in re.findall(r"^```sh\n(.*?)^```$", README, re.M | re.S)]
CONSOLE_BLOCKS = re.findall(r"^```console\n(.*?)^```$", README, re.M | re.S)
NOT_COPIED = shutil.ignore_patterns(".git", ".venv", "out", "*cache*", "*.egg-info")


def words(text: str) -> list[str]:
    """The text without what differs between processors and terminals: digits after the fourth, and spaces."""
    return re.sub(r"(\d\.\d{4})\d+|\d\.\d+e-\d+", r"\1", text).split()


def test_the_two_commands_come_first_and_are_one_line_each() -> None:
    first, second = SHELL_BLOCKS[:2]
    assert "\n" not in first and "\n" not in second
    assert first.endswith("train.py examples/breast_cancer.csv")
    assert "pytest" in second


def test_the_first_command_runs_in_a_fresh_copy_and_prints_what_the_readme_shows(tmp_path: Path) -> None:
    copy = tmp_path / "derive"
    shutil.copytree(ROOT, copy, ignore=NOT_COPIED)
    printed = run_shell(SHELL_BLOCKS[0], copy)
    shown = re.search(r"^```sh\n.*?^```\n.*?^```text\n(.*?)^```$", README, re.M | re.S)
    assert shown, "the README shows the output of its first command in a text block"
    assert words(shown[1])[-12:] == words(printed)[-12:]
    accuracy = re.search(r"accuracy.*?([\d.]+)\s*$", printed, re.M)
    assert accuracy and float(accuracy[1]) >= 0.95, printed


def test_console_blocks_print_what_they_show() -> None:
    assert CONSOLE_BLOCKS
    for block in CONSOLE_BLOCKS:
        command, _, expected = block.removeprefix("$ ").partition("\n")
        program, *arguments = shlex.split(command)
        printed = run([sys.executable, "-m", program, *arguments], ROOT)
        assert printed.split() == expected.split(), command


def test_doctests_of_the_readme() -> None:
    result = doctest.testfile(str(ROOT / "README.md"), module_relative=False, encoding="utf-8")
    assert result.attempted and not result.failed


def test_the_commands_their_options_and_what_can_be_listed_stand_in_the_readme() -> None:
    section = README.partition("## Commands")[2].partition("## Conventions")[0]
    named = set(re.findall(r"(?<![\w-])--[a-z]+", section))
    options = {
        name
        for command in app.commands.values()
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for name in parameter.opts
        if name.startswith("--")
    }
    assert named == options - {"--output"}, "-o is named by its short name"
    assert "[-o DIR]" in section and f"[{'|'.join(LISTS)}]" in section
    assert all(f"derive {name}" in section for name in app.commands)
    assert f"[{'|'.join(LISTS)}]" == app.commands["list"].params[0].metavar


def test_what_the_guide_for_contributors_names_is_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(r"(?<![\w<>/.])((?:\w+/)*\w+(?:\.py|/))(?![\w<])", text)
    assert {"spec.py", "calculus/", "derive/gallery.py", "tests/test_tex.py"} <= set(named)
    made = {"train.py", "train_fast.py"}
    missing = [
        n for n in named if n not in made and not ((ROOT / n).exists() or (ROOT / "derive" / n).exists())
    ]
    assert not missing
