"""Batches: reassembled streams as columns, and the Gaps and Oddities that belong to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vitne.kernel.walk import CLASH, HOLE, Columns, KernelAssembler
from vitne.model import Gap, Oddity, StreamBatch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.kernel.walk import KernelWalk
    from vitne.model import GapKind
    from vitne.reassemble.traffic import Traffic

LEAST = 1 << 16  # bytes: a datagram fits into the smallest batch
HOLES = 4096  # holes and contradictions noted in one batch before it ends early
MISSING, SNAPPED, LIMIT = 1, 2, 3  # HOLE_ of assemble.c
KINDS: dict[int, tuple[GapKind, str]] = {
    MISSING: ("missing-segment", "bytes that were sent or acknowledged and are in no captured frame"),
    SNAPPED: ("snap-length", "the capture kept only the first bytes of these frames"),
    LIMIT: ("limit", "a datagram longer than a batch"),
}
PIECES = {
    "piece_flow": np.uint32,
    "piece_side": np.uint8,
    "piece_start": np.int64,
    "piece_end": np.int64,
    "piece_base": np.int64,
    "piece_last": np.bool_,
}
RUNS = {
    "run_piece": np.uint32,
    "run_position": np.int64,
    "run_length": np.uint32,
    "run_offset": np.int64,
    "run_row": np.uint32,
}


class _Room:
    """The arrays that one call of the assembler fills; used again, but for the data handed out."""

    def __init__(self, size: int) -> None:
        runs = max(1 << 12, size >> 6)
        pieces = max(1 << 12, size >> 8)
        self.arrays: dict[str, np.ndarray] = {
            name: np.empty(pieces, dtype=kind) for name, kind in PIECES.items()
        }
        self.arrays |= {name: np.empty(runs, dtype=kind) for name, kind in RUNS.items()}
        self.holes = np.empty(HOLES, dtype=HOLE)
        self.clashes = np.empty(HOLES, dtype=CLASH)
        self.columns = Columns(
            size=size,
            piece_room=pieces,
            run_room=runs,
            holes=self.holes.ctypes.data,
            hole_room=HOLES,
            clashes=self.clashes.ctypes.data,
            clash_room=HOLES,
            **{name: array.ctypes.data for name, array in self.arrays.items()},
        )
        self.clear()

    def clear(self) -> None:
        """Make room for another batch, whose data are an array of their own."""
        self.data = np.empty(self.columns.size, dtype=np.uint8)
        self.columns.data = self.data.ctypes.data
        for name in ("used", "piece_count", "run_count", "hole_count", "clash_count"):
            setattr(self.columns, name, 0)

    def batch(self) -> StreamBatch:
        """Give what was filled; short arrays are copies, so that a batch keeps no more than it needs."""
        filled = self.columns
        pieces = {name: self.arrays[name][: filled.piece_count].copy() for name in PIECES}
        runs = {name: self.arrays[name][: filled.run_count].copy() for name in RUNS}
        data = self.data[: filled.used]
        return StreamBatch(
            data=data.copy() if filled.used < len(self.data) // 2 else data,
            flow=pieces["piece_flow"],
            side=pieces["piece_side"],
            start=pieces["piece_start"],
            end=pieces["piece_end"],
            base=pieces["piece_base"],
            last=pieces["piece_last"],
            **runs,
        )


def batches(
    traffic: Traffic, kernel: KernelWalk, *, size: int, chosen: np.ndarray | None
) -> Iterator[StreamBatch | Gap | Oddity]:
    """Yield batches and after each what is missing from its streams or contradicts them."""
    mask = None if chosen is None else np.ascontiguousarray(chosen, dtype=np.uint8)
    assembler = KernelAssembler(kernel, mask)
    room = _Room(max(size, LEAST))
    more = True
    while more:
        more = assembler.fill(room.columns)
        if room.columns.piece_count:
            yield room.batch()
        yield from _gaps(traffic, room.holes[: room.columns.hole_count])
        yield from _clashes(traffic, room.clashes[: room.columns.clash_count])
        room.clear()


def _gaps(traffic: Traffic, holes: np.ndarray) -> Iterator[Gap]:
    """Turn holes into Gaps; a stream's hole is laid at the first frame of its flow."""
    if not len(holes):
        return
    flows = holes["flow"] >> 1
    captures = traffic.capture_of(traffic.first_rows(flows))
    for hole, flow, capture in zip(holes.tolist(), flows.tolist(), captures.tolist(), strict=True):
        offset, length, count, sided, code = hole
        kind, why = KINDS[code]
        side = "server" if sided & 1 else "client"
        yield Gap(
            kind=kind,
            why=f"{why} ({side} side)",
            capture=capture,
            flow=flow,
            offset=offset,
            length=length,
            count=count,
        )


def _clashes(traffic: Traffic, clashes: np.ndarray) -> Iterator[Oddity]:
    """Turn contradictions into Oddities at the frame whose bytes were not used."""
    rows = clashes["row"].astype(np.int64)
    captures, frames = traffic.capture_of(rows), traffic.frame_of(rows)
    for clash, capture, frame in zip(clashes.tolist(), captures.tolist(), frames.tolist(), strict=True):
        offset, sided, _, count = clash
        yield Oddity(
            name="tcp-overlap-conflict",
            note="segments overlap with different bytes; the copy captured first was kept, not this one",
            capture=capture,
            frame=frame,
            flow=sided >> 1,
            side=sided & 1,
            offset=offset,
            count=count,
        )
