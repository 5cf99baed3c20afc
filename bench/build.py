"""The whole process `derive build` against importing what it stands on: python bench/build.py [--rounds N]"""

from __future__ import annotations

import argparse
import sys
import tempfile
from functools import partial

from timing import DERIVE, medians, process_seconds, report

BARE = "import sympy, numpy, jinja2"
SPEC = "3 -> 4 tanh -> 1 sigmoid"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        build = [DERIVE, "build", SPEC, "-o", folder]
        found = medians(
            {
                "bare": partial(process_seconds, [sys.executable, "-c", BARE]),
                "build": partial(process_seconds, build),
            },
            rounds,
        )
    print(f"python -c '{BARE}': {found['bare']:.3f} s (median of {rounds} rounds)")
    report([("derive build", found["build"], "the imports", found["build"] / found["bare"], 2.0)])


if __name__ == "__main__":
    main()
