from __future__ import annotations

import codecs
import html
import json
import quopri
from urllib.parse import unquote_to_bytes

import pytest
from bench.leakbench.cargo import CannotCarryError, Cargo

from bench.leakbench.layers import LAYERS

TEXT = 'Åslaug & "Kåre"'.encode()


@pytest.mark.parametrize(
    ("name", "decode"),
    [
        ("percent", unquote_to_bytes),
        ("percent-all", unquote_to_bytes),
        ("quoted-printable", quopri.decodestring),
        ("html-decimal", lambda data: html.unescape(data.decode()).encode()),
        ("html-hex", lambda data: html.unescape(data.decode()).encode()),
        ("html-named", lambda data: html.unescape(data.decode()).encode()),
        ("json-u", lambda data: json.loads(b'"' + data + b'"').encode()),
        ("utf-16le", lambda data: data.decode("utf-16-le").encode()),
        ("utf-16be", lambda data: data.decode("utf-16-be").encode()),
        ("utf-32le", lambda data: data.decode("utf-32-le").encode()),
        ("utf-7", lambda data: data.decode("utf-7").encode()),
        ("rot13", lambda data: codecs.decode(data.decode(), "rot13").encode()),
        ("uuencode", lambda data: codecs.decode(data, "uu")),
        ("reverse", lambda data: data[::-1]),
        ("dashed", lambda data: data[::2]),
    ],
)
@pytest.mark.parametrize("data", [TEXT, b'{"imei":"004402990000014"}' * 9])
def test_the_standard_library_reads_it_back(name, decode, data, chance, words):
    assert decode(LAYERS[name](Cargo(data, 2, 6), chance, words).data) == data


@pytest.mark.parametrize("name", ["percent-all", "utf-16le", "quoted-printable", "reverse", "html-decimal"])
def test_the_value_stands_at_the_place_that_is_told(name, cargo, chance, words):
    whole = LAYERS[name](cargo, chance, words)
    alone = LAYERS[name](Cargo(cargo.value, 0, len(cargo.value)), chance, words).data
    assert whole.value.replace(b"=\n", b"") == alone


def test_a_layer_that_changes_nothing_of_the_value_is_marked(cargo, chance, words):
    assert LAYERS["quoted-printable"](cargo, chance, words).layers == ("~quoted-printable",)
    assert LAYERS["percent-all"](cargo, chance, words).layers == ("percent",)


@pytest.mark.parametrize("name", ["utf-16le", "json-u", "html-hex"])
def test_what_is_no_text_is_refused_by_layers_of_text(name, chance, words):
    with pytest.raises(CannotCarryError):
        LAYERS[name](Cargo(b"\xff\xfe\x00", 0, 1), chance, words)


def test_one_number_is_added_to_every_byte(cargo, chance, words):
    moved = LAYERS["add"](cargo, chance, words).data
    assert len({(a - b) % 256 for a, b in zip(moved, cargo.data, strict=True)}) == 1
