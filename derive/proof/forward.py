"""A program's own forward pass modulo the prime, with the derivatives of its cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import sympy as sp

from derive.evaluation import Closure, Entry, EvaluationError, Evaluator, Table
from derive.notation import Tensor
from derive.program import Node
from derive.proof.duals import Duals, DualTable
from derive.proof.excerpts import Excerpt
from derive.proof.residues import Residues


class Unrooted(ArithmeticError):
    """A root or a quotient in this node does not exist at these leaves; so many entries did."""

    def __init__(self, message: str, node: Node, done: int) -> None:
        super().__init__(message)
        self.node = node
        self.done = done


class Forward:
    """All values of a program, or of an excerpt, from those of its leaves.

    tables: the values by a tensor's serial. evaluator: evaluates expressions over them, unfinished
    derivatives included. adjoints: ∂(Σ loss + regularizer)/∂entry, by serial, found by a sweep over
    the definitions differentiated with dual numbers.
    """

    def __init__(
        self, program: Excerpt, numbers: Residues, sizes: Mapping[sp.Symbol, int], leaves: dict[int, Table]
    ) -> None:
        self.program = program
        self.numbers = numbers
        self.tables = dict(leaves)
        self._adjoints: dict[int, Table] = {}
        self._rows: dict[tuple[int, Entry], dict[tuple[int, Entry], Any]] = {}
        self._bodies: dict[int, Any] = {}
        self._done = 0
        self.evaluator = Evaluator(numbers, sizes, self.tables, self.row, self._adjoints)
        for node in program.nodes:
            value = self.evaluator.at(node.indices, self.evaluator.scalar(node.body))
            table = self.tables[node.tensor.serial] = Table(node.tensor.name)
            for entry in self.evaluator.entries(node.tensor.dims):
                with self._progress(node):
                    table[entry] = value(entry)
            if any(isinstance(term.as_coeff_Mul()[1], sp.log) for term in sp.Add.make_args(node.body)):
                self._relate_exponentials(node, table)
        self._sweep()

    def _relate_exponentials(self, node: Node, table: Table) -> None:
        """Where a = z − log s is named, exp(a) has to be exp(z)/s."""
        value = self.evaluator.at(node.indices, self.evaluator.scalar(sp.exp(node.body)))
        for entry, exponent in table.items():
            with self._progress(node):
                self.numbers.exponentials[exponent] = value(entry)

    @contextmanager
    def _progress(self, node: Node) -> Iterator[None]:
        """Count what has been evaluated, so that a failure says how far it got."""
        try:
            yield
        except ArithmeticError as error:
            raise Unrooted(str(error), node, self._done) from error
        self._done += 1

    @cached_property
    def _dual(self) -> Evaluator:
        one = self.evaluator.one
        tables: dict[int, Table] = {serial: DualTable(serial, t, one) for serial, t in self.tables.items()}
        return Evaluator(Duals(self.numbers), self.evaluator.sizes, tables, integers=self.tables)

    def row(self, tensor: Tensor, entry: Entry) -> Mapping[tuple[int, Entry], Any]:
        """∂tensor[entry] by every entry that its definition uses directly."""
        key = (tensor.serial, entry)
        if key not in self._rows:
            self._rows[key] = self._body(tensor)(entry)[1]
        return self._rows[key]

    def _body(self, tensor: Tensor) -> Any:
        if tensor.serial not in self._bodies:
            node = self.program.node(tensor)
            if node is None:
                raise EvaluationError(f"{tensor.name} has no definition that could be differentiated")
            self._bodies[tensor.serial] = self._dual.at(node.indices, self._dual.scalar(node.body))
        return self._bodies[tensor.serial]

    def _sweep(self) -> None:
        add, multiply, zero = self.numbers.sum, self.numbers.product, self.evaluator.zero
        for serial, table in self.tables.items():
            self._adjoints[serial] = Table(table.name, dict.fromkeys(table, zero))
            if serial in self.program.ends:
                for entry in table:
                    self._adjoints[serial][entry] = self.numbers.random("end", table.name, entry)
        for cost in self.program.costs:
            table = self._adjoints[cost.serial]
            for entry in table:
                table[entry] = add([table[entry], self.evaluator.one])
        for node in reversed(self.program.nodes):
            self._spread(node, add, multiply)

    def _spread(self, node: Node, add: Any, multiply: Any) -> None:
        for entry, upstream in self._adjoints[node.tensor.serial].items():
            with self._progress(node):
                row = self.row(node.tensor, entry)
            for (serial, place), partial in row.items():
                table = self._adjoints[serial]
                table[place] = add([table[place], multiply([upstream, partial])])

    @property
    def adjoints(self) -> Mapping[int, Table]:
        return self._adjoints

    def constant(self, expr: sp.Expr) -> Any:
        """An expression without indices."""
        closure: Closure = self.evaluator.scalar(expr)
        return closure()
