"""DHCP: RFC 2131 figure 1 and RFC 2132."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.dhcp import COOKIE, Dhcp, decoder, labels, shown
from vitne.model import Fit, Gap, Malformed, Message, Oddity

MAC = bytes.fromhex("00005e005301")


def option(code: int, value: bytes) -> bytes:
    return bytes([code, len(value)]) + value


def datagram(
    *options: bytes,
    op: int = 1,
    yiaddr: bytes = bytes(4),
    sname: bytes = b"",
    file: bytes = b"",
    end: bytes = b"\xff",
) -> bytes:
    head = bytes([op, 1, 6, 0]) + b"xid!" + bytes(8) + yiaddr + bytes(8) + MAC.ljust(16, b"\0")
    return head + sname.ljust(64, b"\0") + file.ljust(128, b"\0") + COOKIE + b"".join(options) + end


REQUEST = datagram(
    option(53, b"\x03"),
    option(61, b"\x01" + MAC),
    option(50, bytes([192, 0, 2, 7])),
    option(12, b"Toms-Phone"),
    b"\0",
    option(60, b"android-dhcp-9"),
    option(55, bytes([1, 3, 6, 15])),
    option(77, b"uc"),
    option(124, b"\0\0\0\x09\x02ab"),
)


def read(data: bytes) -> list[Message | Oddity | Gap]:
    return list(Dhcp().feed(0, data))


def one(data: bytes) -> Message:
    message = read(data)[0]
    assert isinstance(message, Message)
    return message


def parts(data: bytes) -> dict[str, tuple[str, bytes]]:
    return {part.path: (part.field, part.data or data[part.start : part.end]) for part in one(data).parts}


def test_a_request_names_the_device() -> None:
    message = one(REQUEST)
    assert (message.protocol, message.kind, message.complete) == ("dhcp", "request", True)
    assert message.facts == (
        ("client-mac", "00:00:5e:00:53:01"),
        ("host-name", "Toms-Phone"),
        ("vendor-class", "android-dhcp-9"),
        ("client-id", "0100005e005301"),
        ("fingerprint", "1,3,6,15"),
        ("requested-address", "192.0.2.7"),
    )


def test_options_are_exact_slices_with_their_names() -> None:
    found = parts(REQUEST)
    assert found["option:12"] == ("host name", b"Toms-Phone")
    assert found["option:55"] == ("parameter request list", b"\x01\x03\x06\x0f")
    assert found["option:60"] == ("vendor class", b"android-dhcp-9")
    assert found["option:61"] == ("client id", b"\x01" + MAC)
    assert found["option:77"] == ("user class", b"uc")
    assert found["chaddr"] == ("client hardware address", MAC)
    assert "option:53" not in found
    assert all(part.exact for part in one(REQUEST).parts)


def test_an_acknowledgement_leases_an_address_and_an_offer_does_not() -> None:
    ack = one(datagram(option(53, b"\x05"), op=2, yiaddr=bytes([192, 0, 2, 7])))
    assert ("address", "192.0.2.7") in ack.facts
    offer = one(datagram(option(53, b"\x02"), op=2, yiaddr=bytes([192, 0, 2, 7])))
    assert "address" not in dict(offer.facts)


def test_an_option_in_pieces_is_one_value() -> None:
    data = datagram(option(12, b"Toms-"), option(60, b"x"), option(12, b"Phone"))
    (part,) = [part for part in one(data).parts if part.field == "host name"]
    assert (part.data, part.exact) == (b"Toms-Phone", False)
    assert data[part.start : part.end].startswith(b"Toms-")
    assert data[part.start : part.end].endswith(b"Phone")
    assert ("host-name", "Toms-Phone") in one(data).facts


@pytest.mark.parametrize(("flag", "where"), [(1, "file"), (2, "sname"), (3, "both")])
def test_options_in_the_fields_of_names_are_read_when_overloaded(flag: int, where: str) -> None:
    data = datagram(
        option(52, bytes([flag])),
        file=option(12, b"Toms") + b"\xff" if flag & 1 else b"boot.img",
        sname=option(60, b"vc") + b"\xff" if flag & 2 else b"server",
    )
    found = parts(data)
    assert ("option:12" in found) == (where != "sname")
    assert ("option:60" in found) == (where != "file")
    assert found.get("file") == (None if flag & 1 else ("boot file", b"boot.img"))
    assert found.get("sname") == (None if flag & 2 else ("server name", b"server"))


@pytest.mark.parametrize(
    ("value", "fqdn", "hints"),
    [
        (b"\0\0\0toms.example", "toms.example", ()),
        (b"\x04\0\0\x04toms\x07example\0", "toms.example", ("dns-name",)),
    ],
)
def test_the_full_name_is_read_in_both_forms(value: bytes, fqdn: str, hints: tuple[str, ...]) -> None:
    data = datagram(option(81, value))
    message = one(data)
    (part,) = [part for part in message.parts if part.field == "client FQDN"]
    assert ("fqdn", fqdn) in message.facts
    assert part.hints == hints
    assert data[part.start : part.end] == value[3:]


@given(st.binary(max_size=300), st.booleans())
def test_noise_in_the_options_raises_nothing(options: bytes, overload: bool) -> None:
    read(datagram(option(52, b"\x03") if overload else b"", options, file=options[:128], sname=options[:64]))


@given(st.binary(max_size=300))
def test_noise_raises_nothing_but_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        read(data)


def test_every_proper_prefix_is_reported() -> None:
    for cut in range(240):
        with pytest.raises(Malformed):
            read(REQUEST[:cut])
    for cut in range(240, len(REQUEST)):
        message, gap = read(REQUEST[:cut])
        assert isinstance(message, Message)
        assert not message.complete
        assert isinstance(gap, Gap)


def test_padding_behind_the_end_is_usual_and_other_bytes_are_odd() -> None:
    assert len(read(REQUEST + bytes(40))) == 1
    assert isinstance(read(REQUEST + b"x")[1], Oddity)


def test_kinds_that_are_not_known_are_bootp() -> None:
    assert one(datagram()).kind == "bootp"
    assert one(datagram(option(53, b"\x63"))).kind == "bootp"
    assert one(datagram(option(53, b""))).kind == "bootp"


def test_text_is_shown_without_what_does_not_print() -> None:
    assert shown(b"a\x1b[1m\xffb\0\0") == "a\\x1b[1m\\xffb"
    assert labels(b"\x01a\x05b") == b"a.b"


def test_a_full_datagram_of_pieces_is_read_in_bounded_time() -> None:
    assert one(datagram(*[option(12, b"")] * 30_000)).complete


@pytest.mark.parametrize(
    ("head", "transport", "fit"),
    [
        (REQUEST, "udp", Fit.CERTAIN),
        (REQUEST, "tcp", Fit.NO),
        (REQUEST[:239], "udp", Fit.NO),
        (b"\x03" + REQUEST[1:], "udp", Fit.NO),
        (REQUEST[:236] + b"xxxx", "udp", Fit.NO),
    ],
)
def test_fit_goes_by_the_cookie(head: bytes, transport: str, fit: int) -> None:
    assert decoder.fit(head, transport, 0) == fit


def test_datagrams_have_no_holes_and_no_end() -> None:
    assert list(Dhcp().miss(0, 5)) == list(Dhcp().finish(0)) == []
