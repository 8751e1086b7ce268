"""Difference needles: known values under a repeated key that nobody knows.

Where bytes were combined with a key of p bytes, over and over, two bytes that lie p apart differ from one
another just as those of the text do: the key falls out.  So one look at the differences finds a value under
every such key, and the key follows.  The same holds for numbers added to bytes.  A key counts only where each
of its bytes is told twice, by the value itself or by the marks on both sides of it, and where chance would
hardly ever make such a place.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vitne.encodings._looks import readable
from vitne.identify.spellings import spell
from vitne.identify.variants import write
from vitne.kernel.differences import Changes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from vitne.identify.needles import Layers
    from vitne.model import Seed

    Bytes = np.ndarray[tuple[int], np.dtype[np.uint8]]

LAGS = (2, 4, 5, 6, 7, 8, 10, 12, 16)  # lengths of keys; a key of three bytes is one of six, too
ADDED = (1, 4)  # numbers that are added, in turn
LEAST = 7  # differences that have to agree
FEWEST = 4  # ... where the rest of the text has to be a record without a flaw
SHORT_LAGS = (4, 5, 6, 7, 8)  # lengths of keys that are looked for with so few
_SEGMENTS = tuple((lag, added) for added in (False, True) for lag in (ADDED if added else LAGS))
_LONG, _SHORT = 1, 2  # what a known value is looked for by: 0 where it says too little under a key
LONGEST_RECORD = 64 << 10  # bytes of a record without a flaw
TOO_MANY = "too many places at which a known value may stand under an unknown key"
TOO_LONG = "a text of more than 64 KiB in which a short known value may stand under an unknown key"
WINDOW = 40  # bytes beside a value that are looked at, half of them on either side
ENOUGH = 1e-4  # expected chance places up to which a key is tried
IN_TEXT, IN_BINARY, READS = 0.05, 1 / 64, 0.4  # chance that one difference agrees; that a byte is printable
MOST_PLACES = 4096  # of one search that are looked at
_FIRST, _FIRST_FEW = np.uint64((1 << 8 * LEAST) - 1), np.uint64((1 << 8 * FEWEST) - 1)
MOST_FOUND = 16  # keys of the same data that are judged in full
MOST = 8  # keys of the same data
_MARKS = frozenset((b'""', b"=&", b"><", b":,", b":}", b"||", b",,", b";;", b":;", b"=;", b"//", b"\t\t"))
_RECORD_MARKS = b'{}[]":,'
_PAIRS = re.compile(rb"[A-Za-z_][0-9A-Za-z_.]*=[^&=<>]*(?:&[A-Za-z_][0-9A-Za-z_.]*=[^&=<>]*)+")
_READS = np.zeros(256, dtype=bool)  # bytes of text, with those beyond ASCII
_READS[[9, 10, 13, *range(32, 127), *range(128, 256)]] = True
_STEP = 4096  # bytes that are looked at first beside a value
_FORMS: tuple[Layers, ...] = (
    (),
    *(((("base64", (("shift", shift),)),)) for shift in range(3)),
    (("hex", (("case", "lower"),)),),
)


class Hidden(NamedTuple):
    """A key that a known value yields."""

    way: str  # "xor" or "add"
    key: bytes  # its bytes from ``start`` on
    start: int  # half-open range of the data that it opens
    end: int
    chance: float  # expected number of places like it if nobody had sent the value


class _Text(NamedTuple):
    data: bytes  # what is looked for
    lag: int
    added: bool
    skip: int  # differences before the first that are looked for: of equal bytes they say nothing
    short: bool  # few differences are looked for


class _Looked(NamedTuple):
    """Texts whose first differences are looked for."""

    changes: Changes
    texts: list[tuple[bytes, int, bool, int, bool]]  # what makes a _Text, each


class Differences:
    """The differences of known values, ready to be looked for."""

    def __init__(self, seeds: Sequence[Seed], *, haystack: int) -> None:
        self._seeds = [seed for seed in seeds if seed.origin == "subject"]
        self._haystack = haystack
        self._long: _Looked | None = None
        self._short: _Looked | None = None  # texts with few differences
        self._count = 0  # of all texts
        self._made = False

    def find(self, data: bytes) -> list[Hidden]:
        """Give the keys under which known values stand in some data, the surest first; few."""
        return self.search(data)[0]

    def search(self, data: bytes) -> tuple[list[Hidden], tuple[str, ...]]:
        """Give the same, and what was left out by a bound."""
        if len(data) < LEAST + 2 or not self._seeds:
            return [], ()
        self._ready()
        plain = readable(data)
        found = _Found(data)
        for looked in (self._long, None if plain else self._short):
            if looked is None:
                continue
            rows, places, complete = looked.changes.find(data, most=MOST_PLACES)
            if not complete:
                found.left.add(TOO_MANY)
            for row, place in zip(rows, places, strict=True):
                text = _Text(*looked.texts[row])
                if place >= text.skip:
                    self._judge(found, text, place - text.skip, plain=plain)
        return found.surest(), tuple(sorted(found.left))

    def near(self, data: bytes) -> list[int] | None:
        """Give where in bytes that nobody can read values may stand under keys; None: at too many places.

        At other places ``search`` finds none, neither in the data nor in a stretch of them.
        """
        self._ready()
        found: list[int] = []
        for looked in (self._long, self._short) if self._seeds else ():
            if looked is not None:
                _, places, complete = looked.changes.find(data, most=MOST_PLACES)
                if not complete:
                    return None
                found += places
        return found

    def _ready(self) -> None:
        """Make the table of first differences, once."""
        if self._made:
            return
        self._made = True
        values = list(dict.fromkeys(self._values()))
        if not values:
            return
        lengths = np.array(list(map(len, values)))
        table = np.zeros((len(values), int(lengths.max()) + _SEGMENTS[-1][0] + 8), dtype=np.uint8)
        for line, data in zip(table, values, strict=True):
            line[: len(data)] = np.frombuffer(data, dtype=np.uint8)
        looked = [_first_told(table, lengths, lag, added=added) for lag, added in _SEGMENTS]
        skips, words, kinds = (np.stack(columns, axis=1) for columns in zip(*looked, strict=True))
        which, segment = np.nonzero(kinds)
        skip, word, short = (column[which, segment].tolist() for column in (skips, words, kinds == _SHORT))
        ways = segment.tolist()
        texts = [
            (values[at], *_SEGMENTS[way], *rest)
            for at, way, *rest in zip(which.tolist(), ways, skip, short, strict=True)
        ]
        self._count = len(texts)
        for few in (False, True):
            rows = np.flatnonzero(np.array(short, dtype=bool) == few)
            used, own = np.unique(segment[rows], return_inverse=True)
            changes = Changes(
                np.array(word, dtype=np.uint64)[rows],
                own,
                lags=[_SEGMENTS[way] for way in used.tolist()],
                width=FEWEST if few else LEAST,
            )
            ready = _Looked(changes, [texts[row] for row in rows.tolist()])
            if few:
                self._short = ready
            else:
                self._long = ready

    def _values(self) -> Iterator[bytes]:
        for seed in self._seeds:
            for spelling in spell(seed):
                if spelling.weak or not spelling.coded:
                    continue
                for _, cased in spelling.cases():
                    for form in _FORMS:
                        yield write(cased.encode(), form)

    def _judge(self, found: _Found, text: _Text, at: int, *, plain: bool) -> None:
        """Take the key from one place, and keep it where enough speaks for it."""
        column, length = found.column, len(text.data)
        told = _without(found.data[at : at + length], text.data, added=text.added)
        if len(told) < length or told[text.lag :] != told[: -text.lag]:
            return
        key = _shortest(told[: text.lag])
        period = len(key)
        if not _is_key(key):
            return
        # the key's first byte stands where the data begin
        turned = np.roll(np.frombuffer(key, dtype=np.uint8), at % period)
        low, high = max(0, at - WINDOW), min(len(column), at + length + WINDOW)
        opened = _combined(column[low:high], np.roll(turned, -(low % period)), added=text.added)
        if not text.short and not _told(opened, at - low, length, period=period):
            return
        chance = float(self._haystack) * (IN_TEXT if plain else IN_BINARY) ** (length - period)
        chance *= max(1, self._count // (8 * max(len(self._seeds), 1)))
        chance *= 1.0 if plain else READS ** _beside(opened, at - low, length)
        if chance <= ENOUGH:
            found.keep(text, at, turned, min(chance, 1.0))


class _Found:
    """Keys that were found in some data."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.column = np.frombuffer(data, dtype=np.uint8)
        self.left: set[str] = set()  # what was left out by a bound
        self._found: dict[
            tuple[bool, bytes, int, int], float
        ] = {}  # added, key as at byte 0, range -> chance

    def keep(self, text: _Text, at: int, turned: Bytes, chance: float) -> None:
        """Keep a key, as it stands at the first byte of the data, with the range that it opens."""
        key, end = turned.tobytes(), at + len(text.data)
        for known in self._found:
            if known[:2] == (text.added, key) and known[2] <= at and end <= known[3]:
                self._found[known] = min(self._found[known], chance)
                return
        if len(self._found) >= MOST_FOUND:
            self.left.add(TOO_MANY)
            return
        start, stop = self._reach(at, end, turned, text=text)
        if text.short:
            if stop - start > LONGEST_RECORD:
                self.left.add(TOO_LONG)
                return
            whole = _combined(self.column[start:stop], _phase(turned, start), added=text.added)
            if not _flawless(whole.tobytes(), at - start, len(text.data), period=len(key)):
                return
        self._found[text.added, key, start, stop] = chance

    def surest(self) -> list[Hidden]:
        """Give what was found, the surest first; few."""
        every = [
            Hidden(
                "add" if added else "xor",
                _phase(np.frombuffer(key, np.uint8), start).tobytes(),
                start,
                end,
                chance,
            )
            for (added, key, start, end), chance in self._found.items()
        ]
        return sorted(every, key=lambda each: (each.chance, each.start, each.key))[:MOST]

    def _reach(self, at: int, end: int, turned: Bytes, *, text: _Text) -> tuple[int, int]:
        """Give the range around a place that reads as text under the key."""
        most = LONGEST_RECORD + 1 if text.short else len(self.column)
        start, step = at, _STEP
        while start > max(0, at - most):
            low = max(0, start - step)
            odd = self._odd(low, start, turned, added=text.added)
            if len(odd):
                start = low + int(odd[-1]) + 1
                break
            start, step = low, 4 * step
        step, last = _STEP, min(len(self.column), end + most)
        while end < last:
            high = min(len(self.column), end + step)
            odd = self._odd(end, high, turned, added=text.added)
            if len(odd):
                return start, end + int(odd[0])
            end, step = high, 4 * step
        return start, end

    def _odd(self, low: int, high: int, turned: Bytes, *, added: bool) -> npt.NDArray[np.int64]:
        """Give the places in a range that do not read as text under the key."""
        opened = _combined(self.column[low:high], _phase(turned, low), added=added)
        return np.flatnonzero(~_READS[opened])


