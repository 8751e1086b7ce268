"""The messages of a flow that was opened or tunnelled, changed, as packets of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from vitne.evidence.edits import Edit, Unchangeable, applied
from vitne.evidence.plainly import Turn, conversation, datagram, whole
from vitne.pipeline.insideviews import OpenedView

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vitne.evidence.pcapng import Frame
    from vitne.evidence.plainly import Ends
    from vitne.pipeline.traffic import Traffic


def to_be_told(traffic: Traffic, number: int, works: Sequence[Any]) -> list[Any] | None:
    """Give the messages of a flow that has to be told anew; None for one that stays on its wire.

    Raises Unchangeable for a flow that cannot be told in plain packets.
    """
    if traffic.exported:
        flow = traffic.flow(number)
        if not (flow.client_ip and flow.server_ip):
            raise Unchangeable("an entry of an export that does not name both ends")
        return list(works)
    inside = [work for work in works if isinstance(work.view, OpenedView)]
    if inside:
        return inside
    return list(works) if traffic.flow(number).tunnel else None


def plain_frames(
    works: Sequence[Any],
    ends: Ends,
    *,
    streams: Mapping[int, list[Edit]],
    datagrams: Mapping[tuple[int, int], list[Edit]],
) -> list[Frame]:
    """Give the frames of messages with the changes made; raises Unchangeable where some are missing."""
    made: list[Frame] = []
    said: dict[int, bytes] = {}
    turns: list[Turn] = []
    moved: dict[int, tuple[int, list[Edit]]] = {}
    for work in works:
        side = int(work.message.side)
        place = work.traffic.walked.place(np.asarray([work.rows[0]]))[0]
        at = work.datagram_at
        if at >= 0:
            data = work.view.data[at : work.datagram_end]
            made.append(datagram(ends, side, place.time_ns, applied(data, datagrams.get((side, at), []))))
            continue
        if work.flow.transport == "udp" and not isinstance(work.view, OpenedView):
            made += _several(work, ends, streams.get(side, []))
            continue
        if side not in said:
            found = whole(work.view.data, list(work.view.spans()))
            if found is None:
                raise Unchangeable("bytes of an opened or tunnelled stream are missing")
            first, changes = found[1], streams.get(side, [])
            own = [Edit(edit.start - first, edit.end - first, edit.data) for edit in changes]
            moved[side] = (first, own)
            said[side] = applied(found[0], own)
        turns.append(Turn(place.time_ns, side, _moved(work.message.end, *moved[side])))
    return made + (conversation(ends, said, turns) if said else [])


def _several(work: Any, ends: Ends, changes: Sequence[Edit]) -> list[Frame]:
    """Give the datagrams that were read as one message."""
    positions, offsets, lengths, rows = work.view.runs
    made = []
    for position, offset, length, row in zip(positions, offsets, lengths, rows, strict=True):
        own = [
            Edit(edit.start - offset, edit.end - offset, edit.data)
            for edit in changes
            if offset <= edit.start and edit.end <= offset + length
        ]
        data = applied(work.view.data[position : position + length], own)
        place = work.traffic.walked.place(np.asarray([row]))[0]
        made.append(datagram(ends, int(work.message.side), place.time_ns, data))
    return made


def _moved(end: int, first: int, changes: Sequence[Edit]) -> int:
    """Give where a place of the stream stands behind the changes before it."""
    place = end - first
    return place + sum(len(edit.data) - (edit.end - edit.start) for edit in changes if edit.end <= place)
