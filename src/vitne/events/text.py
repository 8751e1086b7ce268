"""Long texts of log lines: walked piece by piece, with the time of every line as a column.

Only lines that hold a word of the rules are looked at one by one; all others count by their times alone: what
is seen there is jumps of the clock, lines out of order, and many lines in one second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from vitne.events.stamps import NO_ZONE, PAD, Stamps, stamps, with_year

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from vitne.events.device_log import DeviceLog, Hints

PIECE = 8 << 20  # bytes walked at once
MOST_CANDIDATES = 2_000_000  # lines looked at one by one
BURST_LINES = 400  # in one second, behind a silence: a buffer let go
SILENCE_NS = 2 * 10**9
FORWARD_NS = 3600 * 10**9  # a step forward so far is a jump, unless the log has a hole
AGES_NS = 180 * 86_400 * 10**9  # and so far always: no log is silent for half a year
BACK_NS = 60 * 10**9  # a step back so far is a jump; a lesser one is disorder
OLDEST_NS = 1_262_304_000 * 10**9  # 2010: clocks that stand before were not set
LONGEST_LINE = 16_384
_LINE_END = ord("\n")


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """One line worth reading."""

    record: int  # line, from 1
    text: bytes
    time_ns: int | None  # nanoseconds UTC, None without a time
    early_ns: int = 0
    late_ns: int = 0
    doubts: tuple[str, ...] = ()
    part: int = 0  # stretch of the log between two jumps of the clock


class Walk:
    """Goes through one text and gives the lines that matter, with their times and doubts."""

    def __init__(self, log: DeviceLog, hints: Hints, words: Sequence[str]) -> None:
        self.log = log
        self.hints = hints
        self.words = [word.encode() for word in words]
        self.part = 0
        self.part_lines: dict[int, int] = {}
        self._last: int | None = None
        self._before: int | None = None  # second before the running one
        self._unread = 0
        self._yearless = self._zoneless = False
        self._looked = 0

    def lines(self, data: bytes | memoryview) -> Iterator[Candidate]:
        """Give candidates of a whole text in its order."""
        whole = np.frombuffer(data, dtype=np.uint8)
        at, number = 0, 0
        while at < len(whole):
            end = min(at + PIECE, len(whole))
            if end < len(whole):
                cut = np.flatnonzero(whole[at:end] == _LINE_END)
                end = at + int(cut[-1]) + 1 if len(cut) else end
            yield from self._piece(whole[at:end].tobytes(), number)
            number += self.log.records - number
            at = end
        self._say()

    def _piece(self, piece: bytes, before: int) -> Iterator[Candidate]:
        data = np.frombuffer(piece + bytes(PAD), dtype=np.uint8)
        ends = np.flatnonzero(data[: len(piece)] == _LINE_END)
        starts = np.append(0, ends + 1)
        if starts[-1] >= len(piece):
            starts = starts[:-1]
        self.log.records = before + len(starts)
        read = stamps(data, starts.astype(np.int64))
        times = self._times(read)
        self._order(times, read.has_time)
        doubts = self._doubts(times, read)
        for index in self._hits(piece, starts).tolist():
            self._looked += 1
            if self._looked > MOST_CANDIDATES:
                self.log.say("limit", f"only the first {MOST_CANDIDATES} lines that may matter were read")
                return
            begin = int(starts[index])
            stop = int(starts[index + 1]) - 1 if index + 1 < len(starts) else len(piece.removesuffix(b"\n"))
            yield self._candidate(
                piece[begin : min(stop, begin + LONGEST_LINE)], index, before, read=read, seen=doubts
            )

    def _hits(self, piece: bytes, starts: NDArray[np.int64]) -> NDArray[np.int64]:
        places = []
        for word in self.words:  # one after the other: quicker than all in one pattern
            at = piece.find(word)
            while at >= 0:
                places.append(at)
                at = piece.find(word, at + len(word))
        return np.unique(np.searchsorted(starts, np.array(places, dtype=np.int64), side="right") - 1)

    def _times(self, read: Stamps) -> NDArray[np.int64]:
        """Give UTC times; years and zones that the lines do not tell come from the hints."""
        times = read.time_ns.copy()
        yearless = read.has_time & ~read.has_year
        if yearless.any():
            self._yearless = True
            if self.hints.near_ns is None:
                read.has_time[yearless] = False
            else:
                times[yearless] = with_year(times[yearless], self.hints.near_ns)
        zoneless = read.has_time & (read.zone_s == NO_ZONE)
        self._zoneless |= bool(zoneless.any()) and self.hints.zone_s is None
        zone = np.where(read.zone_s == NO_ZONE, self.hints.zone_s or 0, read.zone_s)
        self._unread += int((~read.has_time).sum())
        out: NDArray[np.int64] = times - zone * 10**9
        return out

    def _order(self, times: NDArray[np.int64], has_time: NDArray[np.bool_]) -> None:
        """See jumps of the clock; each begins a new part of the log."""
        own = times[has_time]
        self._parts = np.zeros(len(times), dtype=np.int64) + self.part
        if not len(own):
            return
        steps = np.diff(own, prepend=own[0] if self._last is None else self._last)
        back = steps < -BACK_NS
        waking = (steps > FORWARD_NS) & (own - steps < OLDEST_NS)  # the clock was set for the first time
        jumps = back | waking | (steps > AGES_NS)
        where = np.flatnonzero(has_time)
        if jumps.any():
            self._parts[where] = self.part + np.cumsum(jumps)
            first = int(where[np.flatnonzero(jumps)[0]])
            self.log.say(
                "clock-jump",
                "the clock goes back by more than a minute, or was set, or goes on by half a year",
                record=first + 1,
                count=int(jumps.sum()),
            )
            self.part = int(self._parts[where[-1]])
        if (disorder := (steps < 0) & ~back).any():
            self.log.say("out-of-order", "lines stand behind later ones", count=int(disorder.sum()))
        for number, count in zip(*np.unique(self._parts[where], return_counts=True), strict=True):
            self.part_lines[int(number)] = self.part_lines.get(int(number), 0) + int(count)
        self._last = int(own[-1])
        first_ns, last_ns = int(own.min()), int(own.max())
        self.log.first_ns = first_ns if self.log.first_ns is None else min(self.log.first_ns, first_ns)
        self.log.last_ns = last_ns if self.log.last_ns is None else max(self.log.last_ns, last_ns)

    def _doubts(self, times: NDArray[np.int64], read: Stamps) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Give per line its time, and how much earlier it may have happened because a buffer let go."""
        seconds = times // 10**9
        own, back, counts = np.unique(seconds[read.has_time], return_inverse=True, return_counts=True)
        early = np.zeros(len(times), dtype=np.int64)
        if len(own):
            before = np.concatenate([[own[0] if self._before is None else self._before], own[:-1]])
            silence = np.clip((own - before) * 10**9, 0, 600 * 10**9)
            held = (counts >= BURST_LINES) & (silence >= SILENCE_NS)
            if held.any():
                note = (
                    f"{BURST_LINES} lines or more in one second behind a silence: events in it may be older"
                )
                self.log.say("burst", note, count=int(held.sum()))
            early[read.has_time] = np.where(held, silence, 0)[back]
            self._before = int(own[-1])
        return times, early

    def _candidate(
        self,
        text: bytes,
        index: int,
        before: int,
        *,
        read: Stamps,
        seen: tuple[NDArray[np.int64], NDArray[np.int64]],
    ) -> Candidate:
        if not read.has_time[index]:
            return Candidate(record=before + index + 1, text=text, time_ns=None)
        time_ns, early = int(seen[0][index]), int(seen[1][index])
        doubts = []
        if not read.has_year[index]:
            doubts.append("year-assumed")
        if read.zone_s[index] == NO_ZONE and self.hints.zone_s is None:
            doubts.append("zone-assumed")
        if time_ns < OLDEST_NS:
            doubts.append("clock-not-set")
        if early:
            doubts.append("burst")
        coarse = read.digits[index] == 0
        return Candidate(
            record=before + index + 1,
            text=text,
            time_ns=time_ns,
            early_ns=early,
            late_ns=10**9 if coarse else 0,
            doubts=(*doubts, "coarse") if coarse else tuple(doubts),
            part=int(self._parts[index]),
        )

    def doubtful_parts(self) -> set[int]:
        """Give the parts whose clock cannot be trusted: all but the longest, where the clock jumped."""
        if len(self.part_lines) < 2:
            return set()
        longest = max(self.part_lines, key=lambda part: (self.part_lines[part], part))
        return set(self.part_lines) - {longest}

    def _say(self) -> None:
        if self._yearless:
            note = "lines without a year: the one nearest to the capture is taken"
            if self.hints.near_ns is None:
                note = "lines without a year, and nothing tells which: they are not used"
            self.log.say("no-year", note)
        if self._zoneless:
            self.log.say("no-zone", "lines without a time zone: UTC is taken unless --zone says otherwise")
        if self._unread:
            self.log.say("no-time", "lines without a time at their beginning", count=self._unread)
