"""Twin of vitne.assess.drafts: which sightings are one entry, what they prove, and how they are named."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from vitne.assess.drafts import Draft, Setting, display_filter, draft, plain, rfc3339, settle, text_of
from vitne.model import Capture, Destination, Flow, Message, Node, Part, Seed, Sighting, Source

BODY = b"imei=490154203237518&again=490154203237518"
IMEI = b"490154203237518"


def setting(data: bytes = BODY, **changes: Any) -> Setting:
    capture = Capture(
        number=0, name="a.pcap", path="", sha256="0" * 64, size=1, format="pcap", interfaces=(), packets=1
    )
    flow = Flow(
        number=0, transport="tcp", client_ip="192.0.2.1", client_port=1, client_mac="", server_ip="198.51.100.1",
        server_port=80, server_mac="", packets=3, handshake=True, answered=True, acked=(None, None),
    )  # fmt: skip
    plain_: dict[str, Any] = {
        "capture": capture, "flow": flow, "direction": "sent", "frames": (4, 5), "time_ns": 0,
        "message": Message(protocol="http", kind="request", side=0, start=0, end=len(data)),
        "raw": lambda start, end: data[start:end], "frames_of": lambda start, end: (4,) if end < 30 else (5,),
    }  # fmt: skip
    return Setting(**{**plain_, **changes})


def node(data: bytes = BODY) -> Node:
    return Node(data, part=Part(path="body", data=data, start=0, end=len(data)))


def sighting(at: Node, start: int, end: int, **changes: Any) -> Sighting:
    plain_: dict[str, Any] = {
        "node": at, "start": start, "end": end, "identifier": "imei", "value": IMEI.decode(), "grade": "observed",
    }  # fmt: skip
    return Sighting(**{**plain_, **changes})


@pytest.mark.parametrize(
    ("time_ns", "text"),
    [
        (0, "1970-01-01T00:00:00.000000000Z"),
        (1_700_000_000_123_456_789, "2023-11-14T22:13:20.123456789Z"),
        (-1, "1969-12-31T23:59:59.999999999Z"),
    ],
)
def test_a_time_is_told_with_nine_digits(time_ns: int, text: str) -> None:
    assert rfc3339(time_ns) == text


def test_a_time_beyond_the_calendar_is_told_by_nothing() -> None:
    assert rfc3339(1 << 70) == ""


def test_a_filter_names_exactly_the_frames() -> None:
    assert display_filter((7,)) == "frame.number == 7"
    assert display_filter((7, 9)) == "frame.number in {7, 9}"


@pytest.mark.parametrize(
    ("data", "text"),
    [(b"abc", "abc"), ("Kari Ås".encode(), "Kari Ås"), (b"\xff\x00", "ff 00"), (b"a\n", "61 0a")],
)
def test_bytes_are_shown_as_text_only_where_all_of_them_are(data: bytes, text: str) -> None:
    assert text_of(data) == text


def test_parameters_become_values_that_json_holds() -> None:
    assert plain((b"\xff", [1, None], {2}.__class__)) == ["\xff", [1, None], "<class 'set'>"]


def test_one_value_at_two_places_is_one_entry_that_names_the_other_place() -> None:
    here = node()
    [one] = draft([sighting(here, 5, 20), sighting(here, 27, 42)], setting())
    assert one.stream_range == (5, 20)
    assert one.spelling == IMEI.decode()
    assert one.grade == "observed"
    assert one.protection == "clear"
    assert [also.frames for also in one.also] == [(5,)]


def test_bytes_that_do_not_stand_in_the_capture_are_derived_not_observed() -> None:
    here = node()
    [one] = draft([sighting(here, 5, 20)], setting(data=b"x" * len(BODY)))
    assert one.grade == "derived"


def test_a_known_value_stands_for_the_pattern_on_the_same_bytes() -> None:
    here = node()
    seed = Seed(identifier="imei", name="slot 1", value=IMEI.decode())
    pattern = sighting(here, 5, 20, grade="inferred", reasons=("looks like one",))
    [one] = draft([pattern, sighting(here, 5, 20, seed=seed, reasons=("is known",))], setting())
    assert one.seed == "slot 1"
    assert one.grade == "observed"
    assert set(one.reasons) == {"is known", "looks like one"}


def test_equally_proven_rivals_on_the_same_bytes_both_stay() -> None:
    here = node()
    found = draft([sighting(here, 5, 20), sighting(here, 5, 20, identifier="serial-number")], setting())
    assert {one.identifier for one in found} == {"imei", "serial-number"}


def _settled(one: Draft, groups: dict[tuple[str, ...], str], host: str = "collect.example") -> Any:
    source = Source(ip="192.0.2.1", port=1, mac="", device="device#1")
    destination = Destination(ip="198.51.100.1", port=80, host=host, host_source="http-host", domain="")
    return settle(one, source=source, destination=destination, scope="internet", groups=groups)


def test_a_finding_is_named_after_its_place_and_grouped_by_value_and_destination() -> None:
    here = node()
    groups: dict[tuple[str, ...], str] = {}
    first, again = (_settled(draft([sighting(here, 5, 20)], setting())[0], groups) for _ in range(2))
    moved = _settled(draft([sighting(here, 27, 42)], setting())[0], groups)
    other = _settled(draft([sighting(here, 5, 20)], setting())[0], groups, host="other.example")
    assert first == again
    assert first.id != moved.id
    assert first.group == moved.group
    assert other.group == first.group  # its first entry stands at the same place, after which it is named
    assert msgspec.json.decode(msgspec.json.encode(first), type=type(first)) == first
