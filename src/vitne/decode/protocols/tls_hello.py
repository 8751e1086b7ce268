"""ClientHello and ServerHello bodies, read as far as they go.

Sections cited are those of RFC 8446; the older shape of RFC 5246 7.4.1 is the same but for the extensions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

Span = tuple[int, int]  # half-open range in the handshake body

SNI, SIGNATURES, ALPN, TICKET, PSK, VERSIONS, ECH = 0, 13, 16, 35, 41, 43, 0xFE0D
_ESNI = 0xFFCE  # encrypted server name of the drafts before ECH
_MOST_LISTED = 512  # items of one list that are kept; a real hello has far fewer
RETRY_RANDOM = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")  # 4.1.3

VERSION_NAMES = {
    0x0002: "SSL 2.0",
    0x0300: "SSL 3.0",
    0x0301: "TLS 1.0",
    0x0302: "TLS 1.1",
    0x0303: "TLS 1.2",
    0x0304: "TLS 1.3",
    0xFEFF: "DTLS 1.0",
    0xFEFD: "DTLS 1.2",
    0xFEFC: "DTLS 1.3",
}


class ClientHello(msgspec.Struct, kw_only=True):
    """What a client offers (section 4.1.2)."""

    version: int = 0  # legacy_version
    session_id: Span = (0, 0)  # legacy_session_id, empty range without
    ciphers: list[int] = []  # cipher suites as offered, GREASE included
    extensions: list[int] = []  # types in order, GREASE included
    names: list[Span] = []  # server names (RFC 6066 section 3)
    alpn: list[Span] = []  # protocol names (RFC 7301)
    versions: list[int] = []  # supported_versions
    signatures: list[int] = []  # signature_algorithms
    ticket: Span = (0, 0)  # session ticket (RFC 5077)
    identities: list[Span] = []  # pre-shared key identities (section 4.2.11)
    ech: bool = False  # encrypted client hello (or its forerunner) present
    complete: bool = False  # read to the end with all lengths in order


class ServerHello(msgspec.Struct, kw_only=True):
    """What the server chose (section 4.1.3)."""

    version: int  # version in force: supported_versions where present, else the legacy field
    cipher: int  # cipher suite
    alpn: bytes  # protocol chosen, b"" where it is not said in clear
    retry: bool  # this is a HelloRetryRequest


def grease(value: int) -> bool:
    """Say whether the value is one of those that mean nothing (RFC 8701)."""
    return value & 0x0F0F == 0x0A0A and value >> 8 == value & 0xFF


def version_name(version: int) -> str:
    """Name a version; unknown ones by number."""
    if version >> 8 == 0x7F:  # the drafts of TLS 1.3
        return f"TLS 1.3 draft {version & 0xFF}"
    return VERSION_NAMES.get(version, f"0x{version:04x}")


def read_client_hello(body: bytes, *, cookie: bool = False) -> ClientHello:
    """Read a ClientHello body; with cookie, the one of DTLS (RFC 6347 section 4.2.1).

    Never raises: what was read before the first broken length is given, ``complete`` tells.
    """
    hello = ClientHello()
    if len(body) < 35:
        return hello
    hello.version = int.from_bytes(body[:2], "big")
    session = _vector(body, 34, 1, limit=len(body))
    if session is None:
        return hello
    hello.session_id = session
    at = session[1]
    if cookie:
        span = _vector(body, at, 1, limit=len(body))
        if span is None:
            return hello
        at = span[1]
    suites = _vector(body, at, 2, limit=len(body), partial=True)
    if suites is None:
        return hello
    hello.ciphers = _numbers(body, suites)
    methods = _vector(body, suites[1], 1, limit=len(body))
    if methods is None:
        return hello
    if methods[1] == len(body):  # no extensions at all: the shape before RFC 3546
        hello.complete = True
        return hello
    _read_extensions(hello, body, methods[1])
    return hello


def _read_extensions(hello: ClientHello, body: bytes, at: int) -> None:
    """Read the extensions; sets ``complete`` when the lengths agree to the last byte."""
    block = _vector(body, at, 2, limit=len(body), partial=True)
    if block is None:
        return
    at = block[0]
    while at + 4 <= block[1] and len(hello.extensions) < _MOST_LISTED:
        kind = int.from_bytes(body[at : at + 2], "big")
        hello.extensions.append(kind)
        span = _vector(body, at + 2, 2, limit=block[1], partial=True)
        if span is None:
            return
        _read_extension(hello, body, kind=kind, span=span)
        at = span[1]
    declared = int.from_bytes(body[block[0] - 2 : block[0]], "big")
    hello.complete = at == block[1] == block[0] + declared == len(body) and _whole(body, block)


def _whole(body: bytes, block: Span) -> bool:
    """Say whether the extension lengths fill the block exactly."""
    at = block[0]
    while at + 4 <= block[1]:
        at += 4 + int.from_bytes(body[at + 2 : at + 4], "big")
    return at == block[1]


def _read_extension(hello: ClientHello, body: bytes, *, kind: int, span: Span) -> None:
    """Read one extension that says something about the peer or the user."""
    if kind == SNI:
        hello.names = list(_server_names(body, span))
    elif kind == ALPN:
        hello.alpn = list(_vectors(body, _inner(body, span, 2), 1))
    elif kind == VERSIONS:
        hello.versions = _numbers(body, _inner(body, span, 1))
    elif kind == SIGNATURES:
        hello.signatures = _numbers(body, _inner(body, span, 2))
    elif kind == TICKET:
        hello.ticket = span
    elif kind == PSK:
        hello.identities = list(_identities(body, _inner(body, span, 2)))
    elif kind in {ECH, _ESNI}:
        hello.ech = True


def read_server_hello(body: bytes) -> ServerHello | None:
    """Read a ServerHello body; None where it is too short to say anything."""
    if len(body) < 38:
        return None
    version = int.from_bytes(body[:2], "big")
    session = _vector(body, 34, 1, limit=len(body))
    if session is None or session[1] + 3 > len(body):
        return None
    at = session[1]
    cipher = int.from_bytes(body[at : at + 2], "big")
    alpn = b""
    block = _vector(body, at + 3, 2, limit=len(body), partial=True) or (len(body), len(body))
    at = block[0]
    while at + 4 <= block[1]:
        span = _vector(body, at + 2, 2, limit=block[1], partial=True)
        if span is None:
            break
        kind = int.from_bytes(body[at : at + 2], "big")
        if kind == VERSIONS and span[1] - span[0] == 2:
            version = int.from_bytes(body[span[0] : span[1]], "big")
        elif kind == ALPN:
            first = next(_vectors(body, _inner(body, span, 2), 1), (0, 0))
            alpn = body[first[0] : first[1]]
        at = span[1]
    return ServerHello(version=version, cipher=cipher, alpn=alpn, retry=body[2:34] == RETRY_RANDOM)


def _vector(body: bytes, at: int, width: int, *, limit: int, partial: bool = False) -> Span | None:
    """Give the range of a length-prefixed vector; with partial, cut at the limit instead of None."""
    start = at + width
    if start > limit:
        return None
    end = start + int.from_bytes(body[at:start], "big")
    if end > limit:
        return (start, limit) if partial else None
    return start, end


def _inner(body: bytes, span: Span, width: int) -> Span:
    """Give the one vector inside an extension; an empty range where it does not fit."""
    return _vector(body, span[0], width, limit=span[1], partial=True) or (span[1], span[1])


def _vectors(body: bytes, span: Span, width: int) -> Iterator[Span]:
    """Yield the non-empty vectors that stand one after the other, whole ones only."""
    at, count = span[0], 0
    while at < span[1] and count < _MOST_LISTED:
        item = _vector(body, at, width, limit=span[1])
        if item is None:
            return
        if item[1] > item[0]:
            yield item
        at, count = item[1], count + 1


def _numbers(body: bytes, span: Span) -> list[int]:
    """Read 16-bit numbers; a last odd byte is left out."""
    end = min(span[1], span[0] + 2 * _MOST_LISTED)
    return [int.from_bytes(body[i : i + 2], "big") for i in range(span[0], end - 1, 2)]


def _server_names(body: bytes, span: Span) -> Iterator[Span]:
    """Yield host names of a server_name extension, whole ones only."""
    inner = _inner(body, span, 2)
    at = inner[0]
    for _ in range(16):
        item = _vector(body, at + 1, 2, limit=inner[1])
        if item is None:
            return
        if body[at] == 0 and item[1] > item[0]:
            yield item
        at = item[1]


def _identities(body: bytes, span: Span) -> Iterator[Span]:
    """Yield pre-shared key identities: each is a vector and an age of four bytes."""
    at = span[0]
    for _ in range(64):
        item = _vector(body, at, 2, limit=span[1])
        if item is None or item[1] + 4 > span[1]:
            return
        yield item
        at = item[1] + 4
