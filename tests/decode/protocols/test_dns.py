"""DNS, mDNS and LLMNR datagrams."""

from __future__ import annotations

import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.dns import Dns, decoder
from vitne.model import Fit, Gap, Malformed, Message, Oddity


def name(text: str) -> bytes:
    return b"".join(bytes([len(label)]) + label for label in text.encode().split(b".")) + b"\0"


def header(*, qd: int = 0, an: int = 0, ns: int = 0, ar: int = 0, flags: int = 0x8180) -> bytes:
    return struct.pack(">6H", 0x1234, flags, qd, an, ns, ar)


def record(owner: bytes, kind: int, data: bytes) -> bytes:
    return owner + struct.pack(">HHIH", kind, 1, 60, len(data)) + data


QUESTION = name("www.Shop.example") + struct.pack(">HH", 1, 1)
QUERY = header(qd=1, flags=0x0100) + QUESTION
TO = b"\xc0\x0c"
CNAME_AT = 12 + len(QUESTION) + 12
ANSWER = (
    header(qd=1, an=3)
    + QUESTION
    + record(TO, 5, b"\x03cdn\xc0\x10")
    + record(struct.pack(">H", 0xC000 | CNAME_AT), 1, bytes([192, 0, 2, 1]))
    + record(struct.pack(">H", 0xC000 | CNAME_AT), 28, bytes.fromhex("20010db8000000000000000000000001"))
)


def read(
    data: bytes, side: int = 0, destination: tuple[str, int] | None = None
) -> list[Message | Oddity | Gap]:
    return list(Dns(destination).feed(side, data))


def one(data: bytes, destination: tuple[str, int] | None = None) -> Message:
    message = read(data, destination=destination)[0]
    assert isinstance(message, Message)
    return message


def test_a_query_gives_the_name_asked_as_an_exact_slice() -> None:
    message = one(QUERY)
    (part,) = message.parts
    assert (message.kind, message.datagram, message.complete) == ("query", 0, True)
    assert (part.path, part.hints, part.exact) == ("question", ("dns-name",), True)
    assert QUERY[part.start : part.end] == name("www.Shop.example")
    assert message.facts == (("name", "www.Shop.example"), ("type", "A"))


def test_an_answer_names_addresses_by_the_name_asked() -> None:
    message = one(ANSWER)
    assert message.kind == "response"
    assert message.status == 0
    assert message.names == (("192.0.2.1", "www.shop.example"), ("2001:db8::1", "www.shop.example"))
    assert message.complete


def test_a_compressed_name_is_given_whole() -> None:
    part = one(ANSWER).parts[1]
    assert (part.field, part.exact, part.data) == ("CNAME", False, name("cdn.Shop.example"))


def test_answers_are_paired_with_queries() -> None:
    dns = Dns()
    other = b"\x00\x01" + QUERY[2:]
    list(dns.feed(0, QUERY))
    list(dns.feed(0, other))
    answers = [
        next(iter(dns.feed(1, data))) for data in (b"\x00\x01" + ANSWER[2:], ANSWER, b"\x55\x55" + ANSWER[2:])
    ]
    assert [getattr(answer, "answers", -1) for answer in answers] == [1, 0, None]
    assert [getattr(answer, "datagram", -1) for answer in answers] == [0, 1, 2]


@pytest.mark.parametrize(
    ("destination", "protocol"),
    [
        (None, "dns"),
        (("192.0.2.53", 53), "dns"),
        (("224.0.0.251", 5353), "mdns"),
        (("ff02::fb", 5353), "mdns"),
        (("192.0.2.7", 5353), "mdns"),
        (("224.0.0.252", 5355), "llmnr"),
        (("ff02::1:3", 5355), "llmnr"),
    ],
)
def test_the_destination_names_the_variant(destination: tuple[str, int] | None, protocol: str) -> None:
    assert one(QUERY, destination).protocol == protocol


def test_an_mdns_answer_names_the_device() -> None:
    host = name("Toms-Phone.local")
    data = (
        header(an=4, flags=0x8400)
        + record(host, 1, bytes([192, 0, 2, 9]))
        + record(TO, 16, b"\x0bmodel=X1,23\x06paired\x00")
        + record(name("_x._tcp.local"), 12, b"\x06Tom TV\xc0" + bytes([12 + 11]))
        + record(TO, 33, b"\0\0\0\0\x1f\x90" + host)
    )
    fields = [(part.field, part.data or data[part.start : part.end]) for part in one(data).parts]
    assert fields[0] == ("host name", host)
    assert ("model", b"X1,23") in fields
    assert ("TXT", b"paired") in fields
    assert fields[-1][0] == "host name"


