"""Whether a loss goes with an output, and what would if not."""

from __future__ import annotations

from derive.activations import ACTIVATIONS, Activation
from derive.errors import SpecError
from derive.losses import LOSSES, Loss


def check_fit(chosen: Loss, output: Activation, units: int) -> None:
    """Raises SpecError unless every output of so many units has a loss from which something is learnt."""
    wrong = chosen.misfit(output.range)
    if wrong is not None:
        fitting = ", ".join(name for name, other in LOSSES.items() if other.fits(output.range))
        outputs = ", ".join(name for name, other in ACTIVATIONS.items() if chosen.fits(other.range))
        raise SpecError(
            f"loss {chosen.name} does not fit the output {output.name}: its values lie in {output.range}, "
            f"the loss {wrong}. Losses that fit {output.name}: {fitting}. "
            f"Outputs that fit {chosen.name}: {outputs or 'none'}"
        )
    if units < chosen.least_units:
        raise SpecError(
            f"loss {chosen.name} needs {chosen.least_units} units or more: the labels of a sample sum to 1 "
            "over the units, so that a single one would always be labelled 1 and nothing could be learnt. "
            f"Write '{units} {_alone(chosen)}' for two classes, or one unit for each class"
        )


def _alone(chosen: Loss) -> str:
    """An output and a loss for one unit with the same labels."""
    loss = next(o for o in LOSSES.values() if o.labels == chosen.labels and o.least_units <= 1)
    output = next(name for name, other in ACTIVATIONS.items() if loss.fits(other.range))
    return f"{output} | {loss.name}"
