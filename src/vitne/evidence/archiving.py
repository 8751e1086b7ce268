"""Exports written anew: requests and answers as an HTTP Archive, short messages as XML.

Whatever format an export had, what it told of HTTP and WebSocket is written as HAR 1.2, and short messages as
the XML that phones export; both are read by the scan again.  Nothing is copied from the export beside the
messages themselves: no comments, pages, timings of a browser or names of files.
Specifications: HAR 1.2 of the Web Performance Working Group, with _webSocketMessages; fields of Android's
Telephony.TextBasedSmsColumns.
"""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl
from xml.sax.saxutils import quoteattr

from vitne.evidence.edits import Unchangeable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vitne.evidence.retelling import Said, Told

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_NS = 253_402_300_799 * 10**9
_USUAL = {("http", 80), ("https", 443), ("ws", 80), ("wss", 443)}
_OPCODES = {"text": 1, "binary": 2}


class Side(NamedTuple):
    """Who spoke with whom, as it is to be written."""

    host: str  # name of the server, "" without
    port: int
    secured: bool
    client_ip: str  # "" where the export does not say
    client_port: int
    server_ip: str
    process: str  # program on the device, "" where the export does not say


class Short(NamedTuple):
    """One short message."""

    time_ns: int
    sent: bool
    number: str  # of the far end
    text: str


def archive(entries: Iterable[tuple[Told, Side]], *, shift: int) -> bytes:
    """Give the archive of some exchanges, in their order."""
    rows = [_entry(told, side, shift) for told, side in entries]
    about = "Rebuilt by vitne redact: values of persons are replaced, other traffic is left out."
    log = {"version": "1.2", "creator": {"name": "vitne", "version": "1"}, "comment": about, "entries": rows}
    return json.dumps({"log": log}, indent=1, ensure_ascii=True).encode() + b"\n"


def _when(time_ns: int) -> str:
    at = _EPOCH + timedelta(microseconds=min(max(time_ns, 0), _LATEST_NS) // 1000)
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _entry(told: Told, side: Side, shift: int) -> dict[str, Any]:
    method, target, headers, body = _parsed(told.asked or b"GET / HTTP/1.1\r\n\r\n")
    took = (told.times[1] - told.times[0]) / 1e6
    row: dict[str, Any] = {
        "startedDateTime": _when(told.times[0] + shift),
        "time": took,
        "request": {
            "method": method,
            "url": _url(side, target, socket=bool(told.socket)),
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": headers,
            "queryString": _query(target),
            "headersSize": -1,
            "bodySize": len(body),
        },
        "response": _response(told.answered),
        "cache": {},
        "timings": {"send": 0, "wait": took, "receive": 0},
    }
    if body:
        row["request"]["postData"] = {"mimeType": _media(headers), **_text(body)}
    if side.process:
        row["request"]["_stacktrace"] = {"process": side.process}
    if side.server_ip:
        row["serverIPAddress"] = side.server_ip
    if side.client_ip:
        row |= {"_clientAddress": side.client_ip, "_clientPort": side.client_port}
    if told.socket:
        row["_webSocketMessages"] = [_message(each, shift) for each in told.socket if each.kind in _OPCODES]
    return row


def _parsed(message: bytes) -> tuple[str, str, list[dict[str, str]], bytes]:
    """Take apart what ``vitne.exports.http_text`` wrote: two words of the first line, fields, body."""
    head, _, body = message.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    words = first.decode("utf-8", "surrogateescape").split(" ", 2)
    pairs = (line.decode("utf-8", "surrogateescape").partition(": ") for line in lines)
    return words[0], words[1], [{"name": name, "value": value} for name, _, value in pairs], body


def _url(side: Side, target: str, *, socket: bool) -> str:
    scheme = ("wss" if side.secured else "ws") if socket else ("https" if side.secured else "http")
    name = side.host or side.server_ip or "unknown.invalid"
    place = f"[{name}]" if ":" in name else name
    if side.port and (scheme, side.port) not in _USUAL:
        place += f":{side.port}"
    return f"{scheme}://{place}{target if target.startswith('/') else '/' + target}"


def _query(target: str) -> list[dict[str, str]]:
    pairs = parse_qsl(target.partition("?")[2], keep_blank_values=True, errors="replace")
    return [{"name": name, "value": value} for name, value in pairs[:1000]]


def _media(headers: Sequence[dict[str, str]]) -> str:
    return next((each["value"] for each in headers if each["name"].lower() == "content-type"), "")


def _text(data: bytes) -> dict[str, str]:
    try:
        return {"text": data.decode("utf-8")}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(data).decode(), "encoding": "base64"}


def _response(message: bytes) -> dict[str, Any]:
    _, status, headers, body = _parsed(message) if message else ("", "0", [], b"")
    return {
        "status": int(status),
        "statusText": "",
        "httpVersion": "HTTP/1.1" if message else "",
        "cookies": [],
        "headers": headers,
        "content": {"size": len(body), "mimeType": _media(headers), **(_text(body) if body else {})},
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": len(body) if message else -1,
    }


def _message(said: Said, shift: int) -> dict[str, Any]:
    binary = said.kind == "binary"
    data = base64.b64encode(said.data).decode() if binary else said.data.decode("utf-8", "surrogateescape")
    return {
        "type": "send" if said.side == 0 else "receive",
        "time": max(said.time_ns + shift, 0) / 1e9,
        "opcode": _OPCODES[said.kind],
        "data": data,
    }


def short(time_ns: int, number: str, data: bytes, *, sent: bool) -> Short:
    """Give a short message; raises Unchangeable for one that is no text XML can hold."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unchangeable("a short message that is no text") from error
    if any((ord(c) < 0x20 and c not in "\t\n\r") or 0xFFFE <= ord(c) <= 0xFFFF for c in text):
        raise Unchangeable("a short message with control characters")
    return Short(time_ns, sent, number, text)


def messages(some: Sequence[Short], *, shift: int) -> bytes:
    """Give short messages as XML, in their order."""
    lines = [
        f'  <sms address={quoteattr(each.number)} date="{max(each.time_ns + shift, 0) // 10**6}" '
        f'type="{2 if each.sent else 1}" body={quoteattr(each.text, _BREAKS)} />'
        for each in some
    ]
    head = f"<?xml version='1.0' encoding='UTF-8'?>\n<smses count=\"{len(lines)}\">\n"
    return (head + "\n".join(lines) + "\n</smses>\n").encode()


_BREAKS = {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
