"""Memory that train_fast.py takes beyond its data, which stays on the disc, for more and more samples.

    python bench/memory.py [SAMPLES …]

A step of 30 -> 8 tanh -> 1 sigmoid from read-only files, on all samples and on batches of 5,000.
"""

from __future__ import annotations

import sys
import tempfile
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np


def stored(folder: Path, name: str, shape: tuple[int, int]) -> np.ndarray[Any, Any]:
    """Random zeros and ones in a file, opened for reading."""
    rng, rows = np.random.default_rng(0), np.memmap(folder / name, np.float32, "w+", shape=shape)
    for start in range(0, shape[1], 100_000):
        part = rows[:, start : start + 100_000]
        part[...] = rng.integers(2, size=part.shape)
    rows.flush()
    return np.memmap(folder / name, np.float32, "r", shape=shape)


def peak(fast: Any, X: np.ndarray[Any, Any], Y: np.ndarray[Any, Any], batch_size: int | None) -> int:
    """Bytes at most, from the making of the trainer to the end of a step."""
    params = {name: np.full(shape, 0.1, np.float32) for name, shape in fast.SHAPES.items()}
    tracemalloc.start()
    fast.Trainer(params, X, Y, learning_rate=0.1, batch_size=batch_size).step()
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found


def main() -> None:
    # Behind everything else, because derive.py of this folder is not the package.
    sys.path.append(sys.path.pop(0))
    from step_peers import generated

    fast = generated("30 -> 8 tanh -> 1 sigmoid")
    print("| samples | data | beyond it, all samples | beyond it, batches of 5,000 |")
    print("|---|---|---|---|")
    for m in map(int, sys.argv[1:] or ("20000", "200000", "2000000")):
        with tempfile.TemporaryDirectory() as folder:
            X, Y = (stored(Path(folder), name, (rows, m)) for name, rows in (("X", 30), ("Y", 1)))
            cells = (X.nbytes + Y.nbytes, peak(fast, X, Y, None), peak(fast, X, Y, 5000))
            print(f"| {m:,} | {' | '.join(f'{cell / 2**20:.1f} MB' for cell in cells)} |")


if __name__ == "__main__":
    main()
