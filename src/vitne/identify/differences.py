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
LONGEST = 64 << 10  # bytes of some data that are looked at
WINDOW = 40  # bytes beside a value that are looked at, half of them on either side
ENOUGH = 1e-4  # expected chance places up to which a key is tried
IN_TEXT, IN_BINARY, READS = 0.05, 1 / 64, 0.4  # chance that one difference agrees; that a byte is printable
MOST_PLACES = 4096  # of one search that are looked at
_WIDTH = 20  # bits of the table that most places are told wrong by
_SHIFT = np.uint64(64 - _WIDTH)
_FIRST, _FIRST_FEW = np.uint64((1 << 8 * LEAST) - 1), np.uint64((1 << 8 * FEWEST) - 1)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio: spreads numbers evenly
MOST = 8  # keys of the same data
_MARKS = frozenset((b'""', b"=&", b"><", b":,", b":}", b"||", b",,", b";;", b":;", b"=;", b"//", b"\t\t"))
_RECORD_MARKS = b'{}[]":,'
_PAIRS = re.compile(rb"[A-Za-z_][0-9A-Za-z_.]*=[^&=<>]*(?:&[A-Za-z_][0-9A-Za-z_.]*=[^&=<>]*)+")
_PRINTABLE = np.zeros(256, dtype=bool)
_PRINTABLE[[9, 10, 13, *range(32, 127)]] = True
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


