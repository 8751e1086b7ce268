"""Twin of vitne.assess.settling: how findings are named, grouped and timed."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from vitne.assess.drafts import Draft, Setting
from vitne.assess.settling import Settling, display_filter, rfc3339
from vitne.model import Capture, Destination, Flow, Message, Source

DIGEST = "0f" * 32


def drafted(start: int, **changes: Any) -> Draft:
    capture = Capture(
        number=0, name="a.pcap", path="", sha256=DIGEST, size=1, format="pcap", interfaces=(), packets=1
    )
    flow = Flow(
        number=0, transport="tcp", client_ip="192.0.2.1", client_port=1, client_mac="", server_ip="198.51.100.1",
        server_port=80, server_mac="", packets=3, handshake=True, answered=True, acked=(None, None),
    )  # fmt: skip
    setting = Setting(
        capture=capture, flow=flow, direction="sent", frames=(4, 5), time_ns=0,
        message=Message(protocol="http", kind="request", side=0, start=0, end=99),
        raw=lambda _start, _end: b"", frames_of=lambda _start, _end: (4,),
    )  # fmt: skip
    layers = (
        {"codec": "http", "path": "body", "range": [0, 99]},
        {"codec": "base64", "path": "", "range": [start, start + 20], "params": {"shift": 0}},
    )
    plain: dict[str, Any] = {
        "setting": setting, "identifier": "imei", "value": "490154203237518", "spelling": "490154203237518",
        "seed": None, "field": "", "grade": "observed", "evalue": None, "reasons": (), "verified": True,
        "protection": "clear", "frames": (4,), "layers": layers, "value_range": (0, 15),
        "stream_range": (start, start + 20), "sender": None, "depth": 1,
    }  # fmt: skip
    return Draft(**{**plain, **changes})


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


@pytest.mark.parametrize("days", [0, 1, 59, 364, 365, 11_016, 19_676, 40_000, -1, -400])
def test_every_second_of_a_day_is_written_as_the_calendar_has_it(days: int) -> None:
    for second in (0, 1, 59, 60, 3599, 3600, 43_200, 86_399):
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=days, seconds=second)
        assert (
            rfc3339((days * 86_400 + second) * 10**9 + 7)
            == moment.strftime("%Y-%m-%dT%H:%M:%S") + ".000000007Z"
        )


def _settled(one: Draft, settling: Settling, host: str = "collect.example") -> Any:
    source = Source(ip="192.0.2.1", port=1, mac="", device="device#1")
    destination = Destination(ip="198.51.100.1", port=80, host=host, host_source="http-host", domain="")
    return settling.finding(one, ends=(source, destination, "internet"))


def test_a_finding_is_named_after_its_place_and_grouped_by_value_and_destination() -> None:
    settling = Settling()
    drafts = [drafted(start) for start in (5, 5, 27, 5)]
    first, again, moved = (_settled(one, settling) for one in drafts[:3])
    other = _settled(drafts[3], settling, host="other.example")
    assert first == again
    assert first.id != moved.id
    assert first.group == moved.group
    assert other.group == first.group  # its first entry stands at the same place, after which it is named
    assert msgspec.json.decode(msgspec.json.encode(first), type=type(first)) == first


def test_the_name_is_the_digest_of_the_place_written_as_json() -> None:
    place = [DIGEST, 0, [4, 5], [5, 25], [["http", [0, 99]], ["base64", [5, 25]]], [0, 15], "imei"]
    digest = hashlib.sha256(json.dumps(place, separators=(",", ":")).encode()).hexdigest()
    one = drafted(5)
    assert _settled(one, Settling()).id == f"F-{digest[:16]}"


def test_layers_that_other_drafts_share_are_named_alike() -> None:
    settling, one = Settling(), drafted(5)
    alike = msgspec.structs.replace(one, value="1")
    assert _settled(one, settling).id == _settled(alike, settling).id
