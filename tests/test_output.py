"""Files are written whole or not at all, and never over somebody else's work."""

from __future__ import annotations

import errno
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from derive import output
from derive.errors import DiscFullError, OutputError
from derive.output import stamped, untouched, write, write_all

TEXT = "# Made by derive from net; do not edit it.\nx = 1\n"
ROOT = str(Path(__file__).parents[1])


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        "% Made by derive from net\n\\input{x}",
        "<!DOCTYPE html>\n<!-- Made by derive from net -->\n<p>\n",
        "// Made by derive from 网络",
        '{"marks": [\n "Made by derive from net.",\n "it"\n]}\n',
    ],
)
def test_a_digest_holds_until_the_text_is_edited(text: str) -> None:
    marked = stamped(text)
    assert untouched(marked) and not untouched(text)
    assert not untouched(marked + " ") and not untouched(marked.replace("derive", "hand", 1))
    lines = marked.splitlines()
    assert [line for line in lines if "Digest" not in line] == text.splitlines()
    if "<!--" in text:
        assert all(line.count("<!--") == line.count("-->") for line in marked.splitlines())
    if text.startswith("{"):
        assert [mark.partition(" ")[0] for mark in json.loads(marked)["marks"]] == ["Made", "Digest", "it"]


def test_text_that_does_not_say_where_it_comes_from_is_refused() -> None:
    with pytest.raises(OutputError, match="first two lines"):
        stamped("x = 1\n\n# Made by derive\n")


def test_our_files_are_replaced_and_others_are_not(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "net"
    (path,) = write_all(folder, {"train.py": TEXT})
    write_all(folder, {"train.py": TEXT + "y = 2\n"})
    assert path.read_text() == stamped(TEXT + "y = 2\n")
    path.write_text(path.read_text() + "mine\n")
    with pytest.raises(OutputError, match=r"train\.py was edited since derive wrote it; give --force"):
        write_all(folder, {"train.py": TEXT})
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(OutputError, match="was not written by derive; give --force"):
        write_all(folder, {"other.py": TEXT, "train.py": TEXT})
    assert not (folder / "other.py").exists()
    write_all(folder, {"train.py": TEXT}, force=True)
    assert path.read_text() == stamped(TEXT)


def test_what_is_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"cannot be written: .*choose another folder"):
        write_all(tmp_path / "file" / "net", {"train.py": TEXT})
    (tmp_path / "net" / "train.py").mkdir(parents=True)
    for force in (False, True):
        with pytest.raises(OutputError):
            write_all(tmp_path / "net", {"train.py": TEXT}, force)
    assert [p.name for p in (tmp_path / "net").iterdir()] == ["train.py"]


def test_a_full_disc_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "train.py"
    write(path, b"old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(output.os, "fsync", full)
    with pytest.raises(DiscFullError, match="no space left"):
        write(path, b"new")
    assert path.read_bytes() == b"old" and len(list(tmp_path.iterdir())) == 1


def test_what_a_killed_run_left_is_cleared_away(tmp_path: Path) -> None:
    old, young, other = (tmp_path / f".{name}.tmp" for name in ("a[b].py.x1", "a[b].py.x2", "b.py.x3"))
    for path in (old, young, other):
        path.write_bytes(b"half")
    for path in (old, other):
        os.utime(path, (1.0, 1.0))
    write(tmp_path / "a[b].py", b"whole")
    assert {path.name for path in tmp_path.iterdir()} == {"a[b].py", young.name, other.name}


def test_permissions_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    write(path, b"old")
    assert path.stat().st_mode & 0o777 == 0o666 & ~_umask()
    path.chmod(0o755)
    write(path, b"new")
    assert path.stat().st_mode & 0o777 == 0o755


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


ENDLESS = """
import itertools, pathlib, sys
from derive.output import write
print("ready", flush=True)
for n in itertools.count():
    write(pathlib.Path(sys.argv[1]), bytes([65 + n % 2]) * 300_000)
"""


def test_a_kill_at_any_moment_leaves_a_whole_file(tmp_path: Path) -> None:
    path, moments = tmp_path / "file", random.Random(0)
    for _ in range(12):
        process = subprocess.Popen(
            [sys.executable, "-c", ENDLESS, str(path)], stdout=subprocess.PIPE, cwd=ROOT
        )
        assert process.stdout is not None and process.stdout.readline()
        time.sleep(moments.uniform(0, 0.05))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        if path.exists():
            assert path.read_bytes() in (b"A" * 300_000, b"B" * 300_000)
    assert path.exists()
