"""Captures read again for the values of fields: every named field of every message, unwrapped.

A scan keeps what it knows the meaning of; learning needs the rest as well.  A field that was unwrapped
further is given by what has a name inside, else as it is.  Long numbers in names are left out: they may be
values.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from vitne.model import Message, Node
from vitne.model.fields import FieldValue
from vitne.pipeline.ends import NOBODY
from vitne.pipeline.messagework import MessageWork
from vitne.pipeline.opened import Inside
from vitne.pipeline.traffic import devices_of, give_keys, open_traffic
from vitne.pipeline.views import SideView, join

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path

    from vitne.attribute import Devices
    from vitne.model import Flow
    from vitne.pipeline.traffic import Traffic

MOST_VALUES = 2_000_000
MOST_TOTAL = 512 << 20
"""Values of one reading and bytes of them all; behind that nothing more is given, and it is told."""
MOST_BYTES = 4096
"""Bytes of a value that are kept."""
_MOST_FLOW = 64 << 20
_VARIES = re.compile(r"[0-9a-fA-F]{8,}|[0-9]+")
_LONG = re.compile(r"[0-9a-fA-F]{12,}|[0-9]{6,}")
_PLACE = re.compile(r"\[\d*\]")


def field_values(
    paths: Sequence[str | Path],
    *,
    keys: Sequence[str | Path] = (),
    flows: Collection[int] | None = None,
    hosts: Callable[[int], str] = lambda _: "",
    tell: Callable[[str], None] = lambda _: None,
) -> Iterator[FieldValue]:
    """Yield the values of all messages of some flows (None: of all), flow by flow.

    ``hosts`` gives the name of a flow's far end where the messages do not tell it; ``tell`` is told what was
    left out.  Raises CaptureError where no capture can be read, UsageError where a key log cannot.
    """
    _, traffics, _ = open_traffic(paths, stdin=None, progress=lambda *_: None)
    try:
        give_keys(traffics, keys)
        devices = devices_of(traffics)
        left, room = MOST_VALUES, MOST_TOTAL
        for traffic in traffics:
            for work in _works(traffic, devices, flows):
                for value in _values(work, hosts):
                    if not left or room < len(value.value):
                        tell("more values than are kept: what stands later in the captures was left out")
                        return
                    left, room = left - 1, room - len(value.value)
                    yield value
    finally:
        for traffic in traffics:
            for reader in traffic.readers:
                reader.close()


def _works(traffic: Traffic, devices: Devices, flows: Collection[int] | None) -> Iterator[MessageWork]:
    """Read the chosen flows of one group and give their messages, unwrapped."""
    count = traffic.walked.flow_count
    keep = np.ones(count, dtype=bool)
    if flows is not None:
        keep[:] = [number + traffic.first_flow in flows for number in range(count)]
    if not keep.any():
        return
    pieces: dict[int, list[SideView]] = {}
    current: int | None = None
    for batch in traffic.walked.batches(8 << 20, flows=keep):
        if not hasattr(batch, "data"):
            continue
        for piece, number in enumerate(batch.flow.tolist()):
            if number != current:
                if current is not None:
                    yield from _flow(traffic, devices, current, pieces)
                current, pieces = number, {}
            pieces.setdefault(int(batch.side[piece]), []).append(SideView.of_batch(batch, piece))
    if current is not None:
        yield from _flow(traffic, devices, current, pieces)


def _flow(
    traffic: Traffic, devices: Devices, number: int, pieces: dict[int, list[SideView]]
) -> Iterator[MessageWork]:
    views = {side: join(parts, _MOST_FLOW) for side, parts in sorted(pieces.items())}
    flow: Flow = traffic.flow(number + traffic.first_flow)
    told: Inside | None = Inside(flow, views, NOBODY)
    while told is not None:
        for event in traffic.events(told.flow, told.views):
            if isinstance(event, Message):
                work = MessageWork(traffic, told.flow, event, told.views[event.side], host=told.host)
                work.find_ends(devices)
                work.unwrap()
                yield work
        told = traffic.inside(flow, views) if told.flow is flow else None


def _values(work: MessageWork, hosts: Callable[[int], str]) -> Iterator[FieldValue]:
    """Give the values of one message."""
    message, flow = work.message, work.flow
    capture = work.traffic.walked.place(np.asarray([work.rows[0]]))[0]
    sent = work.direction == "sent"
    far = flow.server_ip if sent == (message.side == 0) else flow.client_ip
    said: dict[str, Any] = {
        "capture": work.traffic.captures[capture.capture].sha256,
        "frame": capture.frames[0],
        "flow": flow.number,
        "time_ns": work.time_ns,
        "device": work.device.key if work.device is not None else "",
        "host": work.host[0] or hosts(flow.number) or far,
        "protocol": message.protocol,
        "message": message_kind(message, work),
        "sent": sent,
        "content_type": message.content_type,
    }
    for node in leaves(work.nodes):
        yield FieldValue(
            **said,
            path=path_of(node),
            name=_LONG.sub("*", node.field),
            value=bytes(node.data[:MOST_BYTES]),
            layers=tuple(each.encoding.name for each in _chain(node)[1:] if each.encoding is not None),
        )


def message_kind(message: Message, work: MessageWork) -> str:
    """Name a kind of message: what it asks for and the path, without what varies from one to the next."""
    facts = dict(message.facts)
    words = [message.kind, facts.get("method", "")]
    for part in message.parts:
        if part.path in {"path", "target"}:
            data = part.data if part.data is not None else work.raw(part.start, part.end)
            words.append(_VARIES.sub("*", data.decode("latin-1").partition("?")[0])[:200])
            break
    return " ".join(word for word in words if word)


def leaves(nodes: Sequence[Node]) -> Iterator[Node]:
    """Give the nodes that have a name of their own, or are parts, and hold no further name inside."""
    inside: set[int] = set()
    for node in nodes:
        if node.child is not None and node.child.path:
            above = node.parent
            while above is not None and id(above) not in inside:
                inside.add(id(above))
                above = above.parent
    for node in nodes:
        named = node.parent is None or (node.child is not None and node.child.path)
        if named and id(node) not in inside:
            yield node


def _chain(node: Node) -> list[Node]:
    chain = [node]
    while chain[-1].parent is not None:
        chain.append(chain[-1].parent)
    return chain[::-1]


def path_of(node: Node) -> str:
    """Name the way to a node; places in lists are left out, so that the entries of a list are one field."""
    words = []
    for each in _chain(node):
        if each.child is None:
            words.append(each.part.path)
            continue
        codec = each.encoding.name if each.encoding is not None else ""
        name = _LONG.sub("*", _PLACE.sub("[]", each.child.path))
        words.append(f"{codec}: {name}" if name else codec)
    return " > ".join(words)
