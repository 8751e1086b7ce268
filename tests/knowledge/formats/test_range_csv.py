from __future__ import annotations

import pytest

from vitne.knowledge.formats.range_csv import form
from vitne.knowledge.ranges import Ranges
from vitne.model import Malformed


def _texts(name: str, data: bytes, asked: list[str]) -> list[str]:
    table = form.read(name, data)
    assert isinstance(table.content, Ranges)
    return table.content.texts(asked)


def test_countries_and_networks_are_told_apart_by_the_third_column() -> None:
    country = b"192.0.2.0,192.0.2.255,no\r\n198.51.100.0,198.51.100.255,SE\r\n"
    assert form.fits("x.csv", country)
    assert form.read("x.csv", country).about == "country"
    assert _texts("x.csv", country, ["192.0.2.9", "198.51.100.9", "203.0.113.1"]) == ["NO", "SE", ""]
    network = b'3221225984,3221226239,64496,"Example, Inc."\n'
    assert form.read("x.csv", network).about == "network"
    assert _texts("x.csv", network, ["192.0.2.9"]) == ["AS64496 Example, Inc."]


def test_numbers_of_ipv6_are_read_wide() -> None:
    first = 0x20010DB8 << 96
    data = f"{first},{first + (1 << 96) - 1},FI\n".encode()
    assert _texts("a-ipv6-num.csv", data, ["2001:db8::1", "2001:db9::1"]) == ["FI", ""]


def test_overlaps_are_counted_and_not_hidden() -> None:
    table = form.read("x.csv", b"192.0.2.0,192.0.2.255,NO\n192.0.2.16,192.0.2.31,SE\n")
    assert table.faults == 1
    assert isinstance(table.content, Ranges)
    assert table.content.texts(["192.0.2.15", "192.0.2.16", "192.0.2.32"]) == ["NO", "SE", "NO"]


@pytest.mark.parametrize(
    "data",
    [
        b"192.0.2.0,192.0.2.255\n",
        b"192.0.2.9,192.0.2.1,NO\n",
        b"192.0.2.0,2001:db8::,NO\n",
        b"192.0.2.0,x,NO\n",
        b'192.0.2.0,192.0.2.1,"NO\n',
        b"\xff\xfe,1,NO\n",
        b"99999999999999999999999999999999999999999,1,NO\n",
    ],
)
def test_a_line_that_is_none_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        form.read("x.csv", data)


def test_other_files_do_not_fit() -> None:
    assert not form.fits("x.csv", b"tac,name\n35,x\n")
    assert not form.fits("x.csv", b"")
