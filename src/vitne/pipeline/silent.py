"""What a flow says in whose messages nothing was found, told again without making its messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from vitne.assess import delivery_of, own_stack
from vitne.pipeline.toll import kept_facts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vitne.model import Flow, Message, Opaque
    from vitne.model.findings import Delivery
    from vitne.pipeline.ends import Host
    from vitne.pipeline.saying import Seen
    from vitne.pipeline.toll import Toll
    from vitne.pipeline.traffic import Traffic
    from vitne.pipeline.views import SideView

_NAME_DEVICES = frozenset({"dhcp", "dhcpv6", "mdns"})
"""Protocols whose messages name the very device that sends them."""


class Said(NamedTuple):
    """One message of a remembered flow."""

    message: Message  # without its parts
    host: Host
    opaque: list[Opaque]
    response: int | None  # which of the flow's messages answers it
    seen: Seen


class _Row(NamedTuple):
    message: Message
    host: Host
    facts: tuple[tuple[str, str], ...]
    delivery: Delivery | None  # None: acknowledgements tell


class Silence(NamedTuple):
    """The messages of a flow in which nothing was found."""

    rows: tuple[_Row, ...]  # of those that were sent
    unread: tuple[tuple[str, int], ...]  # reason, bytes that cannot be read
    names: tuple[Message, ...]  # messages that tell names of addresses


def silence(flow: Flow, said: Sequence[Said], ways: tuple[str, str]) -> Silence | None:
    """Give what messages say in which nothing was found; None where something was, or nobody looked yet."""
    if any(one.seen.found is None or one.seen.found or one.seen.told for one in said):
        return None
    if any(one.message.protocol in _NAME_DEVICES for one in said):
        return None
    rows = []
    for one in said:
        if ways[one.message.side] == "sent":
            answer = None if one.response is None else said[one.response].message
            known = (
                answer is not None or flow.transport != "tcp" or ("unanswered", "yes") in one.message.facts
            )
            delivery = (
                delivery_of(flow, one.message, response=answer, accepted=None, own_acks=False)
                if known
                else None
            )
            rows.append(_Row(one.message, one.host, kept_facts(one.message), delivery))
    names = tuple(one.message for one in said if one.message.names)
    return Silence(tuple(rows), tuple(each for one in said for each in _unread(one)), names)


def _unread(one: Said) -> Iterator[tuple[str, int]]:
    """Yield why bytes of a message cannot be read, and how many."""
    if one.message.opaque:
        yield one.message.opaque, one.message.opaque_bytes
    for opaque in one.opaque:
        yield opaque.reason, opaque.length


def _rows(view: SideView, message: Message) -> tuple[int, int]:
    """Give the first and the last row of the packets that hold a message."""
    if message.datagram is None:
        return view.row_span(message.start, message.end)
    row = view.runs[3][message.datagram]
    return row, row


def keep_rows(one: Silence, traffic: Traffic, flow: Flow, views: dict[int, SideView], *, toll: Toll) -> None:
    """Keep a row of each message that was sent."""
    for message, host, facts, known in one.rows:
        delivery = known
        if delivery is None:
            own = own_stack(traffic.link_types, message)
            delivery = delivery_of(flow, message, response=None, accepted=None, own_acks=own)
        rows = _rows(views[message.side], message)
        toll.sent(traffic, flow, rows, message=message, host=host, facts=facts, delivery=delivery)


def names_told(one: Silence, traffic: Traffic, views: dict[int, SideView]) -> Iterator[tuple[Message, int]]:
    """Yield the messages that tell names, each with its time, nanoseconds UTC."""
    for message in one.names:
        first, _ = _rows(views[message.side], message)
        yield message, int(traffic.walked.row_times(first))
