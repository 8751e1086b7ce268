"""From values in unwrapped bytes to changes on the wire: each layer is wrapped again around new content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.evidence.edits import Edit, Unchangeable, apart, applied, merged
from vitne.evidence.respelling import Respelling
from vitne.evidence.wrapping import Inner, around, mqtt_lengths
from vitne.identify.places import half_of_place, record_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vitne.evidence.pairs import Pairs
    from vitne.model import Child, Finding, Node, Part, Secrets
    from vitne.pipeline.messagework import MessageWork


_SHORT, _MOST = 128, 64  # bytes and number of texts of a message that may be a salt


class Editor:
    """Finds every spelling of the values in the messages of a flow and changes it."""

    def __init__(self, pairs: Pairs, secrets: Secrets | None = None) -> None:
        self.pairs = pairs
        self._respelling = Respelling(pairs, secrets.salts if secrets is not None else ())
        self._layouts = {each.name: each for each in secrets.plaintexts} if secrets is not None else {}
        self._search = pairs.search
        self._beside: list[bytes] = []
        self._halves: dict[int, Edit] = {}  # of fields that say the other half of a place

    def message(self, work: MessageWork, places: Sequence[tuple[Node, Finding]]) -> list[Edit]:
        """Give the changes of one message in stream or datagram offsets; raises Unchangeable."""
        children, told = _children(work), _told(places)
        self._beside = _fields(work)
        self._halves = self._other_halves(work, places)
        edits: list[Edit] = []
        bodies = 0
        roots = {id(node): node for node in (*work.nodes, *(n for n, _ in places)) if node.parent is None}
        for node in roots.values():
            own = _on_wire(work, node.part, self._edits(node, children, told))
            edits += own
            if node.part.path == "body":
                bodies += sum(len(e.data) - (e.end - e.start) for e in own)
        if bodies:
            edits += _length(work, bodies)
        if work.message.protocol == "mqtt":
            edits += mqtt_lengths(work.message, work.raw, edits)
        if _in_frames(work) and any(len(each.data) != each.end - each.start for each in edits):
            raise Unchangeable("frames whose length would change")
        return merged(edits)

    def parts(self, work: MessageWork, places: Sequence[tuple[Node, Finding]]) -> list[tuple[Part, bytes]]:
        """Give every part of a message with its bytes changed; raises Unchangeable.

        For what is written anew, where no byte has to keep its place.
        """
        children, told = _children(work), _told(places)
        self._beside = _fields(work)
        self._halves = self._other_halves(work, places)
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

    def _other_halves(self, work: MessageWork, places: Sequence[tuple[Node, Finding]]) -> dict[int, Edit]:
        """Give the changes of fields whose number is the longitude of a place that another field tells."""
        found = {}
        for node, finding in places:
            if finding.identifier != "location" or finding.seed is None or len(node.data) > _SHORT:
                continue
            for other in work.nodes:
                half = half_of_place(other.field.rpartition(".")[2])
                if half is None or half[0] != "lon" or record_of(other) != record_of(node):
                    continue
                made = self._respelling.beside(finding, node.data, other.data)
                if made is not None:
                    found[id(other)] = Edit(0, len(other.data), made[1])
        return found

    def _edits(
        self, node: Node, children: dict[int, list[Node]], told: dict[int, list[Finding]]
    ) -> list[Edit]:
        """Give the changes of one node's data: those inside its children first, then its own.

        Where several readings of the same bytes hold a value, the one with the most that was found counts.
        """
        found = self._inside(node, children, told)
        own = self.hits(node.data)
        if node.parent is not None and len(node.data) <= _SHORT:
            own += self.pairs.words(node.data)
        if id(node) in self._halves:
            own.append(self._halves[id(node)])
        for finding in told.get(id(node), ()):
            edits = self._respelling.edits(finding, node, self._beside)
            if not any(e.start < each.end and each.start < e.end for e in own for each in edits):
                own += edits
        return merged([*found, *own])

    def _inside(
        self, node: Node, children: dict[int, list[Node]], told: dict[int, list[Finding]]
    ) -> list[Edit]:
        """Give the changes of what was unwrapped from a node; a reading that says nothing found may fail."""
        inside: list[tuple[tuple[int, int], Inner]] = []
        failed: list[tuple[Child, Unchangeable]] = []
        for each in children.get(id(node), ()):
            if each.child is None:
                continue
            weight = _weight(each, children, told)
            try:
                inner = self._edits(each, children, told)
                own = Inner(each, each.child.start, each.child.end, applied(each.data, inner))
                if inner:
                    around(node.data, [own], self._layouts)
                    inside.append(((-weight, own.start - own.end), own))
            except Unchangeable as error:
                if weight:
                    failed.append((each.child, error))
        chosen = apart([each for _, each in sorted(inside, key=lambda row: row[0])])
        for child, reason in failed:
            if not any(each.start < child.end and child.start < each.end for each in chosen):
                raise reason
        return around(node.data, chosen, self._layouts) if chosen else []

    def hits(self, data: bytes) -> list[Edit]:
        """Find every spelling of the values in some bytes."""
        hits = self._search.scan(data)
        rows = zip(hits.needle.tolist(), hits.start.tolist(), hits.end.tolist(), strict=True)
        longest = sorted(rows, key=lambda row: (row[1] - row[2], row[1], row[0]))
        found = []
        for needle, start, end in longest:
            found.append(self.pairs.edit(self.pairs.needles[needle], data, start, end))
        return merged(found)


def _children(work: MessageWork) -> dict[int, list[Node]]:
    """Give the nodes inside each node of a message, by identity."""
    found: dict[int, list[Node]] = {}
    for node in work.nodes:
        if node.parent is not None:
            found.setdefault(id(node.parent), []).append(node)
    return found


def _fields(work: MessageWork) -> list[bytes]:
    """Give the short texts of a message, of which one may be a salt."""
    return [b"", *dict.fromkeys(node.data for node in work.nodes if len(node.data) <= _SHORT)][:_MOST]


def _told(places: Sequence[tuple[Node, Finding]]) -> dict[int, list[Finding]]:
    found: dict[int, list[Finding]] = {}
    for node, finding in places:
        found.setdefault(id(node), []).append(finding)
    return found


def _weight(node: Node, children: dict[int, list[Node]], told: dict[int, list[Finding]]) -> int:
    """Count the known values found in a node and in what is inside it."""
    own = sum(2 if finding.seed else 1 for finding in told.get(id(node), ()))
    return own + sum(_weight(each, children, told) for each in children.get(id(node), ()))


def _in_frames(work: MessageWork) -> bool:
    """Say whether the lengths of a message stand in frames around it, which nothing repairs."""
    if work.message.protocol == "websocket":
        return True
    return any(name == "http-version" and value in {"2", "3"} for name, value in work.message.facts)


def _on_wire(work: MessageWork, part: Part, edits: Iterable[Edit]) -> list[Edit]:
    """Give the changes of a part where its bytes stand on the wire."""
    out = []
    for edit in edits:
        if part.exact:
            out.append(Edit(part.start + edit.start, part.start + edit.end, edit.data))
            continue
        if not part.pieces and len(edit.data) == edit.end - edit.start:
            continue  # whether it stands in the raw bytes, too, is seen there
        if not part.pieces or len(edit.data) != edit.end - edit.start:
            raise Unchangeable("bytes that are put together from several places")
        out += _pieced(part, edit) if work.message.protocol != "websocket" else _masked(work, part, edit)
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


def _masked(work: MessageWork, part: Part, edit: Edit) -> list[Edit]:
    """Give the bytes under the mask: what changes in clear changes there by the same bits (RFC 6455 5.3)."""
    made = []
    was = _pieced(part, Edit(edit.start, edit.end, (part.data or b"")[edit.start : edit.end]))
    for old, new in zip(was, _pieced(part, edit), strict=True):
        wire = work.raw(old.start, old.end)
        if len(wire) != len(old.data):
            raise Unchangeable("bytes that are put together from several places")
        bits = zip(wire, old.data, new.data, strict=True)
        made.append(Edit(old.start, old.end, bytes(one ^ two ^ three for one, two, three in bits)))
    return made


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
