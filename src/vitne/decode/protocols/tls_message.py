"""Hellos and certificates as messages: what TLS over TCP, DTLS and QUIC say alike."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from vitne.decode.protocols.tls_hello import grease, version_name
from vitne.decode.protocols.tls_ja4 import ja4
from vitne.model import Part

if TYPE_CHECKING:
    from collections.abc import Callable

    from vitne.decode.protocols.tls_hello import ClientHello, ServerHello, Span

    Place = Callable[
        [int, int], tuple[int, int, bool]
    ]  # body range -> wire range, and whether it is that slice

_MOST_NAMES = 64  # alternative names of one certificate that are told
_LONGEST_NAME = 255  # characters of one of them
_LARGEST_CERTIFICATE = 1 << 16  # bytes; RFC 8446 allows 2^24, real ones stay below 10 KiB


def host_of(hello: ClientHello, body: bytes) -> str:
    """Give the first server name, lower case; "" where there is none or it is no name."""
    for start, end in hello.names:
        name = body[start:end]
        if len(name) <= _LONGEST_NAME and name.isascii() and name.decode("ascii").isprintable():
            return name.decode("ascii").lower().rstrip(".")
    return ""


def hello_facts(hello: ClientHello, body: bytes, carrier: str) -> tuple[tuple[str, str], ...]:
    """Give the observations on a ClientHello: fingerprint, protocols, versions, encrypted hello."""
    facts: list[tuple[str, str]] = []
    if hello.complete:
        facts.append(("ja4", ja4(hello, body, carrier)))
    facts.extend(("alpn", text(body[start:end])) for start, end in hello.alpn[:16])
    versions = [value for value in hello.versions if not grease(value)] or [hello.version]
    facts.append(("version", version_name(max(versions))))
    if hello.ech:
        facts.append(("ech", "present"))
    return tuple(facts)


def server_facts(hello: ServerHello) -> tuple[tuple[str, str], ...]:
    """Give the observations on a ServerHello."""
    facts = [("version", version_name(hello.version)), ("cipher", f"0x{hello.cipher:04x}")]
    if hello.alpn:
        facts.append(("alpn", text(hello.alpn)))
    return tuple(facts)


def hello_parts(hello: ClientHello, body: bytes, place: Place) -> tuple[Part, ...]:
    """Give the stretches of a ClientHello that can carry something about the user."""
    named: list[tuple[str, str, Span]] = [("sni", "server name", span) for span in hello.names]
    named += [("alpn", "protocol", span) for span in hello.alpn[:16]]
    named.append(("session-id", "session id", hello.session_id))
    named.append(("session-ticket", "session ticket", hello.ticket))
    named += [("psk-identity", "psk identity", span) for span in hello.identities]
    return tuple(
        part(path, field, span=span, body=body, place=place)
        for path, field, span in named
        if span[1] > span[0]
    )


def part(path: str, field: str, *, span: Span, body: bytes, place: Place) -> Part:
    """Make a part of a body range, exact where the range is one slice of the wire."""
    start, end, exact = place(*span)
    data = None if exact else bytes(body[span[0] : span[1]])
    return Part(path=path, field=field, start=start, end=end, data=data, exact=exact)


def text(data: bytes) -> str:
    """Show bytes of a name as text, other bytes escaped."""
    return data[:_LONGEST_NAME].decode("ascii", "backslashreplace")


def leaf_of(body: bytes) -> Span | None:
    """Give the range of the first certificate of a TLS 1.2 Certificate body (RFC 5246 7.4.2)."""
    if len(body) < 6:
        return None
    end = 6 + int.from_bytes(body[3:6], "big")
    return (6, end) if 6 < end <= len(body) else None


def certificate_names(der: bytes) -> tuple[str, ...] | None:
    """Give the common name and alternative names of a certificate; None where it cannot be read."""
    from cryptography import x509  # large: only who meets a certificate pays for it
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.x509.oid import NameOID

    if len(der) > _LARGEST_CERTIFICATE:
        return None
    names: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # old certificates break today's rules and are read all the same
        try:
            certificate = x509.load_der_x509_certificate(der)
            names += [
                str(item.value) for item in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
            ]
            for extension in certificate.extensions:
                if isinstance(extension.value, x509.SubjectAlternativeName):
                    names += [str(item) for item in extension.value.get_values_for_type(x509.DNSName)]
                    names += [str(item) for item in extension.value.get_values_for_type(x509.RFC822Name)]
        except (
            ValueError,
            TypeError,
            OverflowError,
            UnsupportedAlgorithm,
            x509.InvalidVersion,
            x509.DuplicateExtension,
            x509.UnsupportedGeneralNameType,
        ):
            return tuple(names) or None
    kept = dict.fromkeys(name[:_LONGEST_NAME] for name in names if name)
    return tuple(kept)[:_MOST_NAMES]
