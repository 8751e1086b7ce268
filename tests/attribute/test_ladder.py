from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from vitne.attribute.ladder import STEPS, ladders, repetition


def _row(**changes: Any) -> Any:
    row = {
        "ip": "198.51.100.1",
        "host": "x.example",
        "port": 80,
        "host_source": "dns",
        "transport": "tcp",
        "delivery": "accepted",
        "time_ns": 0,
    }
    return SimpleNamespace(**{**row, **changes})


def _finding(time_ns: int, values: str = "imei#1", identifier: str = "imei", **changes: Any) -> Any:
    one = {
        "direction": "sent",
        "destination": SimpleNamespace(ip="198.51.100.1", host="x.example", port=80),
        "delivery": "accepted",
        "identifier": identifier,
        "field": identifier.upper(),
        "value": values,
        "protection": "clear",
        "sender": None,
        "time_ns": time_ns,
        "flow": time_ns,
    }
    return SimpleNamespace(**{**one, **changes})


def _case(rows: list[Any], found: list[Any] | None = None, opaque: list[Any] | None = None) -> Any:
    return SimpleNamespace(transmissions=rows, findings=found or [], opaque=opaque or [])


def _contact(**changes: Any) -> Any:
    contact = {"ip": "198.51.100.9", "tries": 3, "connected": 0, "refused": 1, "first_ns": 0, "last_ns": 9}
    return SimpleNamespace(**{**contact, **changes})


def _traced(*contacts: Any, names: tuple[str, ...] = ()) -> Any:
    return SimpleNamespace(contacts={each.ip: each for each in contacts}, resolved=lambda host: host in names)


def test_every_step_that_packets_prove_is_told() -> None:
    [rungs] = ladders(
        _case([_row(), _row(time_ns=5)], [_finding(0)]), _traced(_contact(ip="198.51.100.1", connected=2))
    )
    assert list(rungs.steps) == list(STEPS)
    assert {step for step, seen in rungs.steps.items() if seen == "yes"} == set(STEPS) - {"refused"}
    assert rungs.last_step == "accepted"
    assert not rungs.only_tried


def test_it_only_tried_can_be_answered() -> None:
    [rungs] = ladders(
        _case([_row(delivery="sent", host_source="none")]), _traced(_contact(ip="198.51.100.1"))
    )
    assert rungs.only_tried
    assert rungs.steps["connected"] == "no"
    assert rungs.steps["acknowledged"] == "no"
    assert rungs.steps["resolved"] == "no"
    assert rungs.tries == 3


def test_an_address_that_never_agreed_and_got_no_message_stands_in_the_list() -> None:
    first, second = ladders(_case([_row()]), _traced(_contact()))
    assert (first.ip, second.ip) == ("198.51.100.1", "198.51.100.9")
    assert second.last_step == "attempted"
    assert second.steps["sent"] == "no"


def test_what_could_not_be_seen_is_unknown_and_not_no() -> None:
    [rungs] = ladders(_case([_row(transport="udp", delivery="sent", host_source="none")]))
    assert rungs.steps["connected"] == "unknown"
    assert rungs.steps["acknowledged"] == "unknown"
    assert rungs.steps["resolved"] == "unknown"


def test_a_refusal_proves_receipt() -> None:
    [rungs] = ladders(_case([_row(delivery="refused")]))
    assert rungs.steps["acknowledged"] == rungs.steps["refused"] == "yes"
    assert not rungs.only_tried


def test_repetition_says_how_often_and_what_changed() -> None:
    found = [
        _finding(0),
        _finding(0, "a", "session-id"),
        _finding(10),
        _finding(10, "b", "session-id"),
        _finding(40),
        _finding(40, "c", "session-id"),
        _finding(40, "x", "location"),
    ]
    again = repetition(found)
    assert again is not None
    assert (again.count, again.first_ns, again.last_ns, again.median_gap_ns) == (3, 0, 40, 30)
    assert (again.changed, again.came, again.went) == (("session-id",), ("location",), ())
    assert repetition([]) is None
