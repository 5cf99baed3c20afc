"""The calls of one pass over a block of samples, read off the derivation."""

from __future__ import annotations

from dataclasses import dataclass, replace

import sympy as sp

from derive.arrays import Array, AxisSum, Entrywise, Filled, Leaf, MatrixProduct, Transposed
from derive.derivation import Derivation, Gradient
from derive.errors import SpecError
from derive.notation import Element, Index, IndexSum, Tensor, elements
from derive.program import Node
from derive.stability import StableForm
from derive.targets.backward import Computed, backward
from derive.targets.layers import Layers
from derive.targets.lines import used
from derive.targets.plan.formulas import Formulas
from derive.targets.plan.order import ordered
from derive.targets.plan.values import Call, Constant, Given, Joined, Line, Operand, Value, shape_of
from derive.targets.plan.weights import SCALE, Weights
from derive.targets.shifts import LOG_SUM, SHIFTED, in_logarithms, sum_of_exponentials
from derive.targets.stable_forms import entry_form, loss_form


@dataclass(frozen=True)
class Pass:
    """What is computed. Samples are columns inside, whatever the network's layout.

    losses: their sum is the loss of the block. kept: activations that stand over a row of ones. X, Y:
    the data of the block.
    """

    lines: tuple[Line, ...]
    losses: Value
    X: Given
    Y: Given
    weights: tuple[Weights, ...]
    kept: tuple[Value, ...]


def forward_and_backward(derivation: Derivation, net: Layers) -> Pass:
    """The pass of a derivation in the course convention, fused."""
    return _Reader(derivation, net).read()


