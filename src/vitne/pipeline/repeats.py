"""Flows that say what another flow said before, byte for byte: read once, told at each of their places.

An app that asks the same question a hundred times does it in a hundred flows.  What the bytes tell is the
same each time; who sent them, when, in which frames and whether they were answered is told anew for each.
"""

from __future__ import annotations

import hashlib
import struct
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from vitne.pipeline.conversation import pauses
from vitne.pipeline.messagework import MessageWork, device_and_direction
from vitne.pipeline.saying import Counted, Saying, Seen, mixed
from vitne.pipeline.silent import Said, silence

if TYPE_CHECKING:
    from vitne.attribute import Devices
    from vitne.model import Flow, Gap, Oddity
    from vitne.pipeline.ends import Host
    from vitne.pipeline.silent import Silence
    from vitne.pipeline.traffic import Traffic
    from vitne.pipeline.views import SideView

MOST_BYTES = 8 << 20  # bytes of a flow that is remembered
SMALL = (
    64 << 10
)  # bytes of a flow that is known by all its bytes at once; of a longer one two must begin alike
MOST_SAID = 1 << 18  # messages that are remembered, of all flows
MOST = 16384  # flows that are remembered
MOST_GLANCES = 1 << 16  # long flows of which is known how they begin and end
MOST_HELD = 64 << 20  # bytes, unwrapped, of all flows that are remembered: what is found in them holds them
_GLANCE = 1024  # bytes of each end of a side of a long flow
_BY_TIME = "stream"  # protocol of messages that are cut where time passed
_GROUPS = ("22", "23", "255.", "ff")  # how addresses of groups begin; a few others do too, which costs little


class _Pattern(NamedTuple):
    """What a flow said."""

    said: list[Said]
    host: Host
    counted: list[Counted]
    opaque: list[tuple[str, int]]
    notes: list[tuple[int | None, Gap | Oddity]]  # number of the message, None: the flow's own
    pauses: list[tuple[int, ...]] | None  # of each side, where time decides how it is cut


