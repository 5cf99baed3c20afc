# Made by derive from softmax_classifier; do not edit it.
# Digest fde42b7d786e8700
"""Gradient descent for a network of 2 layers, 4 -> 8 tanh -> 3 softmax, with the loss
cross-entropy.

The fast form of train.py: the same numbers to rounding, in arrays that are made once. Samples are
columns here and pass in blocks that stay in the cache. A row of ones stands under what enters a
layer: W and b are one matrix, and one product gives the gradients of both. learning_rate / m is
multiplied into the gradient of the output, so that every gradient of a parameter is what is to be
subtracted. Remarks at line ends say what an array holds from there on.

Proved: each gradient and each step of its derivation, in 57 checks in exact arithmetic modulo a
prime above 2^61 at small sizes. A wrong formula passes such a check with a probability of at most
its degree / 2^61.

    trainer = Trainer(params, X, Y, learning_rate=0.1)
    costs = trainer.fit(epochs=100)
    params = trainer.params
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

T = TypeVar("T")
Array = NDArray[Any]
Matrices = tuple[Array, ...]
Pass = tuple[Array, Array, Callable[[Array, Array, Matrices], float]]

LAYER_SIZES = (4, 8, 3)
SHAPES = {
    "W1": (8, 4),
    "b1": (8, 1),
    "W2": (3, 8),
    "b2": (3, 1),
}
BLOCK = {4: 8192, 8: 6848}  # samples that pass together, by bytes of an entry
KEPT = 33554432  # bytes of data that are copied once, not in each step


class Trainer:
    """Gradient descent on copies of the parameters; no array is made after construction.

    X and Y: as for train.py, of any real dtype and strides, read-only or numpy.memmap. They are
    read block by block in each step, or once if KEPT bytes hold them and no batches are drawn.
    batch_size: samples for a step, drawn in a new order each epoch, which takes 8 bytes a sample;
    None means all of them.
    dtype: float32 or float64; None means that of the parameters. A ValueError says what does not
    fit.
    """

    # A number too large for the dtype is named by a ValueError.
    @np.errstate(over="ignore")
    def __init__(
        self,
        params: Mapping[str, ArrayLike],
        X: ArrayLike,
        Y: ArrayLike,
        *,
        learning_rate: float,
        batch_size: int | None = None,
        dtype: DTypeLike | None = None,
        seed: int = 0,
    ) -> None:
        given = checked_params(params, dtype)
        kind: np.dtype[Any] = next(iter(given.values())).dtype
        inputs, labels = checked_data(X, Y)
        m: int = inputs.shape[1]
        if batch_size is not None and not is_whole(batch_size, 1, m):
            needed = f"1 to {m}, the number of samples, is needed"
            raise ValueError(f"batch_size is {batch_size}, X has shape {np.shape(X)}; {needed}")
        size = m if batch_size is None else int(batch_size)
        if not is_whole(seed, 0):
            raise ValueError(f"seed is {seed}; a whole number from 0 up is needed")

        self.learning_rate = checked_rate(learning_rate, kind)
        self._m, self._size, self._at = m, size, 0
        most = BLOCK[kind.itemsize]
        unit, count = min(64, most), -(-size // most)
        self._block = min(size, -(-size // count // unit) * unit)
        taken = 0 if size == m else self._block
        self._inputs = Source(inputs, kind, taken, ones=True)
        self._labels = Source(labels, kind, taken)
        self._order = None if size == m else np.arange(m)
        self._rng = np.random.default_rng(seed)
        self._scale = np.zeros((), kind)
        self._theta, self._gradient, self._part = (
            aligned((1, 75), kind)[0] for _ in range(3)
        )
        self._whole, self._parts = matrices(self._gradient), matrices(self._part)
        self._shares = [
            (self._theta[at:end], self._gradient[at:end], self._part[at:end])
            for at, end in blocks(0, 75, 2**15)
        ]
        for joined, W, b in zip(matrices(self._theta), *halves(given.values()), strict=True):
            joined[:, :-1], joined[:, -1:] = W, b
        lengths = {self._block, size % self._block, m % size % self._block} - {0}
        copied = not self._inputs.ready
        self._passes = {b: block_pass(b, kind, self._theta, self._scale, copied) for b in lengths}
        for start in range(0, m, size):
            for at, stop in blocks(start, min(start + size, m), self._block):
                X_block, Y_block, _ = self._loaded(at, stop)
                check_block(X_block[:4], Y_block, at)
        self._begin()

    @property
    def params(self) -> dict[str, Array]:
        """Copies of the parameters."""
        found = {}
        for joined, W, b in zip(matrices(self._theta), *halves(SHAPES), strict=True):
            found[W], found[b] = joined[:, :-1].copy(), joined[:, -1:].copy()
        return found

    def fit(self, epochs: int) -> list[float]:
        """The cost of each epoch: the mean over its samples, taken before the steps."""
        if not is_whole(epochs, 1):
            raise ValueError(f"epochs is {epochs}; a whole number from 1 up is needed")
        costs = []
        with small_buffers():
            for _ in range(epochs):
                total, start = 0.0, self._at
                while True:
                    count = min(self._size, self._m - self._at)
                    total += self._step() * count
                    if self._at == 0:
                        break
                costs.append(total / (self._m - start))
        return costs

    def step(self) -> float:
        """Forward, backward and update on the next batch; the cost of that batch before it."""
        with small_buffers():
            return self._step()

    def _step(self) -> float:
        start, stop = self._at, min(self._at + self._size, self._m)
        self._scale[...] = self.learning_rate / (stop - start)
        total, passed = 0.0, 0
        for at, end in blocks(start, stop, self._block):
            if passed > 1:  # the last two are added in the update
                np.add(self._gradient, self._part, out=self._gradient)
            X, Y, run = self._loaded(at, end)
            total += run(X, Y, self._parts if passed else self._whole)
            passed += 1
        for theta, gradient, part in self._shares:
            if passed > 1:
                gradient = np.add(gradient, part, out=part)
            np.subtract(theta, gradient, out=theta)
        self._at = stop
        if stop == self._m:
            self._begin()
        return total / (stop - start)

    def _begin(self) -> None:
        """A new epoch, and a new order of the samples."""
        self._at = 0
        if self._order is not None:
            self._order.sort()
            self._rng.shuffle(self._order)

    def _loaded(self, start: int, stop: int) -> Pass:
        """The samples of a block, and its pass."""
        X, Y, run = self._passes[stop - start]
        X = self._inputs.read(start, stop, self._order, X)
        Y = self._labels.read(start, stop, self._order, Y)
        return X, Y, run


class Source:
    """Columns of an array for products with arrays of a dtype: as they are if ready, else copied.

    taken: how many are taken at once in another order, 0 if they keep theirs. ones: whether a row
    of ones stands under what is read.
    """

    def __init__(
        self, columns: Array, dtype: np.dtype[Any], taken: int, ones: bool = False
    ) -> None:
        rows, m = columns.shape
        self.ready = taken == 0 and products_read(columns, dtype) and not ones
        if taken == 0 and not self.ready and rows * m * dtype.itemsize <= KEPT:
            whole = over_ones(rows, m, dtype) if ones else aligned((rows, m), dtype)
            np.copyto(whole[:rows], columns, casting="unsafe")
            columns, self.ready = whole, True
        self.columns = columns
        self.by_row = columns.flags.c_contiguous
        self.by_column = columns.flags.f_contiguous and not self.by_row
        self.taken = np.empty(rows * taken, columns.dtype)

    def read(self, start: int, stop: int, order: NDArray[np.intp] | None, out: Array) -> Array:
        """Columns start to stop, counted in the order; out is used if they are to be copied."""
        if self.ready:
            return self.columns[:, start:stop]
        rows = len(self.columns)
        if order is None:
            np.copyto(out[:rows], self.columns[:, start:stop], casting="unsafe")
            return out
        chosen = order[start:stop]
        taken = self.taken[: rows * len(chosen)]
        if self.by_row:
            taken = taken.reshape(rows, len(chosen))
            self.columns.take(chosen, axis=1, out=taken, mode="clip")
            np.copyto(out[:rows], taken, casting="unsafe")
        elif self.by_column:
            taken = taken.reshape(len(chosen), rows)
            self.columns.T.take(chosen, axis=0, out=taken, mode="clip")
            np.copyto(out[:rows], taken.T, casting="unsafe")
        else:
            for place, column in enumerate(chosen):
                np.copyto(out[:rows, place], self.columns[:, column], casting="unsafe")
        return out


def products_read(columns: Array, dtype: np.dtype[Any]) -> bool:
    """Whether matrix products take the array as it is: each row or each column in one piece."""
    (down, right), size = columns.strides, dtype.itemsize
    by_row = right == size and down >= size * columns.shape[1]
    by_column = down == size and right >= size * columns.shape[0]
    return columns.dtype == dtype and columns.flags.aligned and (by_row or by_column)


class small_buffers:
    """NumPy copies 512 entries at a time, not 8192, to broadcast or convert: that is faster."""

    def __enter__(self) -> None:
        self.before = np.setbufsize(512)

    def __exit__(self, *_: object) -> None:
        np.setbufsize(self.before)


def aligned(shape: tuple[int, int], dtype: np.dtype[Any]) -> Array:
    """Zeros from a multiple of 64 bytes on: NumPy passes through them up to twice as fast."""
    size = shape[0] * shape[1] * dtype.itemsize
    raw = np.zeros(size + 64, np.uint8)
    start = -raw.ctypes.data % 64
    return raw[start : start + size].view(dtype).reshape(shape)


def over_ones(rows: int, columns: int, dtype: np.dtype[Any]) -> Array:
    """An array whose last row is 1; the bias multiplies it."""
    found = aligned((rows + 1, columns), dtype)
    found[rows] = 1
    return found


def blocks(start: int, stop: int, most: int) -> Iterator[tuple[int, int]]:
    """Spans of at most so many samples."""
    return ((at, min(at + most, stop)) for at in range(start, stop, most))


def halves(pairs: Iterable[T]) -> tuple[list[T], list[T]]:
    """What belongs to W and what to b."""
    found = list(pairs)
    return found[::2], found[1::2]


def matrices(theta: Array) -> Matrices:
    """For each layer W and b side by side, as parts of one vector."""
    return (
        theta[0:40].reshape(8, 5),
        theta[48:75].reshape(3, 9),
    )


def block_pass(b: int, dtype: np.dtype[Any], theta: Array, scale: Array, copied: bool) -> Pass:
    """Arrays for the X and Y of b samples; what fills the gradients and gives the sum of losses."""
    W1_b1, W2_b2 = matrices(theta)
    W2 = W2_b2[:, :-1]
    X_ones = over_ones(4, b if copied else 0, dtype)
    Y = aligned((3, b), dtype)
    A1_ones = over_ones(8, b, dtype)
    A1 = A1_ones[:8]
    work1 = aligned((3, b), dtype)
    work2 = aligned((1, b), dtype)
    work3 = aligned((3, b), dtype)
    work4 = aligned((3, b), dtype)
    work5 = aligned((3, b), dtype)
    work6 = aligned((1, b), dtype)
    work7 = aligned((8, b), dtype)
    mask1 = np.empty((3, b), np.bool_)
    k1 = np.asarray(0, dtype)
    k2 = np.asarray(1, dtype)

    def run(X_ones: Array, Y: Array, gradients: Matrices) -> float:
        dW1_b1, dW2_b2 = gradients
        np.matmul(W1_b1, X_ones, out=A1)  # Z1
        np.tanh(A1, out=A1)
        np.matmul(W2_b2, A1_ones, out=work1)  # Z2
        np.maximum.reduce(work1, axis=0, keepdims=True, out=work2)
        np.subtract(work1, work2, out=work1)
        np.exp(work1, out=work3)
        np.equal(work1, k1, out=mask1)
        np.copyto(work4, mask1)
        np.subtract(work3, work4, out=work5)
        np.add.reduce(work5, axis=0, keepdims=True, out=work2)
        np.add.reduce(work4, axis=0, keepdims=True, out=work6)
        np.subtract(work6, k2, out=work6)
        np.add(work2, work6, out=work2)
        np.log1p(work2, out=work2)
        np.subtract(work2, work1, out=work1)
        np.multiply(work1, Y, out=work1)
        np.add.reduce(work3, axis=0, keepdims=True, out=work2)
        np.divide(work3, work2, out=work3)  # A2
        np.subtract(work3, Y, out=work3)
        np.multiply(work3, scale, out=work3)  # dZ2
        np.matmul(work3, A1_ones.T, out=dW2_b2)
        np.matmul(W2.T, work3, out=work7)  # dA1
        np.square(A1, out=A1)
        np.subtract(k2, A1, out=A1)
        np.multiply(A1, work7, out=A1)  # dZ1
        np.matmul(A1, X_ones.T, out=dW1_b1)
        return float(np.add.reduce(work1, axis=None))

    return X_ones, Y, run


def is_whole(value: object, least: int, most: float = np.inf) -> bool:
    """Whether it is an integer between the bounds; True and False are none."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        return False
    return bool(least <= value <= most)


