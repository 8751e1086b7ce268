"""From values in unwrapped bytes to changes on the wire: each layer is wrapped again around new content."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from vitne.identify.needles import Needles
from vitne.model import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vitne.evidence.replacing import Pairs
    from vitne.model import Finding, Node, Part
    from vitne.pipeline.messagework import MessageWork


class Edit(NamedTuple):
    """Bytes [start, end) become ``data``."""

    start: int
    end: int
    data: bytes


class Unchangeable(Exception):  # noqa: N818  (it says what the bytes are)
    """A value stands where it cannot be changed without breaking what is around it."""


class Editor:
    """Finds every spelling of the values in the messages of a flow and changes it."""

    def __init__(self, pairs: Pairs) -> None:
        self.pairs = pairs
        self._search = Needles.compile(pairs.needles)

    def message(self, work: MessageWork, places: Sequence[tuple[Node, Finding]]) -> list[Edit]:
        """Give the changes of one message in stream or datagram offsets; raises Unchangeable."""
        children, told = _children(work), _told(places)
        edits: list[Edit] = []
        bodies = 0
        roots = {id(node): node for node in (*work.nodes, *(n for n, _ in places)) if node.parent is None}
        for node in roots.values():
            own = _on_wire(node.part, self._edits(node, children, told))
            edits += own
            if node.part.path == "body":
                bodies += sum(len(e.data) - (e.end - e.start) for e in own)
        if bodies:
            edits += _length(work, bodies)
        if _in_frames(work) and any(len(each.data) != each.end - each.start for each in edits):
            raise Unchangeable("frames whose length would change")
        return merged(edits)

    def parts(self, work: MessageWork, places: Sequence[tuple[Node, Finding]]) -> list[tuple[Part, bytes]]:
        """Give every part of a message with its bytes changed; raises Unchangeable.

        For what is written anew, where no byte has to keep its place.
        """
        children, told = _children(work), _told(places)
        roots = {(n.part.path, n.part.start, n.part.end): n for n in work.nodes if n.parent is None}
        loose = [(n.part.start, f) for n, f in places if n.parent is None and n.part.path == "bytes"]
        made = []
        for part in work.message.parts:
            node = roots.get((part.path, part.start, part.end))
            data = work.raw(part.start, part.end) if part.data is None else part.data
            edits = self.hits(data) if node is None else self._edits(node, children, told)
            edits += [
                Edit(low, high, self.pairs.told(f.identifier, bytes(data[low:high])))
                for start, f in loose
                for low, high in [
                    (start + f.value_range[0] - part.start, start + f.value_range[1] - part.start)
                ]
                if part.exact and low >= 0 and high <= len(data)
            ]
            made.append((part, applied(data, merged(edits))))
        return made

    def _edits(
        self, node: Node, children: dict[int, list[Node]], told: dict[int, list[Finding]]
    ) -> list[Edit]:
        """Give the changes of one node's data: those inside its children first, then its own."""
        found: list[Edit] = []
        for child in children.get(id(node), ()):
            inner = self._edits(child, children, told)
            if inner:
                found.append(_wrapped(child, applied(child.data, inner)))
        found.sort(key=lambda e: (e.start - e.end, e.start))
        own = self.hits(node.data)
        own += [
            Edit(start, end, self.pairs.told(finding.identifier, bytes(node.data[start:end])))
            for finding in told.get(id(node), ())
            for start, end in [finding.value_range]
            if not any(e.start < end and start < e.end for e in own)
        ]
        return merged([*found, *own])

    def hits(self, data: bytes) -> list[Edit]:
        """Find every spelling of the values in some bytes."""
        hits = self._search.scan(data)
        rows = zip(hits.needle.tolist(), hits.start.tolist(), hits.end.tolist(), strict=True)
        longest = sorted(rows, key=lambda row: (row[1] - row[2], row[1], row[0]))
        found = []
        for needle, start, end in longest:
            place = bytes(data[start:end])
            found.append(Edit(start, end, self.pairs.stand_in(self.pairs.needles[needle], place)))
        return merged(found)


def _children(work: MessageWork) -> dict[int, list[Node]]:
    """Give the nodes inside each node of a message, by identity."""
    found: dict[int, list[Node]] = {}
    for node in work.nodes:
        if node.parent is not None:
            found.setdefault(id(node.parent), []).append(node)
    return found


def _told(places: Sequence[tuple[Node, Finding]]) -> dict[int, list[Finding]]:
    found: dict[int, list[Finding]] = {}
    for node, finding in places:
        found.setdefault(id(node), []).append(finding)
    return found


def _in_frames(work: MessageWork) -> bool:
    """Say whether the lengths of a message stand in frames around it, which nothing repairs."""
    if work.message.protocol == "websocket":
        return True
    return any(name == "http-version" and value in {"2", "3"} for name, value in work.message.facts)


def _wrapped(node: Node, data: bytes) -> Edit:
    if node.child is None or node.encoding is None:
        raise Unchangeable("bytes without a wrapping")
    try:
        wrapped = node.encoding.wrap(msgspec.structs.replace(node.child, data=data))
    except (Malformed, ValueError, OverflowError, KeyError) as error:
        raise Unchangeable(f"{node.encoding.name} cannot be wrapped again") from error
    return Edit(node.child.start, node.child.end, wrapped)


def _on_wire(part: Part, edits: Iterable[Edit]) -> list[Edit]:
    """Give the changes of a part where its bytes stand on the wire."""
    out = []
    for edit in edits:
        if part.exact:
            out.append(Edit(part.start + edit.start, part.start + edit.end, edit.data))
            continue
        if not part.pieces or len(edit.data) != edit.end - edit.start:
            raise Unchangeable("bytes that are put together from several places")
        out += _pieced(part, edit)
    return out


def _pieced(part: Part, edit: Edit) -> list[Edit]:
    """Share a change of equal length out among the pieces of a part."""
    out = []
    ends = [*(position for position, _ in part.pieces[1:]), len(part.data or b"")]
    for (position, offset), end in zip(part.pieces, ends, strict=True):
        low, high = max(edit.start, position), min(edit.end, end)
        if low < high:
            at = offset + low - position
            out.append(Edit(at, at + high - low, edit.data[low - edit.start : high - edit.start]))
    return out


def _length(work: MessageWork, more: int) -> list[Edit]:
    """Let the declared length of a body follow it (RFC 9110 section 8.6)."""
    for part in work.message.parts:
        if part.path.lower() == "header:content-length" and part.exact:
            old = work.raw(part.start, part.end)
            if old.strip().isdigit():
                return [Edit(part.start, part.end, str(int(old) + more).encode())]
    if any("chunked" in part.hints for part in work.message.parts) or work.message.protocol == "http":
        return []
    raise Unchangeable("a length is declared where it cannot be changed")


def merged(edits: Sequence[Edit]) -> list[Edit]:
    """Keep the first of changes that overlap, in the order of place."""
    kept: list[Edit] = []
    for edit in edits:
        if not any(other.start < edit.end and edit.start < other.end for other in kept):
            kept.append(edit)
    return sorted(kept)


def applied(data: bytes, edits: Sequence[Edit]) -> bytes:
    """Give the data with changes made; these are in order and do not overlap."""
    out, at = [], 0
    for edit in edits:
        out += [data[at : edit.start], edit.data]
        at = edit.end
    return b"".join([*out, data[at:]])