def test_hardware_information_zones_and_unknown_types_are_parts() -> None:
    data = (
        header(an=3)
        + record(name("h.example"), 13, b"\x03ARM\x05LINUX")
        + record(TO, 6, name("ns.example") + name("admin.example") + bytes(20))
        + record(TO, 65300, b"abc")
    )
    fields = [(part.path, part.field, data[part.start : part.end]) for part in one(data).parts]
    assert ("answer:HINFO", "HINFO", b"ARM") in fields
    assert ("answer", "SOA", name("admin.example")) in fields
    assert ("answer:TYPE65300", "TYPE65300", b"abc") in fields


def test_options_tell_the_clients_net_and_hardware_address() -> None:
    def option(code: int, value: bytes) -> bytes:
        return struct.pack(">HH", code, len(value)) + value

    options = (
        option(8, b"\0\x01\x18\x00" + bytes([192, 0, 2]))
        + option(65001, bytes.fromhex("00005e005301"))
        + option(4, b"\0\0" + bytes.fromhex("00005e005302"))
        + option(12, bytes(8))
        + option(9999, b"x")
    )
    data = (
        header(qd=1, ar=1, flags=0x100)
        + QUESTION
        + b"\0"
        + struct.pack(">HHIH", 41, 1232, 0, len(options))
        + options
    )
    message = one(data)
    assert message.facts[2:] == (
        ("edns-client-subnet", "192.0.2.0/24"),
        ("client-mac", "00:00:5e:00:53:01"),
        ("client-mac", "00:00:5e:00:53:02"),
    )
    parts = {part.path: (part.field, data[part.start : part.end]) for part in message.parts}
    assert parts["option:65001"] == ("client-mac", bytes.fromhex("00005e005301"))
    assert parts["option:9999"] == ("option 9999", b"x")
    assert "option:12" not in parts


@pytest.mark.parametrize(
    "subnet", [b"\0\x02\x38\0\x20\x01\x0d\xb8", b"\0\x07\x18\0abc", b"\0\x01\x18\0abcde", b"\0"]
)
def test_a_subnet_of_another_family_or_form_is_told_only_when_it_makes_sense(subnet: bytes) -> None:
    option = struct.pack(">HH", 8, len(subnet)) + subnet
    data = (
        header(qd=1, ar=1, flags=0x100)
        + QUESTION
        + b"\0"
        + struct.pack(">HHIH", 41, 1232, 0, len(option))
        + option
    )
    told = [value for key, value in one(data).facts if key == "edns-client-subnet"]
    assert told == (["2001:db8::/56"] if subnet[1:2] == b"\x02" else [])


def test_pointers_in_a_circle_are_malformed() -> None:
    for data in (
        header(qd=1) + b"\xc0\x0c" + bytes(4),
        header(an=1) + b"\x01a\xc0\x0c" + bytes(14),
        header(qd=1, an=1) + QUESTION + b"\xc0\xff" + bytes(14),
    ):
        message, gap = read(data)
        assert isinstance(message, Message)
        assert not message.complete
        assert isinstance(gap, Gap)


def test_aliases_in_a_circle_end() -> None:
    a, b = name("a.example"), name("b.example")
    data = header(an=3) + record(a, 5, b) + record(b, 5, a) + record(a, 1, bytes([192, 0, 2, 1]))
    assert len(one(data).names) == 1


def test_several_questions_are_all_named() -> None:
    message = one(header(qd=3, flags=0) + QUESTION * 3)
    assert [fact for fact in message.facts if fact[0] == "name"] == [("name", "www.Shop.example")] * 3
    assert len(message.parts) == 3


def test_a_name_with_any_bytes_is_shown_with_escapes() -> None:
    message = one(header(qd=1, flags=0) + b"\x05a.b\x00\xff\x02\xc3\xa9\x00" + struct.pack(">HH", 1, 1))
    assert message.facts[0] == ("name", "a\\.b\\000\\255.é")


