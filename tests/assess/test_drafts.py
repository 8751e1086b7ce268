"""Twin of vitne.assess.drafts: which sightings are one entry, what they prove, and how they are named."""

from __future__ import annotations

from typing import Any

import pytest

from vitne.assess.drafts import Setting, draft, plain, text_of
from vitne.model import Capture, Flow, Message, Node, Part, Seed, Sighting

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
