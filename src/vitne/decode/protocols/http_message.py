"""Messages of HTTP/1.x, put together from head, body and trailer.

RFC 9112 section 6; the other reading of a head that contradicts itself follows section 6.3 and section 11.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.decode.protocols.http_framing import boundary, hints
from vitne.model import Message, Part

if TYPE_CHECKING:
    from vitne.decode.protocols.http_framing import Framing
    from vitne.decode.protocols.http_heads import Head


class Body:
    """Where the bytes of a body stand, in stretches without a hole."""

    __slots__ = ("run", "start", "stretches", "trailers", "whole")

    def __init__(self, start: int) -> None:
        self.start = start  # offset of the first byte
        self.run = start  # where the stretch in hand begins
        self.stretches: list[tuple[int, int]] = []  # half-open ranges, without holes
        self.trailers: list[Part] = []
        self.whole = True  # nothing of the message is missing

    def hole(self, offset: int, length: int) -> None:
        """Note missing bytes; the next stretch begins behind them."""
        self.close(offset)
        self.run = offset + length

    def close(self, offset: int) -> None:
        """End the stretch in hand."""
        if offset > self.run:
            self.stretches.append((self.run, offset))
        self.run = offset


def build(head: Head, body: Body, framing: Framing, *, side: int, answers: int | None) -> Message:
    """Make the message of a head and its body."""
    parts = head.parts
    facts: tuple[tuple[str, str], ...] = ()
    if head.status is None:
        facts = (("method", head.method),)
    if body.stretches:
        chunked = framing.mode == "chunked"
        announced = hints(head, chunked=chunked)
        for start, end in body.stretches:
            # behind a hole the wrappings cannot be followed any more
            parts.append(
                Part(path="body", start=start, end=end, hints=announced if start == body.start else ())
            )
        parts += body.trailers
        if "multipart" in announced:
            facts = (*facts, ("boundary", boundary(head)))
    if head.upgrade:
        facts = (*facts, ("upgrade", head.upgrade))
    return Message(
        protocol="http",
        kind="request" if head.status is None else "response",
        side=side,
        start=head.start,
        end=body.run,
        complete=body.whole,
        host=head.host,
        host_source="http-host" if head.host else "",
        status=head.status,
        answers=answers,
        content_type=head.content_type,
        facts=facts,
        parts=tuple(parts),
    )


def other_reading(head: Head, body: Body, framing: Framing, *, side: int) -> Message:
    """Make the body that a peer sees who believes the other length of a head that contradicts itself.

    It ends where the message in hand ends at the latest: what lies behind is read as the next message anyway.
    """
    wanted = body.start + (framing.other or 0)
    end = min(wanted, body.run)
    announced = hints(head, chunked=False)
    stretches = [(start, min(stop, end)) for start, stop in body.stretches if start < end]
    return Message(
        protocol="http",
        kind="request" if head.status is None else "response",
        side=side,
        start=body.start,
        end=end,
        complete=body.whole and wanted <= body.run,
        host=head.host,
        host_source="http-host" if head.host else "",
        content_type=head.content_type,
        facts=(("reading", framing.other_name),),
        parts=tuple(
            Part(path="body", start=start, end=stop, hints=announced if start == body.start else ())
            for start, stop in stretches
        ),
    )


def data_message(protocol: str, body: Body, side: int) -> Message:
    """Make one message of what follows when the connection became a protocol that has no name here."""
    parts = tuple(Part(path="payload", start=start, end=end) for start, end in body.stretches)
    return Message(
        protocol="http",
        kind="data",
        side=side,
        start=body.start,
        end=body.run,
        complete=len(parts) == 1,
        facts=(("upgrade", protocol),),
        parts=parts,
    )
