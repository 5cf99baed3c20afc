"""derivation.ipynb: the handout as a notebook that runs, with the code of train.py beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from derive.derivation import Derivation
from derive.handout.paper import Paper
from derive.handout.parts import wanted
from derive.targets import RenderOptions, Target, file_name, py
from derive.targets.layers import layers
from derive.targets.notebook.cells import Cell, stripped, written
from derive.targets.notebook.data import bounds, epochs, is_curved, labels
from derive.targets.notebook.exercises import Sheet
from derive.targets.notebook.functions import Functions
from derive.targets.notebook.handout import Pages

EDITIONS: Mapping[str, Callable[[Pages, RenderOptions], list[Cell]]] = {
    "handout": lambda pages, options: pages.handout(wanted(options.parts, options.detail)),
    "exercises": lambda pages, options: list(map(stripped, Sheet(pages, options).cells())),
    "answers": lambda pages, options: Sheet(pages, options).cells(),
}
TITLES = {"handout": "title", "exercises": "exercises title", "answers": "answers title"}
SCORES = {True: "root mean square error", False: "accuracy"}
TRANSPOSED = {"columns": "", "rows": ".T"}


def context(derivation: Derivation, options: RenderOptions) -> dict[str, Any]:
    """Everything that templates/ipynb/derivation.ipynb.jinja names, train.py among it."""
    net = layers(derivation)
    paper = Paper(derivation, options.lang)
    made = dict(py.context(derivation, options))

    def notebook(program: str, code: Mapping[str, str]) -> str:
        pages = Pages(paper, net, Functions(program), {name: text.strip() for name, text in code.items()})
        marks = (f"Made by derive from {derivation.name}.", options.edition)
        return written(EDITIONS[options.edition](pages, options), marks, paper.word(TITLES[options.edition]))

    low, high = bounds(net)
    return made | {
        "notebook": notebook,
        "labels": labels(net).name.replace(" ", "_"),
        "curved": is_curved(net),
        "low": low,
        "high": high,
        "sizes": tuple(net.sizes.values()),
        "epochs": epochs(net),
        "as_columns": TRANSPOSED[derivation.convention.layout],
        "words": {
            "error": paper.word("largest relative error"),
            "cost": paper.word("first and last cost"),
            "score": paper.word(SCORES[made["kind"] == "values"]),
        },
    }


def files(options: RenderOptions) -> dict[str, str]:
    return {file_name(options, "ipynb"): "derivation.ipynb.jinja"}


TARGET = Target("ipynb", files, context, py.escape)