class Differences:
    """The differences of known values, ready to be looked for."""

    def __init__(self, seeds: Sequence[Seed], *, haystack: int) -> None:
        self._seeds = [seed for seed in seeds if seed.origin == "subject"]
        self._haystack = haystack
        self._texts: list[tuple[bytes, int, bool, int, bool]] = []  # what makes a _Text, each
        self._rows: dict[int, list[int]] = {}  # first differences as a number -> rows of texts
        self._may = np.zeros(1 << _WIDTH, dtype=bool)  # by a spread of that number: a cheap first no
        self._few: dict[int, list[int]] = {}  # the same of texts with few differences
        self._may_few = np.zeros(1 << _WIDTH, dtype=bool)
        self._made = False

    def find(self, data: bytes) -> list[Hidden]:
        """Give the keys under which known values stand in some data, the surest first; few."""
        column = np.frombuffer(data[:LONGEST], dtype=np.uint8)
        if len(column) < LEAST + 2 or not self._seeds:
            return []
        self._ready()
        if not self._texts:
            return []
        pieces = [_differences(column, lag, added=added) for lag, added in _SEGMENTS]
        ends = np.cumsum([len(piece) for piece in pieces])
        found: dict[tuple[str, bytes, int, int], Hidden] = {}
        starts, rows = self._looked_up(np.concatenate(pieces), few=not readable(data))
        which = np.searchsorted(ends, starts, side="right").tolist()
        for row, start, number in zip(rows, starts, which, strict=True):
            text = _Text(*self._texts[row])
            at = start - int(ends[number] - len(pieces[number])) - text.skip
            if (text.lag, text.added) != _SEGMENTS[number] or at < 0 or at + len(text.data) > len(column):
                continue
            hidden = self._judged(data, column, text, at)
            if hidden is not None:
                key = (hidden.way, hidden.key, hidden.start, hidden.end)
                found[key] = min(found.get(key, hidden), hidden, key=lambda each: each.chance)
        return sorted(found.values(), key=lambda each: (each.chance, each.start, each.key))[:MOST]

    def _looked_up(self, differences: Bytes, *, few: bool) -> tuple[list[int], list[int]]:
        """Give where the first differences of a value stand, and which value's: positions, rows of texts."""
        padded = np.concatenate((differences, np.zeros(8, dtype=np.uint8)))
        all_words = np.ndarray(len(differences), dtype="<u8", buffer=padded.tobytes(), strides=(1,))
        starts: list[int] = []
        rows: list[int] = []
        tables = [(_FIRST, self._may, self._rows)] + ([(_FIRST_FEW, self._may_few, self._few)] if few else [])
        for mask, may, known in tables:
            words = all_words & mask
            places = np.flatnonzero(may[(words * _SPREAD) >> _SHIFT])
            for place, word in zip(places.tolist(), words[places].tolist(), strict=True):
                for row in known.get(word, ()):
                    starts.append(place)
                    rows.append(row)
                if len(rows) >= MOST_PLACES:
                    break
        return starts, rows

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
        keys = (_SEGMENTS[number] for number in segment.tolist())
        self._texts = [
            (values[at], *key, *rest)
            for at, key, *rest in zip(which.tolist(), keys, skip, short, strict=True)
        ]
        for row, (each, few) in enumerate(zip(word, short, strict=True)):
            (self._few if few else self._rows).setdefault(each, []).append(row)
        for known, may in ((self._rows, self._may), (self._few, self._may_few)):
            may[(np.array(list(known), dtype=np.uint64) * _SPREAD) >> _SHIFT] = True

    def _values(self) -> Iterator[bytes]:
        for seed in self._seeds:
            for spelling in spell(seed):
                if spelling.weak or not spelling.coded:
                    continue
                for _, cased in spelling.cases():
                    for form in _FORMS:
                        yield write(cased.encode(), form)

    def _judged(self, data: bytes, column: Bytes, text: _Text, at: int) -> Hidden | None:
        """Take the key from one place, and say what speaks for it; None where too little does."""
        value = np.frombuffer(text.data, dtype=np.uint8)
        place = column[at : at + len(value)]
        if not np.array_equal(
            _differences(place, text.lag, added=text.added), _differences(value, text.lag, added=text.added)
        ):
            return None
        key = _shortest((place - value if text.added else place ^ value)[: text.lag])
        period = len(key)
        if not _is_key(key):
            return None
        # the key's first byte stands where the data begin
        turned = np.roll(np.frombuffer(key, dtype=np.uint8), at % period)
        low, high = max(0, at - WINDOW), min(len(column), at + len(value) + WINDOW)
        opened = _combined(column[low:high], np.roll(turned, -(low % period)), added=text.added)
        start, end = _reach(data, column, turned, at, text=text)
        if text.short:
            whole = _combined(column[start:end], np.roll(turned, -(start % period)), added=text.added)
            if not _flawless(whole.tobytes(), at - start, len(value), period=period):
                return None
        elif not self._told(opened, at - low, len(value), period=period):
            return None
        beside = min(end - start - len(value), WINDOW)
        plain = readable(data)
        chance = float(self._haystack) * (IN_TEXT if plain else IN_BINARY) ** (len(value) - period)
        chance *= max(1, len(self._texts) // (8 * max(len(self._seeds), 1)))
        chance *= 1.0 if plain else READS ** max(beside, 0)
        if chance > ENOUGH:
            return None
        own = np.roll(turned, -(start % period)).tobytes()
        return Hidden("add" if text.added else "xor", own, start, end, min(chance, 1.0))

    def _told(self, opened: Bytes, at: int, length: int, *, period: int) -> bool:
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


def _differences(column: Bytes, lag: int, *, added: bool) -> Bytes:
    if len(column) <= lag:
        return column[:0]
    return column[lag:] - column[:-lag] if added else column[lag:] ^ column[:-lag]


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


def _shortest(key: Bytes) -> bytes:
    """Give the shortest key that repeats to this one."""
    data = key.tobytes()
    for period in range(1, len(data)):
        if len(data) % period == 0 and data == data[:period] * (len(data) // period):
            return data[:period]
    return data


def _is_key(key: bytes) -> bool:
    """Say whether bytes can be a key: one that leaves most bytes as they are hides nothing."""
    return key.count(0) * 4 <= len(key) - (len(key) < 4) and any(key)


def _reach(data: bytes, column: Bytes, key: Bytes, at: int, *, text: _Text) -> tuple[int, int]:
    """Give the range around a place that reads as text under the key."""
    opened = _combined(np.frombuffer(data, dtype=np.uint8), key, added=text.added)
    odd = np.flatnonzero(~_PRINTABLE[opened] & (opened < 128))
    before = odd[odd < at]
    behind = odd[odd >= at + len(text.data)]
    start = int(before[-1]) + 1 if len(before) else 0
    end = int(behind[0]) if len(behind) else len(data)
    del column
    return start, end