def checked_rate(asked: float, dtype: np.dtype[Any]) -> float:
    """A learning rate that is neither 0 nor infinite in the dtype."""
    is_number = isinstance(asked, int | float | np.integer | np.floating)
    least, most = float(np.finfo(dtype).tiny), float(np.finfo(dtype).max)
    if not is_number or isinstance(asked, bool) or not least <= asked <= most:
        raise ValueError(f"learning_rate is {asked}; a positive number of {dtype} is needed")
    return float(asked)


def real_array(name: str, given: ArrayLike) -> Array:
    """What is given as an array of real numbers, not copied if it is one."""
    try:
        found = np.asarray(given)
    except (TypeError, ValueError) as wrong:
        raise ValueError(f"{name} is no array: {wrong}") from wrong
    if found.dtype.kind not in "biuf":
        raise ValueError(
            f"{name} has shape {found.shape} and dtype {found.dtype}; real numbers are needed"
        )
    return found


def checked_params(params: Mapping[str, ArrayLike], dtype: DTypeLike | None) -> dict[str, Array]:
    """The parameters as arrays of the dtype, in the order of SHAPES."""
    if not isinstance(params, Mapping):
        raise ValueError(f"params has the type {type(params).__name__}; a dictionary is needed")
    if set(params) != SHAPES.keys():
        names = ", ".join(map(str, params)) or "nothing"
        raise ValueError(f"params has {names}; {', '.join(SHAPES)} are needed")
    given = {name: real_array(name, params[name]) for name in SHAPES}
    kind = checked_dtype(dtype, given)
    for name, value in given.items():
        if value.shape != SHAPES[name]:
            raise ValueError(f"{name} has shape {value.shape}; {SHAPES[name]} is needed")
        given[name] = value.astype(kind)
        if not np.isfinite(given[name]).all():
            raise ValueError(f"{name} with shape {value.shape} has nan or inf, as {kind}")
    return given


