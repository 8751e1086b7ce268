"""Server-sent events: the examples of the standard, and what came of them by hand."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.unwrap import Budget, unwrap
from vitne.encodings.event_stream import encoding
from vitne.model import Limits, Malformed, Node, Part

LIMITS = Limits()


def told(data: bytes) -> list[tuple[str, bytes, bool]]:
    return [(child.path, child.data, child.complete) for child in encoding.unwrap(data, LIMITS)]


def test_lines_of_data_are_one_text_joined_by_line_feeds():
    assert told(b"data: YHOO\ndata: +2\ndata: 10\n\n") == [("data", b"YHOO\n+2\n10", True)]


def test_comments_say_nothing_and_ids_are_given():
    stream = b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n"
    assert told(stream) == [
        ("data", b"first event", True),
        ("id", b"1", True),
        ("data", b"second event", True),
        ("data", b" third event", True),
    ]


def test_events_are_named_wherever_their_name_stands():
    assert told(b"data: 1\nevent: add\n\nevent: remove\ndata: 2\n\n") == [
        ("add", b"1", True),
        ("remove", b"2", True),
    ]


def test_an_event_without_an_empty_line_behind_it_is_not_whole():
    assert told(b"data: 1\n\ndata: 2\n") == [("data", b"1", True), ("data", b"2", False)]


def test_lines_with_other_fields_between_them_stay_apart():
    assert told(b"data: 1\nid: 7\ndata: 2\n\n") == [
        ("data", b"1", True), ("data", b"2", True), ("id", b"7", True),
    ]  # fmt: skip


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_all_three_line_ends_are_read_and_places_lead_back(end):
    stream = b"\xef\xbb\xbf" + end.join([b"event: x", b"data: 004402", b"data: 990000014", b"", b""])
    (child,) = encoding.unwrap(stream, LIMITS)
    assert child.data == b"004402\n990000014"
    assert encoding.wrap(child) == stream[child.start : child.end]
    for start in range(len(child.data)):
        for stop in range(start + 1, len(child.data) + 1):
            low, high = encoding.locate(stream, child, start, stop)
            assert stream[low : low + 1] == child.data[start : start + 1] or child.data[start] == 10
            assert stream[high - 1 : high] == child.data[stop - 1 : stop] or child.data[stop - 1] == 10


def test_a_value_in_a_pushed_record_has_the_name_of_its_field():
    stream = b'event: profile\ndata: {"imei":\ndata: "004402990000014"}\n\n'
    part = Part(path="body", start=0, end=len(stream), hints=("event-stream",))
    nodes = [one for one in unwrap(part, stream, budget=Budget()) if isinstance(one, Node)]
    (found,) = [node for node in nodes if node.data == b"004402990000014"]
    assert found.field == "imei"
    assert found.rewraps()
    low, high = found.place(0, 15)
    assert stream[low:high] == b"004402990000014"


@pytest.mark.parametrize("data", [b"hello", b'{"data": 1}', b"database: x\n", b"\n\n"])
def test_what_begins_with_no_field_is_refused_and_not_found(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))
    assert not list(encoding.find(data, LIMITS))


def test_every_proper_prefix_is_not_whole_or_ends_with_an_event():
    stream = b"data: 1\n\nevent: x\ndata: 2\n\n"
    for cut in range(6, len(stream)):
        found = told(stream[:cut])
        whole = [one for one in found if one[2]]
        assert len(whole) == (cut >= 9)  # nothing tells that a second event would have followed
        assert all(path == "x" for path, _, complete in found if not complete and cut > 9)


def test_ten_thousand_lines_take_no_more_than_their_share():
    begun = time.process_time()
    assert len(told(b"data: 1\n\n" * 4000)) == 4000
    list(encoding.unwrap(b"data: x\n" * 40_000, LIMITS))
    assert time.process_time() - begun < 2


@given(st.binary(max_size=120))
def test_noise_raises_nothing_but_malformed(noise):
    for data in (noise, b"data:" + noise):
        list(encoding.find(data, LIMITS))
        try:
            for child in encoding.unwrap(data, LIMITS):
                assert encoding.wrap(child) == data[child.start : child.end]
        except Malformed:
            continue
