"""The bytes of an input as received: mapped, digested beside the reading, and kept reachable."""

from __future__ import annotations

import hashlib
import mmap
import os
import stat
import sys
import tempfile
import threading
from contextlib import suppress
from typing import IO, TYPE_CHECKING

import numpy as np

from vitne.model import CaptureError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PIECE = 4 << 20  # bytes digested or copied at once
WINDOW = 64 << 20  # bytes asked of the system at once, ahead of the reading
IN_MEMORY = 32 << 20  # a spool up to this size stays in memory
MOST_SPOOLED = 64 << 30  # bytes taken from standard input or out of a compressed file
POPULATE_READ = 22  # MADV_POPULATE_READ of Linux 5.14; other systems read page by page
EXPECTED = "a capture (pcap, pcapng) or an export (HAR, flow file, session), plain or in gzip or zstd"


class Buffer:
    """Bytes as a read-only uint8 array, mapped where they lie in a file."""

    def __init__(self, array: np.ndarray, mapped: mmap.mmap | None = None) -> None:
        self.array = array
        self._map = mapped
        self._populated = 0

    def populate(self, position: int) -> None:
        """Ask the system for the pages ahead of ``position`` in one go: faults cost more than the reading."""
        if self._map is None or position + WINDOW // 2 < self._populated:
            return
        start = max(self._populated, position - position % mmap.PAGESIZE)
        length = min(WINDOW, len(self._map) - start)
        self._populated = start + WINDOW
        if length > 0 and sys.platform == "linux":
            with suppress(OSError):  # a system that does not know the advice reads page by page
                self._map.madvise(POPULATE_READ, start, length)

    def close(self) -> None:
        """Let go of the bytes; the map itself lives as long as an array of the caller shows into it."""
        self.array = np.empty(0, np.uint8)
        if self._map is not None:
            with suppress(BufferError):  # somebody still holds a view: it goes when the view goes
                self._map.close()
            self._map = None


def map_file(file: IO[bytes], size: int) -> Buffer:
    """Map a whole open file of ``size`` bytes (> 0) for reading."""
    mapped = mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ)
    return Buffer(np.frombuffer(mapped, np.uint8), mapped)


class Spool:
    """Takes bytes one after the other: small amounts in memory, more in a file that has no name."""

    def __init__(self) -> None:
        self.size = 0  # bytes taken
        self._memory = bytearray()
        self._file: IO[bytes] | None = None

    def write(self, data: bytes) -> None:
        """Take more bytes; raises CaptureError where the disk is full."""
        self.size += len(data)
        try:
            if self._file is None and self.size > IN_MEMORY:
                self._file = tempfile.TemporaryFile(prefix="vitne-")  # noqa: SIM115  (closed by finish)
                self._file.write(self._memory)
                self._memory.clear()
            if self._file is None:
                self._memory += data
            else:
                self._file.write(data)
        except OSError as error:
            raise CaptureError(
                f"no room to unpack or spool the capture ({error.strerror})",
                where=tempfile.gettempdir(),
                expected=f"{self.size} bytes or more",
                next_step="let TMPDIR name a folder with more room, or give the unpacked file by its name",
            ) from error

    def finish(self) -> Buffer:
        """Give all bytes taken."""
        if self._file is None:
            return Buffer(np.frombuffer(bytes(self._memory), np.uint8))
        try:
            self._file.flush()
            return map_file(self._file, self.size)
        finally:
            self._file.close()


class Digest:
    """sha256 of an array, computed in a thread beside the indexing (both leave the interpreter's lock)."""

    def __init__(self, array: np.ndarray, populate: Callable[[int], None]) -> None:
        self._array = array
        self._populate = populate
        self._hash = hashlib.sha256()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="vitne-digest", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        for start in range(0, self._array.size, PIECE):
            if self._stop.is_set():
                return
            self._populate(start)
            self._hash.update(self._array[start : start + PIECE].data)

    def result(self) -> str:
        """Wait for the digest; lower-case hex."""
        self._thread.join()
        return self._hash.hexdigest()

    def close(self) -> None:
        """Stop early and let go of the bytes."""
        self._stop.set()
        self._thread.join()
        self._array = np.empty(0, np.uint8)


def written(path: str | Path) -> str:
    """Give a path as text that can be written down: bytes that are no UTF-8 become escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _refuse_kind(path: Path, mode: int) -> None:
    """Raise CaptureError for anything but a regular file."""
    kinds = (
        (stat.S_ISDIR, "this is a folder", "name the capture files in it"),
        (stat.S_ISFIFO, "this is a pipe", "give `-` and redirect it to standard input"),
        (stat.S_ISSOCK, "this is a socket", "give `-` and redirect its bytes to standard input"),
        (stat.S_ISCHR, "this is a character device", "save its bytes to a file first"),
        (stat.S_ISBLK, "this is a block device", "copy the capture file out of it"),
    )
    for test, what, step in kinds:
        if test(mode):
            raise CaptureError(what, where=written(path), expected=EXPECTED, next_step=step)


def receive_file(path: Path) -> Buffer:
    """Map the file at ``path``; raises CaptureError where it cannot be read or is empty."""
    try:
        found = path.stat()
        _refuse_kind(path, found.st_mode)
        if found.st_size == 0:
            raise CaptureError(
                "this file is empty",
                where=written(path),
                expected=EXPECTED,
                next_step="record or copy it again",
            )
        with path.open("rb") as file:
            return map_file(file, found.st_size)
    except FileNotFoundError as error:
        raise CaptureError(
            "there is no such file", where=written(path), expected=EXPECTED, next_step="check the path"
        ) from error
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "its path or size cannot be used"
        raise CaptureError(
            f"this file cannot be read: {why}",
            where=written(path),
            expected=EXPECTED,
            next_step="check that it may be read (`ls -l`) and its disk is sound",
        ) from error


def receive_stream(stream: IO[bytes]) -> tuple[Buffer, bool]:
    """Spool standard input to its end; the flag tells that it was longer than is taken."""
    spool = Spool()
    while piece := stream.read(1 << 20):
        if spool.size + len(piece) > MOST_SPOOLED:
            return spool.finish(), True
        spool.write(piece)
    if not spool.size:
        raise CaptureError(
            "nothing came in", where="standard input", expected=EXPECTED, next_step="redirect a capture to it"
        )
    return spool.finish(), False
