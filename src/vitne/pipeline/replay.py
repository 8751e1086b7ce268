"""From a finding back to its bytes: the capture is read again and the finding's layers are walked down.

A case holds no value of a person; this is how one is read back, and how anybody sees that a finding is there.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from vitne.model import Message, Node, Secrets, StoreError
from vitne.pipeline.ends import NOBODY
from vitne.pipeline.insideviews import OpenedView
from vitne.pipeline.messagework import MessageWork
from vitne.pipeline.opened import Inside
from vitne.pipeline.reopenings import Reopenings
from vitne.pipeline.traffic import devices_of, give_keys, open_traffic
from vitne.pipeline.views import SideView, join

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from vitne.attribute import Devices
    from vitne.model import Finding
    from vitne.pipeline.openings import Openings
    from vitne.pipeline.traffic import Traffic

_MOST_FLOW = 256 << 20
_LEAST_HIDDEN = 4  # bytes of a spelling that is hidden wherever it stands
_CLOSING = {"tls", "quic"}  # what closes other protocols


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One layer of a finding with the bytes around it."""

    codec: str
    path: str
    outer: bytes  # bytes of the layer before (the first: of the stream or datagram)
    outer_from: int  # offset of outer's first byte in that layer
    start: int  # range of this layer in the layer before
    end: int
    value_start: int  # range in the layer before that holds the value
    value_end: int
    hidden: tuple[tuple[int, int], ...]  # ranges in the layer before that hold values of persons


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """A finding read back from the evidence."""

    steps: tuple[Step, ...]
    spelling: bytes  # the bytes that stand in the innermost layer
    inner: bytes  # the innermost layer
    inner_hidden: tuple[tuple[int, int], ...]


def replay(
    paths: Sequence[str | Path],
    finding: Finding,
    siblings: Sequence[Finding],
    *,
    keys: Sequence[str | Path] = (),
    secrets: Secrets | None = None,
) -> Replay:
    """Read a finding back; raises StoreError where these captures do not hold it.

    ``siblings`` are findings of the same message, whose values are to be hidden in the same bytes.  ``keys``
    are the key logs of the scan; UsageError where one cannot be read.  ``secrets`` are the keys of senders.
    """
    _, traffics, _ = open_traffic(paths, stdin=None, progress=lambda *_: None)
    try:
        give_keys(traffics, keys)
        for traffic in traffics:
            number = finding.flow - traffic.first_flow
            if 0 <= number < traffic.walked.flow_count:
                opener = Reopenings(secrets or Secrets(), finding)
                works = _works(traffics, traffic, number, opener=opener)
                found = _in_flow(works, finding=finding, siblings=siblings)
                if found is not None:
                    return found
    finally:
        for traffic in traffics:
            for reader in traffic.readers:
                reader.close()
    raise StoreError(
        f"finding {finding.id} was not met again in the capture",
        expected="the very captures of the case, read with the rules of the case",
        next_step="compare the versions in manifest.json with `vitne --version`",
    )


def _works(
    traffics: list[Traffic],
    traffic: Traffic,
    number: int,
    *,
    opener: Openings | None = None,
    devices: Devices | None = None,
) -> Iterator[MessageWork]:
    """Read one flow again and give its messages, unwrapped; ``devices`` are looked for where not given."""
    keep = np.zeros(traffic.walked.flow_count, dtype=bool)
    keep[number] = True
    pieces: dict[int, list[SideView]] = {}
    for batch in traffic.walked.batches(8 << 20, flows=keep):
        if hasattr(batch, "data"):
            for piece in range(len(batch.flow)):
                pieces.setdefault(int(batch.side[piece]), []).append(SideView.of_batch(batch, piece))
    views = {side: join(parts, _MOST_FLOW) for side, parts in sorted(pieces.items())}
    flow = traffic.flow(number + traffic.first_flow)
    devices = devices_of(traffics) if devices is None else devices
    told: Inside | None = Inside(flow, views, NOBODY)
    while told is not None:
        for event in traffic.events(told.flow, told.views):
            if isinstance(event, Message):
                work = MessageWork(traffic, told.flow, event, told.views[event.side])
                work.find_ends(devices)
                work.unwrap(opener=opener)
                yield work
        told = traffic.inside(flow, views) if told.flow is flow else None


def _in_flow(works: Iterable[MessageWork], *, finding: Finding, siblings: Sequence[Finding]) -> Replay | None:
    for work in works:
        node = _node(work, finding)
        if node is None:
            continue
        places = [(node, *finding.value_range)]
        for other in siblings:
            beside = _node(work, other)
            if beside is not None:
                places.append((beside, *other.value_range))
        return _walked(work, node, finding, places)
    return None


