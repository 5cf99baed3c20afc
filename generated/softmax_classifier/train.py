# Made by derive from softmax_classifier; do not edit.
# Digest 5de0c9f84294cb20
"""Gradient descent for a network of 2 layers, 4 -> 8 tanh -> 3 softmax, with the loss
cross-entropy.

Samples are the columns of X. The cost J is the mean of the losses of the m samples. dZ and dA are
derivatives of the sum of these losses; 1/m stands in dW and db, which are derivatives of J.
Equation numbers are those of the derivation sheet.

Proved: each gradient and each step of its derivation, in 57 checks in exact arithmetic modulo a
prime above 2^61 at small sizes. A wrong formula passes such a check with a probability of at most
its degree / 2^61.

    python train.py DATA.csv [--epochs N --learning-rate R --seed S --test-fraction F
                              --save PARAMS.npz]
"""

from __future__ import annotations

import argparse
import csv
import math
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Arrays = dict[str, Array]

LAYER_SIZES = (4, 8, 3)


def init_params(seed: int = 0, layer_sizes: Sequence[int] = LAYER_SIZES) -> Arrays:
    """Small random weights, so that the neurons of a layer differ from the start, and biases 0.

    A layer with n inputs starts with the standard deviation sqrt(1/n), or sqrt(2/n) before an
    activation without bound, like ReLU: pre-activations then keep their size from layer to layer.
    """
    if len(layer_sizes) != 3 or min(layer_sizes) < 1:
        raise ValueError(f"layer_sizes is {tuple(layer_sizes)}; 3 sizes from 1 up are needed")
    rng = np.random.default_rng(seed)
    n0, n1, n2 = layer_sizes
    return {
        "W1": rng.normal(0, np.sqrt(1 / n0), (n1, n0)),
        "b1": np.zeros((n1, 1)),
        "W2": rng.normal(0, np.sqrt(1 / n1), (n2, n1)),
        "b2": np.zeros((n2, 1)),
    }


