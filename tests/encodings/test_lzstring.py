"""LZString: what the reference script (lz-string 1.5) wrote."""

from __future__ import annotations

import random

import pytest

from vitne.encodings.lzstring import encoding
from vitne.model import Child, Limits, Malformed

LIMITS = Limits()
TEXT = b'{"imei":"004402990000014","n":7}'
WIDE = "Åse Æøå 日本 😀 Åse Æøå 日本 😀, imei 004402990000014".encode()
FORMS = {
    TEXT: (
        b"N4IglgtgpmIFwgAyICwsQJgJxeXgjCiADQgB28A7AL5A",
        b"N4IglgtgpmIFwgAyICwsQJgJxeXgjCiADQgB28A7AL5A",
        "e1afa1e0a185e4868ce0aa86e1818ee0a0a0e691a0e2b18ce281acca91e3b39ce0a3a2e490a0e39180cf97e4819b7fe180a020",
    ),
    WIDE: (
        b"KMZwpgBAYwHwpxQp6aBpzCheDcAB7FSVgl6GANBAJYC2YpEADDQCz00BMAnK3ZwIz1A=",
        b"KMZwpgBAYwHwpxQp6aBpzCheDcAB7FSVgl6GANBAJYC2YpEADDQCz00BMAnK3ZwIz1A",
        "e19283e1b189e480a8d990e0bea5e1b1b0e58fb3e28289e698b4e19ea3e3a0a0e1bba5e2938ce0a69ae0b0a1e581a0e18ba0e2b6b8e58980c3a3e280b6e3b594ca80e0a7aae6bbaec993e6a8a020",
    ),
}


@pytest.mark.parametrize("text", [TEXT, WIDE])
def test_every_form_is_found_and_written_again_as_the_script_writes_it(text):
    for captured in (*FORMS[text][:2], bytes.fromhex(FORMS[text][2])):
        (child,) = encoding.find(captured, LIMITS)
        assert (child.data, child.complete) == (text, True)
        assert encoding.wrap(child) == captured
    (child,) = encoding.find(b"data=" + FORMS[text][1] + b"&v=1", LIMITS)
    assert (child.data, child.start) == (text, 5)


def test_the_vector_of_another_project():
    # CyberChef, tests/operations/tests/LZString.mjs
    (child,) = encoding.unwrap(b"BYUwNmD2AEDukCcwBMg=", LIMITS)
    assert child.data == b"hello world"


def test_a_letter_for_each_byte_is_taken_for_bytes():
    packed = bytes((31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 202, 204, 77, 205, 84, 178, 82, 50, 48, 48))
    captured = encoding.wrap(Child(data=packed, start=0, end=0))
    (child,) = encoding.find(captured, LIMITS)
    assert child.data == packed


def test_random_identifiers_are_not_lzstring():
    chance = random.Random(11)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    for size in (16, 22, 28, 43, 64, 86, 128):
        for _ in range(400):
            token = "".join(chance.choice(letters) for _ in range(size)).encode()
            assert list(encoding.find(token, LIMITS)) == []


def test_a_cut_is_told_and_a_bomb_stops():
    (child,) = encoding.unwrap(FORMS[TEXT][0][:30], LIMITS)
    assert not child.complete
    assert TEXT.startswith(child.data)
    bomb = encoding.wrap(Child(data=b"a" * 3_000_000, start=0, end=0))
    (child,) = encoding.unwrap(bomb, Limits(size=100_000))
    assert len(child.data) < 110_000
    assert not child.complete


@pytest.mark.parametrize("data", [b"", b"====", b"Q", b"\xff\xfe", b"plain\ttext"])
def test_other_bytes_are_malformed(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))
    assert list(encoding.find(data, LIMITS)) == []


def test_bits_that_are_all_zero_at_the_end_are_spaces_too():
    for number in range(40):
        text = b'{"serialNumber": "%d"}' % (10**14 + number * 7919)
        captured = encoding.wrap(Child(data=text, start=0, end=0, params=(("form", "utf-16"),)))
        assert [child.data for child in encoding.find(captured, LIMITS)] == [text]
