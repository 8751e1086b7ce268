"""CoAP options and codes (RFC 7252 sections 3.1, 5.10 and 12; RFC 7959; RFC 8323 section 3)."""

from __future__ import annotations

from typing import NamedTuple

URI_HOST, URI_PATH, CONTENT_FORMAT, URI_QUERY, BLOCK2, BLOCK1 = 3, 11, 12, 15, 23, 27
OPTIONS = {
    1: "If-Match",
    3: "Uri-Host",
    4: "ETag",
    5: "If-None-Match",
    6: "Observe",
    7: "Uri-Port",
    8: "Location-Path",
    9: "OSCORE",
    11: "Uri-Path",
    12: "Content-Format",
    14: "Max-Age",
    15: "Uri-Query",
    16: "Hop-Limit",
    17: "Accept",
    20: "Location-Query",
    23: "Block2",
    27: "Block1",
    28: "Size2",
    35: "Proxy-Uri",
    39: "Proxy-Scheme",
    60: "Size1",
    252: "Echo",
    258: "No-Response",
    292: "Request-Tag",
}
METHODS = {1: "GET", 2: "POST", 3: "PUT", 4: "DELETE", 5: "FETCH", 6: "PATCH", 7: "iPATCH"}
FORMATS = {
    0: "text/plain",
    40: "application/link-format",
    41: "application/xml",
    42: "application/octet-stream",
    47: "application/exi",
    50: "application/json",
    60: "application/cbor",
    110: "application/senml+json",
    112: "application/senml+cbor",
}
HINTS = {50: ("json",), 110: ("json",), 41: ("xml",)}
_MOST_OPTIONS = 256


class Option(NamedTuple):
    """One option of a message."""

    number: int
    start: int  # half-open range of its value in the data
    end: int


class Content(NamedTuple):
    """What follows code and token."""

    options: tuple[Option, ...]
    payload: tuple[int, int]  # range, empty without
    whole: bool  # all lengths in order up to the end


def read_content(data: bytes, at: int) -> Content:
    """Read options and payload from this position to the end; never raises, ``whole`` tells."""
    options: list[Option] = []
    number, end = 0, len(data)
    while at < end and len(options) < _MOST_OPTIONS:
        if data[at] == 0xFF:
            return Content(tuple(options), (at + 1, end), at + 1 < end)
        delta, length = data[at] >> 4, data[at] & 15
        at += 1
        values = []
        for nibble in (delta, length):
            size = {13: 1, 14: 2}.get(nibble, 0)
            if nibble == 15 or at + size > end:
                return Content(tuple(options), (end, end), whole=False)
            extra = int.from_bytes(data[at : at + size], "big") + {13: 13, 14: 269}.get(nibble, nibble)
            values.append(extra)
            at += size
        number += values[0]
        if at + values[1] > end:
            return Content(tuple(options), (end, end), whole=False)
        options.append(Option(number, at, at + values[1]))
        at += values[1]
    return Content(tuple(options), (end, end), at == end)


def code_known(code: int) -> bool:
    """Say whether a code is a method, or a response that is in use."""
    kind, detail = code >> 5, code & 31
    if kind == 0:
        return detail in METHODS
    ranges = {2: {*range(1, 6), 31}, 4: {*range(10), 12, 13, 15, 22, 29}, 5: set(range(6)) | {8}}
    return detail in ranges.get(kind, set())
