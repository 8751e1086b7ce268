"""What is summed at the end does not depend on the order in which it was counted."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from vitne.attribute import Devices, Names
from vitne.pipeline.ends import Ends
from vitne.pipeline.settling import _totals


def _unread(ip: str) -> tuple[tuple[Any, ...], list[int]]:
    key = ("192.0.2.10", "", ip, 443, ("collect.example", "sni"), "tcp", "", "tls")
    return key, [100, 1, 0]


def test_of_several_addresses_under_one_name_the_same_is_told_whichever_was_counted_first() -> None:
    devices = Devices([], {}, set())
    counted = [_unread(ip) for ip in ("203.0.113.7", "198.51.100.9", "203.0.113.3")]
    told = []
    for order in (counted, counted[::-1], counted[1:] + counted[:1]):
        work: Any = SimpleNamespace(devices=devices, toll=SimpleNamespace(unread=dict(order)))
        told.append(_totals(work, Ends(devices, Names())))
    [row] = told[0][0]
    assert (row.destination.ip, row.bytes, row.flows) == ("198.51.100.9", 300, 3)
    assert told[0] == told[1] == told[2]
