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


FORM = Escapes(re.compile(rb"%[0-9A-F]{2}|\+"), lambda spelled: b" " if spelled == b"+" else bytes.fromhex(spelled[1:].decode()))  # fmt: skip


def test_what_is_spelled_by_a_letter_that_other_spellings_need_is_spelled_in_time():
    raw = b"100%25+%2B+a%3D%41"
    one = FORM.decode(raw)
    assert one == b"100% + a=A"
    assert FORM.params(raw, one) == (("escapes", ("%25", "%2B", "%3D", "%41", "+")),)


def test_spellings_that_need_one_another_are_put_in_at_once():
    swapped = Escapes(re.compile(rb"x[ab]"), {b"xa": b"b", b"xb": b"a"}.__getitem__)
    raw = b"xaxbxbxa"
    assert swapped.decode(raw) == b"baab"
    assert swapped.params(raw, b"baab") == (("escapes", ("xa", "xb")),)


def test_a_quick_way_is_asked_first_and_may_decline():
    asked = Escapes(
        re.compile(rb"%."), lambda spelled: spelled[1:], lambda raw: None if b"!" in raw else b"quick"
    )
    assert (asked.decode(b"%a"), asked.decode(b"%a!")) == (b"quick", b"a!")
