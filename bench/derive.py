"""Derivation with proof against importing SymPy: python bench/derive.py [--rounds N]

In-process times are taken after imports, in a fresh interpreter for every measurement.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial

from timing import DERIVE, medians, process_seconds, report, reported, reported_seconds

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
PAIRS = """
import statistics, time
from derive import Network, derive
from derive.activations import ACTIVATIONS
from derive.errors import SpecError
from derive.losses import LOSSES
seconds = {}
for activation in ACTIVATIONS:
    for loss in LOSSES:
        try:
            network = Network.parse(f"3 -> 4 tanh -> 2 {activation} | {loss}")
        except SpecError:
            continue
        t = time.perf_counter()
        assert derive(network).proof.ok
        seconds[f"{activation} with {loss}"] = time.perf_counter() - t
worst = max(seconds, key=seconds.get)
print(len(seconds), statistics.median(seconds.values()), seconds[worst], worst, sep="\t")
"""
AIMS = {2: 0.5, 10: 1.0, 100: 1.5, 1000: 10.0}
REGULARIZED = (10, 100)
MEDIAN, WORST = 0.1, 1.0
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
    for n in REGULARIZED:
        spec = layered(n) + " | l1(0.1) | l2(0.1)"
        inside[f"{n} layers with l1 and l2"] = partial(reported_seconds, RUN.format(spec=spec))
    found = medians({"import sympy": partial(reported_seconds, IMPORT), **inside}, rounds)
    unit = found["import sympy"]
    print(f"import sympy: {unit:.3f} s (median of {rounds} rounds)")
    report([(f"{n} layers", s := found[f"{n} layers"], "import sympy", s / unit, AIMS[n]) for n in AIMS])
    growth = found["1000 layers"] / found["100 layers"]
    report([("1000 layers against 100", found["1000 layers"], "a hundred layers", growth, 10.0)])
    ten, hundred = (found[f"{n} layers with l1 and l2"] for n in REGULARIZED)
    report([("100 layers with l1 and l2", hundred, "ten layers with them", hundred / ten, 10.0)])

    count, median, worst, name = reported(PAIRS).split("\t")
    print(f"{count} pairs of activation and loss in one process")
    report(
        [
            ("median", float(median), "one second", float(median), MEDIAN),
            (f"worst, {name.strip()}", float(worst), "one second", float(worst), WORST),
        ]
    )

    bare, show = [sys.executable, "-c", "import sympy"], [DERIVE, "show", SHOW]
    whole = medians({"bare": partial(process_seconds, bare), "show": partial(process_seconds, show)}, rounds)
    report([("derive show", whole["show"], "python -c 'import sympy'", whole["show"] / whole["bare"], 2.5)])


if __name__ == "__main__":
    main()
