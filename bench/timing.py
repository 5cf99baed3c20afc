"""Seconds of whole processes and of work inside one, as medians of interleaved rounds."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

DERIVE = str(Path(sys.executable).with_name("derive"))
Row = tuple[str, float, str, float, float]


def process_seconds(command: Sequence[str]) -> float:
    """Wall-clock seconds of one run; a command that fails ends the bench with its message."""
    start = time.perf_counter()
    result = subprocess.run(command, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if result.returncode:
        sys.exit(f"{' '.join(command)}\n{result.stderr}")
    return seconds


def reported(script: str) -> str:
    """What a script prints in a fresh interpreter."""
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    if result.returncode:
        sys.exit(result.stderr)
    return result.stdout


def reported_seconds(script: str) -> float:
    """The number that a script prints in a fresh interpreter."""
    return float(reported(script))


def medians(measurements: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """Each measurement once a round, so that a slow spell of the machine hits them all."""
    seconds: dict[str, list[float]] = {name: [] for name in measurements}
    for _ in range(rounds):
        for name, measure in measurements.items():
            seconds[name].append(measure())
    return {name: statistics.median(values) for name, values in seconds.items()}


def report(rows: Sequence[Row]) -> None:
    """One line for each: what, seconds, against what, ratio, aim."""
    width = max(len(row[0]) for row in rows)
    for what, seconds, against, ratio, aim in rows:
        verdict = "ok" if ratio <= aim else "over"
        print(f"{what:{width}}  {seconds:8.3f} s  {ratio:7.2f} × {against}  (at most {aim:g}: {verdict})")
