"""Escapes: style by set or by place, and places."""

from __future__ import annotations

import re

from vitne.encodings._escapes import MOST_PLACES, Escapes
from vitne.model import Child

ESCAPES = Escapes(
    re.compile(rb"\\(?:[0-9]|n)"),
    lambda spelled: b"" if spelled == b"\\n" else spelled[1:] * int(spelled[1:]),
)


def child(raw: bytes) -> Child:
    decoded = ESCAPES.decode(raw)
    return Child(data=decoded, start=0, end=len(raw), params=ESCAPES.params(raw, decoded))


def test_an_even_style_is_kept_as_the_set_of_its_spellings():
    one = child(rb"a\1b\1\2")
    assert one.data == b"a1b122"
    assert one.params == (("escapes", ("\\1", "\\2")),)
    assert ESCAPES.wrap(one) == rb"a\1b\1\2"


def test_an_uneven_style_is_kept_by_place():
    one = child(rb"1\1\n1")
    assert one.params == (("escapes_at", ((1, "\\1"), (2, "\\n"))),)
    assert ESCAPES.wrap(one) == rb"1\1\n1"


def test_a_text_without_escapes_needs_nothing():
    assert child(b"plain").params == ()
    assert ESCAPES.wrap(child(b"plain")) == b"plain"


def test_too_many_places_are_not_kept_and_the_text_does_not_come_back():
    raw = rb"1\1" * (MOST_PLACES + 1)
    assert child(raw).params == ()
    assert ESCAPES.wrap(child(raw)) != raw


def test_a_range_that_touches_an_escape_holds_all_of_it():
    raw = rb"ab\3c\n d"
    one = child(raw)
    assert one.data == b"ab333c d"
    assert ESCAPES.locate(raw, one, 3, 4) == (2, 4)
    assert ESCAPES.locate(raw, one, 1, 3) == (1, 4)
    assert ESCAPES.locate(raw, one, 5, 6) == (4, 5)
    assert ESCAPES.locate(raw, one, 7, 8) == (8, 9)
    assert ESCAPES.locate(raw, one, 0, 8) == (0, 9)
