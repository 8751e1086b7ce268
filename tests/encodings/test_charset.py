"""Character sets before Unicode, by the standard library."""

from __future__ import annotations

import random

import pytest

from vitne.encodings.charset import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("gbk", '{"name":"张伟","city":"北京市朝阳区"}'),
        ("gb18030", "联系人：王芳，电话 4790000000"),
        ("cp1252", "Åse Bjørnsen bor i Ålesund"),
        ("latin-1", '{"navn":"Håkon Sæther"}'),
        ("big5", "姓名：陳大文，台北市"),
    ],
)
def test_texts_are_read_and_come_back(charset, text):
    raw = text.encode(charset)
    (child,) = encoding.find(raw, LIMITS)
    assert child.data == text.encode()
    assert encoding.wrap(child) == raw
    at = len(text[:5].encode())
    start, end = encoding.locate(raw, child, at, at + len(text[5:8].encode()))
    assert raw[start:end] == text[5:8].encode(charset)


def test_a_long_text_is_looked_at_up_to_a_mark():
    text = "张伟 " * 3000
    (child,) = encoding.find(text.encode("gbk"), LIMITS)
    assert child.data == text.encode()


def test_even_bytes_are_no_text():
    chance = random.Random(2)
    assert not any(
        list(encoding.find(chance.randbytes(chance.randint(16, 200)), LIMITS)) for _ in range(3000)
    )


@pytest.mark.parametrize("data", [b"", b"plain text", b"\xff\xff\xff\xff\xff\xff\xff", b"\x80\x80\x80"])
def test_other_bytes_are_malformed(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))
    assert list(encoding.find(data, LIMITS)) == []


def test_letters_that_could_belong_to_either_side_are_not_tried_in_all_ways():
    hostile = b"a\xe9a" * 1300 + b"\xe9\xe9\xe9"  # found by fuzzing: each letter doubled the work
    assert list(encoding.find(hostile, LIMITS)) == []
