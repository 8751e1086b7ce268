"""Twin of vitne.knowledge.formats.mmdb: tables written here byte by byte after the published format."""

from __future__ import annotations

import ipaddress
import struct
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.knowledge.formats.mmdb import form
from vitne.knowledge.ranges import Ranges
from vitne.model import Malformed

MARK = b"\xab\xcd\xefMaxMind.com"


def _value(value: Any) -> bytes:
    """Write one value of the data section."""
    if isinstance(value, str):
        raw = value.encode()
        long = bytes([2 << 5 | 29, len(raw) - 29]) if len(raw) > 28 else bytes([2 << 5 | len(raw)])
        return long + raw
    if isinstance(value, bool):
        return bytes([int(value), 14 - 7])
    if isinstance(value, int):
        raw = value.to_bytes((value.bit_length() + 7) // 8, "big")
        return bytes([6 << 5 | len(raw)]) + raw if len(raw) <= 4 else bytes([len(raw), 9 - 7]) + raw
    if isinstance(value, list):
        return bytes([len(value), 11 - 7]) + b"".join(map(_value, value))
    assert isinstance(value, dict)
    return bytes([7 << 5 | len(value)]) + b"".join(_value(k) + _value(v) for k, v in value.items())


def _table(
    nets: dict[str, Any], *, size: int = 24, version: int = 6, alias: bool = False, **told: Any
) -> bytes:
    """Write a table: the tree bit by bit, the records, the description."""
    nodes: list[list[Any]] = [[None, None]]
    bits = 128 if version == 6 else 32

    def path(net: str) -> tuple[str, int]:
        plain = ipaddress.ip_network(net)
        word = f"{int(plain.network_address):0{plain.max_prefixlen}b}"[: plain.prefixlen]
        return ("0" * 96 + word if version == 6 and plain.version == 4 else word), plain.version

    def walk(word: str) -> int:
        at = 0
        for bit in word:
            if nodes[at][int(bit)] is None:
                nodes.append([None, None])
                nodes[at][int(bit)] = len(nodes) - 1
            at = nodes[at][int(bit)]
        return at

    section, offsets = b"", {}
    for net, record in nets.items():
        raw = _value(record)
        offsets.setdefault(raw, len(section))
        section += raw if offsets[raw] == len(section) else b""
        word, _ = path(net)
        nodes[walk(word[:-1])][int(word[-1])] = ("data", offsets[raw])
    if alias:
        nodes[walk("0" * 80 + "1" * 15)][1] = walk("0" * 96)  # ::ffff:0:0/96 leads to the IPv4 tree
    count = len(nodes)
    assert bits >= 32

    def number(each: Any) -> int:
        if each is None:
            return count
        return count + 16 + int(each[1]) if isinstance(each, tuple) else int(each)

    out = b""
    for left, right in ([number(a), number(b)] for a, b in nodes):
        if size == 28:
            out += left.to_bytes(4, "big")[1:] + bytes([left >> 24 << 4 | right >> 24])
            out += right.to_bytes(4, "big")[1:]
        else:
            out += left.to_bytes(size // 8, "big") + right.to_bytes(size // 8, "big")
    said = {
        "node_count": count,
        "record_size": size,
        "ip_version": version,
        "binary_format_major_version": 2,
        "binary_format_minor_version": 0,
        "build_epoch": 1_553_126_400,
        "database_type": "Example",
        "languages": ["en"],
        **told,
    }
    return out + bytes(16) + section + MARK + _value(said)


COUNTRIES = {
    "192.0.2.0/24": {"country": {"iso_code": "NO", "names": {"en": "Norway"}}},
    "198.51.100.0/25": {"country_code": "fi"},
    "203.0.113.128/25": {"registered_country": {"iso_code": "SE"}, "traits": [True, 1]},
    "2001:db8::/32": {"country": {"iso_code": "CN"}},
}
ASKED = ["192.0.2.255", "198.51.100.1", "198.51.100.128", "203.0.113.200", "2001:db8::1", "2001:db9::1"]
SAID = ["NO", "FI", "", "SE", "CN", ""]


@pytest.mark.parametrize("size", [24, 28, 32])
def test_countries_are_read_from_trees_of_every_width(size: int) -> None:
    data = _table(COUNTRIES, size=size)
    assert form.fits("X.mmdb", data[:100])
    table = form.read("x.mmdb", data)
    assert (table.about, table.date) == ("country", "2019-03-21")
    assert isinstance(table.content, Ranges)
    assert table.content.texts(ASKED) == SAID


def test_a_tree_of_ipv4_alone_is_read() -> None:
    only = {net: record for net, record in COUNTRIES.items() if ":" not in net}
    table = form.read("x.mmdb", _table(only, version=4))
    assert isinstance(table.content, Ranges)
    assert table.content.texts(ASKED[:4]) == SAID[:4]


def test_networks_have_their_number_and_name() -> None:
    told = {"autonomous_system_number": 64496, "autonomous_system_organization": "Example  Org"}
    table = form.read(
        "x.mmdb", _table({"192.0.2.0/24": told, "2001:db8::/32": {"asn": "AS64497", "as_name": "B"}})
    )
    assert table.about == "network"
    assert isinstance(table.content, Ranges)
    assert table.content.texts(["192.0.2.1", "2001:db8::1"]) == ["AS64496 Example Org", "AS64497 B"]


def test_a_second_way_to_the_ipv4_tree_adds_no_ranges() -> None:
    table = form.read("x.mmdb", _table(COUNTRIES, alias=True))
    assert isinstance(table.content, Ranges)
    assert table.content.texts(["::ffff:192.0.2.1", "192.0.2.1"]) == ["", "NO"]
    assert len(table.content) == len(COUNTRIES)


def test_pointers_are_followed_once() -> None:
    record = _value({"iso_code": "NO"})
    section = record + bytes([7 << 5 | 1]) + _value("country") + bytes([1 << 5, 0])  # pointer to offset 0
    tree = (17 + len(record)).to_bytes(3, "big") + (1).to_bytes(3, "big")
    said = {
        "node_count": 1, "record_size": 24, "ip_version": 4, "binary_format_major_version": 2, "build_epoch": 0
    }  # fmt: skip
    table = form.read("x.mmdb", tree + bytes(16) + section + MARK + _value(said))
    assert isinstance(table.content, Ranges)
    assert table.content.texts(["1.2.3.4", "200.2.3.4"]) == ["NO", ""]
    first = (17).to_bytes(3, "big") + (1).to_bytes(3, "big")
    loop = first + bytes(16) + bytes([1 << 5, 0]) * 20 + MARK + _value(said)
    with pytest.raises(Malformed, match="pointer"):
        form.read("x.mmdb", loop)


@pytest.mark.parametrize(
    "told",
    [{"node_count": 1 << 30}, {"record_size": 26}, {"ip_version": 5}, {"node_count": "x"}, {"node_count": 0}],
)
def test_a_description_that_does_not_fit_is_refused(told: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        form.read("x.mmdb", _table(COUNTRIES, **told))


def test_every_beginning_of_a_table_is_refused() -> None:
    data = _table(COUNTRIES)
    for length in range(0, len(data), 7):
        with pytest.raises(Malformed):
            form.read("x.mmdb", data[:length])


def test_trees_that_lead_back_and_records_that_nest_end() -> None:
    back = (0).to_bytes(3, "big") * 2
    said = {
        "node_count": 1, "record_size": 24, "ip_version": 6, "binary_format_major_version": 2, "build_epoch": 0
    }  # fmt: skip
    begun = time.process_time()
    with pytest.raises(Malformed):
        form.read("x.mmdb", back + bytes(16) + MARK + _value(said))
    deep = (
        (17).to_bytes(3, "big") * 2
        + bytes(16)
        + bytes([1, 4]) * 60_000
        + MARK
        + _value({**said, "ip_version": 4})
    )
    with pytest.raises(Malformed, match="nested"):
        form.read("x.mmdb", deep)
    ladder = b"".join(
        struct.pack(">I", min(n + 1, 129))[1:] * 2 for n in range(129)
    )  # 2 to the 128 ways down
    with pytest.raises(Malformed):
        form.read(
            "x.mmdb", ladder + bytes(16) + _value({"asn": 1}) + MARK + _value({**said, "node_count": 129})
        )
    assert time.process_time() - begun < 2


@given(st.binary(max_size=80), st.integers(0, 400))
def test_noise_in_a_table_raises_nothing_but_malformed(noise: bytes, at: int) -> None:
    data = _table(COUNTRIES)
    for changed in (noise, data[:at] + noise + data[at + len(noise) :], noise + MARK + noise):
        try:
            form.read("x.mmdb", changed)
        except Malformed:
            continue