def was_closed(finding: Finding) -> bool:
    """Say whether a finding stands inside records or packets that were opened with keys."""
    return finding.layers[0]["codec"] in _CLOSING and finding.protocol not in _CLOSING


def _inside_layers(work: MessageWork, finding: Finding) -> tuple[dict[str, Any], ...]:
    """Give the layers that count in the stream of the message: those behind what was opened with keys."""
    closed = was_closed(finding)
    if closed != isinstance(work.view, OpenedView):
        return ()
    return finding.layers[1:] if closed else finding.layers


def _records(work: MessageWork, finding: Finding) -> list[Step]:
    """Give the step from the wire into the records or packets, where they were opened."""
    if not isinstance(work.view, OpenedView):
        return []
    start, end = finding.stream_range
    return [
        Step(
            codec=work.view.codec,
            path=work.view.path,
            outer=work.view.outer.slice(start, end),
            outer_from=start,
            start=start,
            end=end,
            value_start=start,
            value_end=end,
            hidden=(),
        )
    ]


def _node(work: MessageWork, finding: Finding) -> Node | None:
    """Find the node that a finding's layers lead to."""
    frames = work.traffic.walked.frame_of(np.asarray(work.rows))
    if int(frames[0]) != finding.message_frames[0]:
        return None
    layers = _inside_layers(work, finding)
    wanted = [(layer["codec"], tuple(layer["range"])) for layer in layers]
    for node in work.nodes:
        own = [(layer.codec, (layer.start, layer.end)) for layer in node.path(work.message.protocol)]
        if own != wanted[: len(own)] or finding.value_range[1] > len(node.data):
            continue
        rest = wanted[len(own) :]
        if not rest or rest[0][1] == tuple(finding.value_range):
            return node
    if layers and layers[0]["path"] == "bytes":
        from vitne.model import Part

        start, end = layers[0]["range"]
        data = work.raw(start, end)
        return Node(data, part=Part(path="bytes", start=start, end=end)) if len(data) == end - start else None
    return None


def _chain(node: Node) -> list[Node]:
    chain = [node]
    while chain[-1].parent is not None:
        chain.append(chain[-1].parent)
    return chain[::-1]


def _at(node: Node, start: int, end: int) -> dict[int, tuple[int, int]]:
    """Give where bytes of a node stand in each node above it, by identity."""
    places = {id(node): (start, end)}
    while node.parent is not None and node.child is not None and node.encoding is not None:
        start, end = node.encoding.locate(node.parent.data, node.child, start, end)
        node = node.parent
        places[id(node)] = (start, end)
    return places


def _repeats(data: bytes, spellings: set[bytes]) -> set[tuple[int, int]]:
    """Find where the same spellings stand once more, as under `also` or as a field's name."""
    spans: set[tuple[int, int]] = set()
    for spelling in spellings:
        at = data.find(spelling)
        while at >= 0:
            spans.add((at, at + len(spelling)))
            at = data.find(spelling, at + len(spelling))
    return spans


def _walked(work: MessageWork, node: Node, finding: Finding, places: list[tuple[Node, int, int]]) -> Replay:
    own = _at(node, *finding.value_range)
    others = [_at(*place) for place in places]
    spellings = {
        bytes(at.data[start:end]).lower() for at, start, end in places if end - start >= _LEAST_HIDDEN
    }

    def hidden(each: Node, shift: int = 0) -> tuple[tuple[int, int], ...]:
        spans = {at[id(each)] for at in others if id(each) in at}
        spans |= _repeats(bytes(each.data).lower(), spellings)
        return tuple(sorted((start + shift, end + shift) for start, end in spans))

    chain = _chain(node)
    root = chain[0]
    base = root.part.start
    value = own[id(root)] if root.part.exact else (0, root.part.end - root.part.start)
    steps = [
        *_records(work, finding),
        Step(
            codec=work.message.protocol,
            path=root.part.path,
            outer=work.raw(root.part.start, root.part.end),
            outer_from=base,
            start=base,
            end=root.part.end,
            value_start=base + value[0],
            value_end=base + value[1],
            hidden=hidden(root, base) if root.part.exact else ((base, root.part.end),),
        ),
    ]
    for parent, each in pairwise(chain):
        child: Any = each.child
        start, end = own[id(parent)]
        steps.append(
            Step(
                codec=each.encoding.name if each.encoding else "",
                path=child.path,
                outer=parent.data,
                outer_from=0,
                start=child.start,
                end=child.end,
                value_start=start,
                value_end=end,
                hidden=hidden(parent),
            )
        )
    start, end = finding.value_range
    return Replay(
        steps=tuple(steps), spelling=node.data[start:end], inner=node.data, inner_hidden=hidden(node)
    )
