"""Networks: the three ways to write one, what is refused, names, and the forward definitions."""

from __future__ import annotations

import itertools
import re

import pytest
import sympy as sp

from derive.activations import ACTIVATIONS, Activation
from derive.derivation import Convention
from derive.entries import own_activation, own_loss
from derive.errors import SpecError
from derive.losses import LOSSES, Loss
from derive.network import Layer, Network
from derive.notation import IndexSum
from derive.pipeline import derive
from derive.ranges import Interval

TOML = """
name = "shallow"
inputs = 3
[[layers]]
units = 4
activation = "leaky_relu"
parameters = {slope = 0.1}
[[layers]]
units = 1
activation = "sigmoid"
"""


def test_line_toml_and_python_give_the_same_network() -> None:
    line = Network.parse("3 -> 4 leaky_relu(0.1) -> 1 sigmoid", name="shallow")
    python = Network(3, (Layer(4, "leaky_relu(slope=0.1)"), Layer(1, ACTIVATIONS["sigmoid"])), name="shallow")
    assert line == Network.from_toml(TOML) == python


def test_the_loss_follows_from_the_output_or_is_named() -> None:
    assert Network.parse("3 -> 1 sigmoid").loss.name == "binary_cross_entropy"
    assert Network.parse("3 → 2 softmax").loss.name == "cross_entropy"
    assert Network.parse("3 -> 1").loss.name == "squared_error"
    assert Network.parse("3 -> 1 sigmoid | huber(2)").loss.parameters == (("delta", "2"),)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "no number of inputs"),
        ("-> 1 sigmoid", "no number of inputs"),
        ("3", "has no layer"),
        ("3 ->", "has no layer"),
        ("3 -> -> 1 sigmoid", "layer 1 is empty"),
        ("x -> 1", "no whole number"),
        ("3.5 -> 1", "no whole number"),
        ("3 -> four tanh", "layer 1, number of units: 'four'"),
        ("0 -> 1 sigmoid", "inputs = 0; a whole number from 1 to 1000000"),
        ("3 -> 0 tanh -> 1", "layer 1: units = 0; a whole number from 1 to 1000000"),
        ("3 -> -4 tanh -> 1", "layer 1: units = -4"),
        ("3 -> 4 tanh -> 1000001", "layer 2: units = 1000001"),
        (
            "3 -> 99999999999999999999999 tanh",
            "layer 1, number of units: '99999999999999999999999' is too large",
        ),
        ("3 -> 4 tahn -> 1", "layer 1: unknown activation 'tahn'; did you mean 'tanh'?"),
        ("3 -> 4 -> 1 sigmoid", "layer 1 names no activation"),
        ("3 -> 4 leaky_relu( -> 1", "no name with parameters"),
        ("3 -> 4 leaky_relu(1,) -> 1", "empty parameter"),
        ("3 -> 4 leaky_relu(slope=1, 2) -> 1", "without a name follows"),
        ("3 -> 4 leaky_relu(m) -> 1", "the symbol m has a meaning"),
        ("3 -> 4 leaky_relu(z) -> 1", "the symbol z has a meaning"),
        ("3 -> 4 leaky_relu(eta) -> 1", "the symbol eta has a meaning"),
        ("3 -> 1 sigmoid | l2(i)", "the symbol i has a meaning"),
        ("3 -> 1 sigmoid | l2(1) | l2(2)", "names l2 twice"),
        ("3 -> 4 swish -> 1", "layer 1: activation swish needs a value for beta"),
        ("3 -> 1 softmax", "layer 1: softmax over a single unit"),
        ("3 -> 1 sigmoid | cross_entropy", "Write '1 sigmoid | binary_cross_entropy'"),
        ("3 -> 1 sigmoid | squared_eror", "did you mean 'squared_error'?"),
        ("3 -> 1 sigmoid | huber | huber", "names a loss twice"),
        ("3 -> 1 sigmoid | l2", "l2 takes one value"),
        ("3 -> 1 sigmoid | l2(-1)", "0 or larger"),
        ("3 -> 1 sigmoid |", "no name with parameters"),
        ("3 -> 2 squareplus(-4) -> 1", "layer 1: activation squareplus has no real value at z = "),
        ("3 -> 1 __import__('os')", "unknown activation '__import__'"),
        ("3 -> 1 {{sigmoid}}", "no name with parameters"),
        ("3 -> 1 sigmoid\nimport os", "no name with parameters"),
        ("3 ->" * 200_000, "characters"),
        ("3" + "-> 1 tanh" * 10_001, "at most 10000"),
    ],
)
def test_bad_lines_are_refused(text: str, part: str) -> None:
    with pytest.raises(SpecError) as caught:
        Network.parse(text)
    assert part in str(caught.value) and "\n" not in str(caught.value), caught.value


