"""From a spec to the PDF, the whole process: python bench/handout.py [--rounds N]   (aims: issue 7)"""

from __future__ import annotations

import argparse
import sys
import tempfile
from functools import partial

from timing import DERIVE, medians, process_seconds, report

BARE = "import sympy, numpy, jinja2"
SPEC = "3 -> 4 tanh -> 1 sigmoid"
DEEP = " -> ".join(["4", *["8 tanh"] * 99, "1 sigmoid"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        pdf = ["--formats", "pdf", "-o", folder]
        found = medians(
            {
                "bare": partial(process_seconds, [sys.executable, "-c", BARE]),
                "full": partial(process_seconds, [DERIVE, "build", SPEC, *pdf]),
                "deep": partial(process_seconds, [DERIVE, "build", DEEP, "--detail", "brief", *pdf]),
            },
            rounds,
        )
    print(f"python -c '{BARE}': {found['bare']:.3f} s (median of {rounds} rounds)")
    report(
        [
            ("handout, 3-4-1, full", found["full"], "the imports", found["full"] / found["bare"], 2.5),
            ("handout, 100 layers, brief", found["deep"], "10 s", found["deep"] / 10, 1.0),
        ]
    )


if __name__ == "__main__":
    main()
