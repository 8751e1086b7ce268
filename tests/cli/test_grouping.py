from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

from vitne.cli.grouping import UNKNOWN, groups


def _finding(host: str, identifier: str = "imei", **changes: Any) -> Any:
    one = {
        "direction": "sent",
        "scope": "internet",
        "kind": "identifier",
        "identifier": identifier,
        "destination": SimpleNamespace(host=host, ip="198.51.100.1"),
    }
    return SimpleNamespace(**{**one, **changes})


def test_findings_are_grouped_by_recipient_and_the_unknown_stand_last() -> None:
    found = groups(
        [
            _finding("a.x.example"),
            _finding("b.x.example"),
            _finding("zzhc.vnet.cn"),
            _finding("alog.umeng.com", "android-id"),
            _finding("alog.umeng.com"),
            _finding("vnet.cn.example.org"),
            _finding(""),
        ]
    )
    assert list(found) == ["Umeng", "China Telecom", UNKNOWN]
    assert found["Umeng"] == {"alog.umeng.com": {"android-id": 1, "imei": 1}}
    assert set(found[UNKNOWN]) == {"a.x.example", "b.x.example", "vnet.cn.example.org", "198.51.100.1"}


def test_the_demonstrations_host_is_grouped_under_what_it_stands_for() -> None:
    assert list(groups([_finding("registration.carrier.example")])) == [
        "China Telecom (stand-in for zzhc.vnet.cn)"
    ]


def test_what_did_not_leave_the_place_is_not_grouped() -> None:
    left_out = [
        _finding("x.example", scope="local-network"),
        _finding("x.example", direction="received"),
        _finding("x.example", kind="attribute"),
    ]
    assert groups(left_out) == {}


def test_grouping_costs_a_scan_little() -> None:
    begun = time.process_time()
    groups([_finding(f"h{number}.x.example") for number in range(2000)])
    assert time.process_time() - begun < 2