def _phase(turned: Bytes, start: int) -> Bytes:
    """Give a key as it stands at a byte of the data."""
    return np.roll(turned, -(start % len(turned)))


def _beside(opened: Bytes, at: int, length: int) -> int:
    """Say how many bytes beside the value read as text: as many as count."""
    reads = _READS[opened]
    before = np.flatnonzero(~reads[:at])
    behind = np.flatnonzero(~reads[at + length :])
    first = at - 1 - int(before[-1]) if len(before) else at
    last = int(behind[0]) if len(behind) else len(opened) - at - length
    return min(first + last, WINDOW)


def _told(opened: Bytes, at: int, length: int, *, period: int) -> bool:
    """Say whether each byte of the key is told twice: by the value, or by a pair of marks around it."""
    counts = np.bincount((at + np.arange(length)) % period, minlength=period)
    lonely = {int(each) for each in np.flatnonzero(counts < 2)}
    if not lonely:
        return True
    before, behind = (
        opened[max(at - 1, 0) : at].tobytes(),
        opened[at + length : at + length + 1].tobytes(),
    )
    marked = before + behind in _MARKS
    return marked and lonely <= {(at - 1) % period, (at + length) % period}


def _flawless(text: bytes, at: int, length: int, *, period: int) -> bool:
    """Say whether a text is one record, marks of which tell every byte of the key beside the value.

    A key that is wrong in one byte leaves letters letters, and breaks a mark.
    """
    body = text.strip()
    try:
        marks = _RECORD_MARKS if isinstance(json.loads(body), dict | list) else b""
    except (ValueError, RecursionError):
        marks = b"=&" if _PAIRS.fullmatch(body) else b""
    seen = np.bincount((at + np.arange(length)) % period, minlength=period)
    for place, byte in enumerate(text):
        if byte in marks and not at <= place < at + length:
            seen[place % period] += 1
    return bool(marks) and bool((seen >= 2).all())


