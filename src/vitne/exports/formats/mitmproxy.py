"""Flow files of mitmproxy.

summary: HTTP, WebSocket, TCP, UDP and DNS flows as a proxy saw them, bodies with their content codings
specification: mitmproxy's flow format, numbers (0, 11) to 21; older ones named fields otherwise
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from vitne.exports import http_text, tnetstring
from vitne.exports.dns_wire import dns_wire
from vitne.exports.exchange import Exchange, Unit
from vitne.exports.json_spans import span_or_gap
from vitne.exports.reading import address, epoch_ns, mapping, port, raw, status, text
from vitne.model import Fit, Gap, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.exports.json_spans import Span
    from vitne.model import Oddity

NAME = "mitmproxy"
_FIRST = re.compile(rb"\d{1,12}:\d{1,3}:[a-z_]{2,24}[;,]")
_VERSION = re.compile(rb"7:version[;,]")
_MOST_SEARCHED = 64 << 20
_MOST_MESSAGES = 1 << 20
"""Messages of one connection."""
_KINDS = {1: "text", 2: "binary"}
_NEWEST = 21


def fit(head: bytes) -> int:
    """Tell from the first bytes of a file whether it is one: a netstring that begins with a known key."""
    return Fit.CERTAIN if _FIRST.match(head) else Fit.NO


def spans(data: Any) -> Iterator[Span | Gap]:
    """Yield the range of each flow; behind damaged bytes reading goes on with the next sound one."""
    at, size = 0, len(data)
    search = _Search(data)
    while at < size:
        end = _end(data, at)
        if end is not None:
            yield span_or_gap(at, end)
            at = end
            continue
        place = tnetstring.header(data, at)
        found = search.next(at + 1)
        if place is not None and place[1] >= size and found is None:
            why = "the file ends inside a flow"
            yield Gap(kind="truncated-file", why=why, offset=at, length=size - at)
            return
        behind = size if found is None else found
        why = "bytes that are no flow; reading went on behind them"
        yield Gap(kind="damaged-record", why=why, offset=at, length=behind - at)
        at = behind


def _end(data: Any, at: int) -> int | None:
    """Give where the flow at a place ends, None where no whole one stands there."""
    place = tnetstring.header(data, at)
    if place is None or place[1] >= len(data) or data[place[1]] != ord("}"):
        return None
    return place[1] + 1


class _Search:
    """Looks for the next whole flow behind damaged bytes; what is inside a flow looks much like one."""

    def __init__(self, data: Any) -> None:
        self._data = data
        self._left = _MOST_SEARCHED + len(data)  # bytes that may still be looked at

    def next(self, at: int) -> int | None:
        """Give the next place where a whole flow stands."""
        for found in _FIRST.finditer(self._data, at):
            if self._left <= 0:
                return None
            end = _end(self._data, found.start())
            if end is None:
                continue
            version = _VERSION.search(self._data, found.start(), end)
            self._left -= (version.start() if version is not None else end) - found.start()
            if version is not None:
                return found.start()
        return None


def read(entry: bytes) -> Iterator[Exchange | Oddity | Gap]:
    """Yield the exchanges of one flow; raises Malformed."""
    flow = tnetstring.parse(entry)
    if not isinstance(flow, dict):
        raise Malformed("a flow that is no mapping", at=0)
    kind = text(flow.get("type"))
    if kind == "http" or (not kind and "request" in flow):
        yield from _http(flow)
    elif kind == "websocket":
        shaken = mapping(flow.get("handshake_flow"))
        if shaken:
            yield from _http(shaken)
        yield from _websocket(flow, flow.get("messages"), _ends(flow, mapping(shaken.get("request"))))
    elif kind in {"tcp", "udp"}:
        yield from _bytes(flow, kind)
    elif kind == "dns":
        yield from _dns(flow)
    else:
        version = flow.get("version")
        newer = isinstance(version, int) and version > _NEWEST
        why = "a flow of a kind that is not known" + (", of a newer format" if newer else "")
        raise Malformed(why, at=0)


def _endpoint(value: Any) -> tuple[str, int]:
    """Give name or address and port of an end; format 1 wrapped them once more."""
    if isinstance(value, dict):
        value = value.get("address")
    if isinstance(value, list) and len(value) >= 2:
        return text(value[0]), port(value[1])
    return "", 0


def _peer(connection: dict[str, Any], *keys: str) -> tuple[str, int]:
    """Give the first of these that is a network address."""
    for key in keys:
        name, number = _endpoint(connection.get(key))
        if address(name):
            return address(name), number
    return "", 0


def _ends(flow: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    client, server = mapping(flow.get("client_conn")), mapping(flow.get("server_conn"))
    near = _peer(client, "peername", "address")
    far = _peer(server, "peername", "ip_address", "peer_address", "address")
    named = _endpoint(server.get("address"))
    host = text(asked.get("host")) or named[0]
    scheme = text(asked.get("scheme")).lower()
    tls = any(each.get(key) is True for each in (client, server) for key in _TLS)
    return {
        "client_ip": near[0],
        "client_port": near[1],
        "server_ip": far[0] or address(host),
        "server_port": port(asked.get("port")) or far[1] or named[1],
        "host": "" if address(host) else host.lower(),
        "secured": scheme in {"https", "wss"} if scheme else tls,
    }


_TLS = ("tls", "tls_established", "ssl_established")


def _headers(part: dict[str, Any]) -> list[http_text.Header]:
    found = part.get("headers")
    pairs = (
        [row for row in found if isinstance(row, list) and len(row) == 2] if isinstance(found, list) else []
    )
    return [(_raw(name), _raw(value)) for name, value in pairs]


def _raw(value: Any) -> bytes:
    return value if isinstance(value, bytes) else raw(text(value))


def _body(part: dict[str, Any]) -> http_text.Body:
    content = part.get("content", part.get("body"))
    return http_text.Body(_raw(content) if content is not None else b"", decoded=False)


def _http(flow: dict[str, Any]) -> Iterator[Exchange | Gap]:
    asked, told = mapping(flow.get("request")), mapping(flow.get("response"))
    ends = _ends(flow, asked)
    method = _raw(asked.get("method")).upper()
    authority = _raw(asked.get("authority")) or raw(ends["host"] or ends["server_ip"])
    target = authority if method == b"CONNECT" else _raw(asked.get("path"))
    asking = http_text.request(method, target, _headers(asked), _body(asked), authority=authority)
    started = epoch_ns(asked.get("timestamp_start"))
    units = [Unit(side=0, time_ns=started, data=asking)]
    code = status(told.get("status_code", told.get("code")))
    if code:
        reason = _raw(told.get("reason", told.get("msg")))
        answer, _ = http_text.response(code, reason, _headers(told), _body(told), method=method)
        when = epoch_ns(told.get("timestamp_start"))
        units.append(Unit(side=1, time_ns=started if when is None else when, data=answer))
    if asked and asked.get("content", asked.get("body", b"")) is None:
        yield Gap(kind="not-exported", why="bodies of requests that the export leaves out")
    yield Exchange(units=tuple(units), answered=bool(code), **ends)
    socket = mapping(flow.get("websocket"))
    if socket:
        yield from _websocket(flow, socket.get("messages"), ends)


def _websocket(flow: dict[str, Any], messages: Any, ends: dict[str, Any]) -> Iterator[Exchange]:
    del flow
    units = []
    for row in (messages if isinstance(messages, list) else [])[:_MOST_MESSAGES]:
        if isinstance(row, list) and len(row) >= 4:
            kind = _KINDS.get(row[0] if isinstance(row[0], int) else 0, "other")
            side = 0 if row[1] is True else 1
            units.append(Unit(side=side, time_ns=epoch_ns(row[3]), data=_raw(row[2]), kind=kind))
    if units:
        yield Exchange(units=tuple(units), protocol="websocket", **ends)


def _bytes(flow: dict[str, Any], transport: str) -> Iterator[Exchange]:
    messages = flow.get("messages")
    units = [
        Unit(side=0 if row[0] is True else 1, time_ns=epoch_ns(row[2]), data=_raw(row[1]))
        for row in (messages if isinstance(messages, list) else [])[:_MOST_MESSAGES]
        if isinstance(row, list) and len(row) >= 3
    ]
    if units:
        answered = any(unit.side for unit in units)
        yield Exchange(units=tuple(units), transport=transport, answered=answered, **_ends(flow, {}))


def _dns(flow: dict[str, Any]) -> Iterator[Exchange]:
    units = []
    for side, key in enumerate(("request", "response")):
        state = mapping(flow.get(key))
        if state:
            units.append(Unit(side=side, time_ns=epoch_ns(state.get("timestamp")), data=dns_wire(state)))
    if units:
        yield Exchange(units=tuple(units), transport="udp", answered=len(units) > 1, **_ends(flow, {}))