def test_a_loss_that_does_not_fit_says_what_would() -> None:
    with pytest.raises(SpecError) as caught:
        Network.parse("3 -> 1 tanh | binary_cross_entropy")
    message = str(caught.value)
    assert (
        "does not fit the output tanh: its values lie in (-1, 1), the loss takes values in (0, 1)" in message
    )
    assert "Losses that fit tanh: squared_error," in message
    assert "Outputs that fit binary_cross_entropy: sigmoid" in message


@pytest.mark.parametrize(("output", "loss"), list(itertools.product(ACTIVATIONS, LOSSES)))
def test_every_pair_is_taken_or_refused_by_its_ranges(output: str, loss: str) -> None:
    entry = ACTIVATIONS[output].bind(**{k: v or "1.5" for k, v in ACTIVATIONS[output].parameters})
    cost = LOSSES[loss].bind(**{k: v or "1.5" for k, v in LOSSES[loss].parameters})
    if entry.range in cost.domain:
        program = Network(3, (Layer(2, entry),), loss=cost).program()
        assert [node.tensor.name for node in program.nodes] == ["Z1", "A1", "L"]
    else:
        with pytest.raises(SpecError, match="does not fit"):
            Network(3, (Layer(2, entry),), loss=cost)


@pytest.mark.parametrize("loss", LOSSES.values(), ids=lambda loss: loss.name)
def test_labels_that_sum_to_1_need_two_units(loss: Loss) -> None:
    cost = loss.bind(**{k: v or "1.5" for k, v in loss.parameters})
    output = next(a for a in ACTIVATIONS.values() if not a.vector and cost.fits(a.range))
    assert Network(3, (Layer(2, output),), loss=cost).loss == cost
    if not loss.distribution:
        assert Network(3, (Layer(1, output),), loss=cost).loss == cost
        return
    with pytest.raises(SpecError, match=f"{loss.name} needs 2 units or more") as caught:
        Network(3, (Layer(1, output),), loss=cost)
    instead = str(caught.value).split("'")[1]
    assert Network.parse(f"3 -> {instead}").sizes == (3, 1)


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("log((a - y)**2)", "has no minimum: it goes to -∞ at a = 0.25 for the label y = 0.25"),
        ("log((3*a - y)**2)", "has no minimum: it goes to -∞ at a = 0.0833333 for"),
        ("-1/(a - y)**4", "has no minimum: it goes to -∞ at a = 0.25 for"),
        ("1/(a - y)", "has no minimum: it goes to -∞ at a = 0.25 for"),
        ("1/(a - y)**2", "is not defined everywhere there: it is infinite at a = 0.25 for"),
        ("log(2 + a)", "is not defined everywhere there, for example not at a = -2"),
    ],
)
def test_a_loss_with_a_pole_is_refused(formula: str, said: str) -> None:
    with pytest.raises(SpecError, match=re.escape(said)):
        Network(3, (Layer(1),), loss=own_loss("mine", formula))
    if "for the label" in said or said.endswith("for"):
        with pytest.raises(SpecError, match=re.escape(said)):
            own_loss("mine", formula, domain=("0", "2"))
        assert own_loss("mine", formula, domain=("2", "inf")).domain == Interval(2, sp.oo)


