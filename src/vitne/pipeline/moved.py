"""QUIC conversations that went on at other addresses or ports: which flow goes on with which.

An end that changes its address, or whose router does, goes on with the same keys, and with packets that go
to an id which was handed out before (RFC 9000 section 9).  Such a flow begins in the middle: short headers
alone, at an endpoint that speaks QUIC.  It is read together with the flow that it goes on with.  Ids of
length zero name nothing: what goes to them at new addresses stays closed, and is told so.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

import numpy as np

from vitne.decode.protocols.quic_keys import salt_of
from vitne.model import Message, Oddity
from vitne.pipeline.views import SideView, join

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from vitne.decrypt import KeyLog
    from vitne.decrypt.quic import OpenedTalk
    from vitne.model import Flow

    Views = dict[int, SideView]

_UDP = 17
_MOST_STRAYS = 4096  # flows that begin in the middle and are asked about
_MOST_OPENED = 1024  # flows that are opened for their ids
_MOST_JOINED = 64  # flows that go on with one: each is opened together with all before it
_MOST_TRIED = 64  # of them at each end of a stray
_MOST_FLOW = 64 << 20  # bytes of one side that ids are looked for in
_MOST_FIRST = 4  # datagrams of a side whose ids are compared
_NO_HELLO = "no-hello"


class Moved:
    """Which flows of a walk go on with QUIC conversations of others; numbers are those of the walk."""

    def __init__(self, walked: Any, keys: KeyLog) -> None:
        self._walked = walked
        self._keys = keys
        self._ids: dict[int, tuple[set[bytes], set[bytes]]] = {}  # per flow: ids that each side sends to
        self._strays: set[int] = set()
        self._after: dict[int, list[tuple[int, bool]]] = {}  # flow -> flows that go on with it, turned round
        self._ends: dict[int, tuple[bytes, bytes]] = {}  # address and port of client and server
        self._before: dict[int, int] = {}  # such a flow -> the flow that it goes on with
        self._find()
        self._ends.clear()

    # -- finding ---------------------------------------------------------------------------------------------

    def _find(self) -> None:
        begun, strays = self._sorted()
        speaking: dict[bytes, list[int]] = {}  # endpoint -> flows with a beginning, ascending
        for number in begun:
            for end in self._ends[number]:
                speaking.setdefault(end, []).append(number)
        strays = strays[:_MOST_STRAYS]
        heads = self._heads(strays)
        for stray in strays:
            near: set[int] = set()
            for end in self._ends[stray]:
                known = speaking.get(end, [])
                at = bisect_left(known, stray)
                near.update(known[max(0, at - _MOST_TRIED) : at])
            if self._ends[stray][1] in speaking:
                self._strays.add(stray)
            any(self._joined(stray, number, heads[stray]) for number in sorted(near, reverse=True))

    def _heads(self, numbers: list[int]) -> dict[int, list[tuple[int, bytes]]]:
        """Give side and first bytes, behind the very first, of the first datagrams of some flows."""
        found: dict[int, list[tuple[int, bytes]]] = {number: [] for number in numbers}
        keep = np.zeros(self._walked.flow_count, dtype=bool)
        keep[numbers] = True
        for batch in self._walked.batches(8 << 20, flows=keep) if numbers else ():
            for piece in range(len(batch.flow) if hasattr(batch, "data") else 0):
                side, own = int(batch.side[piece]), found[int(batch.flow[piece])]
                low, high = np.searchsorted(batch.run_piece, [piece, piece + 1]).tolist()
                for run in range(low, min(high, low + _MOST_FIRST)):
                    at, length = int(batch.run_position[run]), int(batch.run_length[run])
                    own.append((side, batch.data[at + 1 : at + min(length, 21)].tobytes()))
        return found

    def _sorted(self) -> tuple[list[int], list[int]]:
        """Give the flows that begin with a QUIC handshake, and those that begin with a short header."""
        flows = self._walked.flows
        ports = flows["port"][:, 1]
        udp = np.flatnonzero((flows["protocol"] == _UDP) & ~np.isin(ports, (53, 123, 5353)))
        ends = np.concatenate([self._keys_of(udp, side) for side in (0, 1)])
        _, which, counts = np.unique(ends, return_inverse=True, return_counts=True)
        shared = (counts[which] > 1).reshape(2, -1).any(axis=0)
        chosen = udp[shared]
        pairs = (self._keys_of(chosen, side).tolist() for side in (0, 1))
        self._ends = dict(zip(chosen.tolist(), zip(*pairs, strict=True), strict=True))
        begun, strays = [], []
        for number, head in zip(chosen.tolist(), self._walked.first_payloads(chosen, 5), strict=True):
            if head[:1] >= b"\xc0" and salt_of(int.from_bytes(head[1:5], "big")) is not None:
                begun.append(number)
            elif b"\x40" <= head[:1] < b"\x80":
                strays.append(number)
        return begun, strays if begun else []

    def _keys_of(self, numbers: np.ndarray, side: int) -> np.ndarray:
        """Give the address and port of a side of flows, each as one thing to compare."""
        flows = self._walked.flows[numbers]
        told = np.empty((len(numbers), 18), dtype=np.uint8)
        told[:, :16] = flows["address"][:, side]
        told[:, 16:] = np.ascontiguousarray(flows["port"][:, side]).view(np.uint8).reshape(-1, 2)
        return told.view(np.dtype((np.void, 18))).ravel()

    def _joined(self, stray: int, number: int, heads: list[tuple[int, bytes]]) -> bool:
        """Let a stray go on with a flow where its packets go to ids of that flow; give whether it does."""
        ids = self._ids_of(number)
        for side, behind in heads:
            for other in (side, 1 - side):
                if any(behind.startswith(one) for one in ids[other]):
                    return self._opens(stray, number, turned=other != side)
        return False

    def _opens(self, stray: int, number: int, *, turned: bool) -> bool:
        """Join a stray with a flow if that opens some of its packets; short ids may be met by chance."""
        after = self._after.setdefault(number, [])
        if len(after) >= _MOST_JOINED:
            return False
        sizes = {side: len(view) for side, view in self._whole(number).items()}
        after.append((stray, turned))
        del self._ids[number]  # ids that are handed out at the new address count, too
        talk = self._opened(number)
        if any(side.starts and max(side.starts) >= sizes.get(at, 0) for at, side in enumerate(talk.sides)):
            self._before[stray] = number
            return True
        after.pop()
        return False

    def _ids_of(self, number: int) -> tuple[set[bytes], set[bytes]]:
        """Give the ids that the packets of each side of a flow may go to."""
        if number not in self._ids:
            if len(self._ids) >= _MOST_OPENED:
                return set(), set()
            self._opened(number)
        return self._ids[number]

    def _opened(self, number: int) -> OpenedTalk:
        from vitne.pipeline.openedquic import open_datagrams

        talk = open_datagrams(self._whole(number), self._keys)
        found: tuple[set[bytes], set[bytes]] = (set(), set())
        for connection in talk.connections:
            for side in (0, 1):
                found[side].update(one for one in connection.ids[side] if one)
        self._ids[number] = found
        return talk

    def _whole(self, number: int) -> Views:
        return self.all_views(number, self._views(number))

    def _views(self, number: int) -> Views:
        keep = np.zeros(self._walked.flow_count, dtype=bool)
        keep[number] = True
        pieces: dict[int, list[SideView]] = {}
        for batch in self._walked.batches(8 << 20, flows=keep):
            for piece in range(len(batch.flow) if hasattr(batch, "data") else 0):
                pieces.setdefault(int(batch.side[piece]), []).append(SideView.of_batch(batch, piece))
        return {side: join(parts, _MOST_FLOW) for side, parts in sorted(pieces.items())}

    # -- reading ---------------------------------------------------------------------------------------------

    def all_views(self, number: int, views: Views) -> Views:
        """Give the sides of a flow with those of the flows that go on with it behind them."""
        for stray, turned in self._after.get(number, ()):
            later = self._views(stray)
            told = {side ^ turned: view for side, view in later.items()}
            views = {
                side: _behind([each[side] for each in (views, told) if side in each])
                for side in sorted({*views, *told})
            }
        return views

    def events(self, number: int, flow: Flow, views: Views, events: Iterable[Any]) -> Iterator[Any] | None:
        """Give what is told of a flow that begins in the middle; None for any other."""
        if number in self._before:
            facts = (("goes-on-with-flow", str(self._before[number] + flow.number - number)),)
            return iter([
                Message(protocol="quic", kind="moved", side=side, start=0, end=len(view), facts=facts)
                for side, view in views.items()
            ])  # fmt: skip
        return _stray(events) if number in self._strays else None

    def oddities(self, number: int, flow: Flow) -> Iterator[Oddity]:
        """Tell that a conversation went on elsewhere."""
        after = [stray + flow.number - number for stray, _ in self._after.get(number, ())]
        if after:
            flows = ", ".join(map(str, after))
            note = f"the conversation went on at other addresses (flow {flows}); findings name the first ones"
            yield Oddity(name="quic-moved", note=note, flow=flow.number)


def _behind(views: list[SideView]) -> SideView:
    """Put the datagrams of one view behind those of another."""
    if len(views) == 1:
        return views[0]
    first, later = views
    size = len(first.data)
    columns = (
        np.concatenate([first.positions, later.positions + size]),
        np.concatenate([first.offsets, later.positions + size + first.base]),
        np.concatenate([first.lengths, later.lengths]),
        np.concatenate([first.rows, later.rows]),
    )
    return SideView.of_runs(first.data + later.data, first.base, columns)


def _stray(events: Iterable[Any]) -> Iterator[Any]:
    """Name as QUIC what stays closed of packets whose conversation was not seen to begin."""
    for event in events:
        if isinstance(event, Message) and event.protocol == "datagram" and event.opaque:
            yield Message(
                protocol="quic",
                kind="protected",
                side=event.side,
                start=event.start,
                end=event.end,
                opaque=_NO_HELLO,
                opaque_bytes=event.opaque_bytes,
            )
        else:
            yield event
