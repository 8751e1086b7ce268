"""Capture files one after the other: pcapng, each whole in itself, the oldest dropped if wanted.

summary: section and interface block, enhanced packet blocks, and statistics where frames are missing
specification: draft-ietf-opsawg-pcapng sections 4.1, 4.2, 4.3 and 4.6
"""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING

from vitne.model import StoreError

if TYPE_CHECKING:
    from pathlib import Path
    from typing import IO

    from vitne.intake.live import Frame

_PACKET = struct.Struct("<IIIIIII")
COMMENT, NAME, RESOLUTION, RECEIVED, DROPPED = 1, 2, 9, 4, 5  # options (sections 3.5, 4.2, 4.6)
DROP_COUNT = 4  # option of a packet: frames lost before it (section 4.3)
GAP = "vitne capture: frames are missing before this: "


class RingFiles:
    """Writes frames; begins a new file when the last is large or old enough."""

    def __init__(self, folder: Path, *, interface: str, most_bytes: int, most_ns: int, keep: int = 0) -> None:
        self.folder, self.interface = folder, interface
        self.most_bytes, self.most_ns, self.keep = most_bytes, most_ns, keep
        self.link_type, self.snap = 1, 262_144
        self.written = self.dropped = self.frames = 0
        self.finished: list[Path] = []
        self._file: IO[bytes] | None = None
        self._size = self._number = 0
        self._begun: int | None = None
        self._pending = b""  # options of the next packet: what is missing before it
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"the folder cannot be made ({error.strerror})", where=str(folder)) from error
        taken = [
            int(path.stem.rpartition("-")[2])
            for path in folder.glob("capture-*.pcapng")
            if path.stem[-1].isdigit()
        ]
        self._number = max(taken, default=0)

    def add(self, frames: list[Frame]) -> None:
        """Write the frames of one block; the first behind a gap says so itself."""
        if not frames:
            return
        out: list[bytes] = []
        head, push, known = _PACKET.pack, out.append, _TAILS.get
        if self._pending:
            push(_with_options(frames[0], self._pending))
            self._pending = b""
        for time_ns, length, data in frames[1:] if out else frames:
            kept = len(data)
            total, tail = known(kept) or _tail(kept)
            push(head(6, total, 0, time_ns >> 32, time_ns & 0xFFFFFFFF, kept, length))
            push(data)
            push(tail)
        self._write(b"".join(out), frames[0][0])
        self.frames += len(frames)
        self.roll(frames[-1][0])

    def gap(self, time_ns: int, why: str, *, dropped: int = 0) -> None:
        """Say in the file that frames are missing from here: how many the kernel dropped, or why."""
        self.dropped += dropped
        options = _option(COMMENT, f"{GAP}{why}".encode())
        self._pending = (
            _option(COMMENT, f"{GAP}{why}".encode())
            + _option(DROP_COUNT, struct.pack("<Q", dropped))
            + bytes(4)
        )
        options += _option(RECEIVED, struct.pack("<Q", self.frames)) + _option(
            DROPPED, struct.pack("<Q", self.dropped)
        )
        body = struct.pack("<III", 0, time_ns >> 32, time_ns & 0xFFFFFFFF) + options + bytes(4)
        self._write(_block(5, body), time_ns)

    def roll(self, now_ns: int) -> None:
        """End the file where it is large or old enough."""
        old = self._begun is not None and now_ns - self._begun >= self.most_ns
        if self._file is not None and (self._size >= self.most_bytes or old):
            self._end()

    def flush(self) -> None:
        """Hand what is written to the system."""
        if self._file is not None:
            self._file.flush()

    def close(self) -> None:
        """End the last file; it is on the disk when this returns."""
        self._end()

    def _write(self, data: bytes, time_ns: int) -> None:
        try:
            if self._file is None:
                self._begin(time_ns)
            assert self._file is not None  # noqa: S101  (just begun)
            self._file.write(data)
        except OSError as error:
            raise StoreError(
                f"the capture cannot be written ({error.strerror})",
                where=str(self.folder),
                next_step="make room",
            ) from error
        self._size += len(data)
        self.written += len(data)

    def _begin(self, time_ns: int) -> None:
        self._number += 1
        path = self.folder / f"capture-{self._number:06}.pcapng"
        self._file = path.open("xb", buffering=1 << 20)
        section = _block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
        options = _option(NAME, self.interface.encode()[:200]) + _option(RESOLUTION, b"\x09") + bytes(4)
        head = section + _block(1, struct.pack("<HHI", self.link_type, 0, self.snap) + options)
        self._file.write(head)
        self._file.flush()
        self._size, self._begun = len(head), time_ns
        self._path = path

    def _end(self) -> None:
        if self._file is None:
            return
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
        finally:
            self._file.close()
            self._file = None
        self.finished.append(self._path)
        while self.keep and len(self.finished) > self.keep:
            self.finished.pop(0).unlink(missing_ok=True)


_TAILS: dict[int, tuple[int, bytes]] = {}  # by length of a frame: size of its block, and how the block ends


def _tail(kept: int) -> tuple[int, bytes]:
    """Give the size of a packet's block, and its padding with that size behind it."""
    total = 32 + (kept + 3 & ~3)
    made = total, bytes(-kept & 3) + total.to_bytes(4, "little")
    if len(_TAILS) < 65_536:
        _TAILS[kept] = made
    return made


def _with_options(frame: Frame, options: bytes) -> bytes:
    """Give the block of a packet that says something beside itself."""
    time_ns, length, data = frame
    kept = len(data)
    total = 32 + (kept + 3 & ~3) + len(options)
    head = _PACKET.pack(6, total, 0, time_ns >> 32, time_ns & 0xFFFFFFFF, kept, length)
    return head + data + bytes(-kept & 3) + options + total.to_bytes(4, "little")


def _block(kind: int, body: bytes) -> bytes:
    total = len(body) + 12
    return struct.pack("<II", kind, total) + body + struct.pack("<I", total)


def _option(code: int, value: bytes) -> bytes:
    return struct.pack("<HH", code, len(value)) + value + bytes(-len(value) & 3)
