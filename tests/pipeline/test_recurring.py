from __future__ import annotations

from typing import Any

import msgspec
import pytest

from vitne.model import Destination, Finding, Source
from vitne.pipeline.recurring import recurring

MINUTE = 60 * 10**9


def _finding(**more: Any) -> Finding:
    given = {
        "identifier": "imei", "kind": "identifier", "seed": None, "value": "004402990000014",
        "grade": "inferred", "reasons": ("15 digits",), "direction": "sent", "time_ns": 0,
        "source": Source(ip="192.0.2.7", port=1, mac="", device="phone"),
        "destination": Destination(ip="198.51.100.1", port=80, host="", host_source="none", domain="a.example"),
        **more,
    }  # fmt: skip
    rest = {field.name: None for field in msgspec.structs.fields(Finding)}
    return Finding(**(rest | given))  # type: ignore[arg-type]


def _to(domain: str, **more: Any) -> Finding:
    far = Destination(ip="198.51.100.1", port=80, host=domain, host_source="dns", domain=domain)
    return _finding(destination=far, **more)


def test_a_candidate_that_goes_to_three_destinations_says_so():
    found = recurring([_to("a.example"), _to("b.example"), _to("c.example"), _to("c.example")])
    assert {one.reasons for one in found} == {("15 digits", "same value sent to 3 destinations")}


def test_a_candidate_that_comes_again_later_says_over_how_long():
    found = recurring([_finding(), _finding(time_ns=90 * MINUTE)])
    assert found[0].reasons[-1] == "same value sent over 90 minutes"


@pytest.mark.parametrize(
    "second",
    [
        {"value": "490154203237518"},
        {"identifier": "imsi"},
        {"seed": "imei#1", "grade": "observed"},
        {"direction": "received"},
        {"source": Source(ip="192.0.2.8", port=1, mac="", device="other")},
    ],
)
def test_another_value_device_or_direction_is_no_coming_back(second: dict[str, Any]):
    far = Destination(ip="198.51.100.2", port=80, host="", host_source="none", domain="b.example")
    first, _ = recurring([_finding(), _finding(destination=far, time_ns=90 * MINUTE, **second)])
    assert first.reasons == ("15 digits",)
