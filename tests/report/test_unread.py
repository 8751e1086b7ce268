from __future__ import annotations

from types import SimpleNamespace

from vitne.model import Destination
from vitne.report.overview import overview
from vitne.report.unread import bytes_opened, limits


def _row(host, size):
    where = Destination(ip="192.0.2.1", port=443, host=host, host_source="sni", domain=host)
    return SimpleNamespace(device="phone", destination=where, transport="tcp", bytes=size)


def test_opened_bytes_are_told_with_the_destination_they_belong_to(make_case, case):
    near = next(near for near in overview(case).devices if near.targets or near.unread)
    target = (*near.targets, *near.unread)[0]
    far = target.destination
    transport = target.addresses[0].rpartition("/")[2]
    row = SimpleNamespace(device=near.label, destination=far, transport=transport, bytes=77)
    told = [t for n in overview(make_case(opened=[row])).devices for t in (*n.targets, *n.unread) if t.opened]
    assert told
    assert {(t.name, t.opened) for t in told} == {(target.name, 77)}


def test_what_keys_opened_is_said_before_what_stayed_closed(make_case):
    case = make_case(opened=[_row("a.example", 1200), _row("b.example", 34)], opaque=[], gaps=[])
    assert sorted(bytes_opened(case).values()) == [34, 1200]
    assert limits(case).startswith("Opened with keys: 1 234 bytes. Every message")
    assert "keys" not in limits(make_case(opened=[], opaque=[], gaps=[]))
