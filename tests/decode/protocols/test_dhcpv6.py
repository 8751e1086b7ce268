"""DHCPv6: RFC 8415."""

from __future__ import annotations

import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.dhcpv6 import Dhcpv6, decoder
from vitne.model import Fit, Gap, Malformed, Message, Oddity

MAC = bytes.fromhex("00005e005301")
ADDRESS = socket.inet_pton(socket.AF_INET6, "2001:db8::7")


def option(code: int, value: bytes) -> bytes:
    return struct.pack(">HH", code, len(value)) + value


LLT = option(1, b"\0\x01\0\x01\x20\x20\x20\x20" + MAC)
LL = option(1, b"\0\x03\0\x01" + MAC)
IA = option(3, bytes(12) + option(5, ADDRESS + bytes(8)))
SOLICIT = (
    b"\x01abc"
    + LLT
    + option(8, b"\0\0")
    + IA
    + option(39, b"\x01\x04toms\x07example\0")
    + option(16, b"\0\0\x01\x37\0\x08MSFT 5.0")
    + option(15, b"\0\x02uc")
    + option(6, b"\0\x17")
)


def read(data: bytes) -> list[Message | Oddity | Gap]:
    return list(Dhcpv6().feed(0, data))


def one(data: bytes) -> Message:
    message = read(data)[0]
    assert isinstance(message, Message)
    return message


def test_a_solicit_names_the_device() -> None:
    message = one(SOLICIT)
    assert (message.kind, message.complete) == ("solicit", True)
    assert message.facts == (
        ("client-id", "000100012020202000005e005301"),
        ("client-mac", "00:00:5e:00:53:01"),
        ("requested-address", "2001:db8::7"),
        ("fqdn", "toms.example"),
        ("host-name", "toms"),
        ("vendor-class", "MSFT 5.0"),
    )
    found = {part.path: (part.field, SOLICIT[part.start : part.end]) for part in message.parts}
    assert found["option:39"] == ("client FQDN", b"\x04toms\x07example\0")
    assert found["option:16"] == ("vendor class", b"MSFT 5.0")
    assert found["option:15"] == ("user class", b"uc")
    assert found["option:1"][1].endswith(MAC)


def test_a_reply_leases_an_address() -> None:
    assert ("address", "2001:db8::7") in one(b"\x07abc" + LL + IA).facts
    assert ("client-mac", "00:00:5e:00:53:01") in one(b"\x07abc" + LL + IA).facts


def test_a_relay_has_the_message_inside_and_the_hardware_address_beside() -> None:
    data = b"\x0c\0" + ADDRESS * 2 + option(79, b"\0\x01" + MAC) + option(9, SOLICIT)
    message = one(data)
    assert message.kind == "solicit"
    assert message.facts.count(("client-mac", "00:00:5e:00:53:01")) == 1
    assert ("host-name", "toms") in message.facts
    part = next(part for part in message.parts if part.path == "option:79")
    assert data[part.start : part.end] == MAC


def test_relays_in_relays_are_bounded() -> None:
    data = SOLICIT
    for _ in range(12):
        data = b"\x0c\0" + ADDRESS * 2 + option(9, data)
    message, gap = read(data)
    assert isinstance(message, Message)
    assert not message.complete
    assert isinstance(gap, Gap)


def test_addresses_in_addresses_are_bounded() -> None:
    data = b""
    for _ in range(20):
        data = option(4, bytes(4) + data)
    assert not one(b"\x01abc" + data).complete


def test_every_proper_prefix_is_reported_or_is_a_shorter_chain_of_options() -> None:
    # The format has no length of the whole: a cut between two options cannot be told from an end.
    borders = {4}
    at = 4
    while at < len(SOLICIT):
        at += 4 + int.from_bytes(SOLICIT[at + 2 : at + 4])
        borders.add(at)
    for cut in range(4):
        with pytest.raises(Malformed):
            read(SOLICIT[:cut])
    for cut in range(4, len(SOLICIT)):
        assert one(SOLICIT[:cut]).complete == (cut in borders)


def test_repeated_options_are_read() -> None:
    assert len([part for part in one(SOLICIT + SOLICIT[4:]).parts if part.path == "option:39"]) == 2


@given(st.binary(max_size=200))
def test_noise_raises_nothing_but_malformed(data: bytes) -> None:
    try:
        read(data)
    except Malformed:
        assert len(data) < 4


@given(st.integers(0, len(SOLICIT) - 1), st.integers(0, 255))
def test_one_wrong_byte_raises_nothing(at: int, byte: int) -> None:
    read(SOLICIT[:at] + bytes([byte]) + SOLICIT[at + 1 :])


def test_a_full_datagram_of_empty_options_is_read() -> None:
    assert one(b"\x01abc" + option(200, b"") * 16_000).complete


@pytest.mark.parametrize(
    ("head", "transport", "fit"),
    [
        (SOLICIT, "udp", Fit.CERTAIN),
        (b"\x0c\0" + ADDRESS * 2 + option(9, SOLICIT), "udp", Fit.CERTAIN),
        (SOLICIT[:-1], "udp", Fit.PERHAPS),
        (SOLICIT, "tcp", Fit.NO),
        (b"\x01abc" + option(8, b"\0\0"), "udp", Fit.NO),
        (b"\x0eabc" + LL, "udp", Fit.NO),
        (b"\x01abc\0\0\0\0", "udp", Fit.NO),
        (b"\x01abc" + LL + LL, "udp", Fit.NO),
        (b"", "udp", Fit.NO),
    ],
)
def test_fit_wants_a_chain_of_known_options(head: bytes, transport: str, fit: int) -> None:
    assert decoder.fit(head, transport, 0) == fit


def test_datagrams_have_no_holes_and_no_end() -> None:
    assert list(Dhcpv6().miss(0, 5)) == list(Dhcpv6().finish(0)) == []
