"""DNS over HTTPS: what is asked and answered in the body of a request or answer.

RFC 8484 sections 4.1 and 6.  The HTTP message stays one message: it learns the names, and gains the parts of
the DNS message inside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from vitne.decode.protocols.dns_message import Reader
from vitne.model import Malformed, Message

if TYPE_CHECKING:
    from collections.abc import Callable

    from vitne.model import Part

MEDIA = "application/dns-message"


def with_names(message: Message, raw: Callable[[int, int], bytes]) -> Message:
    """Add what a body of this media type asks or answers; ``raw`` gives bytes of the stream.

    A body that is no DNS message, or is wrapped in something else, leaves the message as it is.
    """
    bodies = [part for part in message.parts if part.path == "body"]
    if message.content_type != MEDIA or len(bodies) != 1 or bodies[0].hints:
        return message
    (body,) = bodies
    data = raw(body.start, body.end) if body.data is None else body.data
    try:
        told = [one for one in Reader("dns").read(message.side, data) if isinstance(one, Message)]
    except Malformed:
        return message
    if not told:
        return message
    parts = tuple(_placed(part, body, data) for part in told[0].parts)
    return msgspec.structs.replace(
        message,
        parts=(*message.parts, *parts),
        names=told[0].names,
        facts=(*message.facts, *told[0].facts),
    )


def _placed(part: Part, body: Part, data: bytes) -> Part:
    """Give a part of the DNS message its place in the stream."""
    if body.exact:
        start, end = body.start + part.start, body.start + part.end
        return msgspec.structs.replace(part, start=start, end=end)
    own = data[part.start : part.end] if part.data is None else part.data
    return msgspec.structs.replace(part, start=body.start, end=body.end, data=own, exact=False)