def test_a_sigmoid_of_ones_own_takes_cross_entropy() -> None:
    mine = own_activation("mine", "(1 + tanh(z/2))/2")
    assert Network(3, (Layer(1, mine),)).loss.name == "binary_cross_entropy"
    cost = own_loss("my_cost", "-y*log(a) - (1 - y)*log(1 - a)")
    assert Network(3, (Layer(1, mine),), loss=cost).loss == cost
    with pytest.raises(SpecError, match="not defined everywhere"):
        Network(3, (Layer(1, "tanh"),), loss=cost)
    with pytest.raises(SpecError, match="built in"):
        own_activation("tanh", "z")
    with pytest.raises(SpecError, match="no kink at z = 1; its kinks: 0"):
        own_activation("vee", "abs(z)", kinks={"1": "0"})
    with pytest.raises(SpecError, match="a kink of activation vee, '1/0': at character 1"):
        own_activation("vee", "abs(z)", kinks={"0": "1/0"})
    with pytest.raises(SpecError, match="a function of z; name the parameter otherwise"):
        own_activation("vee", "abs(z)", {"z": "1"})
    with pytest.raises(SpecError, match="a function of y; name the parameter otherwise"):
        own_loss("vee", "abs(a - y)", {"y": "1"})
    with pytest.raises(SpecError, match="activation flat is the same for every z"):
        own_activation("flat", "z - z + 2")
    with pytest.raises(SpecError, match="loss flat is the same for every output a"):
        own_loss("flat", "y**2")
    with pytest.raises(SpecError, match="cannot name"):
        own_loss("a b", "a")
    for formula in ("1/(a - y)", "1/(a - 2)", "a/(a**2 - 3)"):
        with pytest.raises(SpecError, match=r"has no minimum|not defined everywhere"):
            Network(3, (Layer(1, "identity"),), loss=own_loss("steep", formula))
    assert own_loss("wide", "a*y", domain=("0", "inf")).domain.high == sp.oo


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("3 -> 4 tanh -> 1 sigmoid", "3-4-tanh-1-sigmoid"),
        ("3 -> 1 sigmoid | binary_cross_entropy", "3-1-sigmoid"),
        ("3 -> 1 sigmoid | squared_error", "3-1-sigmoid-squared_error"),
        ("3 -> 4 leaky_relu(0.1) -> 1", "3-4-leaky_relu-0_1-1-identity"),
        ("3 -> 4 leaky_relu(-1/3) -> 1", "3-4-leaky_relu-minus1over3-1-identity"),
        ("3 -> 4 leaky_relu(0.01) -> 1", "3-4-leaky_relu-1-identity"),
        ("3 -> 1 sigmoid | l2(0.1)", "3-1-sigmoid-l2-0_1"),
    ],
)
def test_the_name_of_a_line(text: str, name: str) -> None:
    assert Network.parse(text).name == name


def test_long_names_are_cut_and_stay_apart() -> None:
    names = {Network.parse("3" + " -> 40 tanh" * 20 + f" -> {n} sigmoid").name for n in (1, 2)}
    assert len(names) == 2 and all(len(name) == 64 for name in names)


@pytest.mark.parametrize("name", ["网络 1", "réseau-2", "a", "a" * 64, "नेटवर्क"])
def test_names_in_any_script(name: str) -> None:
    assert Network.parse("3 -> 1", name=name).name == name


@pytest.mark.parametrize(
    "name", ["../x", "a/b", "a.b", "{{x}}", "a\nb", '"', "a" * 65, " a", "   ", "$", "\\"]
)
def test_names_that_are_refused(name: str) -> None:
    with pytest.raises(SpecError, match="cannot be the name of a network"):
        Network.parse("3 -> 1", name=name)


