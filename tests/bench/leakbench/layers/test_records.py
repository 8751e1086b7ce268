from __future__ import annotations

import base64
import json
import xml.etree.ElementTree as ET
from urllib.parse import parse_qs

import pytest
from bench.leakbench.cargo import CannotCarryError, Cargo

from bench.leakbench.layers import LAYERS

AWKWARD = 'Å "quoted" <b>&amp; back\\slash 004402990000014'.encode()


def _leaves(tree):
    if isinstance(tree, dict):
        return [leaf for each in tree.values() for leaf in _leaves(each)]
    if isinstance(tree, list):
        return [leaf for each in tree for leaf in _leaves(each)]
    return [tree]


@pytest.mark.parametrize("name", ["json", "json-slashes", "json-array"])
def test_json_is_read_back_by_the_standard_library(name, chance, words):
    made = LAYERS[name](Cargo(AWKWARD, 0, 3), chance, words)
    assert AWKWARD.decode() in _leaves(json.loads(made.data))


def test_a_form_is_read_back_by_the_standard_library(chance, words):
    made = LAYERS["form"](Cargo(AWKWARD, 0, 3), chance, words)
    assert [AWKWARD.decode()] in parse_qs(made.data.decode()).values()


@pytest.mark.parametrize("name", ["xml", "cdata", "soap"])
def test_xml_is_read_back_by_the_standard_library(name, chance, words):
    made = LAYERS[name](Cargo(AWKWARD, 0, 3), chance, words)
    assert AWKWARD.decode() in "".join(ET.fromstring(made.data).itertext())


def test_a_token_has_three_parts_and_the_claims_in_the_middle(cargo, chance, words):
    head, body, _ = LAYERS["jwt"](cargo, chance, words).data.split(b".")
    assert json.loads(base64.urlsafe_b64decode(head + b"==")) == {"alg": "HS256", "typ": "JWT"}
    assert base64.urlsafe_b64decode(body + b"=" * (-len(body) % 4)) == cargo.data


@pytest.mark.parametrize("count", [2, 3])
def test_a_value_shared_out_is_whole_again_when_the_fields_are_joined(count, chance, words):
    made = LAYERS[f"split-{count}"](Cargo(b"004402990000014", 0, 15), chance, words)
    fields = json.loads(made.data)
    assert "".join(fields[f"p{at + 1}"] for at in range(count)) == "004402990000014"


def test_bytes_that_are_no_text_are_refused(chance, words):
    for name in ("json", "xml", "soap", "cdata"):
        with pytest.raises(CannotCarryError):
            LAYERS[name](Cargo(b"\xff\x00", 0, 1), chance, words)
