"""One flow, read by the decoder that its first bytes call for.

Nothing is lost when no decoder fits: the bytes then form messages of the protocol «stream» or «datagram»,
which are unwrapped and searched like any other.
"""

from __future__ import annotations

from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import numpy as np

from vitne.decode.protocols import continuing, judge, open_decoder
from vitne.decode.protocols.http_dns import MEDIA as DNS_MEDIA
from vitne.decode.protocols.http_dns import with_names
from vitne.kernel.announce import announced
from vitne.model import Fit, Gap, Malformed, Message, Oddity, Part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from vitne.model import Flow
    from vitne.pipeline.views import SideView

Event = Message | Gap | Oddity
HEAD = 4096
PAUSE_NS = 1_000_000_000
"""A pause of a second in an unknown stream begins another message."""
MOST_PAYLOAD = 4 << 20
_MOST_UPGRADES = 3
_MOST_HEADS = 4
"""Datagrams of one side that are asked which protocol they are: the first may be damaged."""


class _Before(NamedTuple):
    """What a connection was before it became what is read now."""

    upgrades: tuple[str, ...] = ()  # names of the upgrades, in order
    asked: tuple[int, int] = (0, 0)  # per side: messages that answer nothing, which is what answers count


def read_flow(flow: Flow, views: dict[int, SideView], times: Any) -> Iterator[Event]:
    """Yield messages, gaps and oddities of one flow; ``times`` gives the nanoseconds of packet rows."""
    reader = _read_tcp if flow.transport == "tcp" else _read_udp
    for event in reader(flow, views, times):
        yield event if isinstance(event, Message) else msgspec.structs.replace(event, flow=flow.number)


def _decoder_for(flow: Flow, heads: Iterable[tuple[int, bytes]]) -> Any | None:
    """Open the decoder that fits one of these (side, first bytes) best; the first of those that fit alike."""
    best, found = Fit.NO, None
    for side, head in heads:
        fit, decoder = judge(head, flow.transport, side)
        if fit > best:
            best, found = fit, decoder
            if fit == Fit.CERTAIN:
                break
    if found is None:
        return None
    return open_decoder(found, (flow.server_ip, flow.server_port), transport=flow.transport)


def _read_udp(flow: Flow, views: dict[int, SideView], times: Any) -> Iterator[Event]:
    del times
    decoder = _decoder_for(flow, _first_datagrams(views))
    for side, view in views.items():
        if decoder is None:
            yield from _unknown_datagrams(side, view)
            continue
        yield from _side_read(decoder, side, view)
    if decoder is not None:
        for side in views:
            yield from _caught(decoder.finish, side)


def _side_read(decoder: Any, side: int, view: SideView) -> Iterator[Event]:
    """Read the datagrams of a side; those that are closed to their end, by their first byte, at one go."""
    closed = getattr(decoder, "closed_first", b"")
    if not closed:
        for number, data in view.datagrams():
            yield from _datagram_read(decoder, side, number, data)
        return
    positions, lengths = view.positions, view.lengths
    octets = np.frombuffer(view.data or b"\0", dtype=np.uint8)
    firsts = octets[np.minimum(positions, len(octets) - 1)]
    told = np.flatnonzero((lengths == 0) | ~np.isin(firsts, list(closed)))
    sums = np.append(0, np.cumsum(lengths, dtype=np.int64))
    last = 0
    for number in [*told.tolist(), len(lengths)]:
        if number > last:
            decoder.pass_over(side, number - last, int(sums[number] - sums[last]))
        if number < len(lengths):
            begin = int(positions[number])
            one = view.data[begin : begin + int(lengths[number])]
            yield from _datagram_read(decoder, side, number, one)
        last = number + 1


def _unknown_datagrams(side: int, view: SideView) -> Iterator[Message]:
    """Yield the datagrams that announce something as messages, and all others as one that cannot be read.

    Known values are searched in the bytes of all of them, before and without this.
    """
    data, lengths = view.data, view.lengths
    worth = np.flatnonzero(announced(data, view.positions, lengths)).tolist()
    for number in worth:
        position = int(view.positions[number])
        yield _datagram(side, number, data[position : position + int(lengths[number])])
    rest = len(data) - int(lengths[worth].sum()) if worth else len(data)
    if rest or len(lengths) > len(worth):
        yield Message(
            protocol="datagram",
            kind="data",
            side=side,
            start=0,
            end=len(data),
            opaque="unknown-format" if rest else "",
            opaque_bytes=rest,
        )


def _first_datagrams(views: dict[int, SideView]) -> Iterator[tuple[int, bytes]]:
    for side, view in views.items():
        for head in islice((data for _, data in view.datagrams() if data), _MOST_HEADS):
            yield side, head


def _datagram(side: int, number: int, data: bytes) -> Message:
    parts = (Part(path="payload", start=0, end=len(data)),) if data else ()
    return Message(
        protocol="datagram", kind="data", side=side, start=0, end=len(data), datagram=number, parts=parts
    )


def _datagram_read(decoder: Any, side: int, number: int, data: bytes) -> Iterator[Event]:
    """Read one datagram; one that breaks the protocol becomes a Gap and a plain message."""
    try:
        yield from decoder.feed(side, data)  # may raise at once or on the way
    except Malformed as error:
        yield Gap(kind="malformed", why=error.why, offset=error.at, length=len(data) or None)
        yield _datagram(side, number, data)


def _read_tcp(flow: Flow, views: dict[int, SideView], times: Any) -> Iterator[Event]:
    starts = {side: (int(view.offsets[0]) if len(view.offsets) else 0) for side, view in views.items()}
    yield from _read_from(flow, views, starts, times=times, before=_Before())


