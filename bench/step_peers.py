"""One training step of the same network in several libraries, each as a function without arguments.

Each maker takes a Case and gives the step, or raises ImportError if its library is missing, or
NotImplementedError if the library has no such network.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np

Step = Callable[[], object]
RATE = 1e-3


@dataclass(frozen=True)
class Case:
    """A network with one activation inside, a sigmoid or softmax at its end, and so many samples."""

    sizes: tuple[int, ...]
    samples: int
    activation: str
    dtype: str

    @property
    def spec(self) -> str:
        inner = "".join(f"{n} {self.activation} -> " for n in self.sizes[1:-1])
        return f"{self.sizes[0]} -> {inner}{self.sizes[-1]} {'softmax' if self.classes > 1 else 'sigmoid'}"

    @property
    def classes(self) -> int:
        return self.sizes[-1]

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """X (n, m) and the class of each sample."""
        rng = np.random.default_rng(0)
        X = rng.normal(size=(self.sizes[0], self.samples)).astype(self.dtype)
        return X, rng.integers(max(self.classes, 2), size=self.samples)

    def labels(self) -> np.ndarray:
        _, chosen = self.data()
        rows = np.eye(self.classes)[:, chosen] if self.classes > 1 else chosen[None]
        return np.ascontiguousarray(rows, self.dtype)

    def weights(self) -> list[tuple[np.ndarray, np.ndarray]]:
        rng = np.random.default_rng(1)
        pairs = zip(self.sizes, self.sizes[1:], strict=False)
        return [
            (
                rng.normal(0, n**-0.5, (k, n)).astype(self.dtype),
                np.zeros((k, 1), self.dtype),
            )
            for n, k in pairs
        ]


@cache
def generated(spec: str) -> Any:
    """train_fast.py of a network as a module."""
    from derive import Network, derive
    from derive.render import render

    module = ModuleType(f"fast_{len(sys.modules)}")
    sys.modules[module.__name__] = module
    exec(render(derive(Network.parse(spec)), ["fast"])["train_fast.py"], module.__dict__)
    return module


def ours(case: Case) -> Step:
    params = {}
    for number, (W, b) in enumerate(case.weights(), 1):
        params[f"W{number}"], params[f"b{number}"] = W, b
    trainer = generated(case.spec).Trainer(params, case.data()[0], case.labels(), learning_rate=RATE)
    return trainer.step  # type: ignore[no-any-return]


def matmul(case: Case) -> Step:
    """The matrix products alone, each into an array that is there."""
    pairs = case.weights()
    A = [case.data()[0], *(np.zeros((len(W), case.samples), case.dtype) for W, _ in pairs)]
    D, G = [np.zeros_like(a) for a in A], [np.zeros_like(W) for W, _ in pairs]

    def step() -> None:
        for n, (W, _) in enumerate(pairs):
            np.matmul(W, A[n], out=A[n + 1])
        for n in reversed(range(len(pairs))):
            np.matmul(D[n + 1], A[n].T, out=G[n])
            if n:
                np.matmul(pairs[n][0].T, D[n + 1], out=D[n])

    return step


def textbook(case: Case) -> Step:
    """NumPy as one writes it down."""
    from scipy import special

    pairs, (X, _), Y = case.weights(), case.data(), case.labels()
    m, half, root = case.samples, np.float32(0.5), np.float32(2**-0.5)
    density = np.float32((2 * np.pi) ** -0.5)
    forward, slope = {
        "tanh": (np.tanh, lambda z, a: 1 - a**2),
        "relu": (lambda z: np.maximum(z, 0), lambda z, a: z > 0),
        "gelu": (
            lambda z: half * z * (1 + special.erf(root * z)),
            lambda z, a: half * (1 + special.erf(root * z)) + density * z * np.exp(-half * z**2),
        ),
    }[case.activation]

    def step() -> float:
        Zs, As = [], [X]
        for W, b in pairs:
            Zs.append(W @ As[-1] + b)
            As.append(forward(Zs[-1]))
        Z = Zs[-1]
        if case.classes > 1:
            E = np.exp(Z - Z.max(axis=0))
            A = E / E.sum(axis=0)
            cost = -np.sum(Y * np.log(A)) / m
        else:
            A = 1 / (1 + np.exp(-Z))
            cost = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m
        dZ = A - Y
        for n in reversed(range(len(pairs))):
            W, b = pairs[n]
            dW, db = dZ @ As[n].T / m, dZ.sum(axis=1, keepdims=True) / m
            if n:
                dZ = (W.T @ dZ) * slope(Zs[n - 1], As[n])
            pairs[n] = (W - RATE * dW, b - RATE * db)
        return float(cost)

    return step


def torch(case: Case, compiled: bool = False) -> Step:
    import torch as library

    nn, F = library.nn, library.nn.functional
    act = {"tanh": nn.Tanh, "relu": nn.ReLU, "gelu": nn.GELU}[case.activation]
    kind = getattr(library, case.dtype)
    parts = []
    for n, k in zip(case.sizes, case.sizes[1:], strict=False):
        parts += [nn.Linear(n, k, dtype=kind), act()]
    model = nn.Sequential(*parts[:-1])
    X, chosen = case.data()
    inputs = library.tensor(np.ascontiguousarray(X.T))
    labels = library.tensor(chosen) if case.classes > 1 else library.tensor(case.labels().T)
    loss_of = F.cross_entropy if case.classes > 1 else F.binary_cross_entropy_with_logits
    optimizer = library.optim.SGD(model.parameters(), lr=RATE)
    run = library.compile(lambda: loss_of(model(inputs), labels)) if compiled else None

    def step() -> float:
        optimizer.zero_grad()
        loss = run() if run is not None else loss_of(model(inputs), labels)
        loss.backward()
        optimizer.step()
        return float(loss)

    return step


def torch_compiled(case: Case) -> Step:
    """Compiled afresh: after eight networks PyTorch would go on without compiling."""
    import torch as library

    library._dynamo.reset()
    return torch(case, compiled=True)


def jax(case: Case) -> Step:
    import jax as library

    library.config.update("jax_enable_x64", True)
    jnp, nn = library.numpy, library.nn
    act = {"tanh": jnp.tanh, "relu": nn.relu, "gelu": lambda z: nn.gelu(z, approximate=False)}[
        case.activation
    ]
    X, Y = jnp.asarray(case.data()[0].T), jnp.asarray(case.labels().T)

    def cost(pairs: Any) -> Any:
        A = X
        for n, (W, b) in enumerate(pairs):
            Z = A @ W + b
            A = act(Z) if n + 1 < len(pairs) else Z
        if case.classes > 1:
            return -jnp.mean(jnp.sum(Y * nn.log_softmax(A), axis=1))
        return jnp.mean(nn.softplus(A) - Y * A)

    @library.jit
    def train(pairs: Any) -> Any:
        value, slopes = library.value_and_grad(cost)(pairs)
        return value, library.tree.map(lambda p, g: p - RATE * g, pairs, slopes)

    state = [[(jnp.asarray(W.T), jnp.asarray(b.T)) for W, b in case.weights()]]

    def step() -> float:
        value, state[0] = train(state[0])
        library.block_until_ready(state[0])
        return float(value)

    return step


def sklearn(case: Case) -> Step:
    from sklearn.neural_network import MLPClassifier

    if case.activation == "gelu":
        raise NotImplementedError("gelu")
    X, chosen = case.data()
    model = MLPClassifier(
        case.sizes[1:-1],
        activation=case.activation,
        solver="sgd",
        alpha=0,
        momentum=0,
        batch_size=case.samples,
        learning_rate_init=RATE,
        shuffle=False,
    )
    rows, names = np.ascontiguousarray(X.T), np.arange(max(case.classes, 2))
    model.partial_fit(rows, chosen, classes=names)
    return lambda: model.partial_fit(rows, chosen)


MAKERS: dict[str, Callable[[Case], Step]] = {
    "derive": ours,
    "matmul": matmul,
    "numpy": textbook,
    "torch": torch,
    "torch compiled": torch_compiled,
    "jax": jax,
    "scikit-learn": sklearn,
}