def forward(params: Arrays, X: ArrayLike) -> Arrays:
    """X and what each layer makes of it, Z and A, kept for the backward pass."""
    X = checked_inputs(X, params)  # (n0, m)

    W1, b1 = params["W1"], params["b1"]  # (n1, n0), (n1, 1)
    Z1 = W1 @ X + b1  # (n1, m)
    A1 = np.tanh(Z1)  # (n1, m)

    W2, b2 = params["W2"], params["b2"]  # (n2, n1), (n2, 1)
    Z2 = W2 @ A1 + b2  # (n2, m)
    # Equal to np.exp(Z2) / np.sum(np.exp(Z2), axis=0, keepdims=True), safe from overflow and
    # rounding.
    E = np.exp(Z2 - np.max(Z2, axis=0, keepdims=True))  # (n2, m), at most 1
    total = np.sum(E, axis=0, keepdims=True)
    A2 = E / total  # (n2, m)

    return {"X": X, "Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}


def cost(params: Arrays, X: ArrayLike, Y: ArrayLike) -> float:
    """The cost J: the mean over the samples of the loss, cross-entropy."""
    return cost_of(forward(params, X), Y)


def cost_of(cache: Arrays, Y: ArrayLike) -> float:
    """J after a forward pass, from Z2, because A2 may be rounded to a bound."""
    Z2 = cache["Z2"]  # (n2, m)
    Y = checked_labels(Y, Z2.shape)  # (n2, m)
    m = Y.shape[1]
    # Equal to -Y * np.log(A2), safe from overflow and rounding.
    largest = np.argmax(Z2, axis=0, keepdims=True)  # its term is exp(0) = 1
    shifted = Z2 - np.max(Z2, axis=0, keepdims=True)  # (n2, m), at most 0
    others = np.exp(shifted)
    np.put_along_axis(others, largest, 0.0, axis=0)
    log_sum = np.log1p(np.sum(others, axis=0, keepdims=True))  # log(1 + the others)
    losses = (log_sum - shifted) * Y  # (n2, m)
    return float(np.sum(losses) / m)


def backward(params: Arrays, cache: Arrays, Y: ArrayLike) -> Arrays:
    """The gradients, from the last layer to the first, out of the X, Z and A of a forward pass."""
    X = cache["X"]  # (n0, m)
    A1 = cache["A1"]  # (n1, m)
    A2 = cache["A2"]  # (n2, m)
    W2 = params["W2"]  # (n2, n1)
    Y = checked_labels(Y, A2.shape)  # (n2, m)
    m = Y.shape[1]

    dZ2 = A2 - Y  # (n2, m), equation 8
    dW2 = dZ2 @ A1.T / m  # (n2, n1), equation 9
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m  # (n2, 1), equation 10
    dA1 = W2.T @ dZ2  # (n1, m), equation 11
    dZ1 = dA1 * (1 - A1**2)  # (n1, m), equation 12
    dW1 = dZ1 @ X.T / m  # (n1, n0), equation 13
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m  # (n1, 1), equation 14

    return {"dZ2": dZ2, "dW2": dW2, "db2": db2, "dA1": dA1, "dZ1": dZ1, "dW1": dW1, "db1": db1}


def update(params: Arrays, grads: Arrays, learning_rate: float) -> Arrays:
    """One step of gradient descent: new parameters; the old ones stay as they were."""
    return {name: value - learning_rate * grads["d" + name] for name, value in params.items()}


def train(
    X: ArrayLike,
    Y: ArrayLike,
    *,
    learning_rate: float,
    epochs: int,
    batch_size: int | None = None,
    seed: int = 0,
    params: Arrays | None = None,
    on_epoch: Callable[[int, float], None] | None = None,
) -> tuple[Arrays, list[float]]:
    """Parameters after so many epochs, and the cost of each epoch, taken before its updates.

    batch_size: samples for one update, drawn in a new order each epoch; None means all of them.
    params: where to start; None means init_params(seed). on_epoch: called with epoch and cost.
    """
    params = init_params(seed) if params is None else dict(params)
    X = checked_inputs(X, params)  # (n0, m)
    m = X.shape[1]
    Y = checked_labels(Y, (params["W2"].shape[0], m))  # (n2, m)
    size = m if batch_size is None else batch_size
    if not 1 <= size <= m:
        raise ValueError(f"batch_size is {batch_size}; 1 to {m}, the number of samples, is needed")

    rng = np.random.default_rng(seed)
    costs = []
    for epoch in range(epochs):
        order = np.arange(m) if size == m else rng.permutation(m)
        total = 0.0
        for start in range(0, m, size):
            batch = order[start : start + size]
            X_batch, Y_batch = X[:, batch], Y[:, batch]
            cache = forward(params, X_batch)
            total += cost_of(cache, Y_batch) * len(batch)
            params = update(params, backward(params, cache, Y_batch), learning_rate)
        costs.append(total / m)
        if on_epoch is not None:
            on_epoch(epoch, costs[-1])
    return params, costs


def predict_proba(params: Arrays, X: ArrayLike) -> Array:
    """The probability of each class for each sample, (n2, m)."""
    return forward(params, X)["A2"]


def predict(params: Arrays, X: ArrayLike) -> NDArray[np.int64]:
    """The most probable class of each sample, counted from 0, (m,)."""
    best: NDArray[np.int64] = np.argmax(predict_proba(params, X), axis=0)
    return best


def check_gradients(params: Arrays, X: ArrayLike, Y: ArrayLike, entries: int = 2000) -> float:
    """The largest relative error of the gradients against central differences of the cost.

    For each parameter the error is max|gradient - difference| / max|difference|; the divisor is at
    least 1e-5 (or that part of the cost), because smaller differences drown in rounding. Each entry
    is checked; if the network has more than `entries`, as many drawn at random.
    """
    cache = forward(params, X)
    grads = backward(params, cache, Y)
    least = 1e-5 * max(1.0, cost_of(cache, Y))
    share = min(1.0, entries / sum(value.size for value in params.values()))
    rng = np.random.default_rng(0)
    errors = []
    for name, value in params.items():
        chosen = rng.choice(value.size, math.ceil(share * value.size), replace=False)
        numeric = np.array([central_difference(params, X, Y, name, entry) for entry in chosen])
        analytic = grads["d" + name].flat[chosen]
        errors.append(np.max(np.abs(analytic - numeric)) / max(np.max(np.abs(numeric)), least))
    return float(np.max(errors))


def central_difference(params: Arrays, X: ArrayLike, Y: ArrayLike, name: str, entry: int) -> float:
    """dJ by one entry of a parameter: two central differences whose errors in h^2 cancel."""

    def moved(change: float) -> Arrays:
        value = params[name].copy()
        value.flat[entry] += change
        return {**params, name: value}

    h = 1e-4
    near = cost(moved(h), X, Y) - cost(moved(-h), X, Y)
    far = cost(moved(2 * h), X, Y) - cost(moved(-2 * h), X, Y)
    return (8 * near - far) / (12 * h)


def checked_inputs(given: ArrayLike, params: Arrays) -> Array:
    """The inputs as float64, (n0, m); a ValueError if they are anything else."""
    X = np.asarray(given)
    if X.dtype.kind not in "biuf":
        raise ValueError(f"X has dtype {X.dtype}; real numbers are needed")
    n0 = params["W1"].shape[1]
    if X.ndim != 2 or X.shape[0] != n0 or X.size == 0:
        raise ValueError(f"X has shape {X.shape}; ({n0}, m) is needed, a column for each sample")
    return X.astype(np.float64, copy=False)


def checked_labels(given: ArrayLike, shape: tuple[int, ...]) -> Array:
    """The labels as float64, of the shape of the output; a ValueError if they are anything else."""
    Y = np.asarray(given)
    if Y.dtype.kind not in "biuf":
        raise ValueError(f"Y has dtype {Y.dtype}; real numbers are needed")
    if Y.shape != shape:
        raise ValueError(f"Y has shape {Y.shape}; {shape} is needed, the shape of the output")
    if not np.all((Y >= 0) & (Y <= 1)):
        found = f"Y lies between {np.min(Y)} and {np.max(Y)}"
        raise ValueError(f"{found}; cross-entropy needs labels from 0 to 1")
    if not np.allclose(np.sum(Y, axis=0), 1):
        found = f"Y lies between {np.min(Y)} and {np.max(Y)}"
        raise ValueError(f"{found}; the labels of each sample must add up to 1")
    return Y.astype(np.float64, copy=False)


# The command line, from here to the end of the file.


class BadInput(ValueError):
    """What is wrong with the data or an option, where, and what is needed."""


Rows = list[tuple[int, list[str]]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0: done; 1: a wrong gradient, or training that diverged; 2: bad input."""
    parser = argparse.ArgumentParser(description="Trains the network on a CSV file.")
    option = parser.add_argument
    option("data", type=Path, metavar="DATA.csv", help="features first, labels last; header or not")
    option("--epochs", type=int, default=1000, metavar="N", help="how many, %(default)s")
    option("--learning-rate", type=float, default=0.1, metavar="R", help="%(default)s")
    option("--seed", type=int, default=0, metavar="S", help="of the split and of the weights")
    option("--test-fraction", type=float, default=0.25, metavar="F", help="held out, %(default)s")
    option("--save", type=Path, metavar="PARAMS.npz", help="parameters and statistics, for np.load")
    try:
        return run(parser.parse_args(arguments))
    except BadInput as error:
        print(f"train.py: {error}", file=sys.stderr)
        return 2


def run(options: argparse.Namespace) -> int:
    """Reads, splits, standardises, checks the gradients, trains, reports."""
    check_options(options)
    features, labels, notes = read_data(options.data)
    samples = len(features)
    order = np.random.default_rng(options.seed).permutation(samples)
    held_out = math.ceil(options.test_fraction * samples)
    test, part = order[:held_out], order[held_out:]
    if not part.size:
        raise BadInput(f"--test-fraction {options.test_fraction} leaves no sample to train on")
    # Statistics of the training part only: the test part stands for samples not seen yet.
    X_mean, X_scale = statistics(options.data, features[part])
    features = (features - X_mean) / X_scale
    X, Y = features[part].T, labels[part].T
    X_test, Y_test = features[test].T, labels[test].T
    try:
        checked_labels(labels.T, labels.T.shape)
    except ValueError as wrong:
        raise BadInput(f"{options.data}: {wrong}") from wrong

    params = init_params(options.seed)
    few = slice(200)  # samples are enough for the check, and it stays quick
    error = check_gradients(params, X[:, few], Y[:, few])
    first = cost(params, X, Y)
    with np.errstate(over="ignore", invalid="ignore"):
        params, _ = train(
            X,
            Y,
            learning_rate=options.learning_rate,
            epochs=options.epochs,
            params=params,
            on_epoch=Progress(options.epochs),
        )
        last = cost(params, X, Y)

    print(f"{options.data.name}: {samples} samples, {part.size} to train on, {held_out} to test on")
    for note in notes:
        print(note)
    print(f"gradient check: largest relative error {error:.1e} against central differences")
    if not last <= first:
        change = f"from {first:.3g} to {last:.3g}"
        advice = f"try --learning-rate {options.learning_rate / 10:g}"
        print(f"train.py: training diverged, the cost went {change}; {advice}", file=sys.stderr)
        return 1
    print(f"cost: {first:.6f} before training, {last:.6f} after {options.epochs} epochs")
    print(f"training accuracy: {score(params, X, Y):.4f}")
    if held_out:
        print(f"test accuracy: {score(params, X_test, Y_test):.4f}")
    if options.save is not None:
        scaling = {"X_mean": X_mean.T, "X_scale": X_scale.T}
        save(options.save, {**params, **scaling})
    if not error < 1e-6:
        print("train.py: the gradients failed their check, 1e-6 is the limit", file=sys.stderr)
        return 1
    return 0


def score(params: Arrays, X: Array, Y: Array) -> float:
    """The share of samples whose class is predicted."""
    return float(np.mean(predict(params, X) == np.argmax(Y, axis=0)))


class Progress:
    """Writes the epoch to a terminal, twice a second; to anything else, nothing."""

    def __init__(self, epochs: int) -> None:
        self.epochs = epochs
        self.next = time.monotonic() + 1
        self.shown = False

    def __call__(self, epoch: int, epoch_cost: float) -> None:
        if sys.stderr.isatty() and time.monotonic() > self.next:
            state = f"epoch {epoch + 1} of {self.epochs}, cost {epoch_cost:.6f}"
            print(f"\r{state}\033[K", end="", file=sys.stderr, flush=True)
            self.next = time.monotonic() + 0.5
            self.shown = True
        if self.shown and epoch + 1 == self.epochs:
            print(file=sys.stderr)


def check_options(options: argparse.Namespace) -> None:
    """Raises BadInput for a number that makes no sense."""
    for name, number in (("epochs", options.epochs), ("seed", options.seed)):
        if number < 0:
            raise BadInput(f"--{name} {number}: 0 or more is needed")
    if not 0 < options.learning_rate < math.inf:
        raise BadInput(f"--learning-rate {options.learning_rate}: a positive number is needed")
    if not 0 <= options.test_fraction < 1:
        raise BadInput(f"--test-fraction {options.test_fraction}: 0 or more, below 1, is needed")
    if options.save is not None and not options.save.parent.is_dir():
        raise BadInput(f"--save {options.save}: there is no folder {options.save.parent}")


def statistics(path: Path, rows: Array) -> tuple[Array, Array]:
    """Mean and standard deviation of each column; 1 instead of 0 for a column that is constant."""
    with np.errstate(over="ignore", invalid="ignore"):
        mean, scale = rows.mean(axis=0, keepdims=True), rows.std(axis=0, keepdims=True)
    if not np.all(np.isfinite(scale)):
        largest = np.max(np.abs(rows))
        raise BadInput(f"{path}: numbers up to {largest:.3g}, 1e150 is the most that is taken")
    return mean, np.where(scale > 0, scale, 1.0)


def save(path: Path, arrays: Arrays) -> None:
    """Writes the arrays under their names."""
    try:
        with path.open("wb") as file:
            np.savez(file, **dict[str, Any](arrays))
    except OSError as error:
        raise BadInput(f"--save {path}: cannot be written: {error.strerror}") from error


def read_rows(path: Path, features: int) -> Rows:
    """Line and cells of each row. A first row is a header if no feature in it is a number."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file)
            rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if row]
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"{path}: is no CSV file in UTF-8: {error}") from error
    if rows and all(cell and not is_number(cell) for cell in rows[0][1][:features]):
        rows = rows[1:]
    if len(rows) < 2:
        raise BadInput(f"{path}: at least 2 rows of data are needed, found: {len(rows)}")
    return rows


