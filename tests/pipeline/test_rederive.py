"""Twin of vitne.pipeline.rederive: what was found is read back from the bytes alone."""

from __future__ import annotations

import msgspec

from vitne.pipeline.rederive import rederive
from vitne.store import read_case


def test_every_finding_is_met_again_at_its_place_and_wraps_again(demonstration) -> None:
    case = read_case(demonstration / "case")
    again = rederive([demonstration / "phone-hour.pcapng"], case.findings)
    assert set(again) == {one.id for one in case.findings}
    for one in case.findings:
        assert again[one.id].spelling is not None
        assert again[one.id].rewraps == one.verified
        assert again[one.id].stream_range == one.stream_range


def test_the_bytes_read_back_are_those_of_the_known_value(demonstration) -> None:
    case = read_case(demonstration / "case")
    found = [one for one in case.findings if one.seed == "device-name#1" and one.protocol == "dhcp"]
    again = rederive([demonstration / "phone-hour.pcapng"], found)
    assert {again[one.id].spelling for one in found} == {b"Kari-sin-telefon"}


def test_a_finding_of_another_flow_or_frame_is_not_met(demonstration) -> None:
    case = read_case(demonstration / "case")
    one = case.findings[0]
    for wrong in ({"flow": 10**6}, {"message_frames": (400, 400)}, {"value_range": (0, 10**6)}):
        moved = msgspec.structs.replace(one, **wrong)
        assert rederive([demonstration / "phone-hour.pcapng"], [moved])[one.id].spelling is None