def test_the_root_is_a_dot() -> None:
    assert one(header(qd=1, flags=0) + b"\0" + struct.pack(">HH", 2, 1)).facts == (
        ("name", "."),
        ("type", "NS"),
    )


# ---- the six properties: a datagram is never cut, and there is no inverse


@pytest.mark.parametrize("data", [QUERY, ANSWER])
def test_every_proper_prefix_is_reported(data: bytes) -> None:
    for cut in range(12):
        with pytest.raises(Malformed):
            read(data[:cut])
    for cut in range(12, len(data)):
        message, gap = read(data[:cut])
        assert isinstance(message, Message)
        assert not message.complete
        assert isinstance(gap, Gap)


def test_trailing_bytes_are_odd_and_a_part() -> None:
    message, oddity = read(QUERY + QUERY)
    assert isinstance(message, Message)
    assert isinstance(oddity, Oddity)
    assert oddity.name == "dns-trailing-bytes"
    assert (message.parts[-1].path, message.parts[-1].start, message.parts[-1].end) == (
        "trailing",
        len(QUERY),
        2 * len(QUERY),
    )


def test_a_truncated_answer_is_not_complete() -> None:
    assert not one(header(qd=1, flags=0x8380) + QUESTION).complete


@given(st.binary(max_size=200))
def test_noise_raises_nothing_but_malformed(data: bytes) -> None:
    try:
        read(data)
    except Malformed:
        assert len(data) < 12


@given(st.integers(0, len(ANSWER) - 1), st.integers(0, 255))
def test_one_wrong_byte_raises_nothing_but_malformed(at: int, byte: int) -> None:
    read(ANSWER[:at] + bytes([byte]) + ANSWER[at + 1 :])


@pytest.mark.parametrize(
    "data",
    [
        header(an=65535) + record(name("a.example"), 1, bytes(4)) + record(TO, 1, bytes(4)) * 4000,
        header(qd=65535) + QUESTION * 3000,
        header(an=65535)
        + record(b"\x3f" + b"a" * 63 + b"\x3f" + b"b" * 63 + b"\0", 12, b"\xc0\x0c")
        + record(b"\x01c\xc0\x0c", 12, b"\xc0\x0c") * 4000,
        header(an=65535) + record(b"\0", 16, b"\x00" * 60_000),
        header(an=1, qd=1) + QUESTION + b"".join(b"\xc0" + bytes([b]) for b in range(12, 250)) * 100,
    ],
)
def test_hostile_datagrams_take_bounded_time(data: bytes) -> None:
    begin = time.process_time()
    read(data)
    assert time.process_time() - begin < 2


# ---- fit


@pytest.mark.parametrize(
    ("head", "fit"),
    [
        (QUERY, Fit.CERTAIN),
        (ANSWER, Fit.CERTAIN),
        (header(an=1, flags=0x8400) + record(name("x.local"), 28, bytes(16)), Fit.CERTAIN),
        (header(qd=1, flags=0x0100) + name("x.example") + struct.pack(">HH", 65400, 1), Fit.PERHAPS),
        (header(qd=1, flags=0x0100) + name("x.example") + struct.pack(">HH", 1, 9), Fit.NO),
        (QUERY[:20], Fit.NO),
        (
            header(qd=1, flags=0x0110) + b"\x20" + b"CK" + b"CA" * 15 + b"\0" + struct.pack(">HH", 0x20, 1),
            Fit.NO,
        ),
        (header(qd=1, flags=0x2800) + QUESTION, Fit.CERTAIN),
        (header(qd=1, flags=0x7800) + QUESTION, Fit.NO),
        (header(an=1, flags=0x0000) + record(name("x.local"), 28, bytes(16)), Fit.NO),
        (b"\x00" * 40, Fit.NO),
        (b"\x23" + bytes(47), Fit.NO),
        (b"", Fit.NO),
    ],
)
def test_fit_goes_by_the_bytes(head: bytes, fit: int) -> None:
    assert decoder.fit(head, "udp", 0) == fit
    assert decoder.fit(head, "tcp", 0) == Fit.NO


def test_datagrams_have_no_holes_and_no_end() -> None:
    assert list(Dns().miss(0, 5)) == list(Dns().finish(0)) == []
