"""What the readers of both capture formats share: the kernel's stops turned into chunks, Gaps and Oddities.

A record header that makes no sense does not end the reading: the kernel looks for the next run of sound
records, and what lies between becomes a Gap.  Where none is found, the Gap covers the rest of the file.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vitne.kernel.records import NONE, EventKind, PcapHeader, Reason, RecordIndexer
from vitne.model import Gap, Interface, Oddity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np

    from vitne.kernel.records import Event
    from vitne.model import GapKind, RecordChunk

MOST_COMMENTS = 10_000  # texts kept; all are counted
MOST_COMMENT_BYTES = 16 << 20  # bytes of them
MOST_SECRETS = 100_000  # places of secrets blocks kept; all are counted
MOST_CUSTOM = 100_000  # places of custom blocks kept
LONGEST_WATCHED = 1_024  # bytes of one comment of a frame that was asked for
MISSED = "vitne capture: frames are missing before this: "  # begins a comment of our own captures
MOST_WATCHED = 8  # comments of such a frame
MOST_GAPS = 1_000  # damaged places told one by one; the rest are counted in one Gap
MOST_INTERFACES_SHOWN = 100_000  # interfaces named in a Capture; all are read

ODDITIES = {
    "cap-over-orig": (
        "capture-length-over-wire-length",
        "more bytes kept of a frame than it is said to have had",
    ),
    "cap-over-snap": (
        "capture-length-over-snap-length",
        "more bytes kept of a frame than the snap length allows",
    ),
    "saturated": ("time-out-of-range", "a time beyond what 64 bits of nanoseconds hold; the nearest is used"),
    "fraction": ("time-fraction-out-of-range", "a fraction of a second that is a second or more; added up"),
    "no-time": (
        "time-missing",
        "records without a time (simple packets); the time of the one before is used",
    ),
    "backward": ("time-goes-back", "a record earlier than the one before it"),
    "after-2038": (
        "time-after-2038",
        "seconds with the highest bit set: after January 2038, or negative by a tool that writes signed ones",
    ),
    "trailer": ("block-trailer-differs", "a block says another length at its end than at its start"),
}  # name in the kernel: name and note of the Oddity
GAPS: dict[str, tuple[GapKind, str]] = {
    "oversize": ("limit", "frames longer than 256 KiB; only their first 256 KiB are looked at"),
    "unknown-interface": ("damaged-record", "packets of an interface that the section does not describe"),
    "clipped": ("damaged-record", "packets said to be longer than the block that holds them; cut to it"),
    "short-block": ("damaged-record", "blocks shorter than their type allows; stepped over"),
    "dropped-interface": ("limit", "more than 4,194,304 interfaces; the packets of the rest are not read"),
}  # name in the kernel: kind and why of the Gap


class RecordIndex:
    """One pass over a capture's records; what it gathers beside the chunks is complete when they are."""

    format = ""  # name of the format
    lenient = False  # headers may be doubtful and yet be read
    alignment = 1  # least distance from a bad header to the next place looked at

    def __init__(self, buffer: np.ndarray, number: int, start: int, *, header: PcapHeader | None) -> None:
        self.buffer = buffer
        self.number = number
        self.kernel = RecordIndexer(buffer, start, header=header)
        self.comments: list[tuple[int | None, str]] = []  # (frame or None, text), the first ones
        self.secrets: list[tuple[int, int, int]] = []  # (type, offset, length) of decryption secrets
        self.names: list[tuple[str, str]] = []  # (address, name) of name-resolution blocks
        self.custom: list[tuple[bool, int, int]] = []  # (big-endian, offset, length) of custom blocks
        self.watched: dict[int, list[str]] = {}  # comments of frames that were asked for, by frame
        self.packets = 0  # records given so far
        self.first_ns: int | None = None  # least time so far
        self.last_ns: int | None = None  # greatest time so far
        self._comment_bytes = 0
        self._damaged = 0

    def interfaces(self) -> tuple[Interface, ...]:
        """Give the interfaces met, the first 100,000 of them."""
        raise NotImplementedError

    def clock(self) -> str:
        """Give the resolution of the records: "us", "ns" or "mixed"."""
        raise NotImplementedError

    def take_names(self, event: Event) -> None:
        """Take a name-resolution block; formats without them have nothing to do."""

    def chunks(self, populate: Callable[[int], None]) -> Iterator[RecordChunk | Gap | Oddity]:
        """Index all records; ``populate`` is told where the reading is."""
        go_on = True
        while go_on:
            populate(self.kernel.state.position)
            reason = self.kernel.fill()
            gap, go_on = self._settle(reason)
            for event in self.kernel.take_events():
                self._take(event)
            if reason is Reason.FULL or not go_on:
                chunk = self.kernel.take()
                if chunk.offset.size:
                    self._count(chunk)
                    yield chunk
            if gap is not None:
                yield gap
        if self.kernel.state.repairs:
            yield self._repaired()
        yield from self._missed()
        yield from self._deviations()

    def _missed(self) -> Iterator[Gap]:
        """Give what the capture itself says is missing, in the comments of ``vitne capture``."""
        for frame, text in self.comments:
            if text.startswith(MISSED):
                why = text.removeprefix(MISSED)[:200]
                known = re.fullmatch(r"the kernel dropped \d+ frames|the interface [a-z ;]+", why)
                if known is not None:
                    yield Gap(
                        kind="limit", why=f"frames are missing: {why}", capture=self.number, frame=frame
                    )

    def _repaired(self) -> Gap:
        """Tell of the damaged places that the kernel passed by on its own."""
        state = self.kernel.state
        return Gap(
            kind="damaged-record",
            why="more damaged places; reading went on with the sound records behind each",
            capture=self.number,
            length=state.repaired_bytes,
            count=state.repairs,
        )

    def _count(self, chunk: RecordChunk) -> None:
        low, high = int(chunk.time_ns.min()), int(chunk.time_ns.max())
        self.packets += chunk.offset.size
        self.first_ns = low if self.first_ns is None else min(self.first_ns, low)
        self.last_ns = high if self.last_ns is None else max(self.last_ns, high)

    def _take(self, event: Event) -> None:
        if event.kind is EventKind.NAMES:
            self.take_names(event)
        elif event.kind is EventKind.SECRETS:
            if len(self.secrets) < MOST_SECRETS:
                self.secrets.append((event.extra, event.offset, event.length))
        elif event.kind is EventKind.CUSTOM:
            if len(self.custom) < MOST_CUSTOM:
                self.custom.append((bool(event.extra), event.offset, event.length))
        else:
            self._take_comment(event)

    def _take_comment(self, event: Event) -> None:
        told = self.watched.get(event.frame or 0)
        if told is not None and len(told) < MOST_WATCHED:
            short = self.buffer[event.offset : event.offset + min(event.length, LONGEST_WATCHED)].tobytes()
            told.append(short.decode("utf-8", "replace"))
        if len(self.comments) < MOST_COMMENTS and self._comment_bytes < MOST_COMMENT_BYTES:
            text = self.buffer[event.offset : event.offset + event.length].tobytes()
            self._comment_bytes += len(text)
            self.comments.append((event.frame, text.decode("utf-8", "replace")))

    def _settle(self, reason: Reason) -> tuple[Gap | None, bool]:
        """Decide what a stop of the kernel means: what was lost, and whether to go on."""
        state = self.kernel.state
        left = self.buffer.size - state.position
        if reason is Reason.INTERFACES_FULL:
            self.kernel.more_interfaces()
        if reason is Reason.END:
            return None, False
        if reason is Reason.CUT:
            return self._gap("truncated-file", "the file ends inside a record header", length=left), False
        if reason in {Reason.OVERRUN, Reason.DOUBT}:
            return self._resynchronise(reason, left)
        return None, True

    def _resynchronise(self, reason: Reason, left: int) -> tuple[Gap, bool]:
        state = self.kernel.state
        found = None if state.trust else self.kernel.resync(*self._search_from(reason))
        if found is None:
            return self._nothing_found(reason, left)
        at = state.position
        what = f"a record header at byte {at} makes no sense"
        if found < at:  # the record before says too great a length and swallowed sound ones
            self.kernel.drop_last()
            at = state.previous
            what = f"the record at byte {at} says a wrong length"
        why = f"{what}; reading went on with the sound records from byte {found}"
        gap = self._gap("damaged-record", why, length=found - at, offset=at)
        state.position, state.previous = found, NONE
        self._damaged += 1
        state.self_repair = self._damaged >= MOST_GAPS
        return gap, True

    def _nothing_found(self, reason: Reason, left: int) -> tuple[Gap, bool]:
        """Tell what a bad header means where no sound records follow, and whether to go on all the same."""
        state = self.kernel.state
        if reason is Reason.OVERRUN:
            why = f"the file ends inside a record: {left} of {state.claimed} bytes are there"
            return self._gap("truncated-file", why, length=left), False
        what = f"a record header at byte {state.position} makes no sense and no sound records follow"
        blank = not self.buffer[state.position : state.position + state.header_length].any()
        if self.lenient and not state.trust and state.claimed <= left and not blank:
            state.trust = 1
            return self._gap("damaged-record", f"{what}; the rest is read as it stands", length=left), True
        return self._gap("damaged-record", f"{what}; {left} bytes unread", length=left), False

    def _search_from(self, reason: Reason) -> tuple[int, int]:
        """Give where to look for sound records and which place their run has to pass."""
        del reason
        return self.kernel.state.position + self.alignment, 0

    def _gap(self, kind: GapKind, why: str, *, length: int, offset: int | None = None) -> Gap:
        at = self.kernel.state.position if offset is None else offset
        return Gap(kind=kind, why=why, capture=self.number, offset=at, length=length)

    def _deviations(self) -> Iterator[Gap | Oddity]:
        for name, count, frame in self.kernel.oddities():
            if name in GAPS:
                kind, why = GAPS[name]
                yield Gap(kind=kind, why=why, capture=self.number, frame=frame, count=count)
            else:
                title, note = ODDITIES[name]
                yield Oddity(name=title, note=f"{note} ({count})", capture=self.number, frame=frame)
