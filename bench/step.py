"""One training step of train_fast.py beside textbook NumPy, PyTorch, JAX, scikit-learn and bare products.

    python bench/step.py [--rounds N] [--threads 1 all] [--skip NAME …] [--only SHAPE …] [--save STEM]

Everything runs interleaved in one process for each number of threads; times are medians of the rounds:
of the processor with one thread, which is tied to one core, and of the clock with all.
A library that is missing is named and left out: pip install 'derive-backprop[peers]' has them all.
--save writes STEM.md with a table and STEM.svg with a plot.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

SHAPES: dict[str, tuple[tuple[int, ...], int]] = {
    "2-4-1, m = 400": ((2, 4, 1), 400),
    "64-128-10, m = 1797": ((64, 128, 10), 1797),
    "784-256-10, m = 256": ((784, 256, 10), 256),
    "1024-1024-10, m = 4096": ((1024, 1024, 10), 4096),
    "30-8-1, m = 100000": ((30, 8, 1), 100_000),
    "10 layers of 64, m = 2048": ((64, *(64,) * 9, 10), 2048),
    "3 layers of 512, m = 2048": ((512, 512, 512, 512, 10), 2048),
}
ACTIVATIONS = ("relu", "tanh", "gelu")
DTYPES = ("float64", "float32")
REFERENCES = ("derive", "matmul")
PAUSE = 0.03
"""Seconds before a turn: the idle threads of a library go on turning for a while when its turn is over."""
Row = dict[str, Any]


def seconds(step: Callable[[], object], calls: int, clock: Callable[[], float]) -> float:
    start = clock()
    for _ in range(calls):
        step()
    return (clock() - start) / calls


def measured(
    steps: Mapping[str, Callable[[], object]], rounds: int, clock: Callable[[], float]
) -> dict[str, float]:
    """Median seconds of each step; each has its turn in every round, its first call not counted."""
    calls = {}
    for name, step in steps.items():
        seconds(step, 2, clock)
        calls[name] = max(1, min(500, int(0.01 / seconds(step, 1, clock))))
    found: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, step in steps.items():
            time.sleep(PAUSE)
            step()
            found[name].append(seconds(step, calls[name], clock))
    return {name: statistics.median(times) for name, times in found.items()}


def child(threads: str, options: argparse.Namespace) -> None:
    """Prints one line of JSON for each network, in a process whose threads are pinned."""
    # Behind everything else, because derive.py of this folder is not the package.
    sys.path.append(sys.path.pop(0))
    from step_peers import MAKERS, Case

    warnings.simplefilter("ignore")
    if threads == "1" and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    if "torch" not in options.skip:
        try:
            import torch

            torch.set_num_threads(1 if threads == "1" else os.cpu_count() or 1)
        except ImportError:
            pass
    # Other processes take time of the clock, not of the processor.
    clock = time.process_time if threads == "1" else time.perf_counter
    missing = set()
    for shape in options.only or SHAPES:
        sizes, samples = SHAPES[shape]
        for activation in ACTIVATIONS:
            for dtype in DTYPES:
                case, steps = Case(sizes, samples, activation, dtype), {}
                for name, make in MAKERS.items():
                    try:
                        if name not in options.skip:
                            steps[name] = make(case)
                    except ImportError:
                        if name in REFERENCES:
                            raise
                        missing.add(name)
                    except NotImplementedError:
                        pass
                row = {"shape": shape, "activation": activation, "dtype": dtype, "threads": threads}
                print(json.dumps({**row, "seconds": measured(steps, options.rounds, clock)}), flush=True)
    for name in sorted(missing):
        print(f"missing: {name}", file=sys.stderr)


def rows(threads: str, arguments: list[str]) -> list[Row]:
    """What a child process with so many threads has measured."""
    count = "1" if threads == "1" else str(os.cpu_count())
    names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    environment = {**os.environ, **dict.fromkeys(names, count)}
    command = [sys.executable, __file__, *arguments, "--child", threads]
    found = []
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            found.append(json.loads(line))
            print(text_of(found[-1]), flush=True)
    if process.returncode:
        sys.exit(process.returncode)
    return found


def best_peer(row: Row) -> tuple[str, float]:
    peers = {name: time for name, time in row["seconds"].items() if name not in REFERENCES}
    return min(peers.items(), key=lambda item: item[1]) if peers else ("none", float("nan"))


def speed(row: Row) -> float:
    """How many times as fast as the best peer."""
    return best_peer(row)[1] / row["seconds"]["derive"]


def text_of(row: Row) -> str:
    unit = row["seconds"]["matmul"]
    ratios = "  ".join(f"{name} {time / unit:.2f}" for name, time in row["seconds"].items())
    where = f"{row['shape']}, {row['activation']}, {row['dtype']}, threads: {row['threads']}"
    return f"{where}: {ratios}; {speed(row):.2f} times as fast as {best_peer(row)[0]}"


def summary(found: list[Row]) -> list[str]:
    """Geometric means, for each number of threads."""
    lines = []
    for threads in dict.fromkeys(row["threads"] for row in found):
        own = [row for row in found if row["threads"] == threads]
        mean, least = statistics.geometric_mean(map(speed, own)), min(own, key=speed)
        lines.append(
            f"threads: {threads}: {mean:.2f} times as fast as the best peer (geometric mean of {len(own)}); "
            f"least {speed(least):.2f}: {least['shape']}, {least['activation']}, {least['dtype']}"
        )
    return lines


def table(found: list[Row]) -> str:
    """Markdown: times relative to the bare matrix products, means over the activations."""
    names = [n for n in dict.fromkeys(n for row in found for n in row["seconds"]) if n != "matmul"]
    lines = [f"| network | entries | threads | {' | '.join(names)} | against the best peer |"]
    lines.append("|" + "---|" * (len(names) + 4))
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for row in found:
        groups.setdefault((row["shape"], row["dtype"], row["threads"]), []).append(row)
    for key, own in groups.items():
        cells = []
        for name in names:
            ratios = [r["seconds"][name] / r["seconds"]["matmul"] for r in own if name in r["seconds"]]
            cells.append(f"{statistics.geometric_mean(ratios):.2f}" if ratios else "–")
        mean = statistics.geometric_mean(map(speed, own))
        lines.append(f"| {' | '.join((*key, *cells))} | {mean:.2f} × |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", nargs="+", choices=("1", "all"), default=["1", "all"])
    parser.add_argument("--skip", nargs="+", default=[], metavar="NAME")
    parser.add_argument("--only", nargs="+", default=[], metavar="SHAPE", choices=list(SHAPES))
    parser.add_argument("--save", type=Path, metavar="STEM")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(options.child, options)
        return
    arguments = ["--rounds", str(options.rounds)]
    for name in ("skip", "only"):
        if getattr(options, name):
            arguments += [f"--{name}", *getattr(options, name)]
    found = [row for threads in options.threads for row in rows(threads, arguments)]
    lines = summary(found)
    print("\n".join(("", table(found), "", *lines)))
    if options.save:
        from plot import plot

        machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
        text = "\n\n".join((table(found), *lines, f"Measured on {machine}, {options.rounds} rounds.", ""))
        options.save.with_suffix(".md").write_text(text, encoding="utf-8")
        options.save.with_suffix(".svg").write_text(plot(found, speed), encoding="utf-8")


if __name__ == "__main__":
    main()