class Repeats:
    """Remembers flows by all that decides what they say."""

    def __init__(self, devices: Devices) -> None:
        self._devices = devices
        self._patterns: dict[bytes, _Pattern] = {}
        self._silent: dict[bytes, Silence] = {}  # what those say in which nothing was found
        self._ways: dict[tuple[str, str, str, str], tuple[str, str]] = {}
        self._glances: set[bytes] = set()
        self._said = 0
        self._held = 0
        self._unweighed: list[tuple[int, list[Seen]]] = []  # bytes that may be held, before it is drafted

    def key(self, flow: Flow, views: dict[int, SideView]) -> bytes | None:
        """Give what a flow is known by; None for one that is too long, or the first long one of its kind."""
        size = sum(map(len, views.values()))
        if size > MOST_BYTES:
            return None
        group = flow.server_ip if flow.server_ip.startswith(_GROUPS) else ""
        sides = sorted(views)
        head = (flow.transport, flow.server_port, group, self._ways_of(flow), sides)
        begun = hashlib.sha256(repr(head).encode())
        for side in sides:
            view = views[side]
            shape = view.runs[2] if flow.transport == "udp" else list(chain(*view.spans()))
            begun.update(struct.pack(f"<{len(shape) + 1}q", len(shape), *shape))
        if size > SMALL:  # not every bulk has to be digested
            glance = begun.copy()
            for side in sides:
                glance.update(views[side].data[:_GLANCE] + views[side].data[-_GLANCE:])
            if not self._again(glance.digest()):
                return None
        for side in sides:
            begun.update(views[side].data)
        return begun.digest()

    def _ways_of(self, flow: Flow) -> tuple[str, str]:
        """Say of each side whether a device of ours sends or receives what it says."""
        ends = (flow.client_ip, flow.client_mac, flow.server_ip, flow.server_mac)
        known = self._ways.get(ends)
        if known is None:
            if len(self._ways) >= MOST:
                self._ways.clear()
            client, server = (device_and_direction(self._devices, flow, side)[1] for side in (0, 1))
            known = self._ways[ends] = (client, server)
        return known

    def keep(self, saying: Saying, views: dict[int, SideView]) -> None:
        """Remember what a flow said, under its key."""
        works = saying.works
        if saying.key is None or len(self._patterns) >= MOST or self._said + len(works) > MOST_SAID:
            return
        if len(self._patterns) >= MOST // 2 and not self._again(saying.key):
            return
        held = sum(work.node_bytes for work in works)
        if not self._has_room(held):
            return
        timed = any(work.message.protocol == _BY_TIME for work in works)
        index = {id(work): number for number, work in enumerate(works)}
        said = []
        for work in works:
            work.seen = Seen()
            response = None if work.response is None else index.get(id(work.response))
            message = msgspec.structs.replace(work.message, parts=())
            said.append(Said(message, work.host, work.opaque, response, work.seen))
        notes = [(None if owner is None else index[id(owner)], note) for owner, note in saying.notes]
        self._unweighed.append((held, [one.seen for one in said]))
        self._said += len(works)
        self._patterns[saying.key] = _Pattern(
            said,
            saying.host,
            saying.counted,
            saying.opaque,
            notes,
            _paused(works[0].traffic, views) if timed else None,
        )

    def _again(self, key: bytes) -> bool:
        """Say whether such a flow was met before: where room gets short, those met once are not kept."""
        if key in self._glances:
            return True
        if len(self._glances) < MOST_GLANCES:
            self._glances.add(key)
        return False

    def _has_room(self, size: int) -> bool:
        """Take room for what a flow may hold; first weigh what those before it do hold, if need be."""
        if self._held + size > MOST_HELD:
            waiting = self._unweighed
            self._unweighed = [each for each in waiting if any(seen.found is None for seen in each[1])]
            for bound, seen in waiting:
                if all(one.found is not None for one in seen):
                    self._held += _held(seen) - bound
        if self._held + size > MOST_HELD:
            return False
        self._held += size
        return True

    def again(self, key: bytes, traffic: Traffic, flow: Flow, views: dict[int, SideView]) -> Saying | None:
        """Give what the flow of this key said, as this flow says it; None where none is remembered."""
        pattern = self._patterns.get(key)
        if pattern is None:
            return None
        if pattern.pauses is not None and pattern.pauses != _paused(traffic, views):
            return None
        quiet = self._quiet(key, pattern, flow)
        if quiet is not None:
            return Saying(
                works=[],
                host=pattern.host,
                opaque=[*pattern.opaque, *quiet.unread],
                notes=[(None, msgspec.structs.replace(note, flow=flow.number)) for _, note in pattern.notes],
                silence=quiet,
                new=False,
            )
        works = []
        for said in pattern.said:
            work = MessageWork(traffic, flow, said.message, views[said.message.side])
            work.host, work.opaque, work.like = said.host, said.opaque, said.seen
            work.find_ends(self._devices)
            works.append(work)
        if pattern.counted and mixed(views[0], works, pattern.counted):
            return None
        for work, said in zip(works, pattern.said, strict=True):
            if said.response is not None:
                work.response = works[said.response]
        notes: list[tuple[MessageWork | None, Gap | Oddity]] = []
        for number, note in pattern.notes:
            if number is None:
                notes.append((None, msgspec.structs.replace(note, flow=flow.number)))
            else:
                notes.append((works[number], works[number].placed(note)))
        return Saying(
            works=works,
            host=pattern.host,
            counted=pattern.counted,
            opaque=pattern.opaque,
            notes=notes,
            new=False,
        )

    def _quiet(self, key: bytes, pattern: _Pattern, flow: Flow) -> Silence | None:
        """Give what a flow says in whose messages nothing was found, and of which nothing else is told."""
        quiet = self._silent.get(key)
        if quiet is None and not pattern.counted and all(number is None for number, _ in pattern.notes):
            quiet = silence(flow, pattern.said, self._ways_of(flow))
            if quiet is not None:
                self._silent[key] = quiet
        return quiet


def _paused(traffic: Traffic, views: dict[int, SideView]) -> list[tuple[int, ...]]:
    return [pauses(view, traffic.walked.row_times) for _, view in sorted(views.items())]


def _held(seen: list[Seen]) -> int:
    """Give the bytes of all nodes, with those they came out of, that something was found in."""
    nodes: dict[int, int] = {}
    for one in seen:
        for sighting in (*(one.found or ()), *one.told):
            node = sighting.node
            while node is not None and id(node) not in nodes:
                nodes[id(node)] = len(node.data)
                node = node.parent
    return sum(nodes.values())
