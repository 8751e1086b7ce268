"""An HTTP request or answer written out as the HTTP/1.1 text that it stands for.

An export tells method, address, headers and body apart; HTTP/2 and HTTP/3 do too.  Written as one text they
are read by the one HTTP reader of the house, and places in them are places in that text.  Nothing in a header
can end the head: line ends in it become spaces, and the length that is written is that of the body at hand.

specification: RFC 9112 sections 2 to 6; RFC 9110 sections 6 and 8.4; RFC 9113 section 8.3 for pseudo-headers
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Header = tuple[bytes, bytes]
_URL = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.\-]*)://([^/?#\s\\]*)([^#]*)", re.DOTALL)
_AUTHORITY = re.compile(r"(?:[^@]*@)?(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?\Z")
_BREAKS = re.compile(rb"[\r\n\0]+")
_IN_TARGET = re.compile(rb"[\x00-\x20\x7f]")
_NOT_NAME = re.compile(rb"[^!#$%&'*+\-.^_`|~0-9A-Za-z]")
_CHUNKED = re.compile(rb"[0-9A-Fa-f]{1,8}[ \t]*(?:;[^\r\n]{0,256})?\r\n")
_MAGIC = {b"gzip": b"\x1f\x8b", b"x-gzip": b"\x1f\x8b", b"zstd": b"\x28\xb5\x2f\xfd"}
_WITH_BODY = {b"POST", b"PUT", b"PATCH"}
_MOST_METHOD = 32
_CODING, _HOST = len(b"transfer-encoding"), len(b"host")
_KEPT_HEADERS = 4096  # that were read lately
_SHORT = 256  # bytes of a header that is worth keeping
_SAYS_OF_THE_BODY = {b"content-length", b"transfer-encoding", b"content-encoding", b"expect"}
PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


class Place(NamedTuple):
    """What the address of a request says."""

    scheme: str  # lower case
    host: str  # lower case, without port; an IPv6 address without brackets
    port: int
    target: bytes  # path and query as they stand in a request line


def place_of(url: str) -> Place | None:
    """Take an absolute URL apart (RFC 3986 section 3); None for what is no address of a network service."""
    found = _URL.match(url)
    if found is None or found[1].lower() not in PORTS:
        return None
    scheme = found[1].lower()
    authority = _AUTHORITY.match(found[2])
    if authority is None:
        return None
    port = int(authority[2] or 0)
    target = found[3] if found[3].startswith("/") else "/" + found[3]
    return Place(
        scheme=scheme,
        host=authority[1].strip("[]").lower(),
        port=port if 0 < port < 65_536 else PORTS[scheme],
        target=target_bytes(target.encode("utf-8", "replace")),
    )


def target_bytes(target: bytes) -> bytes:
    """Give a request target that holds no byte that would end it: such are written as %XX."""
    return _IN_TARGET.sub(lambda found: b"%%%02X" % found[0][0], target)


class Body(NamedTuple):
    """A body and what the export did to it."""

    data: bytes
    decoded: bool = True  # the export took transfer and content codings off


def request(
    method: bytes, target: bytes, headers: Iterable[Header], body: Body, *, authority: bytes = b""
) -> bytes:
    """Write a request; ``authority`` becomes the Host header where there is none."""
    verb = _NOT_NAME.sub(b"", method)[:_MOST_METHOD] or b"GET"
    kept = _kept(headers, body)
    if authority and not any(len(name) == _HOST and name.lower() == b"host" for name, _ in kept):
        kept.insert(0, (b"Host", _clean(authority)))
    if (body.data or verb in _WITH_BODY) and not _chunked(kept):
        kept.append((b"Content-Length", b"%d" % len(body.data)))
    return _text(b"%s %s HTTP/1.1" % (verb, target_bytes(target) or b"/"), kept, body.data)


def response(
    status: int, reason: bytes, headers: Iterable[Header], body: Body, *, method: bytes
) -> tuple[bytes, int]:
    """Write an answer; also gives how many bytes of its body have no place in HTTP and were left out."""
    kept = _kept(headers, body)
    line = b"HTTP/1.1 %03d %s" % (status, _clean(reason))
    bodiless = method == b"HEAD" or status < 200 or status in {204, 304}
    if bodiless or (method == b"CONNECT" and 200 <= status < 300):
        return _text(line, kept, b""), len(body.data)
    if not _chunked(kept):
        kept.append((b"Content-Length", b"%d" % len(body.data)))
    return _text(line, kept, body.data), 0


def _clean(value: bytes) -> bytes:
    if b"\n" in value or b"\r" in value or b"\0" in value:
        value = _BREAKS.sub(b" ", value)
    return value.strip()


def _kept(headers: Iterable[Header], body: Body) -> list[Header]:
    """Give the headers as they can stand in the text: none that says something untrue of the body."""
    kept = []
    for name, value in headers:
        lower, header = _read(name, value) if len(value) <= _SHORT else _header(name, value)
        if lower and (lower not in _SAYS_OF_THE_BODY or _is_true(lower, value, body)):
            kept.append(header)
    return kept


def _header(name: bytes, value: bytes) -> tuple[bytes, Header]:
    """Give a header's name in small letters, b"" where it cannot stand in the text, and how it stands."""
    if name[:1] == b":":
        return b"", (b"", b"")  # pseudo-headers of HTTP/2 say what the start line says
    plain = _NOT_NAME.sub(b"_", name)
    return name.lower() if plain else b"", (plain, _clean(value))


_read = lru_cache(_KEPT_HEADERS)(_header)


def _is_true(lower: bytes, value: bytes, body: Body) -> bool:
    """Say whether a header holds for the body at hand."""
    if lower == b"content-length":
        return False  # written anew
    if lower == b"transfer-encoding":
        whole = body.data.endswith(b"0\r\n\r\n") and _CHUNKED.match(body.data) is not None
        return not body.decoded and whole and value.strip().lower() == b"chunked"
    if lower == b"content-encoding" and body.decoded:
        magic = _MAGIC.get(value.strip().lower())
        return magic is not None and body.data.startswith(magic)
    return lower != b"expect"


def _chunked(kept: Sequence[Header]) -> bool:
    return any(len(name) == _CODING and name.lower() == b"transfer-encoding" for name, _ in kept)


def _text(line: bytes, headers: Sequence[Header], body: bytes) -> bytes:
    head = b"\r\n".join(map(b": ".join, headers))
    return b"%s\r\n%s%s\r\n%s" % (line, head, b"\r\n" if headers else b"", body)
