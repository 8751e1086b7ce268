from __future__ import annotations

import ipaddress
import random

import numpy as np
import pytest

from vitne.knowledge.ranges import NOWHERE, build, flatten, joined, packed_address
from vitne.model import Malformed


def _row(net: str, text: str) -> tuple[bytes, bytes, str]:
    block = ipaddress.ip_network(net)
    return block[0].packed, block[-1].packed, text


TABLE, _ = build(
    [
        _row("192.0.2.0/25", "A"),
        _row("198.51.100.0/24", "B"),
        _row("2001:db8::/33", "C"),
        _row("2001:db8:8000::/48", "D"),
    ]
)


def test_an_address_lies_in_its_range_or_in_none() -> None:
    asked = ["192.0.2.0", "192.0.2.127", "192.0.2.128", "198.51.100.255", "203.0.113.1", "no address", ""]
    assert TABLE.texts(asked) == ["A", "A", "", "B", "", "", ""]


def test_ipv6_is_looked_up_to_the_last_bit() -> None:
    last = str(ipaddress.ip_network("2001:db8:8000::/48")[-1])
    behind = str(ipaddress.ip_address(int(ipaddress.ip_address(last)) + 1))
    asked = ["2001:db8::", "2001:db8:7fff:ffff::1", "2001:db8:8000::", last, behind, "fe80::1%eth0"]
    assert TABLE.texts(asked) == ["C", "C", "D", "D", "", ""]


def test_all_look_ups_agree_with_a_search_one_by_one() -> None:
    chance = random.Random(7)
    nets = [ipaddress.IPv4Network((chance.randrange(1 << 24) << 8, 24)) for _ in range(300)]
    rows = {net: f"n{number}" for number, net in enumerate(nets)}
    table, _ = build([_row(str(net), text) for net, text in rows.items()])
    addresses = [chance.randrange(1 << 32) for _ in range(2000)] + [int(net[9]) for net in nets]
    found = table.rows_v4(np.array(addresses, dtype=np.uint32)).tolist()
    for address, row in zip(addresses, found, strict=True):
        net = ipaddress.IPv4Network((address >> 8 << 8, 24))
        assert ("" if row == NOWHERE else table.values[row]) == rows.get(net, "")


def test_of_overlapping_ranges_the_narrower_stands() -> None:
    chance = random.Random(11)
    for _ in range(500):
        rows = []
        for number in range(chance.randrange(1, 7)):
            first = chance.randrange(40)
            rows.append((first, first + chance.randrange(12), number))
        flat, _ = flatten(list(rows))
        got = {at: code for first, last, code in flat for at in range(first, last + 1)}
        assert sum(last - first + 1 for first, last, _ in flat) == len(got), "two pieces overlap"
        for at in range(60):
            cover = [row for row in rows if row[0] <= at <= row[1]]
            narrow = min((row[1] - row[0] for row in cover), default=0)
            allowed = {row[2] for row in cover if row[1] - row[0] == narrow}
            assert (got.get(at) in allowed) if cover else at not in got


def test_ranges_that_only_touch_do_not_count_as_overlapping() -> None:
    assert flatten([(0, 9, 0), (10, 19, 1), (20, 20, 2)])[1] == 0
    assert flatten([(0, 9, 0), (5, 19, 1), (20, 20, 2)])[1] == 1


@pytest.mark.parametrize(
    "row", [(b"\x02\0\0\0", b"\x01\0\0\0", "x"), (b"\0" * 4, b"\xff" * 16, "x"), (b"", b"", "x")]
)
def test_a_range_that_is_none_is_refused(row: tuple[bytes, bytes, str]) -> None:
    with pytest.raises(Malformed):
        build([row])


def test_the_range_of_an_address_is_told() -> None:
    assert TABLE.range_of("192.0.2.5") == "192.0.2.0 - 192.0.2.127"
    assert TABLE.range_of("2001:db8:8000::5") == "2001:db8:8000:: - 2001:db8:8000:ffff:ffff:ffff:ffff:ffff"
    assert TABLE.range_of("203.0.113.1") == TABLE.range_of("x") == ""


def test_tables_of_different_families_become_one() -> None:
    four, _ = build([_row("192.0.2.0/24", "A")])
    six, _ = build([_row("2001:db8::/32", "A"), _row("2001:db8:ffff::/48", "B")])
    both = joined([four, six])
    assert both.texts(["192.0.2.1", "2001:db8::1", "2001:db8:ffff::1"]) == ["A", "A", "B"]
    with pytest.raises(Malformed):
        joined([four, four])


def test_text_that_is_no_address_has_no_bytes() -> None:
    assert packed_address("192.0.2.1") == b"\xc0\0\2\1"
    assert packed_address("1.2.3") == packed_address("a:b") == packed_address("1.2.3.4\0") == b""
