"""A WebSocket inside a stream of HTTP/2 or HTTP/3: its messages, with their places in the connection.

RFC 8441 sections 4 and 5; RFC 9220 section 3.  A client asks for it by CONNECT with the pseudo-header
``:protocol``; after a good answer both directions of the stream hold frames of RFC 6455, masked as ever.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec

from vitne.decode.protocols.websocket import WebSocket
from vitne.model import Message

if TYPE_CHECKING:
    from vitne.decode.protocols.http2_message import Exchange, Placed
    from vitne.model import Gap

MOST_SOCKETS = 10_000  # streams of one connection that are known to be one


def asks_for_socket(fields: list[Placed]) -> bool:
    """Say whether header fields ask that their stream become a WebSocket."""
    told = {field.name: field.value for field in fields if field.name in {b":method", b":protocol"}}
    return told.get(b":method") == b"CONNECT" and told.get(b":protocol", b"").lower() == b"websocket"


def taken_out(exchange: Exchange, side: int) -> list[Message | Gap]:
    """Take the body of one direction out of its stream, and give the messages of the WebSocket in it."""
    socket = WebSocket((0, 0))
    found: list[Message | Gap] = []
    for number, stretch in enumerate(exchange.body):
        if number:
            found += socket.miss(side, max(0, stretch.start - exchange.body[number - 1].end))
        data = b"".join(stretch.chunks)
        marks = [*stretch.marks, (len(data), 0)]
        for (low, offset), (high, _) in pairwise(marks):
            socket.move(side, offset)
            found += socket.feed(side, data[low:high])
    found += socket.finish(side)
    exchange.body = []
    return found


def hosted(events: list[Message | Gap], opening: Message) -> list[Message | Gap]:
    """Give the messages of a client the name of the far end that it asked for."""
    told = {"host": opening.host, "host_source": opening.host_source}
    return [
        msgspec.structs.replace(event, **told) if isinstance(event, Message) and opening.host else event
        for event in events
    ]