def checked_dtype(asked: DTypeLike | None, given: dict[str, Array]) -> np.dtype[Any]:
    """float32 or float64: what is asked for, or what the parameters have."""
    if asked is None:
        narrow = all(value.dtype == np.float32 for value in given.values())
        return np.dtype(np.float32 if narrow else np.float64)
    try:
        kind = np.dtype(asked)
    except TypeError:
        kind = np.dtype(object)
    if kind not in (np.dtype(np.float32), np.dtype(np.float64)):
        raise ValueError(f"dtype is {asked}; float32 or float64 is needed")
    return kind


def checked_data(given_X: ArrayLike, given_Y: ArrayLike) -> tuple[Array, Array]:
    """X and Y with samples as columns, not copied if they are arrays."""
    X, Y = real_array("X", given_X), real_array("Y", given_Y)
    if X.ndim != 2 or X.shape[0] != 4 or X.shape[1] == 0:
        raise ValueError(f"X has shape {X.shape}; (4, m) is needed, a column for each sample")
    if Y.shape != (3, X.shape[1]):
        raise ValueError(f"Y has shape {Y.shape}, X {X.shape}; {(3, X.shape[1])} is needed for Y")
    return X, Y


def check_block(X: Array, Y: Array, start: int) -> None:
    """Raises ValueError if the samples of a block cannot be learnt from."""
    for name, block in (("X", X), ("Y", Y)):
        if not np.isfinite(block).all():
            where = f"its block {block.shape} from sample {start} on"
            raise ValueError(f"{name} has nan or inf, as {block.dtype}, in {where}")
    if not np.all((Y >= 0) & (Y <= 1)):
        found = f"Y lies between {np.min(Y)} and {np.max(Y)} from sample {start} on, in {Y.shape}"
        raise ValueError(f"{found}; cross-entropy needs labels from 0 to 1")
    if not np.allclose(np.sum(Y, axis=0), 1):
        found = f"Y lies between {np.min(Y)} and {np.max(Y)} from sample {start} on, in {Y.shape}"
        raise ValueError(f"{found}; the labels of each sample must add up to 1")
