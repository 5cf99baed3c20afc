"""Specs: TOML files, gallery names, one line; and every message about bad ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.derivation import Convention
from derive.errors import SpecError
from derive.gallery import GALLERY
from derive.network import Network
from derive.spec import kink, network, networks

TOML = """\
name = "bent net"
inputs = 3
loss = "mine"
layout = "rows"
convention = "exact"
derivatives = "input"
unfused = true
lang = "zh"
detail = "brief"
l2 = 0.1
[[layers]]
units = 4
activation = "bent"
[[layers]]
units = 4
activation = "vee(0.5)"
[[layers]]
units = 1
activation = "half"
[activations.bent]                # any formula in z
formula = "(sqrt(z**2 + 1) - 1)/2 + z"
[activations.vee]
formula = "max(z, beta*z)"
parameters = {beta = 1.5}
kinks = {"0" = 0}
[activations.half]
formula = "(1 + tanh(z/2))/2"
[losses.mine]
formula = "-w*y*log(a) - (1 - y)*log(1 - a)"
parameters = {w = 2}
domain = [0, 1]
[kinks]
relu = 1
"""


def write(folder: Path, text: str | bytes, name: str = "net.toml") -> str:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def test_every_key_of_a_file(tmp_path: Path) -> None:
    made = network(write(tmp_path, TOML))
    assert made.name == "bent net" and made.sizes == (3, 4, 4, 1)
    assert made.convention == Convention("rows", "exact", "input", False, (("relu", "1"),))
    assert (made.lang, made.detail, made.l2) == ("zh", "brief", "0.1")
    assert made.layers[1].activation.parameters == (("beta", "0.5"),)
    assert made.loss.parameters == (("w", "2"),) and str(made.loss.domain) == "(0, 1)"


def test_a_file_without_a_name_is_named_after_itself(tmp_path: Path) -> None:
    short = "inputs = 3\n[[layers]]\nunits = 1\n"
    assert network(write(tmp_path, short, "my net.toml")).name == "my net"
    assert network(write(tmp_path, short, "my.net.toml")).name == "3-1-identity"
    assert network(write(tmp_path, b"\xef\xbb\xbf" + short.encode(), "bom.toml")).name == "bom"


@pytest.mark.parametrize("name", GALLERY)
def test_gallery(name: str) -> None:
    assert network(name).name == name


def test_choices_override_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, TOML)
    made = network(path, layout="columns", fused=True, kinks=(("relu", "0"), ("vee", "1")), lang="en")
    assert (made.convention.layout, made.convention.fused, made.lang) == ("columns", True, "en")
    assert made.convention.convention == "exact"
    assert dict(made.convention.kinks) == {"relu": "0", "vee": "1"}


MISTAKES = [
    ("inputs = 3", "inptus = 3", "line 2: unknown key 'inptus'; did you mean 'inputs'?"),
    ('activation = "vee', 'actvation = "vee', "line 16: unknown key 'actvation'; did you mean 'activation'?"),
    ("[activations.bent]", "[activation.bent]", "line 20: unknown key 'activation'; did you mean"),
    ('formula = "max', 'fromula = "max', "line 23: unknown key 'fromula'; did you mean 'formula'?"),
    ("inputs = 3\n", "", "the key inputs is missing; write for example: inputs = 3"),
    ("units = 4\n", "", "line 11: the key layers.units is missing"),
    ("inputs = 3", "inputs = 3.5", "line 2: inputs = '3.5'; a whole number is needed"),
    ("units = 4", "units = true", "line 12: layers.units = 'True'; a whole number is needed"),
    ("units = 4", "units = 0", "layer 1: units = 0; a whole number from 1"),
    ('layout = "rows"', 'layout = "row"', "line 4: layout = 'row'; allowed: 'columns' or 'rows'"),
    ("unfused = true", 'unfused = "yes"', "line 7: unfused = 'yes'; true or false"),
    ('loss = "mine"', "loss = 3", "line 3: loss = '3'; text in quotes"),
    ('loss = "mine"', 'loss = "mime"', "unknown loss 'mime'; did you mean 'mine'?"),
    ('activation = "bent"', 'activation = "ben"', "line 11: layer 1: unknown activation 'ben'; did you mean"),
    ("parameters = {beta = 1.5}", "parameters = 3", "a table is needed"),
    ("beta*z", "betta*z", "activation vee, 'max(z, betta*z)': at character 8"),
    ('kinks = {"0"', 'kinks = {"1"', "no kink at z = 1; its kinks: 0"),
    ("[activations.half]", "[activations.tanh]", "activation tanh is built in"),
    ("(1 + tanh(z/2))/2", "tanh(z)", "loss mine does not fit the output half"),
    ("(1 + tanh(z/2))/2", "log(z)", "line 17: layer 3: activation half has no real value at z"),
    ("(1 + tanh(z/2))/2", "__import__('os').system('true')", "this (Attribute) is not allowed"),
    ("relu = 1", "rleu = 1", "did you mean 'relu'?"),
    ("bent net", "../../etc", "cannot be the name of a network"),
    ("bent net", "{{ 7*7 }}", "cannot be the name of a network"),
    ("inputs = 3", "inputs = ", "is no TOML"),
    ("inputs = 3", "inputs = 3\ninputs = 4", "is no TOML"),
    ("domain = [0, 1]", "domain = [0]", "domain"),
    ("l2 = 0.1", "l2 = -1", "0 or larger"),
    ("l2 = 0.1", "l2 = true", "l2 = 'True'"),
]


@pytest.mark.parametrize(("old", "new", "part"), MISTAKES, ids=[new or old for old, new, _ in MISTAKES])
def test_a_mistake_in_a_file_is_named_with_its_place(tmp_path: Path, old: str, new: str, part: str) -> None:
    assert old in TOML
    path = write(tmp_path, TOML.replace(old, new, 1))
    with pytest.raises(SpecError) as caught:
        network(path)
    message = str(caught.value)
    assert message.startswith(path) and part in message and "\n" not in message, message
    assert "pydantic" not in message


def test_files_that_are_no_spec(tmp_path: Path) -> None:
    for spec, part in [
        (write(tmp_path, b"\x89PNG\xff\xfe"), "is no text: byte 0"),
        (write(tmp_path, b"\x00" * 10, "null.toml"), "is no TOML"),
        (write(tmp_path, "#" * 1_000_001, "big.toml"), "more than 1000000 bytes"),
        (write(tmp_path, "x = " + "[" * 5000, "deep.toml"), "is no TOML"),
        (write(tmp_path, "", "empty.toml"), "the key inputs is missing"),
        (str(tmp_path), "is a directory"),
        (str(tmp_path / "none.toml"), "does not exist"),
        ("shallow_tanj", "did you mean 'shallow_tanh'?"),
        ("what is this", "is no network"),
        ("a" * 5000, "is no network"),
        ("a\x00b.toml", "does not exist"),
        ("", "no number of inputs"),
        ("3", "has no layer"),
    ]:
        with pytest.raises(SpecError) as caught:
            network(spec)
        assert part in str(caught.value), caught.value


def test_two_specs_of_one_name() -> None:
    line = "3 -> 4 tanh -> 1 sigmoid"
    with pytest.raises(SpecError, match="are both named '3-4-tanh-1-sigmoid'"):
        networks([line, "logistic_regression", line + " "])
    assert len(networks([line, "shallow_tanh"])) == 2


def test_kinks_on_the_command_line() -> None:
    assert kink("relu6@6 = 1/2") == ("relu6@6", "1/2")
    for text in ("relu", "=1", "relu=", ""):
        with pytest.raises(SpecError, match="NAME=VALUE is needed"):
            kink(text)
    with pytest.raises(SpecError, match="did you mean 'relu'"):
        network("shallow_relu", kinks=[kink("rleu=1")])


def test_a_file_read_as_text_is_the_same(tmp_path: Path) -> None:
    assert network(write(tmp_path, TOML)) == Network.from_toml(TOML)
