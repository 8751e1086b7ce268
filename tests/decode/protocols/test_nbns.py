"""NetBIOS names: RFC 1002 section 4.2."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.nbns import Nbns, decoder
from vitne.model import Fit, Gap, Malformed, Message, Oddity

# "The NetBIOS name" by the rule of RFC 1001 section 14.1 ("T" is 0x54: F, E), with a scope
THE_NAME = b"FEGIGFCAEOGFHEECEJEPFDCAGOGBGNGF"
SCOPED = b"\x20" + THE_NAME + b"\x05SCOPE\x02ID\x03COM\0"


def coded(text: str, suffix: int = 0) -> bytes:
    plain = text.encode().ljust(15) + bytes([suffix])
    return b"\x20" + bytes(65 + half for byte in plain for half in (byte >> 4, byte & 15)) + b"\0"


def datagram(flags: int, counts: tuple[int, int, int, int], body: bytes) -> bytes:
    return struct.pack(">6H", 9, flags, *counts) + body


QUERY = datagram(0x0110, (1, 0, 0, 0), coded("PRINTER") + struct.pack(">HH", 0x20, 1))
REGISTER = datagram(
    0x2910,
    (1, 0, 0, 1),
    coded("TOMS-PC")
    + struct.pack(">HH", 0x20, 1)
    + b"\xc0\x0c"
    + struct.pack(">HHIHH", 0x20, 1, 60, 6, 0)
    + bytes([192, 0, 2, 5]),
)
STATUS = datagram(
    0x8400,
    (0, 1, 0, 0),
    coded("*")
    + struct.pack(">HHIH", 0x21, 1, 0, 1 + 36 + 6)
    + b"\x02"
    + b"TOMS-PC".ljust(15)
    + b"\0\x04\0"
    + b"HOME".ljust(15)
    + b"\0\x84\0"
    + bytes.fromhex("00005e005301"),
)


def read(data: bytes) -> list[Message | Oddity | Gap]:
    return list(Nbns().feed(0, data))


def one(data: bytes) -> Message:
    message = read(data)[0]
    assert isinstance(message, Message)
    return message


def test_a_query_names_what_is_asked_for() -> None:
    message = one(QUERY)
    assert (message.kind, message.complete) == ("query", True)
    assert message.facts == (("name", "PRINTER"), ("type", "NB"))
    (part,) = message.parts
    assert part.hints == ("netbios-name",)
    assert QUERY[part.start : part.end] == coded("PRINTER")[1:33]


def test_a_registration_names_the_machine_and_its_address() -> None:
    message = one(REGISTER)
    assert message.kind == "registration"
    assert ("host-name", "TOMS-PC") in message.facts
    assert message.names == (("192.0.2.5", "TOMS-PC"),)
    assert message.parts[0].field == "host name"


def test_a_status_answer_gives_names_and_the_hardware_address() -> None:
    message = one(STATUS)
    assert message.kind == "response"
    assert message.facts == (("host-name", "TOMS-PC"), ("client-mac", "00:00:5e:00:53:01"))
    assert [(part.field, STATUS[part.start : part.end]) for part in message.parts[1:]] == [
        ("host name", b"TOMS-PC"),
        ("group name", b"HOME"),
        ("unit id", bytes.fromhex("00005e005301")),
    ]


def test_a_name_with_scope_is_read() -> None:
    message = one(datagram(0x0110, (1, 0, 0, 0), SCOPED + struct.pack(">HH", 0x20, 1)))
    assert message.facts[0] == ("name", "The NetBIOS nam")
    assert message.complete


@pytest.mark.parametrize("data", [QUERY, REGISTER, STATUS])
def test_every_proper_prefix_is_reported(data: bytes) -> None:
    for cut in range(12):
        with pytest.raises(Malformed):
            read(data[:cut])
    for cut in range(12, len(data)):
        assert not one(data[:cut]).complete, cut
        assert isinstance(read(data[:cut])[-1], Gap)


def test_trailing_bytes_are_odd() -> None:
    assert isinstance(read(QUERY + b"x")[-1], Oddity)


@given(st.binary(max_size=120))
def test_noise_raises_nothing_but_malformed(data: bytes) -> None:
    try:
        read(data)
        read(QUERY[:13] + data)
    except Malformed:
        assert len(data) < 12


@given(st.integers(2, len(STATUS) - 1), st.integers(0, 255))
def test_one_wrong_byte_raises_nothing(at: int, byte: int) -> None:
    read(STATUS[:at] + bytes([byte]) + STATUS[at + 1 :])


@pytest.mark.parametrize(
    ("head", "fit"),
    [
        (QUERY, Fit.CERTAIN),
        (REGISTER, Fit.CERTAIN),
        (STATUS, Fit.CERTAIN),
        (QUERY[:46], Fit.LIKELY),
        (QUERY[:30], Fit.NO),
        (b"\0" * 60, Fit.NO),
        (QUERY[:2] + b"\x18" + QUERY[3:], Fit.NO),
    ],
)
def test_fit_goes_by_the_encoded_name(head: bytes, fit: int) -> None:
    assert decoder.fit(head, "udp", 0) == fit
    assert decoder.fit(head, "tcp", 0) == Fit.NO


def test_datagrams_have_no_holes_and_no_end() -> None:
    assert list(Nbns().miss(0, 5)) == list(Nbns().finish(0)) == []
