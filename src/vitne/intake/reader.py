"""The capture door: a path becomes a Capture and chunks of packet records."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

import numpy as np

from vitne.intake.captures import HEAD, format_of
from vitne.intake.privateblocks import Options, PrivateBlocks, packet_options
from vitne.intake.received import (
    EXPECTED,
    MOST_SPOOLED,
    Buffer,
    Digest,
    receive_file,
    receive_stream,
    written,
)
from vitne.intake.unpack import UnpackLimits, compression, unpack
from vitne.model import Capture, CaptureError, Gap, Malformed, RecordChunk

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from vitne.intake.index import RecordIndex
    from vitne.model import Oddity

LONGEST_CUSTOM = 1 << 12  # bytes of one custom block that are looked at
FOREIGN = (
    (b"PK\x03\x04", "this is a zip archive", "unpack it and give the captures in it"),
    (b"\xfd7zXZ\x00", "this is compressed with xz", "unpack it with `xz -d`"),
    (b"BZh", "this is compressed with bzip2", "unpack it with `bunzip2`"),
    (b"snoop\0\0\0", "this is a snoop capture", "convert it with `editcap -F pcapng IN OUT`"),
    (b"SQLite format 3", "this is a database", "give the capture itself"),
)  # first bytes: what it is, what to do


class Packet(NamedTuple):
    """One record of a capture, read again because something more is asked of it."""

    number: int  # frame number, from 1
    data: bytes  # the frame as the file holds it
    link_type: int  # LINKTYPE_ of its interface
    comments: tuple[str, ...]  # its first pcapng comments; hostile text
    options: Options  # its pcapng options for private use
    place: int  # where the frame begins in the buffer


class CaptureReader:
    """One open capture.  `capture`, `names`, `secrets` and `comments` are complete after `chunks()`."""

    def __init__(self, received: Buffer, where: Path | None, number: int, *, limits: UnpackLimits) -> None:
        self._received = received
        self._where = where
        self._number = number
        self._digest: Digest | None = None
        self._sha256 = ""
        self._cut: Gap | None = None
        self._exhausted = False
        self._final: Capture | None = None
        self.compression = compression(received.array[:4].tobytes())
        self._unpacked = received
        if self.compression:
            self._unpacked, self._cut = unpack(received.array, self.compression, number, limits=limits)
        self._size = received.array.size
        self._index: RecordIndex = self._new_index()

    def _new_index(self) -> RecordIndex:
        head = self.buffer[:HEAD].tobytes()
        found = format_of(head)
        if found is None:
            raise self._foreign(head)
        try:
            index: RecordIndex = found.index(self.buffer, self._number)
        except Malformed as bad:
            raise CaptureError(
                bad.why,
                where=self.where,
                expected=EXPECTED,
                next_step="record or copy it again: this one is cut",
            ) from bad
        return index

    def _foreign(self, head: bytes) -> CaptureError:
        what, step = "this is no capture file that vitne reads", "convert it with `editcap -F pcapng IN OUT`"
        if not head:
            what = self._cut.why if self._cut else "there is nothing inside the compressed file"
            step = "record or copy it again"
        elif len(head) < 4:
            what, step = "the file is too short for a capture", "record or copy it again"
        elif head.isascii() and (head.decode("ascii").isprintable() or b"\n" in head):
            what, step = "this looks like text, not like a capture", "give the pcap or pcapng file"
        for magic, known, todo in FOREIGN:
            if head.startswith(magic):
                what, step = known, todo
        return CaptureError(what, where=self.where, expected=EXPECTED, next_step=step)

    @property
    def where(self) -> str:
        """What to call the input in a message."""
        return "standard input" if self._where is None else written(self._where)

    @property
    def buffer(self) -> np.ndarray:
        """The uncompressed bytes as a read-only uint8 array; offsets of records count in it."""
        return self._unpacked.array

    @property
    def received(self) -> np.ndarray:
        """The bytes as received, compressed if they were; what `capture.sha256` is the digest of."""
        return self._received.array

    @property
    def names(self) -> list[tuple[str, str]]:
        """(address, name) pairs of name-resolution blocks, up to 100,000."""
        return self._index.names

    @property
    def secrets(self) -> list[tuple[int, int, int]]:
        """(type, offset, length) of decryption secrets blocks, the bytes lying in `buffer`."""
        return self._index.secrets

    @property
    def custom(self) -> list[bytes]:
        """Bodies of the first custom blocks in the byte order of the network, their number in front.

        The number is that of the enterprise whose block it is (4 bytes); the rest is as the file holds it.
        """
        found = []
        for big, offset, length in self._index.custom:
            body = self.buffer[offset : offset + min(length, LONGEST_CUSTOM)].tobytes()
            found.append((body[:4] if big else body[3::-1]) + body[4:])
        return found

    def private_blocks(self, kind: int) -> PrivateBlocks:
        """Read the blocks of a private type of a pcapng file; each call reads anew."""
        return PrivateBlocks(self.buffer, kind)

    @property
    def comments(self) -> list[tuple[int | None, str]]:
        """(frame number or None, text) of the first 10,000 comments; hostile text."""
        return self._index.comments

    @property
    def capture(self) -> Capture:
        """The noun; waits for the digest.  Stays after `close()` if the chunks were exhausted before."""
        if self._final is not None:
            return self._final
        index = self._index
        if not self._sha256:
            self._start_digest()
            if self._digest is not None:
                self._sha256 = self._digest.result()
        return Capture(
            number=self._number,
            name="-" if self._where is None else written(Path(self._where.name)),
            path=self.where if self._where is not None else "-",
            size=self._size,
            sha256=self._sha256,
            format=index.format,
            compression=self.compression,
            packets=index.packets,
            first_ns=index.first_ns,
            last_ns=index.last_ns,
            interfaces=index.interfaces(),
            comments=index.kernel.state.comments,
            secrets=index.kernel.state.secrets,
            clock=index.clock(),
        )

    def _start_digest(self) -> None:
        if self._digest is None:
            self._digest = Digest(self._received.array, self._received.populate)

    def chunks(self) -> Iterator[RecordChunk | Gap | Oddity]:
        """Index the records from the first on; each call begins anew."""
        self._start_digest()
        if self._index.packets or self._index.kernel.state.rows:
            self._index = self._new_index()
        yield from self._index.chunks(self._unpacked.populate)
        self._exhausted = True
        if self._cut is not None:
            yield self._cut

    def packets(self, numbers: Collection[int]) -> Iterator[Packet]:
        """Read some frames again, in the order of their numbers; reading ends behind the last of them."""
        index = self._new_index()
        index.watched = {number: [] for number in numbers if number > 0}
        wanted = np.array(sorted(index.watched), dtype=np.int64)
        first = 1
        for chunk in index.chunks(lambda _: None):
            if not isinstance(chunk, RecordChunk):
                continue
            low, high = np.searchsorted(wanted, (first, first + chunk.offset.size)).tolist()
            for number in wanted[low:high].tolist():
                row = number - first
                start = int(chunk.offset[row])
                yield Packet(
                    number=number,
                    data=self.buffer[start : start + int(chunk.cap_length[row])].tobytes(),
                    link_type=int(chunk.link_type[row]),
                    comments=tuple(index.watched[number]),
                    options=packet_options(self.buffer, start, int(chunk.cap_length[row]))
                    if index.format == "pcapng"
                    else Options(),
                    place=start,
                )
            first += chunk.offset.size
            if high == wanted.size:
                return

    def cut_short(self, gap: Gap) -> None:
        """Note that not all of the input was taken."""
        self._cut = gap

    def close(self) -> None:
        """Let go of the file; arrays that show into `buffer` stay valid until they go themselves."""
        if self._exhausted:
            self._final = self.capture
        if self._digest is not None:
            self._digest.close()
        self._index.buffer = self._index.buffer[:0]
        self._unpacked.close()
        self._received.close()


def open_capture(
    path: str | Path, number: int = 0, *, stdin: IO[bytes] | None = None, limits: UnpackLimits | None = None
) -> CaptureReader:
    """Open one capture; "-" is standard input.

    Raises CaptureError where it cannot be read at all: no file, no capture, empty, or cut inside its header.
    Anything worse further on is a Gap among the chunks.
    """
    limits = limits or UnpackLimits()
    if str(path) == "-":
        received, over = receive_stream(_standard_input(stdin))
        reader = CaptureReader(received, None, number, limits=limits)
        if over:
            why = f"standard input gives more than {MOST_SPOOLED} bytes; the rest was not taken"
            reader.cut_short(Gap(kind="limit", why=why, capture=number, offset=MOST_SPOOLED))
        return reader
    where = Path(path)
    return CaptureReader(receive_file(where), where, number, limits=limits)


def _standard_input(given: IO[bytes] | None) -> IO[bytes]:
    if given is not None:
        return given
    if sys.stdin is None:
        raise CaptureError(
            "it is closed", where="standard input", expected=EXPECTED, next_step="redirect a capture to it"
        )
    return sys.stdin.buffer


def open_captures(
    paths: Sequence[str | Path], *, stdin: IO[bytes] | None = None, limits: UnpackLimits | None = None
) -> list[CaptureReader]:
    """Open several captures, numbered as given; raises CaptureError for the first that cannot be read."""
    readers: list[CaptureReader] = []
    try:
        for number, path in enumerate(paths):
            readers.append(open_capture(path, number, stdin=stdin, limits=limits))
    except CaptureError:
        for reader in readers:
            reader.close()
        raise
    return readers
