"""Flows that say what another flow said before, byte for byte: read once, told at each of their places.

An app that asks the same question a hundred times does it in a hundred flows.  What the bytes tell is the
same each time; who sent them, when, in which frames and whether they were answered is told anew for each.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from vitne.pipeline.messagework import MessageWork, device_and_direction
from vitne.pipeline.saying import Counted, Saying, Seen, mixed

if TYPE_CHECKING:
    from vitne.attribute import Devices
    from vitne.model import Flow, Gap, Message, Oddity, Opaque
    from vitne.pipeline.ends import Host
    from vitne.pipeline.traffic import Traffic
    from vitne.pipeline.views import SideView

MOST_BYTES = 64 << 10  # bytes of a flow that is remembered
MOST_MESSAGES = 64  # messages of a flow that is remembered
MOST = 16384  # flows that are remembered
MOST_HELD = 64 << 20  # bytes, unwrapped, of all flows that are remembered: what is found in them holds them
_BY_TIME = "stream"  # protocol of messages that are cut where time passed
_GROUPS = ("22", "23", "255.", "ff")  # how addresses of groups begin; a few others do too, which costs little


class _Said(NamedTuple):
    """One message of a remembered flow."""

    message: Message  # without its parts
    host: Host
    opaque: list[Opaque]
    response: int | None  # which of the flow's messages answers it
    seen: Seen


class _Pattern(NamedTuple):
    """What a flow said."""

    said: list[_Said]
    host: Host
    counted: list[Counted]
    opaque: list[tuple[str, int]]
    notes: list[tuple[int | None, Gap | Oddity]]  # number of the message, None: the flow's own


class Repeats:
    """Remembers flows by all that decides what they say."""

    def __init__(self, devices: Devices) -> None:
        self._devices = devices
        self._patterns: dict[bytes, _Pattern] = {}
        self._held = 0

    def key(self, flow: Flow, views: dict[int, SideView]) -> bytes | None:
        """Give what a flow is known by; None for one that is too long to be remembered."""
        if sum(map(len, views.values())) > MOST_BYTES:
            return None
        group = flow.server_ip if flow.server_ip.startswith(_GROUPS) else ""
        ways = [device_and_direction(self._devices, flow, side)[1] for side in (0, 1)]
        sides = sorted(views)
        known = hashlib.blake2b(
            repr((flow.transport, flow.server_port, group, ways, sides)).encode(), digest_size=32
        )
        for side in sides:
            view = views[side]
            shape = view.lengths.tolist() if flow.transport == "udp" else list(view.spans())
            text = repr(shape).encode()
            known.update(len(text).to_bytes(8, "big") + text + view.data)
        return known.digest()

    def keep(self, saying: Saying) -> None:
        """Remember what a flow said, under its key."""
        works = saying.works
        if saying.key is None or len(self._patterns) >= MOST or len(works) > MOST_MESSAGES:
            return
        if any(work.message.protocol == _BY_TIME for work in works):
            return
        held = sum(work.node_bytes for work in works)
        if self._held + held > MOST_HELD:
            return
        self._held += held
        index = {id(work): number for number, work in enumerate(works)}
        said = []
        for work in works:
            work.seen = Seen()
            response = None if work.response is None else index.get(id(work.response))
            message = msgspec.structs.replace(work.message, parts=())
            said.append(_Said(message, work.host, work.opaque, response, work.seen))
        notes = [(None if owner is None else index[id(owner)], note) for owner, note in saying.notes]
        self._patterns[saying.key] = _Pattern(said, saying.host, saying.counted, saying.opaque, notes)

    def again(self, key: bytes, traffic: Traffic, flow: Flow, views: dict[int, SideView]) -> Saying | None:
        """Give what the flow of this key said, as this flow says it; None where none is remembered."""
        pattern = self._patterns.get(key)
        if pattern is None:
            return None
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
