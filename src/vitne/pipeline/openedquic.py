"""QUIC conversations opened with keys: their streams as a flow of its own, read by what the two agreed on.

Offsets inside count the streams of a side, one after the other; frames and times are those of the datagrams
whose packets held the bytes.  On the wire, a range counts the datagrams of a side one after the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from vitne.decode.protocols.http3 import Http3
from vitne.decode.protocols.http_dns import MEDIA as DNS_MEDIA
from vitne.decode.protocols.http_dns import with_names
from vitne.decrypt import Datagrams, open_quic
from vitne.decrypt.quic_streams import DATAGRAMS
from vitne.model import Fit, Gap, Message, Part
from vitne.pipeline.conversation import read_flow
from vitne.pipeline.insideviews import QuicView

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.decrypt import KeyLog
    from vitne.decrypt.quic import OpenedTalk
    from vitne.decrypt.quic_connection import Connection
    from vitne.decrypt.quic_streams import Stream
    from vitne.model import Flow, Oddity
    from vitne.pipeline.views import SideView

    Event = Message | Gap | Oddity

_ONE_WAY = 2  # bit of a stream's number: it has one direction (RFC 9000 section 2.1)
_PUSH = b"\x01"  # type of a stream that carries an answer nobody asked for (RFC 9114 section 6.2.2)


def open_datagrams(views: dict[int, SideView], keys: KeyLog) -> OpenedTalk:
    """Open the packets of a flow."""
    sides = {}
    for side, view in views.items():
        columns = (view.positions, view.lengths, view.rows)
        sides[side] = Datagrams(view.data, *(np.asarray(column).astype(np.int64) for column in columns))
    return open_quic(sides, keys)


def quic_views(talk: OpenedTalk, views: dict[int, SideView]) -> dict[int, QuicView]:
    """Give what was inside, per side; sides with nothing inside are left out."""
    return {
        side: QuicView(talk.sides[side], view, talk.connections)
        for side, view in views.items()
        if talk.sides[side].laid.data
    }


def read_quic(flow: Flow, views: dict[int, QuicView], times: Any) -> Iterator[Event]:
    """Yield what was said inside, connection after connection."""
    asked = [0, 0]  # per side: messages that answer nothing, which is what answers count
    shared: dict[int, dict[int, list[Stream]]] = {}
    for side, view in views.items():
        of_side = shared.setdefault(side, {})
        for stream in view.streams:
            of_side.setdefault(stream.connection, []).append(stream)
    for connection in next(iter(views.values())).connections:
        number = connection.number
        streams = {side: own.get(number, []) for side, own in shared.items()}
        reader = _http3 if _speaks_http3(connection.alpn, views, streams) else _each
        before = list(asked)
        for event in reader(flow, views, streams, times):
            if not isinstance(event, Message):
                yield msgspec.structs.replace(event, flow=flow.number)
                continue
            asked[event.side] += event.answers is None
            yield _counted_on(event, before)
        yield from _datagrams(views, streams)
        for gap in _left_out(connection):
            yield msgspec.structs.replace(gap, flow=flow.number)


def _left_out(connection: Connection) -> Iterator[Gap]:
    """Tell what of a connection was opened and not kept."""
    if connection.unknown_frames:
        why = "QUIC packets hold frames that are not known; the rest of these packets was not read"
        yield Gap(kind="malformed", why=why, count=connection.unknown_frames)
    left = sum(streams.left_out for streams in connection.streams)
    if left:
        yield Gap(kind="limit", why="streams of a QUIC connection beyond those that are kept", length=left)


def _counted_on(message: Message, before: list[int]) -> Message:
    """Let the numbers of answered requests go on behind those that were told before."""
    earlier = before[1 - message.side]
    if message.answers is None or not earlier:
        return message
    return msgspec.structs.replace(message, answers=message.answers + earlier)


def _speaks_http3(alpn: bytes, views: dict[int, QuicView], streams: dict[int, list[Stream]]) -> bool:
    """Say whether a connection is one of HTTP/3: by what was agreed on, else by its control streams."""
    if alpn:
        return alpn.startswith(b"h3")
    for side, some in streams.items():
        for stream in some:
            head = views[side].slice(stream.start, min(stream.end, stream.start + 16))
            if stream.number > 0 and stream.number & _ONE_WAY and Http3.fit(head, "quic", side) > Fit.NO:
                return True
    return False


def _http3(
    flow: Flow, views: dict[int, QuicView], streams: dict[int, list[Stream]], times: Any
) -> Iterator[Event]:
    """Read HTTP/3: settings and header tables first, then requests, answers, and what was pushed."""
    del flow, times
    http = Http3(seen=lambda side, offset: views[side].seen(offset))
    order: list[tuple[int, int, Stream]] = []
    for side, some in streams.items():
        for stream in some:
            one_way = bool(stream.number & _ONE_WAY) and stream.number >= 0
            pushed = one_way and views[side].slice(stream.start, stream.start + 1) == _PUSH
            if stream.number >= 0:
                order.append((2 if pushed else int(not one_way), side, stream))
    order.sort(key=lambda each: each[:2])
    for _, side, stream in order:
        for event in _fed(http, side, stream, views[side]):
            dns = isinstance(event, Message) and event.content_type == DNS_MEDIA
            yield with_names(event, views[side].slice) if dns else event  # type: ignore[arg-type]


def _fed(http: Http3, side: int, stream: Stream, view: QuicView) -> Iterator[Event]:
    """Hand one stream over, with its holes."""
    http.open_stream(side, stream.number, stream.start, ended=stream.ended)
    at = stream.start
    for offset, data in view.within(stream.start, stream.end):
        if offset > at:
            yield from http.miss(side, offset - at)
        yield from http.feed(side, data)
        at = offset + len(data)
    if stream.end > at:
        yield from http.miss(side, stream.end - at)
    yield from http.finish(side)


def _each(
    flow: Flow, views: dict[int, QuicView], streams: dict[int, list[Stream]], times: Any
) -> Iterator[Event]:
    """Read each stream as if it were a connection of its own: by its first bytes."""
    inner = msgspec.structs.replace(flow, transport="tcp")
    sides: dict[int, dict[int, Stream]] = {}  # number -> side -> stream
    for side, some in streams.items():
        for stream in some:
            if stream.number >= 0:
                sides.setdefault(stream.number, {})[side] = stream
    asked = [0, 0]
    for _, both in sorted(sides.items()):
        parts = {side: views[side].part_of(stream) for side, stream in sorted(both.items())}
        before = list(asked)
        for event in read_flow(inner, {side: one for side, one in parts.items() if len(one)}, times):
            if isinstance(event, Message):
                asked[event.side] += event.answers is None
                yield _counted_on(event, before)
            else:
                yield event


def _datagrams(views: dict[int, QuicView], streams: dict[int, list[Stream]]) -> Iterator[Message]:
    """Yield what was sent as unreliable datagrams (RFC 9221), each as a message."""
    for side, some in streams.items():
        view = views[side]
        for stream in some:
            if stream.number != DATAGRAMS:
                continue
            low, high = np.searchsorted(view.offsets, [stream.start, stream.end])
            for start, length in zip(
                view.offsets[low:high].tolist(), view.lengths[low:high].tolist(), strict=True
            ):
                part = Part(path="payload", start=start, end=start + length)
                yield Message(
                    protocol="datagram", kind="data", side=side, start=start, end=part.end, parts=(part,)
                )