def _read_from(
    flow: Flow, views: dict[int, SideView], starts: dict[int, int], *, times: Any, before: _Before
) -> Iterator[Event]:
    """Read from the given stream offset of each side on; an upgrade begins anew behind it."""
    decoder = _successor(flow, before)
    if decoder is None:
        heads = {side: view.slice(starts[side], starts[side] + HEAD) for side, view in views.items()}
        decoder = _decoder_for(flow, heads.items())
    if decoder is None:
        for side, view in views.items():
            yield from _unknown(side, view, starts[side], times)
        return
    asked = list(before.asked)
    for side, view in views.items():
        for event in _feed_side(decoder, side, view, starts[side]):
            if isinstance(event, Message):
                asked[side] += event.answers is None and not _of_upgrade(event, before)
                told = _counted_on(_shifted(event, starts[side]), before)
                yield with_names(told, view.slice) if told.content_type == DNS_MEDIA else told
            else:
                yield _shifted(event, starts[side])
    at = getattr(decoder, "upgraded_at", None) or getattr(decoder, "upgrade_offset", None)
    upgraded = getattr(decoder, "upgraded", "")
    if upgraded and at is not None and len(before.upgrades) < _MOST_UPGRADES:
        left = {side: at[side] for side in views if at[side] is not None and at[side] >= 0}
        behind = {side: starts[side] + int(gone) for side, gone in left.items()}
        inner = {side: view for side, view in views.items() if side in behind}
        now = _Before((*before.upgrades, upgraded), (asked[0], asked[1]))
        yield from _read_from(flow, inner, behind, times=times, before=now)


def _successor(flow: Flow, before: _Before) -> Any | None:
    """Open the decoder that takes over from an upgrade by its name."""
    found = continuing(before.upgrades[-1]) if before.upgrades else None
    if found is None:
        return None
    return open_decoder(found, (flow.server_ip, flow.server_port), transport=flow.transport)


def _of_upgrade(message: Message, before: _Before) -> bool:
    """Say whether a message answers the very request that asked for HTTP/2 (RFC 7540 section 3.2)."""
    upgraded = before.upgrades[-1:] == ("h2c",) and before.asked[1 - message.side] > 0
    return upgraded and message.kind == "response" and message.answers is None


def _counted_on(message: Message, before: _Before) -> Message:
    """Let the numbers of answered requests go on behind those before an upgrade."""
    earlier = before.asked[1 - message.side]
    if message.answers is not None and earlier:
        return msgspec.structs.replace(message, answers=message.answers + earlier)
    if _of_upgrade(message, before):
        return msgspec.structs.replace(message, answers=earlier - 1)
    return message


def _feed_side(decoder: Any, side: int, view: SideView, begin: int) -> Iterator[Event]:
    expected = begin
    for offset, start, stop in view.spans():
        length = stop - start
        if offset + length <= begin:
            continue
        skip = max(begin - offset, 0)
        if offset + skip > expected:
            yield from _caught(decoder.miss, side, offset + skip - expected)
        yield from _caught(decoder.feed, side, view.data[start + skip : stop])
        expected = offset + length
    yield from _caught(decoder.finish, side)


def _caught(move: Callable[..., Iterator[Any]], *given: Any) -> Iterator[Event]:
    """Let a decoder make a move; Malformed, which it may raise at once or on the way, becomes a Gap."""
    try:
        yield from move(*given)
    except Malformed as error:
        yield Gap(kind="malformed", why=error.why, offset=error.at)


def _shifted(event: Any, by: int) -> Any:
    """Move stream offsets that a decoder counted from its own first byte."""
    if not by:
        return event
    if isinstance(event, Message):
        parts = tuple(_shifted_part(part, by) for part in event.parts)
        return msgspec.structs.replace(event, start=event.start + by, end=event.end + by, parts=parts)
    if event.offset is not None:
        return msgspec.structs.replace(event, offset=event.offset + by)
    return event


def _shifted_part(part: Part, by: int) -> Part:
    pieces = tuple((position, offset + by) for position, offset in part.pieces)
    return msgspec.structs.replace(part, start=part.start + by, end=part.end + by, pieces=pieces)


def _unknown(side: int, view: SideView, begin: int, times: Any) -> Iterator[Message]:
    """Cut a stream of an unknown protocol into messages at holes, at pauses and at a size limit."""
    ends = view.offsets + view.lengths
    low = int(np.searchsorted(ends, begin, side="right"))
    if low >= len(view.offsets):
        return
    breaks = (view.offsets[1:] != ends[:-1]) | (np.diff(times(view.rows)) > PAUSE_NS)
    edges = [low, *[int(at) + 1 for at in np.flatnonzero(breaks) if at >= low], len(view.offsets)]
    for first, behind in pairwise(edges):
        start, end = max(int(view.offsets[first]), begin), int(ends[behind - 1])
        for at in range(start, end, MOST_PAYLOAD):
            stop = min(end, at + MOST_PAYLOAD)
            told = _announces(view.slice(at, stop))
            yield Message(
                protocol="stream",
                kind="data",
                side=side,
                start=at,
                end=stop,
                opaque="" if told else "unknown-format",
                opaque_bytes=0 if told else stop - at,
                parts=(Part(path="payload", start=at, end=stop),) if told else (),
            )


def pauses(view: SideView, times: Any) -> tuple[int, ...]:
    """Give the stream offsets before which nothing was sent for so long that another message begins."""
    late = np.diff(times(view.rows)) > PAUSE_NS
    return tuple(view.offsets[1:][late].tolist())


def _announces(data: bytes) -> bool:
    return bool(announced(data, np.zeros(1, dtype=np.int64), np.array([len(data)]))[0])
