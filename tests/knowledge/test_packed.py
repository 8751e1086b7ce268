from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.knowledge.packed import pack, unpack
from vitne.knowledge.ranges import Ranges, build
from vitne.model import Malformed

_NETS = ("192.0.2.0/25", "198.51.100.0/24", "203.0.113.7/32", "2001:db8::/33", "2001:db8:8000::/48")


def _table() -> Ranges:
    blocks = [ipaddress.ip_network(net) for net in _NETS]
    return build([(block[0].packed, block[-1].packed, f"text {n} é") for n, block in enumerate(blocks)])[0]


def test_what_was_packed_is_unpacked_again() -> None:
    again = unpack(pack(_table()))
    assert isinstance(again, Ranges)
    asked = [str(ipaddress.ip_network(net)[0]) for net in _NETS] + ["192.0.2.200", "::1"]
    assert again.texts(asked) == _table().texts(asked)
    assert unpack(pack({"49": "x", "4901": "y z"})) == {"49": "x", "4901": "y z"}


def test_columns_that_are_unfolded_late_say_the_same() -> None:
    late = unpack(pack(_table()), whole=False)
    assert isinstance(late, Ranges)
    asked = [str(ipaddress.ip_network(net)[0]) for net in _NETS] + ["192.0.2.200", "::1"]
    assert late.texts(asked[:3]) == _table().texts(asked[:3])
    assert late.texts(asked) == _table().texts(asked)
    assert len(late) == len(_table())
    assert pack(late) == pack(_table())
    empty = unpack(pack(build([])[0]), whole=False)
    assert isinstance(empty, Ranges)
    assert (len(empty), empty.texts(["192.0.2.1", "::1"])) == (0, ["", ""])


def test_empty_tables_stay_empty() -> None:
    again = unpack(pack(build([])[0]))
    assert isinstance(again, Ranges)
    assert len(again) == 0
    assert again.texts(["192.0.2.1", "::1"]) == ["", ""]
    assert unpack(pack({})) == {}


def test_the_same_table_gives_the_same_bytes() -> None:
    assert pack(_table()) == pack(_table())


def test_every_proper_prefix_and_every_addition_is_reported() -> None:
    data = pack(_table())
    for cut in range(len(data)):
        with pytest.raises(Malformed):
            unpack(data[:cut])
    with pytest.raises(Malformed):
        unpack(data + b"x")


@given(st.integers(0, 2000), st.integers(0, 255))
def test_a_changed_byte_gives_a_table_or_malformed(place: int, byte: int) -> None:
    data = bytearray(pack(_table()))
    data[place % len(data)] = byte
    try:
        unpack(bytes(data))
    except Malformed:
        return


@given(st.binary(max_size=200))
def test_noise_raises_nothing_but_malformed(noise: bytes) -> None:
    with pytest.raises(Malformed):
        unpack(b"vitne-table/1\n" + noise)


def test_a_head_that_promises_too_much_is_refused_before_it_is_unfolded() -> None:
    head = b'{"kind":"prefixes","parts":[["text",5,99999999999]]}'
    with pytest.raises(Malformed):
        unpack(b"vitne-table/1\n" + b"%08x\n" % len(head) + head + b"12345")
