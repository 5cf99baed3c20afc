"""Running a command as a user would: without the environment of the test run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

OURS = {"PYTHONPATH", "VIRTUAL_ENV", "PYTHONHOME"}


def run(command: Sequence[str | Path], folder: Path) -> str:
    """Standard output of a command that must succeed."""
    env = {key: value for key, value in os.environ.items() if key not in OURS}
    env["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), env.get("PATH", os.defpath)))
    words = [str(word) for word in command]
    result = subprocess.run(words, cwd=folder, env=env, capture_output=True, text=True)
    assert result.returncode == 0, f"{command}\n{result.stdout}\n{result.stderr}"
    return result.stdout


def run_shell(line: str, folder: Path) -> str:
    """Standard output of a shell line that must succeed."""
    return run(["bash", "-euo", "pipefail", "-c", line], folder)