def _without(place: bytes, value: bytes, *, added: bool) -> bytes:
    """Give what makes a value of a place: as many bytes as both have."""
    if added:
        return bytes([(byte - other) & 0xFF for byte, other in zip(place, value, strict=False)])
    length = min(len(place), len(value))
    return (int.from_bytes(place, "big") ^ int.from_bytes(value[:length], "big")).to_bytes(length, "big")


def _first_told(
    table: npt.NDArray[np.uint8], lengths: npt.NDArray[np.int64], lag: int, *, added: bool
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
    """Give what each value is looked for by under keys of one length: where, which differences, which kind.

    Values are rows, padded with zeros.  The first LEAST differences that are not all alike count: those of
    padding are, too.  Where there are none, the first FEWEST may do.
    """
    first, second = table[:, lag:], table[:, :-lag]
    every = first - second if added else first ^ second
    count = np.maximum(lengths - lag, 0)
    changes = every[:, 1:] != every[:, :-1]
    changes &= np.arange(1, every.shape[1]) < count[:, None]
    change = changes.argmax(axis=1)
    skip: npt.NDArray[np.int64] = np.maximum(change - (LEAST - 2), 0)
    long = changes.any(axis=1) & (count >= LEAST)
    kinds: npt.NDArray[np.int64] = np.where(long, _LONG, 0)
    if not added and lag in SHORT_LAGS:
        four = np.sort(every[:, :FEWEST], axis=1)
        kinds[~long & (count >= FEWEST) & ((four[:, 1:] != four[:, :-1]).sum(axis=1) >= 2)] = _SHORT
    skip[kinds != _LONG] = 0
    taken = every[np.arange(len(every))[:, None], skip[:, None] + np.arange(8)]
    words: npt.NDArray[np.uint64] = np.ascontiguousarray(taken).view("<u8")[:, 0]
    words &= np.where(kinds == _SHORT, _FIRST_FEW, _FIRST)
    return skip, words, kinds


def _combined(column: Bytes, key: Bytes, *, added: bool) -> Bytes:
    repeated = np.resize(key, len(column))
    return column - repeated if added else column ^ repeated


def _shortest(data: bytes) -> bytes:
    """Give the shortest key that repeats to this one."""
    for period in range(1, len(data)):
        if len(data) % period == 0 and data == data[:period] * (len(data) // period):
            return data[:period]
    return data


def _is_key(key: bytes) -> bool:
    """Say whether bytes can be a key: one that leaves most bytes as they are hides nothing."""
    return key.count(0) * 4 <= len(key) - (len(key) < 4) and any(key)