class _Reader:
    def __init__(self, derivation: Derivation, net: Layers) -> None:
        self.derivation, self.net, self.program = derivation, net, net.program
        self.block = Formulas()
        self.arrays: dict[int, Operand] = {}
        self.weights: dict[int, Weights] = {}
        self.kept: list[Value] = []
        for tensor in (net.X, net.Y):
            self._holds(tensor, Given(tensor.name, (self._rows(tensor), None)))

    def read(self) -> Pass:
        costs = {tensor.serial for tensor in self.program.costs}
        definitions = [d for d in self.derivation.forward if d.node.tensor.serial not in costs]
        for definition in definitions:
            node = definition.node
            if any(t.role == "parameter" for t in node.uses):
                self._linear(node, definition.array)
            else:
                self._active(node)
        losses = self._losses()
        for computed in backward(self.derivation):
            self._gradient(computed)
        X, Y = (self.arrays[t.serial] for t in (self.net.X, self.net.Y))
        assert isinstance(X, Given) and isinstance(Y, Given)
        weights = tuple(dict.fromkeys(self.weights.values()))
        return Pass(ordered(self.block.lines, self.kept), losses, X, Y, weights, tuple(self.kept))

    def _rows(self, tensor: Tensor) -> int:
        return self.net.sizes[self.net.width(tensor)]

    def _holds(self, tensor: Tensor, operand: Operand) -> None:
        self.arrays[tensor.serial] = operand
        if isinstance(operand, Value) and not operand.name:
            object.__setattr__(operand, "name", tensor.name)

    def _unsupported(self, what: str) -> SpecError:
        return SpecError(f"{self.program.name}: train_fast.py has no form for {what}; build train.py")

    # Forward

    def _linear(self, node: Node, array: Array | None) -> None:
        """Z = W A + b as the product of W and b with A over a row of ones."""
        match array:
            case Entrywise(
                formula=sp.Add(args=(_, _)),
                operands=(
                    (_, MatrixProduct(left=Leaf() as left, right=Leaf() as right)),
                    (_, Leaf() as bias),
                ),
            ):
                pair = (left.tensor, right.tensor)
            case _:
                raise self._unsupported(f"the definition of {node.tensor.name}")
        weight = next(t for t in pair if t.role == "parameter")
        values = next(t for t in pair if t is not weight)
        units, inputs = self._rows(node.tensor), self._rows(values)
        apart = values is self.net.X and inputs >= units
        layer = Weights(weight, bias.tensor, units, inputs, apart)
        self.weights[weight.serial] = self.weights[bias.tensor.serial] = layer
        before = self.arrays[values.serial]
        assert isinstance(before, Value | Given)
        if apart:
            product = self.block.call(Call("np.matmul", (layer.alone, before), "product"))
            self._holds(node.tensor, self.block.entrywise("np.add", product, layer.bias))
            return
        if isinstance(before, Value):
            self.kept.append(before)
        self._holds(node.tensor, self._product(layer.joined, Joined(before)))

    def _product(self, left: Operand, right: Operand, transposed: tuple[int, ...] = ()) -> Value:
        call = Call("np.matmul", (left, right), "product", transposed=transposed)
        inner = left.shape[0 if 0 in transposed else 1]
        if inner == 1:
            call = replace(call, function="np.multiply", kind="entrywise")
        return self.block.call(call)

    def _active(self, node: Node) -> None:
        if node.argument is not None:
            self._bind(node.body)
            value = self._entry(node.body, node.argument)
        else:
            value = self._vector(node)
        self._holds(node.tensor, value)

    def _bind(self, expr: sp.Expr) -> None:
        """The arrays of the elements of an expression."""
        for element in elements(expr):
            if element.args:
                self.block.bound[element] = self.arrays[element.tensor.serial]

    def _entry(self, expr: sp.Expr, z: Element) -> Operand:
        return self._form(entry_form(expr, z))

    def _form(self, form: StableForm) -> Operand:
        for symbol, meaning in form.lets:
            self.block.let(symbol, meaning)
        return self.block.formula(form.value)

    def _vector(self, node: Node) -> Operand:
        """A body with sums over the units; shifted by the largest where that changes nothing."""
        self._bind(node.body)
        found = sum_of_exponentials(node.body)
        if found is not None and _unchanged(node.body, *found):
            shifted = self._shifted(found[1])
            for element in elements(node.body):
                if element.tensor is found[1].tensor:
                    self.block.bound[element] = shifted
        for total in node.body.atoms(IndexSum):
            self.block.bound[total] = self._total(self.block.formula(total.body))
        return self._formula_with_sums(node.body)

    def _formula_with_sums(self, expr: sp.Expr) -> Operand:
        symbols = {total: sp.Dummy(real=True) for total in expr.atoms(IndexSum)}
        for total, symbol in symbols.items():
            self.block.bound[symbol] = self.block.bound[total]
        return self.block.formula(expr.xreplace(symbols))

    def _shifted(self, z: Element) -> Value:
        array = self.arrays[z.tensor.serial]
        largest = self.block.call(Call("np.max", (array,), "reduction"))
        return self.block.entrywise("np.subtract", array, largest)

    def _total(self, array: Operand) -> Value:
        return self.block.call(Call("np.sum", (array,), "reduction"))

    # Loss

    def _losses(self) -> Value:
        body, node = self.net.entry_loss, self.net.output
        if body is None:
            raise self._unsupported(f"the loss {self.net.loss.note or self.net.loss.body}")
        (a,) = [e for e in elements(body) if e.tensor is node.tensor]
        self._bind(body)
        found = None
        if node.argument is None and not body.xreplace({a: sp.Dummy(real=True)}).is_polynomial():
            found = in_logarithms(node, body, a)
        if found is not None:
            value = self._log_losses(*found)
        else:
            form = loss_form(body, a, node)
            self._bind(form.expanded)
            value = self._form(form)
        assert isinstance(value, Value)
        return value

    def _log_losses(self, total: IndexSum, entry: Element, value: sp.Expr) -> Operand:
        """The largest term of the sum is 1: the logarithm is of 1 + the others, which may be tiny."""
        block = self.block
        shifted = self._shifted(entry)
        is_largest = block.call(Call("np.equal", (shifted, Constant(sp.Integer(0))), "comparison"))
        others = self._total(block.entrywise("np.subtract", block.entrywise("np.exp", shifted), is_largest))
        ties = block.entrywise("np.subtract", self._total(is_largest), Constant(sp.Integer(1)))
        block.bound[LOG_SUM] = block.entrywise("np.log1p", block.entrywise("np.add", others, ties))
        block.bound[SHIFTED] = shifted
        sign, rest = value.as_coeff_Mul()
        if sign == -1 and rest.is_Mul:
            inner = next(factor for factor in rest.args if factor.has(SHIFTED))
            value = -inner * (rest / inner)
        return block.formula(value)

    # Backward

    def _gradient(self, computed: Computed) -> None:
        gradient, array = computed.gradient, computed.gradient.array
        if array is None:
            raise self._unsupported(f"{gradient.name}, which has no matrix form")
        if gradient.of.role == "parameter":
            self._parameter(gradient, array)
            return
        for symbol, meaning in computed.lets:
            self.block.let(symbol, self._entries(meaning))
        assert isinstance(computed.value, Array)
        value = self._array(computed.value)
        if not any(tensor.role == "gradient" for tensor in computed.uses):
            value = self.block.entrywise("np.multiply", value, SCALE)
        self._holds(gradient.symbol, value)

    def _array(self, array: Array) -> Operand:
        block = self.block
        match array:
            case Leaf(tensor=tensor):
                return self.arrays[tensor.serial]
            case MatrixProduct(left=left, right=right):
                return self._passed_back(left, right)
            case AxisSum(operand=operand, axis=axis) if self._is_over_units(operand.axes[axis]):
                return self._total(self._array(operand))
            case Filled(operand=operand):
                return self._array(operand)
            case Entrywise():
                return block.formula(self._entries(array))
        raise self._unsupported(f"{type(array).__name__}")

    def _entries(self, array: Entrywise) -> sp.Expr:
        """The formula of an entrywise operation, its operands bound."""
        scalars = {
            d: leaf.tensor[()] for d, leaf in array.operands if isinstance(leaf, Leaf) and not leaf.axes
        }
        for dummy, operand in array.operands:
            if dummy not in scalars:
                self.block.bound[dummy] = self._array(operand)
        return array.formula.xreplace(scalars)

    def _is_over_units(self, index: Index | None) -> bool:
        return index is not None and index.dim != self.net.samples

    def _passed_back(self, left: Array, right: Array) -> Value:
        """Wᵀ dZ, in either layout."""
        leaves = [side.operand if isinstance(side, Transposed) else side for side in (left, right)]
        tensors = [leaf.tensor for leaf in leaves if isinstance(leaf, Leaf)]
        weight = next((t for t in tensors if t.serial in self.weights), None)
        upstream = next((t for t in tensors if t.role == "gradient"), None)
        if weight is None or upstream is None:
            raise self._unsupported("a product that is not of weights and a gradient")
        return self._product(self.weights[weight.serial].alone, self.arrays[upstream.serial], (0,))

    def _parameter(self, gradient: Gradient, array: Array) -> None:
        """The gradients of W and b in one product, that of b a column of it; or one after the other."""
        layer = self.weights[gradient.of.serial]
        if gradient.of is layer.b:
            return
        factors = [t for t in used(gradient) if t.serial not in self.weights]
        upstream = next(t for t in factors if t.role == "gradient")
        before = next(t for t in factors if t is not upstream)
        dZ, A = self.arrays[upstream.serial], self.arrays[before.serial]
        if layer.apart:
            # The sums come first, while the rows of dZ are in the cache.
            dW, db = layer.gradients
            sums = self.block.call(Call("np.sum", (dZ,), "reduction", over=1))
            self._fills(dW, Call("np.matmul", (dZ, A), "product", transposed=(1,)))
            self._fills(db, Call("np.positive", (sums,)))
        else:
            assert isinstance(A, Value | Given)
            self._fills(layer.gradient, Call("np.matmul", (dZ, Joined(A)), "product", transposed=(1,)))

    def _fills(self, array: Given, call: Call) -> None:
        assert shape_of(call) == array.shape
        self.block.lines.append(Line(call, array))


def _unchanged(body: sp.Expr, total: IndexSum, entry: Element) -> bool:
    """Whether adding the same number to every z leaves the body as it is."""
    z, step = sp.Dummy(real=True), sp.Dummy(real=True)
    S: sp.Expr = sp.Dummy(positive=True)
    value = body.xreplace({total: S}).xreplace({entry: z})
    moved = value.subs({z: z + step, S: S * sp.exp(step)}, simultaneous=True)
    return bool(sp.simplify(sp.expand_log(moved - value, force=True)) == 0)
