"""What the tests of reassembly share: frames in, Traffic and streams out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from vitne.lab import packets
from vitne.lab.packets import ACK, Ends, Numbers
from vitne.model import Gap, Oddity, RecordChunk, StreamBatch
from vitne.reassemble import Traffic, Walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

MS = 1_000_000
CLIENT, SERVER = Ends("192.0.2.1", "198.51.100.2"), Ends("198.51.100.2", "192.0.2.1")
PORTS = (40000, 80)


def chunk_of(
    frames: Sequence[bytes],
    *,
    link: int = 101,
    times: Sequence[int] | None = None,
    wires: Sequence[int] | None = None,
) -> tuple[np.ndarray, RecordChunk]:
    """Lay frames into a buffer and give it with their records; times in ns, wires the lengths on the wire."""
    lengths = np.array([len(frame) for frame in frames], np.uint32)
    buffer = np.frombuffer(b"".join(frames) or b"\0", np.uint8)
    return buffer, RecordChunk(
        offset=(np.cumsum(lengths, dtype=np.uint64) - lengths).astype(np.uint64),
        cap_length=lengths,
        orig_length=lengths if wires is None else np.array(wires, np.uint32),
        time_ns=np.arange(len(frames), dtype=np.int64) * MS if times is None else np.array(times, np.int64),
        link_type=np.full(len(frames), link, np.uint16),
    )


class Read:
    """All that a Traffic gives: streams as (offset, bytes) per run, gaps and oddities."""

    def __init__(self, traffic: Traffic, size: int = 8 << 20) -> None:
        self.traffic = traffic
        self.runs: dict[tuple[int, int], list[tuple[int, bytes, int]]] = {}
        self.gaps: list[Gap] = []
        self.oddities: list[Oddity] = []
        self.batches: list[StreamBatch] = []
        for item in traffic.batches(size):
            if isinstance(item, Gap):
                self.gaps.append(item)
            elif isinstance(item, Oddity):
                self.oddities.append(item)
            else:
                self.batches.append(item)
                self._take(item)

    def _take(self, batch: StreamBatch) -> None:
        for run, piece in enumerate(batch.run_piece.tolist()):
            at, length = int(batch.run_position[run]), int(batch.run_length[run])
            assert batch.start[piece] <= at <= at + length <= batch.end[piece]
            key = (int(batch.flow[piece]), int(batch.side[piece]))
            data = batch.data[at : at + length].tobytes()
            self.runs.setdefault(key, []).append((int(batch.run_offset[run]), data, int(batch.run_row[run])))

    def stream(self, flow: int = 0, side: int = 0) -> bytes:
        """Join a side's runs; where bytes are missing it is not a stream and the test fails."""
        out = b""
        for offset, data, _ in self.runs.get((flow, side), []):
            assert offset == len(out), "a hole"
            out += data
        return out

    def islands(self, flow: int = 0, side: int = 0) -> list[tuple[int, bytes]]:
        """Give what lies between holes, with stream offsets."""
        out: list[tuple[int, bytes]] = []
        for offset, data, _ in self.runs.get((flow, side), []):
            if out and out[-1][0] + len(out[-1][1]) == offset:
                out[-1] = (out[-1][0], out[-1][1] + data)
            else:
                out.append((offset, data))
        return out


def walk_over(frames: Sequence[bytes], **how: object) -> Traffic:
    """Walk over frames as one capture."""
    walk = Walk()
    walk.add(0, *chunk_of(frames, **how))  # type: ignore[arg-type]
    return walk.finish()


class Speaker:
    """Builds raw IP packets of one TCP conversation, each with an identification of its own."""

    def __init__(self, ends: Ends = CLIENT, ports: tuple[int, int] = PORTS) -> None:
        self.ends, self.ports, self.count = ends, ports, 0

    def say(self, data: bytes, seq: int, *, server: bool = False, ack: int = 0, flags: int = ACK) -> bytes:
        """Give one segment."""
        self.count += 1
        ends = self.ends.back() if server else self.ends
        ports = self.ports[::-1] if server else self.ports
        segment = packets.tcp(data, ends, ports, numbers=Numbers(seq=seq, ack=ack, flags=flags))
        return packets.internet(segment, ends, protocol=6, identification=self.count)


def datagram(data: bytes, *, ends: Ends = CLIENT, ports: tuple[int, int] = PORTS, number: int = 0) -> bytes:
    """Give a raw IP packet with one UDP datagram."""
    return packets.internet(packets.udp(data, ends, ports), ends, protocol=17, identification=number)


@pytest.fixture(scope="session")
def read() -> Callable[..., Read]:
    """Walk over frames and read all streams."""

    def do(frames: Iterable[bytes], *, size: int = 8 << 20, **how: object) -> Read:
        return Read(walk_over(list(frames), **how), size)

    return do


@pytest.fixture
def speaker() -> Speaker:
    """Give a TCP conversation over IPv4."""
    return Speaker()


@pytest.fixture(scope="session")
def make_speaker() -> type[Speaker]:
    """Give the class, for other ends."""
    return Speaker


@pytest.fixture(scope="session")
def udp() -> Callable[..., bytes]:
    """Build one UDP datagram as a raw IP packet."""
    return datagram


@pytest.fixture(scope="session")
def records() -> Callable[..., tuple[np.ndarray, RecordChunk]]:
    """Lay frames into a buffer with their records."""
    return chunk_of
