"""HTTP Archive.

summary: requests and answers of browsers and proxies as JSON, with WebSocket messages where they are added
specification: HAR 1.2 of the Web Performance Working Group (and 1.1); of the additions, whose names begin
with an underscore, _webSocketMessages, _fromCache, _fetchType, _content, _decryption, _clientAddress are read
"""

from __future__ import annotations

import json
import re
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from vitne.exports import http_text
from vitne.exports.exchange import Exchange, Unit
from vitne.exports.json_spans import entries
from vitne.exports.reading import (
    address,
    epoch_ns,
    from_base64,
    json_object,
    mapping,
    number,
    port,
    raw,
    rows,
    status,
    text,
    time_ns,
)
from vitne.model import App, Fit, Gap, Malformed, Oddity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.exports.json_spans import Span

NAME = "har"
_BOM = b"\xef\xbb\xbf"
_CERTAIN = re.compile(rb'\s*\{\s*"log"\s*:')
_KINDS = {1: "text", 2: "binary"}
_LONGEST_MS = 10**10
"""A request that is said to have taken longer took so long."""
_TWEASEL = re.compile(rb'"_tweasel"\s*+:\s*+(?=\{)')
_MOST_TRIED = 16  # places of that key that are looked at
_MOST_TOLD = 1 << 16  # bytes of what tweasel's tools say of the recording
_LONGEST_NAME = 255  # letters of a process
_BACKSLASH = 0x5C
_DECODER = json.JSONDecoder()
_MOST_MESSAGES = 1 << 20
"""Messages of one WebSocket."""


def fit(head: bytes) -> int:
    """Tell from the first bytes of a file whether it is one."""
    head = head.removeprefix(_BOM)
    if _CERTAIN.match(head):
        return Fit.CERTAIN
    likely = head.lstrip()[:1] == b"{" and b'"log"' in head and (b'"creator"' in head or b'"entries"' in head)
    return Fit.LIKELY if likely else Fit.NO


def spans(data: Any) -> Iterator[Span | Gap]:
    """Yield the ranges of the elements of log.entries."""
    return entries(data, b"log", b"entries")


