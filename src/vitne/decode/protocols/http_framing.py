"""How long the body of an HTTP/1.x message is, and what it is wrapped in.

RFC 9112 sections 6.3 (length) and 7 (transfer codings); RFC 9110 sections 8.3, 8.4 (type, content codings).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from vitne.decode.protocols.http_heads import Head

CODINGS = {
    "x-gzip": "gzip",
    "br": "brotli",
    "x-deflate": "deflate",
    "x-compress": "compress",
    "x-zstd": "zstd",
}
_JSON = frozenset(("application/json", "text/json", "application/x-json", "application/csp-report"))
_XML = frozenset(("text/xml", "application/xml"))
_PROTOBUF = frozenset(
    (
        "application/x-protobuf",
        "application/protobuf",
        "application/x-google-protobuf",
        "application/vnd.google.protobuf",
    )
)
_BOUNDARY = re.compile(rb';\s*boundary\s*=\s*(?:"([^"]{1,200})"|([^;,\s"]{1,200}))', re.IGNORECASE)
_LENGTH = re.compile(rb"\d{1,18}\Z")


class Framing(NamedTuple):
    """How a body ends."""

    mode: str  # "none", "length", "chunked", "close" (ends with the connection), "tunnel"
    length: int = 0  # bytes of the body, for "length"
    other: int | None = None  # length of the body in the other reading, where the head contradicts itself
    other_name: str = ""  # name of that reading: "content-length" or "content-length-2"
    oddity: tuple[str, str] | None = None  # name and note of what is wrong


def framing(head: Head, method: str | None) -> Framing:
    """Decide how the body ends; ``method`` is that of the request answered, None when it is not known."""
    if head.status is not None:
        if _empty(head.status, method):
            return Framing("none")
        if _tunnel(head, method):
            return Framing("tunnel")
    elif head.version == "0.9":
        return Framing("none")
    lengths = [int(value) for value in head.lengths if _LENGTH.match(value)]
    if head.transfer:
        return _transfer(head, lengths)
    if len(lengths) < len(head.lengths):
        wrong = ("http-content-length-malformed", "Content-Length is no number")
        if not lengths:
            return Framing("none" if head.status is None else "close", oddity=wrong)
        return Framing("length", lengths[0], oddity=wrong)
    if lengths:
        if len(set(lengths)) > 1:
            wrong = ("http-content-lengths", "two different Content-Length values")
            return Framing("length", lengths[0], lengths[-1], "content-length-2", wrong)
        return Framing("length", lengths[0])
    return Framing("none" if head.status is None else "close")


def _empty(status: int, method: str | None) -> bool:
    """Say whether an answer has no body whatever its fields say (RFC 9112 section 6.3, rule 1)."""
    return method == "HEAD" or status < 200 or status in {204, 304}


def _tunnel(head: Head, method: str | None) -> bool:
    """Say whether the answer opens a tunnel (rule 2); its usual words tell when the request was not seen."""
    if head.status is None or not 200 <= head.status < 300:
        return False
    return method == "CONNECT" or (
        method is None and head.reason.lower().startswith(b"connection established") and not head.lengths
    )


def _transfer(head: Head, lengths: list[int]) -> Framing:
    """Rules 3 and 4: the transfer coding goes before the length."""
    wrong = None
    other = None
    if lengths:
        other = lengths[0]
        wrong = ("http-framing-conflict", "both Transfer-Encoding and Content-Length")
    if head.transfer[-1] == "chunked":
        return Framing("chunked", 0, other, "content-length" if lengths else "", wrong)
    if head.transfer == ["identity"]:
        return (
            Framing("length", lengths[0]) if lengths else Framing("none" if head.status is None else "close")
        )
    if head.status is None and lengths:
        return Framing("length", lengths[0], None, "", wrong)
    unknown = ("http-transfer-coding", "the last transfer coding is not chunked")
    return Framing("close", 0, other, "content-length" if lengths else "", wrong or unknown)


_NAMED = {
    "application/x-www-form-urlencoded": "form",
    "text/event-stream": "event-stream",
    "application/vnd.wap.mms-message": "mms",
}


def hints(head: Head, *, chunked: bool) -> tuple[str, ...]:
    """Name the encodings of the body as announced, outermost first."""
    codings = reversed(head.codings + head.transfer)
    names = [CODINGS.get(coding, coding) for coding in codings if coding != "identity"]
    if not chunked:
        names = [name for name in names if name != "chunked"]
    media = media_hint(head.content_type)
    if media:
        names.append(media)
    return tuple(names)


def media_hint(content_type: str) -> str:
    """Name the encoding that a media type stands for; "" when it is none of ours."""
    if not content_type:
        return ""
    if content_type.startswith("application/grpc"):
        return "grpc-web-text" if "-text" in content_type else "grpc"
    if content_type in _JSON or content_type.endswith("+json"):
        return "json"
    if content_type in _NAMED:
        return _NAMED[content_type]
    if content_type.startswith("multipart/"):
        return "multipart"
    if content_type in _XML or content_type.endswith("+xml"):
        return "xml"
    return "protobuf" if content_type in _PROTOBUF else ""


def boundary(head: Head) -> str:
    """Give the boundary of a multipart body (RFC 2046 section 5.1.1), "" without."""
    match = _BOUNDARY.search(head.media) if head.content_type.startswith("multipart/") else None
    return (match[1] or match[2]).decode("latin-1") if match is not None else ""
