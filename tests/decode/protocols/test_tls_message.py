"""What hellos and certificates say, and what broken ones do."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.tls_hello import ClientHello, ServerHello
from vitne.decode.protocols.tls_message import (
    certificate_names,
    hello_facts,
    hello_parts,
    host_of,
    leaf_of,
    server_facts,
)


def made(names: list[x509.GeneralName]) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "one.example")])
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    builder = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    )
    builder = builder.serial_number(9).not_valid_before(start).not_valid_after(start + dt.timedelta(days=9))
    builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def test_common_and_alternative_names_are_told_once() -> None:
    der = made(
        [x509.DNSName("one.example"), x509.DNSName("two.example"), x509.RFC822Name("kari@maker.example")]
    )
    assert certificate_names(der) == ("one.example", "two.example", "kari@maker.example")


def test_the_number_of_names_is_bounded() -> None:
    names = certificate_names(made([x509.DNSName(f"h{i}.example") for i in range(500)]))
    assert names is not None
    assert len(names) == 64


def test_what_is_no_certificate_gives_none() -> None:
    assert certificate_names(b"\x30\x00") is None
    assert certificate_names(bytes(1 << 17)) is None


@given(st.integers(0, 400), st.integers(0, 255))
def test_a_damaged_certificate_raises_nothing(at: int, byte: int) -> None:
    der = bytearray(CERTIFICATE)
    der[at % len(der)] = byte
    certificate_names(bytes(der))


CERTIFICATE = made([x509.DNSName("two.example")])


def test_the_leaf_is_the_first_of_the_list() -> None:
    listed = (5).to_bytes(3, "big") + b"leafs" + (3).to_bytes(3, "big") + b"top"
    body = len(listed).to_bytes(3, "big") + listed
    span = leaf_of(body)
    assert span is not None
    assert body[span[0] : span[1]] == b"leafs"
    assert leaf_of(b"\x00\x00\x00") is None
    assert leaf_of(body[:8]) is None


@pytest.mark.parametrize(
    ("name", "host"), [(b"A.Example.", "a.example"), (b"a\nb", ""), (b"\xff.example", "")]
)
def test_only_a_printable_name_is_a_host(name: bytes, host: str) -> None:
    assert host_of(ClientHello(names=[(0, len(name))]), name) == host


def test_facts_of_a_hello() -> None:
    hello = ClientHello(version=0x0303, versions=[0x0A0A, 0x0304], alpn=[(0, 2)], ech=True, complete=True)
    facts = dict(hello_facts(hello, b"h2", "q"))
    assert facts["ja4"].startswith("q13i")
    assert (facts["alpn"], facts["version"], facts["ech"]) == ("h2", "TLS 1.3", "present")
    assert "ja4" not in dict(hello_facts(ClientHello(), b"", "t"))


def test_facts_of_a_server_hello() -> None:
    facts = server_facts(ServerHello(version=0x0303, cipher=0xC02F, alpn=b"h2", retry=False))
    assert facts == (("version", "TLS 1.2"), ("cipher", "0xc02f"), ("alpn", "h2"))


def test_parts_carry_their_bytes_where_they_are_no_slice() -> None:
    def place(start: int, end: int) -> Any:
        return 100, 100 + end - start, False

    (sni, ticket) = hello_parts(ClientHello(names=[(0, 3)], ticket=(3, 6)), b"abcdef", place)
    assert (sni.path, sni.data, sni.exact) == ("sni", b"abc", False)
    assert (ticket.path, ticket.data) == ("session-ticket", b"def")
