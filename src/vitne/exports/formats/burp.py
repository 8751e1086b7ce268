"""Items saved by Burp Suite.

summary: requests and answers as they were sent, each in base64 or as text, in XML
specification: Burp Suite's documentation of «Save items»; the file's own DOCTYPE lists its elements
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from vitne.exports import http_text, xml_entries
from vitne.exports.exchange import Exchange, Unit
from vitne.exports.reading import address, from_base64, port, raw, status, time_ns
from vitne.model import Fit, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.exports.json_spans import Span
    from vitne.exports.xml_entries import Element
    from vitne.model import Gap, Oddity

NAME = "burp"
_ITEMS = re.compile(rb"<items[\s>]")
_SEPARATOR = re.compile(rb"\r?\n\r?\n")
_TIME = re.compile(r"\w{3} (\w{3}) (\d{1,2}) (\d\d):(\d\d):(\d\d) (\S{1,9}) (\d{4})\Z")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ZONES = {
    # hours before UTC, of the zones that Java writes by name and that have one meaning in it
    "UTC": 0, "GMT": 0, "WET": 0, "BST": 1, "WEST": 1, "CET": 1, "MET": 1, "CEST": 2, "MEST": 2, "EET": 2,
    "EEST": 3, "MSK": 3, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "EST": -5, "EDT": -4, "CDT": -5,
    "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip


def fit(head: bytes) -> int:
    """Tell from the first bytes of a file whether it is one."""
    if _ITEMS.search(head) and (b"burpVersion" in head or b"<!ELEMENT items" in head):
        return Fit.CERTAIN
    return Fit.NO


def prefix(data: Any) -> bytes:
    """Give the declaration of the file's character encoding, which holds for each entry."""
    return xml_entries.head_of(bytes(data[:1024]))


def spans(data: Any) -> Iterator[Span | Gap]:
    """Yield the range of each item."""
    return xml_entries.spans(data, "item")


def read(entry: bytes) -> Iterator[Exchange | Oddity | Gap]:
    """Yield the request of an item with its answer; raises Malformed."""
    item = xml_entries.parse(entry)
    host = item.first("host")
    name = host.text.strip().lower()
    scheme = item.first("protocol").text.strip().lower()
    number = port(item.first("port").text.strip()) or http_text.PORTS.get(scheme, 0)
    usual = number == http_text.PORTS.get(scheme)
    authority = raw(name if usual else f"{name}:{number}")
    when = _when(item.first("time").text.strip())
    asked = _split(_message(item.first("request")))
    line = asked[0].split(b" ")
    if len(line) < 2:
        raise Malformed("an item whose request has no request line")
    method = line[0].upper()
    target = b" ".join(line[1:-1] if line[-1][:5] == b"HTTP/" and len(line) > 2 else line[1:])
    body = http_text.Body(asked[2], decoded=False)
    units = [
        Unit(
            side=0, time_ns=when, data=http_text.request(method, target, asked[1], body, authority=authority)
        )
    ]
    told = _split(_message(item.first("response")))
    words = told[0].split(b" ", 2)
    code = status(words[1].decode("latin-1")) if len(words) > 1 else 0
    if code:
        reason = words[2] if len(words) > 2 else b""
        answer, _ = http_text.response(
            code, reason, told[1], http_text.Body(told[2], decoded=False), method=method
        )
        units.append(Unit(side=1, time_ns=when, data=answer))
    yield Exchange(
        units=tuple(units),
        answered=bool(code),
        server_ip=address(host.attributes.get("ip", "")) or address(name),
        server_port=number,
        host="" if address(name) else name,
        secured=scheme == "https",
    )


def _message(element: Element) -> bytes:
    if element.attributes.get("base64") == "true":
        return from_base64(element.text)
    return raw(element.text)


def _split(message: bytes) -> tuple[bytes, list[http_text.Header], bytes]:
    """Part a message into first line, headers and body."""
    found = _SEPARATOR.search(message)
    head, body = (message[: found.start()], message[found.end() :]) if found else (message, b"")
    first, *lines = head.replace(b"\r\n", b"\n").split(b"\n")
    headers = []
    for line in lines:
        name, colon, value = line.partition(b":")
        if colon:
            headers.append((name.strip(), value.strip()))
    return first.strip(), headers, body


def _when(word: str) -> int | None:
    """Give the nanoseconds of a time as Java writes it; None where its zone is not known."""
    found = _TIME.match(word)
    if found is None:
        return time_ns(word)
    month, zone = found[1], _hours(found[6])
    if month not in _MONTHS or zone is None:
        return None
    try:
        day = (int(found[7]), _MONTHS.index(month) + 1, int(found[2]))
        moment = datetime(*day, int(found[3]), int(found[4]), int(found[5]), tzinfo=UTC)
    except ValueError:
        return None
    return round(moment.timestamp() - zone * 3600) * 10**9


def _hours(zone: str) -> float | None:
    if zone in _ZONES:
        return _ZONES[zone]
    found = re.match(r"(?:GMT|UTC)?([+-])(\d\d):?(\d\d)\Z", zone)
    return (1 if found[1] == "+" else -1) * (int(found[2]) + int(found[3]) / 60) if found else None
