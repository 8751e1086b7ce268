"""Base85: the vectors of RFC 1924 and ZeroMQ RFC 32, the standard library's writers."""

from __future__ import annotations

import base64
import random

import pytest

from vitne.encodings.base85 import encoding
from vitne.model import Child, Limits, Malformed

LIMITS = Limits()
TEXT = b'{"imei":"004402990000014","mac":"00:00:5E:00:53:01"}'
Z85 = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
B85 = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"


def z85(data: bytes) -> bytes:
    return base64.b85encode(data).translate(bytes.maketrans(B85, Z85))


def test_the_vector_of_z85():
    data = bytes.fromhex("864FD26FB559F75B")  # ZeroMQ RFC 32, test case
    assert encoding.wrap(Child(data=data, start=0, end=0, params=(("alphabet", "z85"),))) == b"HelloWorld"


@pytest.mark.parametrize("write", [base64.b85encode, base64.a85encode, z85])
def test_texts_in_every_alphabet_are_found_and_come_back(write):
    for size in (20, 21, 22, 23, 52):
        captured = write(TEXT[:size])
        (child,) = encoding.find(captured, LIMITS)
        assert child.data == TEXT[:size]
        assert encoding.wrap(child) == captured
        start, end = encoding.locate(captured, child, 9, 12)
        assert child.start <= start < end <= child.end


def test_marks_zeros_and_lines_are_read():
    data = b"xx " + base64.a85encode(TEXT + bytes(9) + TEXT, adobe=True, wrapcol=40) + b" yy"
    (child,) = encoding.find(data, LIMITS)
    assert child.data == TEXT + bytes(9) + TEXT
    assert encoding.wrap(child) == data[child.start : child.end]
    assert encoding.locate(data, child, 1, 2) == (child.start, child.end)


def test_even_bytes_are_given_where_the_letters_leave_no_doubt():
    data = random.Random(5).randbytes(80)
    (child,) = encoding.find(base64.b85encode(data), LIMITS)
    assert child.data == data


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":[1,2,3],"b":"c"}',
        b"https://collect.example/a/b?c=d&e=f#top",
        b"ThisIsACamelCaseMethodName(int,int)",
        b"5e0c71d2-93ab-4f06-b8d4-27a16fc3905e",
        b"*/*;q=0.8,application/json;v=b3",
        b"$2b$12$R9h/cIPz0gi.URNNX3kh2O",
        b"[object][Object]::toString()",
        b"(function(){return!0})()",
        b"<div><p>word</p></div>",
        b"!!important!!important!!",
    ],
)
def test_ordinary_texts_without_spaces_are_not_base85(text):
    assert list(encoding.find(text, LIMITS)) == []


@pytest.mark.parametrize("data", [b"", b"a b c", "æ".encode() * 10, b"~~~~~", b"<~!~>"])
def test_other_letters_are_malformed(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))
    assert list(encoding.find(data, LIMITS)) == []
