"""What vitne says of a capture, by the way that a scan takes: intake, walk, conversation."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.differential.facts import Answer, Said, shown
from vitne.decode.protocols.dns_names import read_name
from vitne.encodings import encodings
from vitne.kernel.walk import ROW_DUPLICATE, SIZE_BITS
from vitne.model import CaptureError, Limits, Malformed, Message, RecordChunk, StreamBatch
from vitne.pipeline.opened import OpenedView
from vitne.pipeline.traffic import give_keys, open_traffic
from vitne.pipeline.views import SideView, join

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from vitne.model import Flow, Part

NONE = 0xFFFFFFFF
CODINGS = {"chunked": "chunked", "gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate", "br": "brotli"}
LIMITS = Limits(ratio=1 << 20)
DNS = {"dns", "mdns", "llmnr"}


def ask(path: Path) -> Answer:
    """Read a capture as a scan does; nothing is said of a file that is no capture."""
    try:
        _, traffics, _ = open_traffic([path], stdin=None, progress=lambda *_: None)
    except CaptureError:
        return Answer([], [], {})
    (traffic,) = traffics
    give_keys(traffics, ())
    said = list(_packets(traffic.readers[0]))
    streams: dict[int, dict[str, bytes]] = {}
    for flow, views in _flows(traffic.walked):
        if flow.transport == "tcp":
            ends = ((flow.client_ip, flow.client_port), (flow.server_ip, flow.server_port))
            streams[flow.number] = {
                f"[{ip}]:{port}" if ":" in ip else f"{ip}:{port}": _written(views.get(side))
                for side, (ip, port) in enumerate(ends)
            }
        said += _of_flow(traffic, flow, views)
        inside = traffic.inside(flow, views)
        if inside is not None:
            said += _of_flow(traffic, inside.flow, inside.views)
    frames = [
        None if pair == NONE else (traffic.walked.flow(pair >> 1).transport, pair >> 1)
        for pair in traffic.walked._rows["flow"].tolist()
    ]
    flags = traffic.walked._rows["size"] >> SIZE_BITS
    copies = frozenset((np.flatnonzero(flags & ROW_DUPLICATE) + 1).tolist())
    return Answer(said, frames, streams, copies)


def _of_flow(traffic: Any, flow: Flow, views: dict[int, SideView]) -> Iterator[Said]:
    for event in traffic.events(flow, views):
        if isinstance(event, Message):
            yield from _of_message(event, views[event.side])


def _packets(reader: Any) -> Iterator[Said]:
    number = 0
    for chunk in reader.chunks():
        if isinstance(chunk, RecordChunk):
            columns = (chunk.time_ns.tolist(), chunk.cap_length.tolist(), chunk.orig_length.tolist())
            for time, kept, length in zip(*columns, strict=True):
                number += 1
                yield Said("packet", (number, time, kept, length), number)


def _flows(walked: Any) -> Iterator[tuple[Flow, dict[int, SideView]]]:
    """Give each flow that carries bytes, with its sides."""
    pieces: dict[int, dict[int, list[SideView]]] = {}
    for batch in walked.batches():
        if isinstance(batch, StreamBatch):
            for piece, number in enumerate(batch.flow.tolist()):
                sides = pieces.setdefault(number, {})
                sides.setdefault(int(batch.side[piece]), []).append(SideView.of_batch(batch, piece))
    for number, sides in sorted(pieces.items()):
        yield walked.flow(number), {side: join(views, 1 << 30) for side, views in sorted(sides.items())}


def _written(view: SideView | None) -> bytes:
    """Give the bytes of a side, holes written as tshark writes them."""
    out, end = bytearray(), 0
    for offset, start, stop in view.spans() if view is not None else ():
        if offset > end:
            out += b"[%d bytes missing in capture file]\0" % (offset - end)
        out += view.data[start:stop] if view is not None else b""
        end = offset + stop - start
    return bytes(out)


def _of_message(message: Message, view: SideView) -> Iterator[Said]:
    facts = dict(message.facts)
    if facts.get("http-version") == "2":
        if message.kind == "request" and message.side == 0:
            yield _second(message, view, facts.get("method", ""))
    elif facts.get("http-version") == "3":
        return  # tshark 4.0 reads the frames of HTTP/3 and no field section
    elif message.protocol == "http" and message.kind == "request" and "reading" not in facts:
        yield _request(message, view, facts["method"])
    elif message.protocol in DNS:
        yield from _names(message, view)
    elif message.host_source == "sni":
        yield Said("server-name", (message.host,), _frame(message, view))


def _frame(message: Message, view: SideView) -> int:
    """Give the number of the frame that ends a message."""
    if message.datagram is not None:
        return int(view.rows[message.datagram]) + 1
    return view.row_span(max(message.start, message.end - 1), message.end)[1] + 1


def _bytes(part: Part, message: Message, view: SideView) -> bytes:
    if part.data is not None:
        return part.data
    if message.datagram is None:
        return view.slice(part.start, part.end)
    begin = int(view.positions[message.datagram])
    return view.data[begin + part.start : begin + part.end]


def _request(message: Message, view: SideView, method: str) -> Said:
    parts = [(part, _bytes(part, message, view)) for part in message.parts]
    places = [part for part, _ in parts if part.path in {"path", "query"}]
    target = view.slice(places[0].start, places[-1].end) if places else b""
    host = next((data for part, data in parts if part.path.lower() == "header:host"), b"")
    body = b"".join(_content(part, data) for part, data in parts if part.path == "body")
    uri = _uri(method, target.decode("latin-1"), host.decode("latin-1"))
    if isinstance(view, OpenedView):
        uri = uri.replace("http://", "https://", 1)
    value = (method.encode("latin-1"), host, target, uri, hashlib.sha256(body).hexdigest())
    return Said("http-request", value, _frame(message, view))


def _second(message: Message, view: SideView, method: str) -> Said:
    """Give a request of HTTP/2, without its body: tshark's fields do not say which is whose."""
    parts = {part.path: _bytes(part, message, view) for part in message.parts}
    query = b"?" + parts["query"] if "query" in parts else b""
    words = (method.encode("latin-1"), parts.get("path", b"") + query, parts.get("header::authority", b""))
    return Said("http2-request", tuple(word.decode("latin-1") for word in words), _frame(message, view))


def _uri(method: str, target: str, host: str) -> str:
    """Put a URI together (RFC 9110 section 7.1)."""
    if method == "CONNECT" or "://" in target.partition("?")[0]:
        return target
    return f"http://{host}{target}" if host else ""


def _content(part: Part, data: bytes) -> bytes:
    """Undo transfer and content codings, which tshark undoes too."""
    for hint in part.hints:
        if hint in CODINGS:
            try:
                data = next(encodings()[CODINGS[hint]].unwrap(data, LIMITS)).data
            except Malformed:
                return data  # the announcement is wrong
    return data


def _names(message: Message, view: SideView) -> Iterator[Said]:
    frame = _frame(message, view)
    word = "response" if message.kind == "response" else "query"
    for key, name in message.facts:
        if key == "name":
            yield Said("dns-name", (word, "asked", shown(name)), frame)
    told = {
        shown(read_name(_bytes(part, message, view), 0, {}).text)
        for part in message.parts
        if "dns-name" in part.hints and part.path != "question"
    }
    for name in told - {"."}:
        yield Said("dns-name", (word, "told", name), frame)
    for address, name in message.names:
        yield Said("dns-address", (address, shown(name)), frame)
