"""Index notation as data: indices, tensors, elements, sums, deltas, masks and terms.

Everything here is a SymPy expression or a frozen dataclass and knows no rule. An index is an
identity of its own: two indices are the same only if they are the same object, whatever their
names and ranges.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import count
from typing import Any

import sympy as sp

Layout = tuple[int | None, ...]
_serial = count()


def scalar(value: Any) -> sp.Expr:
    """A number or an expression as SymPy has it. Text is refused: SymPy would execute it."""
    if isinstance(value, str):
        raise TypeError(
            f"{value!r} is text; give a number or a SymPy expression, such as sp.Symbol({value!r})"
        )
    return sp.sympify(value, strict=True)


class Index(sp.Dummy):  # type: ignore[misc]
    """An index running over 0 … dim − 1. Printed letters are chosen when printing.

    >>> i, j = Index("i", 3), Index("i", 3)
    >>> i == j
    False
    """

    __slots__ = ("dim",)
    dim: sp.Expr

    def __new__(cls, name: str, dim: Any) -> Index:
        obj = super().__new__(cls, name, integer=True)
        obj.dim = scalar(dim)
        return obj  # type: ignore[no-any-return]

    def fresh(self) -> Index:
        """A new index of the same name and range."""
        return Index(self.name, self.dim)


@dataclass(frozen=True, eq=False)
class Tensor:
    """A named array. `T[i, j]` is its element; `shape` is the shape it has in memory.

    dims: the range of each index. layout: the physical axes in order, each the number of an index
    or None for an axis of size 1: a weight matrix is (0, 1), a bias kept as a column (0, None).
    role: parameter, input, label, hyperparameter, node, gradient or direction.
    interval: bounds of its values if known, e.g. (0, 1). integer: its values are integers in
    0 … integer − 1 and may be used as indices of other tensors.
    """

    name: str
    dims: tuple[sp.Expr, ...] = ()
    layout: Layout | None = None
    role: str = "node"
    interval: tuple[sp.Expr, sp.Expr] | None = None
    integer: sp.Expr | None = None
    latex_name: str | None = None
    serial: int = field(default_factory=lambda: next(_serial), compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "dims", tuple(scalar(dim) for dim in self.dims))
        layout = tuple(range(len(self.dims))) if self.layout is None else tuple(self.layout)
        object.__setattr__(self, "layout", layout)
        if not self.name.isidentifier():
            raise ValueError(f"tensor name {self.name!r}: letters, digits and _ are needed, no digit first")
        if sorted(a for a in layout if a is not None) != list(range(len(self.dims))):
            raise ValueError(
                f"tensor {self.name}: layout {layout} must name each of the {len(self.dims)} indices once"
            )

    @property
    def shape(self) -> tuple[sp.Expr, ...]:
        """Sizes of the physical axes."""
        assert self.layout is not None
        return tuple(sp.Integer(1) if axis is None else self.dims[axis] for axis in self.layout)

    def axes(self, indices: tuple[Any, ...]) -> tuple[Any, ...]:
        """The index on each physical axis of the element with these indices; None for size 1."""
        assert self.layout is not None
        return tuple(None if axis is None else indices[axis] for axis in self.layout)

    def __getitem__(self, indices: Any) -> Element:
        return Element(self, *(indices if isinstance(indices, tuple) else (indices,)))

    def indices(self, letters: str = "ijklrsuv") -> tuple[Index, ...]:
        """Fresh indices, one for each dimension."""
        return tuple(Index(letters[n % len(letters)], dim) for n, dim in enumerate(self.dims))


class Real(sp.Expr):  # type: ignore[misc]
    """A real number in index notation."""

    __slots__ = ()
    is_commutative = True
    is_real = True


class Element(Real):
    """One entry of a tensor. The arguments are affine in indices, or entries of an integer tensor."""

    __slots__ = ("tensor",)
    is_number = False
    tensor: Tensor

    def __new__(cls, tensor: Tensor, *indices: Any) -> Element:
        if len(indices) != len(tensor.dims):
            raise ValueError(f"{tensor.name} has {len(tensor.dims)} indices, {len(indices)} were given")
        obj = sp.Expr.__new__(cls, *map(scalar, indices))
        obj.tensor = tensor
        return obj  # type: ignore[no-any-return]

    @property
    def func(self) -> Callable[..., Element]:
        return partial(Element, self.tensor)

    def _hashable_content(self) -> tuple[Any, ...]:
        return (self.tensor.name, self.tensor.serial, *self.args)

    def sort_key(self, order: Any = None) -> Any:
        """By name first: SymPy's own key knows only the arguments, and hashes would order the rest."""
        arguments = tuple(arg.sort_key(order) for arg in self.args)
        key = (self.tensor.name, self.tensor.serial, arguments)
        return self.class_key(), (len(key), key), sp.S.One.sort_key(), sp.S.One

    def _sympystr(self, printer: Any) -> str:
        return f"{self.tensor.name}[{', '.join(map(printer._print, self.args))}]"

    def __getnewargs__(self) -> tuple[Any, ...]:
        return (self.tensor, *self.args)


