from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from vitne.consequence.joins import bridges, joins


def _finding(identifier: str, value: str, who: str, message: int = 0, **changes: Any) -> Any:
    one = {
        "direction": "sent",
        "kind": "identifier",
        "identifier": identifier,
        "value": value,
        "who": who,
        "capture": {"sha256": "c", "name": "x.pcap"},
        "flow": 0,
        "message_frames": (message, message + 1),
        "time_ns": message,
        "time": f"t{message}",
    }
    return SimpleNamespace(**{**one, **changes})


FOUND = [
    _finding("imei", "imei#1", "A", 1),
    _finding("advertising-id", "advertising-id#1", "A", 1),
    _finding("imei", "imei#1", "B", 2),
    _finding("imei", "imei#1", "A", 3),
    _finding("advertising-id", "advertising-id#1", "A", 3),
    _finding("session-id", "session-id#1", "A", 3),
    _finding("os-version", "9", "A", 1, kind="attribute"),
    _finding("os-version", "9", "B", 2, kind="attribute"),
    _finding("imei", "imei#2", "C", 4, direction="received"),
]


def test_a_shared_value_joins_records_and_an_attribute_does_not() -> None:
    [join] = joins(FOUND, lambda one: one.who, "A")  # type: ignore[attr-defined]
    assert (join.identifier, join.others) == ("imei", ("B",))
    assert "outlives a factory reset: yes" in join.lasts
    assert joins(FOUND, lambda one: one.who, "C") == []  # type: ignore[attr-defined]


def test_the_request_that_ties_a_resettable_id_to_a_permanent_one_is_named() -> None:
    ties = {(tie.resettable, tie.permanent): tie for tie in bridges([one for one in FOUND if one.who == "A"])}
    tie = ties["advertising-id", "imei"]
    assert (tie.frames, tie.capture, tie.time, tie.count) == ((1, 2), "x.pcap", "t1", 2)
    assert ties["session-id", "imei"].count == 1
    assert bridges([_finding("advertising-id", "a", "A", 1), _finding("imei", "i", "A", 2)]) == []
