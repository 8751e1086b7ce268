"""Resource records: what each type gives."""

from __future__ import annotations

import struct

import pytest

from vitne.decode.protocols.dns_records import Records
from vitne.model import Malformed


def record(kind: int, data: bytes, owner: bytes = b"\x01h\x07example\0") -> bytes:
    return owner + struct.pack(">HHIH", kind, 1, 60, len(data)) + data


def read(*records: bytes, question: str = "") -> tuple[Records, bytes]:
    data = bytes(12) + b"".join(records)
    made = Records(data, 0, question)
    assert made.sections(12, (len(records), 0, 0)) == len(data)
    return made, data


@pytest.mark.parametrize(
    ("kind", "data", "field", "value"),
    [
        (2, b"\x02ns\0", "NS", b"\x02ns\0"),
        (12, b"\x02pt\0", "PTR", b"\x02pt\0"),
        (15, b"\0\x0a\x02mx\0", "MX", b"\x02mx\0"),
        (33, b"\0\0\0\0\0\x50\x02sv\0", "host name", b"\x02sv\0"),
        (39, b"\x02dn\0", "DNAME", b"\x02dn\0"),
        (64, b"\0\x01\x02sb\0\0\x01\0\0", "SVCB", b"\x02sb\0"),
        (65, b"\0\x01\x02hs\0\0\x01\0\0", "HTTPS", b"\x02hs\0"),
        (99, b"\x03v=1", "SPF", b"v=1"),
        (257, b"\0\x05issueca", "CAA", b"\0\x05issueca"),
    ],
)
def test_a_record_gives_its_name_or_data(kind: int, data: bytes, field: str, value: bytes) -> None:
    made, whole = read(record(kind, data))
    part = made.parts[-1]
    assert (part.field, whole[part.start : part.end]) == (field, value)


@pytest.mark.parametrize("kind", [43, 46, 47, 48, 50])
def test_signatures_and_bit_maps_are_no_parts(kind: int) -> None:
    made, _ = read(record(kind, b"abcdef"))
    assert len(made.parts) == 1


def test_an_address_of_wrong_length_gives_no_name() -> None:
    made, _ = read(record(1, b"abc"), record(28, b"abc"))
    assert made.names() == ()


def test_chains_of_aliases_lead_back_to_the_question() -> None:
    def alias(owner: bytes, target: bytes) -> bytes:
        return record(5, b"\x01" + target + b"\0", b"\x01" + owner + b"\0")

    made, _ = read(
        alias(b"a", b"b"), alias(b"b", b"c"), record(1, bytes([192, 0, 2, 1]), b"\x01c\0"), question="a"
    )
    assert made.names() == (("192.0.2.1", "a"),)


@pytest.mark.parametrize(
    "data",
    [
        record(12, b""),
        record(15, b"\0\x0a"),
        record(16, b"\x05ab"),
        record(33, b"\0\0\0\0\0\x50\x02sv"),
        record(41, b"\0\x08\0"),
        record(41, b"\0\x08\0\x09a"),
        record(5, b"\x01a"),
        record(1, b"abcd")[:-1],
        record(1, b"abcd")[:-8],
    ],
)
def test_records_cut_off_are_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        read(data)
