"""Where changes of a message stand: in a stream, or in datagrams; and those outside of what messages name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from vitne.evidence.edits import Edit, Unchangeable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vitne.evidence.editing import Editor

Where = int | tuple[int, int]
"""Side of a stream; capture and frame of a datagram, or where it is told anew side and place in the view."""


def placed(work: Any, edits: Sequence[Edit], *, plain: bool) -> Iterator[tuple[Where, Edit]]:
    """Yield each change with the side of the stream, or capture and frame of the datagram, that it is in.

    ``plain``: of a datagram that is told anew, its side and place in what was read.
    """
    walked = work.traffic.walked
    if plain:
        own = int(work.message.side)
        yield from (((own, work.datagram_at) if work.datagram_at >= 0 else own, edit) for edit in edits)
        return
    if work.datagram_at >= 0:
        first = walked.place(np.asarray([work.rows[0]]))[0]
        yield from (((first.capture, first.frames[0]), edit) for edit in edits)
        return
    if work.flow.transport != "udp" or not hasattr(work.view, "runs") or hasattr(work.view, "outer"):
        yield from ((int(work.message.side), edit) for edit in edits)
        return
    _, offsets, lengths, rows = work.view.runs  # one message of many datagrams
    for edit in edits:
        for offset, length, row in zip(offsets, lengths, rows, strict=True):
            if offset <= edit.start and edit.end <= offset + length:
                place = walked.place(np.asarray([row]))[0]
                moved = Edit(edit.start - offset, edit.end - offset, edit.data)
                yield (place.capture, place.frames[0]), moved
                break
        else:
            raise Unchangeable("a value in more than one datagram")


def between(work: Any, editor: Editor, *, plain: bool) -> Iterator[tuple[Where, Edit]]:
    """Yield changes of the raw bytes of one side: values also stand where no part of a message is."""
    side, view = int(work.message.side), work.view
    if not _in_datagrams(work):
        for offset, start, stop in view.spans():
            for edit in _same_length(editor, bytes(view.data[start:stop])):
                yield side, Edit(edit.start + offset, edit.end + offset, edit.data)
        return
    positions, offsets, lengths, rows = view.runs
    for position, offset, length, row in zip(positions, offsets, lengths, rows, strict=True):
        for edit in _same_length(editor, bytes(view.data[position : position + length])):
            if not plain:
                place = work.traffic.walked.place(np.asarray([row]))[0]
                yield (place.capture, place.frames[0]), edit
            elif work.datagram_at >= 0:
                yield (side, position), edit
            else:
                yield side, Edit(edit.start + offset, edit.end + offset, edit.data)


def _in_datagrams(work: Any) -> bool:
    return work.datagram_at >= 0 or (work.flow.transport == "udp" and not hasattr(work.view, "outer"))


def _same_length(editor: Editor, data: bytes) -> list[Edit]:
    return [edit for edit in editor.hits(data) if len(edit.data) == edit.end - edit.start]


def datagrams_of(works: Sequence[Any]) -> Iterator[tuple[int, int]]:
    """Yield capture and frame of each datagram that was read."""
    for work in {id(work.view): work for work in works}.values():
        if hasattr(work.view, "runs"):
            for row in work.view.runs[3]:
                place = work.traffic.walked.place(np.asarray([row]))[0]
                yield place.capture, place.frames[0]
