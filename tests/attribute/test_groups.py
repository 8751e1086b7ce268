from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

from vitne.attribute.groups import UNKNOWN, grouped, recipient_of, table_near


def _finding(host: str, identifier: str = "imei", **changes: Any) -> Any:
    where = SimpleNamespace(host=host, ip=changes.pop("ip", "198.51.100.1"))
    one = {"direction": "sent", "scope": "internet", "kind": "identifier", "identifier": identifier}
    return SimpleNamespace(**{**one, "destination": where, **changes})


def test_findings_are_grouped_by_recipient_and_the_unknown_stand_last() -> None:
    found = grouped(
        [
            _finding("a.x.example"),
            _finding("b.x.example"),
            _finding("zzhc.vnet.cn"),
            _finding("alog.umeng.com", "android-id"),
            _finding("alog.umeng.com", ip="198.51.100.2"),
            _finding("vnet.cn.example.org"),
            _finding(""),
        ]
    )
    assert [each.title for each in found] == ["Umeng", "China Telecom", UNKNOWN]
    umeng, carrier, unknown = found
    assert (umeng.id, umeng.findings, umeng.identifiers) == ("umeng", 2, {"android-id": 1, "imei": 1})
    [spot] = umeng.destinations
    assert (spot.host, spot.ips) == ("alog.umeng.com", ["198.51.100.1", "198.51.100.2"])
    assert carrier.id == "china-telecom"
    assert unknown.id == ""
    assert [spot.host or spot.ips[0] for spot in unknown.destinations] == [
        "198.51.100.1",
        "a.x.example",
        "b.x.example",
        "vnet.cn.example.org",
    ]


def test_the_demonstrations_host_is_grouped_under_what_it_stands_for() -> None:
    [group] = grouped([_finding("registration.carrier.example")])
    assert group.title == "China Telecom (stand-in for zzhc.vnet.cn)"
    assert (group.name, group.stands_for) == ("China Telecom", "zzhc.vnet.cn")


def test_what_did_not_leave_the_place_is_not_grouped() -> None:
    left_out = [
        _finding("x.example", scope="local-network"),
        _finding("x.example", direction="received"),
        _finding("x.example", kind="attribute"),
    ]
    assert grouped(left_out) == []


def test_hostile_names_find_nobody_and_break_nothing() -> None:
    hosts = [
        "\x1b[31mvnet.cn\x07.example",
        "." * 300,
        "a." * 255 + "vnet.cn",
        "vnet.cn.",
        "VNET.CN",
        '"',
        "\n",
    ]
    table = table_near(hosts)
    known = {host: recipient_of(table, host)[1] for host in hosts}
    assert known["\x1b[31mvnet.cn\x07.example"] == ""
    assert known["." * 300] == known['"'] == known["\n"] == ""
    assert {
        spot.host for group in grouped([_finding(h) for h in hosts]) for spot in group.destinations
    } == set(hosts)


def test_grouping_costs_a_scan_little() -> None:
    begun = time.process_time()
    grouped([_finding(f"h{number}.x.example") for number in range(2000)])
    assert time.process_time() - begun < 2


def test_a_name_with_very_many_addresses_is_grouped_in_time_and_each_address_stands_once() -> None:
    many = [_finding("x.example", ip=f"2001:db8::{number % 20_000:x}") for number in range(40_000)]
    begun = time.process_time()
    [group] = grouped([*many, _finding("", ip="2001:db8::1"), _finding("2001:db8::1", ip="2001:db8::1")])
    assert time.process_time() - begun < 4
    one, other = group.destinations
    assert (one.ips, len(other.ips)) == (["2001:db8::1"], 20_000)
