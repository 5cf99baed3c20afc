"""Networks that can be called by name; `generated/` holds what is built from them."""

from __future__ import annotations

GALLERY: dict[str, str] = {
    "logistic_regression": "3 -> 1 sigmoid",
    "shallow_tanh": "3 -> 4 tanh -> 1 sigmoid",
    "shallow_sigmoid": "3 -> 4 sigmoid -> 1 sigmoid",
    "shallow_relu": "3 -> 4 relu -> 1 sigmoid",
    "shallow_leaky_relu": "3 -> 4 leaky_relu -> 1 sigmoid",
    "shallow_identity": "3 -> 4 identity -> 1 sigmoid",
    "three_layer": "4 -> 5 relu -> 3 tanh -> 1 sigmoid",
    "regression": "3 -> 4 tanh -> 1 identity",
    "softmax_classifier": "4 -> 8 tanh -> 3 softmax",
}

CANONICAL_LINKS: tuple[str, ...] = (
    "2 -> 1 identity | squared_error",
    "2 -> 1 sigmoid | binary_cross_entropy",
    "2 -> 1 exp | poisson",
    "2 -> 3 softmax | cross_entropy",
    "2 -> 3 log_softmax | negative_log_likelihood",
)
OTHER_LINKS: tuple[str, ...] = (
    "2 -> 1 sigmoid | squared_error",
    "2 -> 1 tanh | squared_error",
    "2 -> 1 sigmoid | poisson",
    "2 -> 3 softmax | squared_error",
)
