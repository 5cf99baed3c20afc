"""Derivation with proof against importing SymPy: python bench/derive.py [--rounds N]

In-process times are taken after imports, in a fresh interpreter for every measurement.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial

from timing import DERIVE, medians, process_seconds, report, reported_seconds

IMPORT = "import time; t = time.perf_counter(); import sympy; print(time.perf_counter() - t)"
RUN = """
import time
from derive import Network, derive
network = Network.parse({spec!r})
t = time.perf_counter()
derivation = derive(network)
seconds = time.perf_counter() - t
assert derivation.proof is not None
print(seconds)
"""
AIMS = {2: 0.5, 10: 8.0, 100: 8.0}
SHOW = "3 -> 4 tanh -> 1 sigmoid"


def layered(layers: int) -> str:
    """A network of so many layers, four units each but the last.

    >>> layered(2)
    '3 -> 4 tanh -> 1 sigmoid'
    """
    return "3 -> " + "4 tanh -> " * (layers - 1) + "1 sigmoid"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    inside = {f"{n} layers": partial(reported_seconds, RUN.format(spec=layered(n))) for n in AIMS}
    found = medians({"import sympy": partial(reported_seconds, IMPORT), **inside}, rounds)
    unit = found["import sympy"]
    print(f"import sympy: {unit:.3f} s (median of {rounds} rounds)")
    report([(f"{n} layers", s := found[f"{n} layers"], "import sympy", s / unit, AIMS[n]) for n in AIMS])
    growth = found["100 layers"] / found["10 layers"]
    report([("100 layers against 10", found["100 layers"], "ten layers", growth, 10.0)])

    bare, show = [sys.executable, "-c", "import sympy"], [DERIVE, "show", SHOW]
    whole = medians({"bare": partial(process_seconds, bare), "show": partial(process_seconds, show)}, rounds)
    report([("derive show", whole["show"], "python -c 'import sympy'", whole["show"] / whole["bare"], 2.5)])


if __name__ == "__main__":
    main()
