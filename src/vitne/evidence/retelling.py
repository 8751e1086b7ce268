"""Messages of HTTP and WebSocket told anew as HTTP/1.1, whatever they went in.

What was inside QUIC, what compressed header tables hold, and what an export tells has no bytes of its own
that could be changed in their place.  So each request with its answer is written out once more, part by part:
what is no part of a message is not told.  Specifications: RFC 9112; RFC 6455 section 5.2 (masked with zeros).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, NamedTuple

from vitne.evidence.edits import Unchangeable
from vitne.evidence.plainly import Turn, conversation
from vitne.exports import http_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from vitne.evidence.pcapng import Frame
    from vitne.evidence.plainly import Ends

    Parts = Callable[[Any], list[tuple[Any, bytes]]]
    """Gives the parts of a message, each with its changed bytes."""

SPOKEN = frozenset({"http", "websocket"})
_OPCODES = {"text": 1, "binary": 2, "close": 8, "ping": 9, "pong": 10}
_SWITCHING = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
_NO_FIELDS = frozenset({b"upgrade", b"connection", b"sec-websocket-extensions"})
_NO_BODY = http_text.Body(b"")


class Said(NamedTuple):
    """One message of a WebSocket."""

    time_ns: int
    side: int
    kind: str  # "text", "binary", "close", "ping", "pong"
    data: bytes


class Told(NamedTuple):
    """A request with its answer, as HTTP/1.1, and the WebSocket that it became."""

    asked: bytes  # b"" where only the WebSocket is known
    answered: bytes  # b"" without an answer
    times: tuple[int, int]  # nanoseconds UTC of the two
    socket: tuple[Said, ...] = ()


def told(works: Sequence[Any], parts: Parts) -> list[Told]:
    """Give what a flow said; raises Unchangeable for what is neither HTTP nor WebSocket, or is torn."""
    spoken = [work for work in works if work.message.protocol in SPOKEN]
    if not spoken:
        raise Unchangeable("what stands there is no message of HTTP")
    requests = [work for work in spoken if work.message.kind == "request"]
    answers = {work.message.answers: work for work in spoken if work.message.kind == "response"}
    socket = tuple(
        Said(
            work.time_ns, int(work.message.side), work.message.kind, b"".join(data for _, data in parts(work))
        )
        for work in spoken
        if work.message.protocol == "websocket" and work.message.kind in _OPCODES
    )
    made = []
    for number, work in enumerate(requests):
        answer = answers.get(number)
        opens = bool(socket) and _fact(work, "upgrade") == "websocket"
        times = (work.time_ns, work.time_ns if answer is None else max(answer.time_ns, work.time_ns))
        asked = _request(work, parts(work), opens=opens)
        told_back = b"" if answer is None else _answer(work, answer, parts(answer), opens=opens)
        made.append(
            Told(asked, _SWITCHING if opens and not told_back else told_back, times, socket if opens else ())
        )
        socket = () if opens else socket
    if socket:
        made.append(Told(b"", b"", (socket[0].time_ns, socket[0].time_ns), socket))
    return made


def _fact(work: Any, name: str) -> str:
    return next((str(value) for key, value in work.message.facts if key == name), "")


def _taken(
    work: Any, parts: Iterable[tuple[Any, bytes]]
) -> tuple[bytes, list[http_text.Header], bytes, bytes]:
    """Give target, headers, body, and the name of the far end."""
    found: dict[str, list[bytes]] = {}
    headers: list[http_text.Header] = []
    authority = b""
    for part, data in parts:
        if part.field == ":authority":
            authority = data
        elif part.path.startswith("header:") and part.field:
            headers.append((part.field.encode("latin-1", "replace"), data))
        found.setdefault(part.path, []).append(data)
    if len(found.get("body", ())) > 1 and not work.message.complete:
        raise Unchangeable("bytes of a message are missing")
    target = b"".join(found.get("target", ())) or b"".join(found.get("path", ()))
    if found.get("query"):
        target += b"?" + b"".join(found["query"])
    return target, headers, b"".join(found.get("body", ())), authority


def _request(work: Any, parts: list[tuple[Any, bytes]], *, opens: bool) -> bytes:
    target, headers, body, authority = _taken(work, parts)
    method = _fact(work, "method").encode("latin-1", "replace") or b"GET"
    if opens:
        headers = [each for each in headers if each[0].lower() not in _NO_FIELDS]
        headers += [(b"Upgrade", b"websocket"), (b"Connection", b"Upgrade")]
        method, body = b"GET", b""
    name = authority or work.message.host.encode(
        "idna" if not work.message.host.isascii() else "ascii", "replace"
    )
    return http_text.request(method, target, headers, http_text.Body(body, decoded=False), authority=name)


def _answer(asked: Any, work: Any, parts: list[tuple[Any, bytes]], *, opens: bool) -> bytes:
    if opens:
        return _SWITCHING
    _, headers, body, _ = _taken(work, parts)
    status = work.message.status or 200
    if status == 101:  # to a protocol that is not told
        headers = [each for each in headers if each[0].lower() not in _NO_FIELDS]
        status = 200
    method = _fact(asked, "method").encode("latin-1", "replace")
    whole = http_text.Body(body, decoded=False)
    return http_text.response(status, b"", headers, whole, method=method)[0]


def opening(host: bytes) -> bytes:
    """Give a request for a WebSocket whose own request is not known."""
    fields = [(b"Upgrade", b"websocket"), (b"Connection", b"Upgrade")]
    return http_text.request(b"GET", b"/", fields, _NO_BODY, authority=host)


def frame(said: Said) -> bytes:
    """Give a message of a WebSocket as one frame; a client's are masked, here with zeros."""
    size, mask = len(said.data), 0x80 if said.side == 0 else 0
    head = struct.pack(">B", 0x80 | _OPCODES[said.kind])
    if size < 126:
        head += struct.pack(">B", mask | size)
    elif size < 1 << 16:
        head += struct.pack(">BH", mask | 126, size)
    else:
        head += struct.pack(">BQ", mask | 127, size)
    return head + (bytes(4) if mask else b"") + said.data


def packets(some: Sequence[Told], ends: Iterator[Ends], host: bytes) -> list[Frame]:
    """Give one plain connection for each request; ``ends`` gives who speaks in each."""
    made: list[Frame] = []
    for one in some:
        asked = one.asked or opening(host)
        answered = _SWITCHING if one.socket else one.answered
        said = {0: bytearray(asked), 1: bytearray(answered)}
        turns = [Turn(one.times[0], 0, len(asked)), Turn(one.times[1], 1, len(answered))]
        for each in one.socket:
            said[each.side] += frame(each)
            turns.append(Turn(max(each.time_ns, one.times[1] + 1), each.side, len(said[each.side])))
        made += conversation(next(ends), {side: bytes(data) for side, data in said.items()}, turns)
    return made
