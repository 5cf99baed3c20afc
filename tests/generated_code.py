"""Generated training code as text and as a module, each network made once."""

from __future__ import annotations

import sys
from functools import cache
from types import ModuleType
from typing import Any

from derive import Convention, Network, derive
from derive.render import render


@cache
def source(spec: str, **choices: Any) -> str:
    """The text of train.py for the one-line notation; choices are fields of Convention."""
    network = Network.parse(spec, convention=Convention(**choices))
    return render(derive(network), ["py"])["train.py"]


@cache
def module(spec: str, **choices: Any) -> Any:
    """train.py as a module."""
    loaded = ModuleType("train_" + str(abs(hash((spec, *choices.items())))))
    sys.modules[loaded.__name__] = loaded
    exec(compile(source(spec, **choices), f"train.py of {spec}", "exec"), loaded.__dict__)
    return loaded
