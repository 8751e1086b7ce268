"""What counts of a result: what was sent to others, what could not be read, when a network was joined."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import msgspec

from vitne.compare.halves import Half, Logged, look_of, recipient_of
from vitne.lab import samples
from vitne.store import OpaqueTotal, Transmission


def outcome(**changes: Any) -> SimpleNamespace:
    said: dict[str, Any] = {
        "captures": [samples.capture()],
        "findings": list(samples.findings()),
        "opaque": [msgspec.convert(row, OpaqueTotal) for row in samples.opaque()],
        "transmissions": [msgspec.convert(row, Transmission) for row in samples.transmissions()],
        "gaps": list(samples.gaps()),
        "partial": False,
    }
    return SimpleNamespace(**(said | changes))


def test_a_recipient_is_the_domain_else_the_host_else_the_address() -> None:
    assert recipient_of(samples.destination()) == "carrier.example"
    assert recipient_of(samples.destination(domain="", host="kiosk")) == "kiosk"
    assert recipient_of(samples.destination(domain="", host="")) == "203.0.113.80"


def test_only_what_was_sent_to_others_counts() -> None:
    received = samples.finding(direction="received")
    look = look_of(outcome(findings=[*samples.findings(), received]), name="one")
    assert {each.scope for each in look.findings} == {"internet"}
    assert {each.direction for each in look.findings} == {"sent"}


def test_unreadable_bytes_are_added_up_by_recipient() -> None:
    look = look_of(outcome(), name="one")
    assert look.unreadable == {"market.example": (7240, 1), "post.example": (33120, 2)}
    assert look.reasons["post.example"] == ("tls",)
    assert look.gaps == {"missing-segment": 1, "truncated-file": 1}


def test_questions_for_an_address_close_together_are_one_joining() -> None:
    row = msgspec.convert(samples.transmissions()[0], Transmission)
    times = (0, 2_000_000_000, 90_000_000_000)
    asked = [
        msgspec.structs.replace(row, protocol="dhcp", kind="discover", scope="multicast", time_ns=time_ns)
        for time_ns in times
    ]
    assert look_of(outcome(transmissions=asked), name="one").joins == (0, 90_000_000_000)


def test_events_outside_of_the_capture_are_left_out_and_halves_add_their_time() -> None:
    first = samples.capture().first_ns
    assert first is not None
    logged = Logged(times={"boot": [first - 1], "screen-on": [1, first + 5, first + 7]}, counted="screen-on")
    look = look_of(outcome(), name="one", logged=logged)
    assert look.moments == (first + 5, first + 7)
    assert look.triggers == {"screen-on": 2}
    assert Half(label="after", looks=(look, look)).seconds == 2 * look.seconds == 2 * 3671.0


def test_a_capture_without_records_lasts_no_time() -> None:
    empty = samples.capture(first_ns=None, last_ns=None, packets=0)
    assert look_of(outcome(captures=[empty]), name="none").seconds == 0


def test_rules_count_without_versions_of_libraries() -> None:
    rules = {"vitne": "1", "data": "d", "libraries": {"numpy": "1"}}
    one = look_of(outcome(), name="one", rules=rules)
    assert one.rules == look_of(outcome(), name="one", rules=rules | {"libraries": {}}).rules
    assert one.rules != look_of(outcome(), name="one", rules=rules | {"data": "e"}).rules
    assert look_of(outcome(), name="one").rules == ""
