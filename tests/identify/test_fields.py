"""Named values of a message."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.identify.fields import Covered, named, normal, readable_children, trimmed
from vitne.model import Child, Node, Part


class Slice:
    name = "slice"
    exact = True

    def __init__(self, *, readable: bool) -> None:
        self.readable = readable


def root(text: bytes, path: str = "body", field: str = "") -> Node:
    return Node(text, part=Part(path=path, start=0, end=len(text), field=field))


def child(parent: Node, start: int, end: int, path: str = "", *, readable: bool = True) -> Node:
    stub: Any = Slice(readable=readable)
    found = Child(data=parent.data[start:end], start=start, end=end, path=path)
    return Node(found.data, part=parent.part, parent=parent, child=found, encoding=stub)


def pairs(nodes: list[Node]) -> list[tuple[str, bytes, bool]]:
    found = named(nodes, readable_children(nodes))
    return [(one.name, one.node.data[one.start : one.end], one.inner) for one in found if one.name]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Device_ID", "deviceid"),
        ("request.hwid", "hwid"),
        ("macs[12]", "macs"),
        ("user[e-mail]", "email"),
        ("ids[]", "ids"),
        ("User-Agent", "useragent"),
        ("a.b[0].IMEI 1", "imei1"),
        ("_", ""),
        ("", ""),
        ("x.]", "x"),
    ],
)
def test_names_are_compared_by_their_last_step_without_separators(name: str, expected: str) -> None:
    assert normal(name) == expected


@given(st.text(max_size=40))
def test_any_name_has_a_normal_form_of_letters_and_digits(name: str) -> None:
    assert all(letter.isalnum() for letter in normal(name))


def test_blanks_and_quotes_around_a_value_are_left_out() -> None:
    assert trimmed(b' "ab" \r\n', 0, 8) == (2, 4)
    assert trimmed(b"''", 0, 2) == (2, 2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"imei=1234&x=5", [("imei", b"1234", False), ("x", b"5", False)]),
        (b'"mac": "00-00"', [("mac", b"00-00", False)]),
        (b"ssid='My Net'", [("ssid", b"My Net", False)]),
        (
            b"urn:x:serial:AB-1\x82\x16urn",
            [("urn", b"x:serial:AB-1", False), ("x", b"serial:AB-1", False), ("serial", b"AB-1", False)],
        ),
        (b"==::", []),
        (b"no pair at all", []),
        (b"a=\xff\xff", []),
    ],
)
def test_pairs_are_read_out_of_text_that_no_encoding_took_apart(text: bytes, expected: list[Any]) -> None:
    assert pairs([root(text)]) == expected


def test_text_with_readable_children_is_left_to_them() -> None:
    top = root(b"imei=1234")
    assert pairs([top, child(top, 5, 9, "imei")]) == [("imei", b"1234", True)]
    packed = child(top, 5, 9, readable=False)
    assert pairs([top, packed]) == [("imei", b"1234", False)]


def test_a_value_that_is_unescaped_as_a_whole_is_taken_once() -> None:
    top = root(b"x=a%20b")
    value = child(top, 2, 7, "ssid")
    inside = child(value, 0, 5)
    assert [one[0] for one in pairs([top, value, inside])] == ["ssid"]


def test_a_cookie_header_that_was_not_unwrapped_is_read_by_name() -> None:
    cookie = root(b'_ga=GA1.2.3; id="x"; empty=', "header:Cookie", "Cookie")
    assert pairs([cookie]) == [("_ga", b"GA1.2.3", True), ("id", b"x", True), ("empty", b"", True)]


def test_values_side_by_side_share_their_record() -> None:
    top = root(b"lat=1&lon=2")
    nodes = [top, child(top, 4, 5, "lat"), child(top, 10, 11, "lon")]
    records = {one.record for one in named(nodes, readable_children(nodes)) if one.inner}
    assert len(records) == 1


def test_gaps_are_what_no_range_covers() -> None:
    covered = Covered([(8, 10), (2, 4), (3, 6), (20, 30)])
    assert list(covered.gaps(16)) == [(0, 2), (6, 8), (10, 16)]
    assert covered.holds(2, 4)
    assert not covered.holds(2, 5)
    assert list(Covered([]).gaps(0)) == []
    assert list(Covered([(0, 5)]).gaps(5)) == []


def test_very_long_names_are_normalised_and_not_remembered() -> None:
    from vitne.identify import fields

    before = fields._known_normal.cache_info().currsize
    assert normal("a." + "B_" * 1000) == "b" * 1000
    assert fields._known_normal.cache_info().currsize == before
