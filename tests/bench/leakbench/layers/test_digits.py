from __future__ import annotations

import base64
import binascii

import pytest
from bench.leakbench.cargo import CannotCarryError, Cargo
from bench.leakbench.layers.digits import BASE58, big_number

from bench.leakbench.layers import LAYERS


@pytest.mark.parametrize(
    ("name", "decode"),
    [
        ("base64", lambda text: base64.b64decode(text, validate=True)),
        ("base64url", base64.urlsafe_b64decode),
        ("base64-bare", lambda text: base64.b64decode(text + b"=" * (-len(text) % 4))),
        ("base64-android", base64.b64decode),
        ("base64-mime", binascii.a2b_base64),
        ("base64-percent-lf", lambda text: base64.b64decode(text.replace(b"%0A", b""))),
        ("hex", bytes.fromhex),
        ("hex-colons", lambda text: bytes.fromhex(text.decode().replace(":", ""))),
        ("hex-0x", lambda text: bytes.fromhex(text.decode()[2:])),
        ("base32", base64.b32decode),
        ("base32-lower", lambda text: base64.b32decode(text + b"=" * (-len(text) % 8), casefold=True)),
        ("base32hex", base64.b32hexdecode),
        ("ascii85", base64.a85decode),
        ("ascii85-adobe", lambda text: base64.a85decode(text, adobe=True)),
        ("base85", base64.b85decode),
    ],
)
def test_the_standard_library_reads_it_back(name, decode, cargo, chance, words):
    text = LAYERS[name](cargo, chance, words).data
    given = text.decode() if decode == bytes.fromhex else text
    assert decode(given) == cargo.data


def test_base64_lines_of_android_have_76_letters_and_a_last_line_end(cargo, chance, words):
    lines = LAYERS["base64-android"](cargo, chance, words).data.split(b"\n")
    assert lines[-1] == b""
    assert {len(line) for line in lines[:-2]} == {76}


@pytest.mark.parametrize("name", ["base64", "base64-android", "base64-mime", "hex-colons", "base32"])
def test_the_place_of_the_value_covers_all_letters_that_hold_it(name, cargo, chance, words):
    """Another value changes letters at the stated place and nowhere else."""
    other = Cargo(
        cargo.data[: cargo.low] + b"\xff" * (cargo.high - cargo.low) + cargo.data[cargo.high :],
        cargo.low,
        cargo.high,
    )
    first, second = (LAYERS[name](each, chance, words) for each in (cargo, other))
    changed = [at for at, (a, b) in enumerate(zip(first.data, second.data, strict=True)) if a != b]
    assert first.low <= changed[0]
    assert changed[-1] < first.high
    assert changed[0] - first.low <= 1
    assert first.high - changed[-1] <= 2


def test_base58_writes_the_published_examples():
    """draft-msporny-base58-03 section 5."""
    assert big_number(b"Hello World!", BASE58) == b"2NEpo7TZRRrLZSi2U"
    assert big_number(bytes.fromhex("0000287fb4cd"), BASE58) == b"11233QC4"


def test_z85_writes_the_published_example(chance, words):
    """ZeroMQ RFC 32: the test case of eight bytes."""
    data = bytes.fromhex("864FD26FB559F75B")
    assert LAYERS["z85"](Cargo(data, 0, 8), chance, words).data == b"HelloWorld"


def test_what_is_too_long_for_one_number_is_refused():
    with pytest.raises(CannotCarryError):
        big_number(bytes(5000), BASE58)
