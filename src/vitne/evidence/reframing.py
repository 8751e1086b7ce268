"""The frames of flows that stay in their place: found in the captures, changed, and numbered anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from vitne.evidence import forging
from vitne.evidence.pcapng import Frame
from vitne.intake.reader import CaptureReader
from vitne.model import RecordChunk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from vitne.evidence.rewritten import Rewritten
    from vitne.pipeline import Result
    from vitne.pipeline.traffic import Traffic


class Held(NamedTuple):
    """One frame of a flow that stays in its place."""

    capture: int
    number: int
    frame: Frame
    whole: forging.Split
    flow: int
    side: int


class Reframer:
    """Reads the frames of flows once, and gives them with the changes that these have by now."""

    def __init__(self, traffics: list[Traffic], result: Result) -> None:
        self._traffics, self._result = traffics, result
        self._held: dict[int, list[Held]] | None = None
        self.packets = 0  # of all captures

    def frames(
        self,
        flows: Mapping[int, Rewritten],
        *,
        hardware: Callable[[bytes], bytes],
        address: Callable[[str], str],
    ) -> list[tuple[int, Frame]]:
        """Give flow and frame, changed, in the order of the captures; a datagram's second copy is left out.

        ``hardware`` replaces the addresses of a link's header, ``address`` those of IP.
        """
        if self._held is None:
            self._held = {}
            for each in self._read(flows):
                self._held.setdefault(each.flow, []).append(each)
        made: list[tuple[int, int, int, Frame]] = []
        for number, flow in flows.items():
            own = self._held.get(number, []) if flow.keys else []
            bases = _bases(own, flow)
            for each in own:
                if flow.known is not None and (each.capture, each.number) not in flow.known:
                    continue
                transport, payload = _changed(each, flow, bases)
                data = forging.joined(each.whole, transport, payload, hardware=hardware, address=address)
                frame = Frame(each.frame.time_ns, each.frame.link_type, len(data), data)
                made.append((each.capture, each.number, number, frame))
        made.sort(key=lambda row: row[:2])
        return [(number, frame) for *_, number, frame in made]

    def _read(self, flows: Mapping[int, Rewritten]) -> Iterator[Held]:
        keys = {key: (number, side) for number, flow in flows.items() for key, side in flow.keys.items()}
        for traffic in self._traffics:
            for reader in traffic.readers:
                if isinstance(reader, CaptureReader):
                    yield from self._of(reader, keys)

    def _of(self, reader: CaptureReader, keys: Mapping[object, tuple[int, int]]) -> Iterator[Held]:
        capture = next(c.number for c in self._result.captures if c.sha256 == reader.capture.sha256)
        number = 0
        for chunk in reader.chunks():
            if not isinstance(chunk, RecordChunk):
                continue
            columns = (chunk.offset, chunk.cap_length, chunk.orig_length, chunk.time_ns, chunk.link_type)
            for offset, size, length, time_ns, link in zip(*(c.tolist() for c in columns), strict=True):
                number += 1
                self.packets += 1
                data = reader.buffer[offset : offset + size].tobytes()
                whole = forging.split(data, link) if size == length else None
                known = None if whole is None else keys.get((whole.protocol, *whole.ends))
                if whole is not None and known is not None:
                    yield Held(capture, number, Frame(time_ns, link, length, data), whole, *known)


def _bases(own: list[Held], flow: Rewritten) -> dict[int, int | None]:
    """Give the sequence number of the first byte of each side."""
    segments: dict[int, list[tuple[int, int, int]]] = {}
    for each in own:
        if each.whole.protocol == forging.TCP:
            row = (each.number, each.whole.sequence, len(each.whole.payload))
            segments.setdefault(each.side, []).append(row)
    return {side: forging.base_of(rows, flow.runs.get(side, [])) for side, rows in segments.items()}


def _changed(each: Held, flow: Rewritten, bases: Mapping[int, int | None]) -> tuple[bytes, bytes]:
    """Give transport header and payload of a frame as they are to be."""
    if each.whole.protocol == forging.TCP:
        sides = [
            (bases.get(side), forging.Moved(flow.streams.get(side, [])))
            for side in (each.side, 1 - each.side)
        ]
        return forging.tcp(each.whole, sides=(sides[0], sides[1]))
    moved = forging.Moved(flow.datagrams.get((each.capture, each.number), []))
    return each.whole.transport, moved.payload(each.whole.payload, 0)