def is_number(cell: str) -> bool:
    """Whether float() can read it, nan and inf included."""
    try:
        float(cell)
    except ValueError:
        return False
    return True


def check_width(path: Path, rows: Rows, *widths: int) -> int:
    """The number of columns of all rows, which must be one of the widths."""
    width = len(rows[0][1])
    for line, cells in rows:
        if len(cells) not in widths or len(cells) != width:
            needed = " or ".join(str(count) for count in widths)
            raise BadInput(
                f"{path}, line {line}: {needed} columns are needed, found: {len(cells)}; "
                f"first the features ({LAYER_SIZES[0]}), then the labels, separated by commas"
            )
    return width


def numbers(path: Path, rows: Rows, columns: range) -> Array:
    """The cells of these columns as finite numbers, one row for each sample."""
    for line, cells in rows:
        for column in columns:
            cell = cells[column]
            if not is_number(cell) or not math.isfinite(float(cell)):
                where = f"{path}, line {line}, column {column + 1}"
                found = f"{cell!r} found" if cell else "the cell is empty"
                raise BadInput(f"{where}: {found}, a finite number is needed")
    return np.array([[float(cells[column]) for column in columns] for _, cells in rows])


def read_data(path: Path) -> tuple[Array, Array, list[str]]:
    """Features and one-hot labels, one row for each sample, and remarks.

    The label is one column of class names or whole numbers, or one column for each class. Names and
    numbers become classes in their order; the numbers 0, 1, … are the classes that they say.
    """
    first, classes = LAYER_SIZES[0], LAYER_SIZES[-1]
    rows = read_rows(path, first)
    width = check_width(path, rows, first + 1, first + classes)
    features = numbers(path, rows, range(first))
    if width > first + 1:
        labels = numbers(path, rows, range(first, width))
        wrong = np.flatnonzero((labels < 0).any(axis=1) | (np.abs(labels.sum(axis=1) - 1) > 1e-9))
        if wrong.size:
            where = f"{path}, line {rows[wrong[0]][0]}"
            raise BadInput(f"{where}: the {classes} label columns do not add up to 1")
        return features, labels, []

    where = f"{path}, column {first + 1}"
    cells = [row[first] for _, row in rows]
    for (line, _), cell in zip(rows, cells, strict=True):
        if cell.lower() in ("", "nan"):
            raise BadInput(f"{where}, line {line}: {cell!r} found, a class is needed")
    found = sorted(set(cells), key=lambda cell: (float(cell) if is_number(cell) else 0.0, cell))
    if len(found) == 1:
        raise BadInput(f"{where}: each label is {found[0]!r}, {classes} classes are needed")
    counted = [str(number) for number in range(classes)]
    if set(found) <= set(counted):
        found = counted
    shown = ", ".join(f"{name} is {number}" for number, name in enumerate(found[:9]))
    if len(found) != classes:
        raise BadInput(f"{where}: {len(found)} classes found, {classes} are needed; {shown}")
    notes = [] if found == counted else [f"labels: {shown}"]
    labels = np.array([[float(cell == name) for name in found] for cell in cells])
    return features, labels, notes


if __name__ == "__main__":
    sys.exit(main())