class IndexSum(Real):
    """The sum of the first argument over the indices that follow."""

    def __new__(cls, body: Any, *indices: Index) -> sp.Expr:
        if not indices:
            return scalar(body)
        return sp.Expr.__new__(cls, scalar(body), *indices)

    @property
    def body(self) -> sp.Expr:
        return self.args[0]

    @property
    def indices(self) -> tuple[Index, ...]:
        return self.args[1:]  # type: ignore[no-any-return]

    @property
    def free_symbols(self) -> set[sp.Basic]:
        return self.body.free_symbols - set(self.indices)  # type: ignore[no-any-return]

    def _sympystr(self, printer: Any) -> str:
        return f"Sum[{', '.join(map(printer._print, self.indices))}]({printer._print(self.body)})"


class Delta(Real):
    """Kronecker delta of two index expressions: 1 where they are equal, else 0."""

    def __new__(cls, left: Any, right: Any) -> sp.Expr:
        left, right = scalar(left), scalar(right)
        if left == right:
            return sp.Integer(1)
        if (left - right).is_number:
            return sp.Integer(0)
        return sp.Expr.__new__(cls, left, right)

    def _sympystr(self, printer: Any) -> str:
        return f"delta({printer._print(self.args[0])}, {printer._print(self.args[1])})"


class Mask(Real):
    """1 where 0 ≤ position < dim, else 0."""

    def __new__(cls, position: Any, dim: Any) -> sp.Expr:
        position, dim = scalar(position), scalar(dim)
        if isinstance(position, Index) and same_dim(position.dim, dim):
            return sp.Integer(1)
        if position.is_Integer and dim.is_Integer:
            return sp.Integer(int(0 <= position < dim))
        return sp.Expr.__new__(cls, position, dim)

    def _sympystr(self, printer: Any) -> str:
        return f"within({printer._print(self.args[0])}, {printer._print(self.args[1])})"


class Partial(Real):
    """∂(first element)/∂(second element), not yet worked out."""

    @property
    def of(self) -> Element:
        return self.args[0]  # type: ignore[no-any-return]

    @property
    def by(self) -> Element:
        return self.args[1]  # type: ignore[no-any-return]

    def _sympystr(self, printer: Any) -> str:
        return f"d{printer._print(self.of)}/d{printer._print(self.by)}"


class CostPartial(Real):
    """∂(Σ loss + regularizer)/∂(element): what the reverse sweep is to find."""

    @property
    def by(self) -> Element:
        return self.args[0]  # type: ignore[no-any-return]

    def _sympystr(self, printer: Any) -> str:
        return f"dS/d{printer._print(self.by)}"


def same_dim(left: Any, right: Any) -> bool:
    """Whether two dimensions are equal: their expanded difference is 0."""
    return left == right or sp.expand(scalar(left) - scalar(right)) == 0  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Term:
    """coefficient × product of the factors (scalars, deltas, masks), summed over `sums`.

    The coefficient holds numbers and dimensions; it has no element and no summed index.
    """

    factors: tuple[sp.Expr, ...] = ()
    sums: tuple[Index, ...] = ()
    coefficient: sp.Expr = sp.Integer(1)

    @property
    def expr(self) -> sp.Expr:
        return self.coefficient * IndexSum(sp.Mul(*self.factors), *self.sums)

    @property
    def free(self) -> set[sp.Basic]:
        return set().union(*(f.free_symbols for f in self.factors)) - set(self.sums)

    def xreplace(self, mapping: Mapping[Any, Any]) -> Term:
        """The term with its free indices and elements replaced; the sums stay."""
        return Term(
            tuple(f.xreplace(mapping) for f in self.factors),
            self.sums,
            self.coefficient.xreplace(mapping),
        )


Terms = tuple[Term, ...]


def expression(terms: Terms) -> sp.Expr:
    """The sum of the terms as one SymPy expression."""
    return sp.Add(*(term.expr for term in terms))


def outermost(expr: sp.Basic, kinds: tuple[type, ...]) -> Iterator[sp.Basic]:
    """Outermost sub-expressions of these kinds, from left to right, repeated where they repeat."""
    if isinstance(expr, kinds):
        yield expr
    else:
        for arg in expr.args:
            yield from outermost(arg, kinds)


def atoms(expr: sp.Basic) -> list[sp.Basic]:
    """Outermost elements, sums, deltas, masks and partial derivatives, each once."""
    return list(dict.fromkeys(outermost(expr, (Element, IndexSum, Delta, Mask, Partial, CostPartial))))


def elements(expr: sp.Basic) -> list[Element]:
    """Every element, inside sums and inside other elements' arguments too, each once."""
    return list(_elements(expr))


@lru_cache(maxsize=8192)
def _elements(expr: sp.Basic) -> tuple[Element, ...]:
    found: dict[Element, None] = {}

    def visit(node: sp.Basic) -> None:
        if isinstance(node, Element):
            found[node] = None
        for arg in node.args:
            visit(arg)

    visit(expr)
    return tuple(found)


def freshen(expr: sp.Expr) -> sp.Expr:
    """The same expression with new bound indices in every sum: needed for each copy that is made."""
    if not expr.has(IndexSum):
        return expr
    if isinstance(expr, IndexSum):
        renamed = {index: index.fresh() for index in expr.indices}
        return IndexSum(freshen(expr.body).xreplace(renamed), *renamed.values())
    return expr.func(*(freshen(arg) for arg in expr.args))