@pytest.mark.parametrize(
    ("field", "choice", "part"),
    [
        ("layout", "cols", "unknown layout 'cols'"),
        ("convention", "exakt", "did you mean 'exact'"),
        ("derivatives", "x", "known: input, output"),
        ("kinks", (("relu7", "1"),), "did you mean 'relu'"),
        ("kinks", (("tanh", "1"),), "tanh has no kink"),
        ("kinks", (("leaky_relu", "steep?"),), "leaky_relu"),
        ("kinks", (("tanh@0", "1"),), "tanh has no kink at z = 0"),
    ],
)
def test_bad_choices(field: str, choice: object, part: str) -> None:
    with pytest.raises(SpecError) as caught:
        Network.parse("3 -> 4 tanh -> 1 sigmoid", convention=Convention(**{field: choice}))
    assert part in str(caught.value)
    with pytest.raises(SpecError, match="unknown lang"):
        Network.parse("3 -> 1", lang="de")


@pytest.mark.parametrize("layout", ["columns", "rows"])
def test_forward_definitions(layout: str) -> None:
    network = Network.parse("3 -> 4 relu -> 2 softmax")
    program = network.program(Convention(layout=layout))
    n0, n1, n2 = program.sizes
    m = sp.Symbol("m", integer=True, positive=True)
    columns = layout == "columns"
    shapes = {t.name: t.shape if columns else t.shape[::-1] for t in program.tensors}
    assert shapes == {
        "X": (n0, m),
        "W1": (n1, n0),
        "b1": (n1, 1),
        "Z1": (n1, m),
        "A1": (n1, m),
        "W2": (n2, n1),
        "b2": (n2, 1),
        "Z2": (n2, m),
        "A2": (n2, m),
        "Y": (n2, m),
        "L": (1, m),
    }
    assert list(program.sizes.values()) == [3, 4, 2]
    assert program.scale == 1 / m and program.loss.name == "L"
    roles = {t.name: t.role for t in program.leaves}
    assert roles == dict.fromkeys(["W1", "b1", "W2", "b2"], "parameter") | {"X": "input", "Y": "label"}
    (fact,) = program.facts
    assert fact.tensor.name == "Y" and fact.tensor.dims[fact.axis] == n2
    assert [node.note for node in program.nodes] == ["", "relu", "", "softmax", "cross_entropy"]
    softmax = program.nodes[3].body
    (total,) = softmax.atoms(IndexSum)
    assert total.indices[0].dim == n2
    assert {t.name: t.interval for t in program.tensors}["A2"] == (0, 1)
    (kink,) = program.nodes[1].kinks
    assert (kink.point, kink.value) == (0, 0)
    assert not any(node.body.atoms(sp.Float) for node in program.nodes)


def test_a_symbolic_parameter_is_one_tensor() -> None:
    program = Network.parse("3 -> 4 leaky_relu(lambda) -> 4 leaky_relu(lambda) -> 1").program()
    (slope,) = [t for t in program.leaves if t.role == "hyperparameter"]
    assert (slope.name, slope.latex_name, slope.shape) == ("lambda_", r"\lambda", ())
    assert [k.value.tensor for node in program.nodes for k in node.kinks] == [slope, slope]


def test_a_regularizer_is_part_of_the_cost() -> None:
    program = Network.parse("3 -> 4 tanh -> 1 | l2(0.1) | l1(beta)").program()
    assert program.regularizer is not None and program.regularizer.shape == ()
    body = program.node(program.regularizer).body
    used = {sum_.body for sum_ in body.atoms(IndexSum)}
    assert len(used) == 4 and sp.Rational(1, 10) in body.atoms(sp.Rational)


def test_another_kink_reaches_the_program() -> None:
    network = Network.parse("3 -> 4 relu -> 1", convention=Convention(kinks=(("relu", "1"),)))
    assert [k.value for k in network.program().nodes[1].kinks] == [1]


def test_layers_take_an_activation_of_ones_own() -> None:
    with pytest.raises(SpecError, match="unknown name 'y'"):
        Network(3, (Layer(1, Activation("odd", "y")),))


def test_text_in_place_of_a_network_is_told_what_to_write() -> None:
    with pytest.raises(TypeError, match=r"write derive\(Network.parse\('3 -> 1 sigmoid'\)\)"):
        derive("3 -> 1 sigmoid")  # type: ignore[arg-type]
