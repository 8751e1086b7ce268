"""Hello bodies built field by field after RFC 8446."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.tls_hello import grease, read_client_hello, read_server_hello, version_name


def vector(data: bytes, width: int) -> bytes:
    return len(data).to_bytes(width, "big") + data


def extension(kind: int, data: bytes) -> bytes:
    return struct.pack(">H", kind) + vector(data, 2)


def client_hello(*extensions: bytes, session: bytes = b"", cookie: bytes | None = None) -> bytes:
    middle = b"" if cookie is None else vector(cookie, 1)
    head = (
        b"\x03\x03" + bytes(32) + vector(session, 1) + middle + vector(b"\x13\x01\xc0\x2b", 2) + b"\x01\x00"
    )
    return head + vector(b"".join(extensions), 2)


SNI = extension(0, vector(b"\x00" + vector(b"a.example", 2), 2))
TICKET = extension(35, b"ticket-bytes")
IDENTITY = extension(41, vector(vector(b"resume-me", 2) + bytes(4), 2) + vector(vector(bytes(32), 1), 2))


def test_all_fields_are_found_where_they_stand() -> None:
    versions = extension(43, vector(b"\x0a\x0a\x03\x04\x03\x03", 1))
    alpn = extension(16, vector(vector(b"h2", 1) + vector(b"x", 1), 2))
    signatures = extension(13, vector(b"\x04\x03\x08\x04", 2))
    body = client_hello(
        SNI, TICKET, versions, alpn, signatures, extension(0xFE0D, b"\x00"), IDENTITY, session=b"sess"
    )
    hello = read_client_hello(body)
    assert hello.complete
    assert hello.ech
    assert hello.ciphers == [0x1301, 0xC02B]
    assert hello.versions == [0x0A0A, 0x0304, 0x0303]
    assert hello.signatures == [0x0403, 0x0804]
    assert [body[a:b] for a, b in hello.names] == [b"a.example"]
    assert [body[a:b] for a, b in hello.alpn] == [b"h2", b"x"]
    assert [body[a:b] for a, b in (hello.ticket, hello.session_id, *hello.identities)] == [
        b"ticket-bytes",
        b"sess",
        b"resume-me",
    ]


def test_a_hello_without_extensions_is_whole() -> None:
    body = b"\x03\x01" + bytes(32) + b"\x00" + vector(b"\x00\x2f", 2) + b"\x01\x00"
    assert read_client_hello(body).complete


def test_the_cookie_of_dtls_is_passed_over() -> None:
    assert read_client_hello(client_hello(SNI, cookie=b"cook"), cookie=True).complete


@pytest.mark.parametrize(
    "wrong", [client_hello(SNI) + b"\x00", client_hello(SNI)[:-1], client_hello(SNI[:-2])]
)
def test_lengths_that_disagree_are_not_complete(wrong: bytes) -> None:
    assert not read_client_hello(wrong).complete


def test_no_proper_prefix_with_extensions_is_complete() -> None:
    body = client_hello(SNI, TICKET, IDENTITY)
    extensions_at = body.index(vector(SNI + TICKET + IDENTITY, 2))
    for size in range(len(body)):
        assert read_client_hello(body[:size]).complete == (
            size == extensions_at
        )  # there it has the old shape


def test_the_server_choice_is_read() -> None:
    body = (
        b"\x03\x03"
        + bytes(32)
        + b"\x00\x13\x02\x00"
        + vector(extension(43, b"\x03\x04") + extension(16, b"\x00\x03\x02h2"), 2)
    )
    chosen = read_server_hello(body)
    assert chosen is not None
    assert (chosen.version, chosen.cipher, chosen.alpn, chosen.retry) == (0x0304, 0x1302, b"h2", False)
    assert read_server_hello(body[:37]) is None


def test_meaningless_values_are_known() -> None:
    assert [value for value in range(0x10000) if grease(value)] == [0x0A0A + 0x1010 * i for i in range(16)]


def test_versions_have_names() -> None:
    assert [version_name(v) for v in (0x0304, 0x7F1C, 0xFEFD, 0x1234)] == [
        "TLS 1.3",
        "TLS 1.3 draft 28",
        "DTLS 1.2",
        "0x1234",
    ]


@given(st.binary(max_size=300))
def test_noise_raises_nothing(data: bytes) -> None:
    read_client_hello(data)
    read_client_hello(b"\x03\x03" + bytes(32) + data, cookie=True)
    read_server_hello(b"\x03\x03" + bytes(32) + data)


def test_lists_are_bounded() -> None:
    body = client_hello(*[extension(21, b"")] * 5000)
    assert len(read_client_hello(body).extensions) <= 512
