"""A capture of any size for standard input: a kept one over and over, later and between other addresses.

Each copy lies behind the one before in time, and one byte of both network addresses is another, so that its
conversations are its own.  ``python bench/streaming.py FILE --megabytes 2000 | vitne scan -`` is how to try.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import IO

import numpy as np

HEAD, RECORD = 24, 16  # bytes of the file header of a classic pcap file, and of each record's
SOURCE, TARGET = 28, 44  # places in an Ethernet frame: a byte of both addresses of IPv6
TARGET4 = 32  # ... and of IPv4, whose source has the same place
MOST_COPIES = 256  # values of one byte


class Source:
    """A classic pcap file of Ethernet frames, little-endian, ready to be told again."""

    def __init__(self, path: Path) -> None:
        self.data = np.fromfile(path, dtype=np.uint8)
        if bytes(self.data[:4]) not in {b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1"}:
            raise SystemExit(f"{path} is no classic pcap file in little-endian order")
        raw, places, at = self.data.tobytes(), [], HEAD
        while at + RECORD <= len(raw):
            places.append(at)
            at += RECORD + int.from_bytes(raw[at + 8 : at + 12], "little")
        self.records = np.array(places, dtype=np.int64)
        frames = self.records + RECORD
        lengths = np.append(self.records[1:], len(raw)) - frames
        kinds = np.where(
            lengths > TARGET, self._at(frames + 12).astype(np.int64) << 8 | self._at(frames + 13), 0
        )
        self._four, self._six = frames[kinds == 0x0800], frames[kinds == 0x86DD]
        seconds = self._seconds()
        self.span = int(seconds.max() - seconds.min()) + 60

    def _at(self, places: np.ndarray) -> np.ndarray:
        """Give bytes; those behind the end are the last one."""
        found: np.ndarray = self.data[np.minimum(places, len(self.data) - 1)]
        return found

    def _seconds(self) -> np.ndarray:
        columns = [self.data[self.records + more].astype(np.int64) << 8 * more for more in range(4)]
        return columns[0] | columns[1] | columns[2] | columns[3]

    def copy(self, number: int) -> np.ndarray:
        """Give the records of one copy."""
        told = self.data.copy()
        seconds = self._seconds() + number * self.span
        for more in range(4):
            told[self.records + more] = seconds >> 8 * more & 0xFF
        for places in (self._four + SOURCE, self._four + TARGET4, self._six + SOURCE, self._six + TARGET):
            told[places] ^= number
        return told[HEAD:]

    def tell(self, sink: IO[bytes], size: int) -> int:
        """Write copies until so many bytes are reached; give the bytes that were written."""
        copies = min(max(1, round(size / len(self.data))), MOST_COPIES)
        sink.write(self.data[:HEAD].tobytes())
        written = HEAD
        for number in range(copies):
            told = self.copy(number)
            sink.write(told.data)
            written += len(told)
        return written


def main() -> None:
    """Write to standard output."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path, help="a classic pcap file")
    parser.add_argument("--megabytes", type=int, default=1000)
    given = parser.parse_args()
    Source(given.file).tell(sys.stdout.buffer, given.megabytes * 1_000_000)


if __name__ == "__main__":
    main()