def app(data: Any) -> App | None:
    """Name the one app that a recording was limited to, where tweasel's tools say so (``_tweasel``).

    A text inside an entry cannot pass for it: quotes in a text are escaped.
    """
    for found in islice(_TWEASEL.finditer(data), _MOST_TRIED):
        start = found.end()
        if found.start() and data[found.start() - 1] == _BACKSLASH:
            continue
        try:
            told, _ = _DECODER.raw_decode(bytes(data[start : start + _MOST_TOLD]).decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            continue
        apps = rows(mapping(told).get("apps"))
        if len(apps) == 1 and text(apps[0].get("id")):
            return App(package=text(apps[0].get("id")), name=text(apps[0].get("name")), source="export")
    return None


def read(entry: bytes) -> Iterator[Exchange | Oddity | Gap]:
    """Yield the request with its answer, and the WebSocket that came of it; raises Malformed."""
    row = json_object(entry)
    asked, told = mapping(row.get("request")), mapping(row.get("response"))
    place = http_text.place_of(text(asked.get("url")))
    if place is None:
        yield Oddity(name="entry-off-the-network", note="an entry whose address is none of HTTP or WebSocket")
        return
    if _from_cache(row):
        yield Oddity(name="entry-from-cache", note="an entry that a cache answered: nothing was sent")
        return
    ends = _ends(row, place)
    method = raw(text(asked.get("method"))).upper()
    started = time_ns(row.get("startedDateTime"))
    headers = _headers(asked)
    posted = _posted(asked, headers)
    yield from _left_out(asked.get("bodySize"), posted, "requests")
    units = [
        Unit(side=0, time_ns=started, data=_request(asked, place, method, headers=headers, posted=posted))
    ]
    code = status(told.get("status"))
    if code:
        content = mapping(told.get("content"))
        yield from _left_out(content.get("size"), text(content.get("text")), "answers")
        answer, lost = _response(told, code, method)
        took = number(row.get("time"))
        took_ns = epoch_ns(min(max(took or 0, 0), _LONGEST_MS), 10**6) or 0
        ended = None if started is None else started + took_ns
        units.append(Unit(side=1, time_ns=ended, data=answer))
        if lost:
            yield Oddity(name="body-without-place", note="an answer that has no body by its status holds one")
    yield Exchange(units=tuple(units), answered=bool(code), **ends)
    messages = _messages(row, started)
    if messages:
        yield Exchange(units=messages, protocol="websocket", **ends)


def _from_cache(row: dict[str, Any]) -> bool:
    return bool(text(row.get("_fromCache"))) or "cache" in text(row.get("_fetchType")).lower()


def _ends(row: dict[str, Any], place: http_text.Place) -> dict[str, Any]:
    """Give the two ends as the entry tells them."""
    client = row.get("_clientAddress") or row.get("_clientIPAddress") or row.get("clientIPAddress")
    return {
        "client_ip": address(client),
        "client_port": port(row.get("_clientPort")) if client else 0,
        "server_ip": address(row.get("serverIPAddress")) or address(place.host),
        "server_port": place.port,
        "host": place.host,
        "secured": place.scheme in {"https", "wss"} or _opened(row),
        "app": _process(row),
    }


def _process(row: dict[str, Any]) -> App:
    """Name the process that called on the socket, which PiRogue's tools write beside request and answer."""
    for half in ("request", "response"):
        told = mapping(mapping(row.get(half)).get("_stacktrace"))
        process = text(told.get("process"))[:_LONGEST_NAME]
        if process:
            package = process.partition(":")[0]
            return App(package=package, name="" if package == process else process, source="export")
    return App()


def _left_out(size: object, body: bytes | str, whose: str) -> Iterator[Gap]:
    """Yield a Gap where an entry tells the size of a body and does not hold it."""
    told = number(size)
    if not body and told is not None and told > 0:
        why = f"bodies of {whose} that the export leaves out"
        yield Gap(kind="not-exported", why=why, length=int(min(told, 1 << 53)))


def _opened(row: dict[str, Any]) -> bool:
    """Say whether a body went encrypted by the app itself, and stands here as it was before."""
    return any(mapping(mapping(row.get(half)).get("_decryption")) for half in ("request", "response"))


def _request(
    asked: dict[str, Any],
    place: http_text.Place,
    method: bytes,
    *,
    headers: list[http_text.Header],
    posted: bytes,
) -> bytes:
    if not _has(headers, b"cookie"):
        pairs = [_pair(row) for row in rows(asked.get("cookies"))]
        if pairs:
            headers.append((b"Cookie", raw("; ".join(f"{name}={value}" for name, value in pairs))))
    target = place.target
    if b"?" not in target:
        query = [_pair(row) for row in rows(asked.get("queryString"))]
        target += b"?" + _form(query) if query else b""
    body = http_text.Body(posted)
    name = f"[{place.host}]" if ":" in place.host else place.host
    usual = place.port == http_text.PORTS[place.scheme]
    authority = raw(name if usual else f"{name}:{place.port}")
    if method == b"CONNECT":
        target = raw(f"{name}:{place.port}")
    return http_text.request(method, target, headers, body, authority=authority)


def _headers(part: dict[str, Any]) -> list[http_text.Header]:
    told = part.get("headers")
    found = []
    for row in told if isinstance(told, list) else ():
        try:  # nearly always; what is not so is looked at closely
            found.append((row["name"].encode(), row["value"].encode()))
        except (KeyError, TypeError, AttributeError, UnicodeEncodeError):
            if isinstance(row, dict):
                name, value = _pair(row)
                found.append((raw(name), raw(value)))
    return found


def _has(headers: list[http_text.Header], lower: bytes) -> bool:
    """Say whether a header of this name, in small letters, is among them."""
    size = len(lower)
    return any(len(name) == size and name.lower() == lower for name, _ in headers)


def _pair(row: dict[str, Any]) -> tuple[str, str]:
    return text(row.get("name")), text(row.get("value"))


def _form(pairs: list[tuple[str, str]]) -> bytes:
    return b"&".join(
        b"%s=%s" % (quote_plus(raw(name)).encode(), quote_plus(raw(value)).encode()) for name, value in pairs
    )


def _posted(asked: dict[str, Any], headers: list[http_text.Header]) -> bytes:
    """Give the body of a request: its text, else its fields written as a form."""
    posted = mapping(asked.get("postData"))
    for place in (posted, mapping(asked.get("_content"))):
        data = _content(place)
        if data:
            if not _has(headers, b"content-type") and text(place.get("mimeType")):
                headers.append((b"Content-Type", raw(text(place.get("mimeType")))))
            return data
    pairs = [_pair(row) for row in rows(posted.get("params"))]
    return _form(pairs) if pairs else b""


def _content(place: dict[str, Any]) -> bytes:
    found = text(place.get("text"))
    if "base64" in (text(place.get("encoding")) or text(place.get("_encoding"))).lower():
        try:
            return from_base64(found)
        except Malformed:
            return raw(found)  # it says base64 and is none: the text as it stands is still searched
    return raw(found)


def _response(told: dict[str, Any], code: int, method: bytes) -> tuple[bytes, int]:
    headers = _headers(told)
    if not _has(headers, b"set-cookie"):
        headers += [
            (b"Set-Cookie", raw(f"{name}={value}")) for name, value in map(_pair, rows(told.get("cookies")))
        ]
    content = mapping(told.get("content"))
    if text(content.get("mimeType")) and not _has(headers, b"content-type"):
        headers.append((b"Content-Type", raw(text(content.get("mimeType")))))
    body = http_text.Body(_content(content))
    return http_text.response(code, raw(text(told.get("statusText"))), headers, body, method=method)


def _messages(row: dict[str, Any], started: int | None) -> tuple[Unit, ...]:
    """Give the messages of a WebSocket (an addition of Chrome's that others took over)."""
    units = []
    for message in rows(row.get("_webSocketMessages"))[:_MOST_MESSAGES]:
        if text(message.get("type")) == "error":
            continue  # what the browser says of the connection went to nobody
        kind = _KINDS.get(int(number(message.get("opcode")) or 0), "other")
        data = text(message.get("data"))
        try:
            plain = from_base64(data) if kind == "binary" else raw(data)
        except Malformed:
            plain = raw(data)
        side = 0 if text(message.get("type")) in {"send", "request", "sent"} else 1
        when = epoch_ns(message.get("time"))
        units.append(Unit(side=side, time_ns=started if when is None else when, data=plain, kind=kind))
    return tuple(units)
