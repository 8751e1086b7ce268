"""Shapes of JSON documents met before: a program writes the same names and marks around other values.

RFC 8259.  What stands outside of strings, with each number as 0, and the names tell where every leaf is and
what it is called.  Of a shape that was read leaf by leaf before, only the values are taken out and asked
about; what comes out is what the pass leaf by leaf would give.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate, compress
from operator import add, itemgetter, not_
from typing import TYPE_CHECKING, Any

from vitne.encodings._json_glance import clean
from vitne.model import Child

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from vitne.encodings import Sieve

_IN_NUMBERS = b"0123456789.eE+-"
_AS_ZERO = bytes(0x30 if byte in _IN_NUMBERS else byte for byte in range(256))
_ALONE = bytes(byte if byte in _IN_NUMBERS else 0x20 for byte in range(256))
_CONTROLS = bytes((*range(32), 0x7F))
_LONGEST = 16 << 10  # bytes of a document whose shape is kept
_MOST = 1024  # documents that are noted the first time
_MOST_BYTES = 16 << 20  # of all shapes that are kept, about
_OVERHEAD = 256  # bytes that a leaf takes beside its path
_SHORTEST = 256  # bytes from which a document in which nothing is asked for is told as one range
_STRING, _NUMBER = 3, 4  # rows of the tests of a sieve


class Skimmed:
    """The leaves of one document: those that were asked for, and where the others stand."""

    __slots__ = ("children", "passed", "rest", "size")

    def __init__(self) -> None:
        self.children: list[Child] = []  # leaves that were asked for, in order
        self.passed: list[tuple[int, int]] = []  # ranges of the other leaves, or of all from one to another
        self.rest = 0  # how many other leaves there are
        self.size = 0  # bytes of the other leaves


class _Known:
    """The leaves of one shape."""

    __slots__ = (
        "_asked",
        "_names",
        "before",
        "behind",
        "counts",
        "every",
        "keys",
        "kinds",
        "ordered",
        "others",
        "paths",
        "quiet",
    )

    def __init__(self, children: Sequence[Child], keys: Sequence[bytes | None], data: bytes) -> None:
        self.paths = [child.path for child in children]
        self.keys = keys  # nearest name of each leaf
        self.kinds = [_STRING if data[child.start - 1] == 0x22 else _NUMBER for child in children]
        self.counts = (self.kinds.count(_STRING), self.kinds.count(_NUMBER))
        sorted_out = sorted(range(len(children)), key=self.kinds.__getitem__)  # texts, then numbers
        self.ordered = _taker(sorted(range(len(children)), key=sorted_out.__getitem__))
        sizes = accumulate((child.end - child.start for child in children), initial=0)
        # where each leaf would begin if those before it were empty
        self.before = [child.start - size for child, size in zip(children, sizes, strict=False)]
        self.behind = len(data) - children[-1].end
        self.every: tuple[bytes, ...] = ()  # all names, those of containers too
        self._names: Mapping[bytes | None, bool] | None = None
        self._asked: list[bool] = []  # of each leaf whether it is asked for by its name, or stands first
        self.others: frozenset[bytes] = frozenset()  # nearest names by which nothing is asked for
        self.quiet = False  # no name at all is asked for

    def asked(self, names: Mapping[bytes | None, bool]) -> list[bool]:
        """Say of each leaf whether it is asked for whatever it holds."""
        if self._names is not names:
            self._names = names
            asked = [names[key] for key in self.keys]
            self.others = frozenset(
                [key for key, told in zip(self.keys, asked, strict=True) if key is not None and not told]
            )
            self.quiet = not any(map(names.__getitem__, self.every))
            asked[0] = True
            self._asked = asked
        return self._asked


class Shapes:
    """The shapes of the documents that were read."""

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[Any, Any, dict[tuple[bytes, ...], _Known]]] = {}
        self._size = 0  # bytes of what is kept, about
        self._once: set[int] = set()

    def take(self, data: bytes, most: int, *, sieve: Sieve) -> Skimmed | None:
        """Give the leaves of a document that are asked for; None where its shape is not known."""
        if len(data) > _LONGEST or sieve.nothing is None or b"\\" in data:
            return None
        strings = data.split(b'"')
        outside = b'"'.join(strings[::2])
        found = self._known.get(_shape_of(outside))
        if found is None or not clean(data):
            return None
        texts_of, names_of, shapes = found
        known = shapes.get(names_of(strings))
        if known is None or len(known.kinds) >= most:
            return None
        texts, numbers = texts_of(strings), _numbers_in(outside)
        asked = known.asked(sieve.names)
        one_range = known.quiet and not sieve.ends and len(data) >= _SHORTEST and data[0] in b"[{"
        if one_range and sieve.nothing(known.every, list(texts), numbers):
            return _one_range(known, (texts[:1], numbers[:1]), data)
        leaves = _in_order(known, texts, numbers)
        return _leaves(known, leaves, asked=asked, sieve=sieve) if leaves is not None else None

    def learn(self, data: bytes, leaves: Callable[[Any], Sequence[Child] | None]) -> None:
        """Keep the shape of a document that was met before; ``leaves`` gives all, and asks each name."""
        if len(data) > _LONGEST or b"\\" in data:
            return
        strings = data.split(b'"')
        outside = b'"'.join(strings[::2])
        shape = _shape_of(outside)
        names_of, texts_of = _parted(strings)
        names = names_of(strings)
        if not clean(data) or not self._met(hash((shape, names))):
            return
        heard = _Heard()
        children = leaves(heard)
        if not children or len(children) != len(heard.names):
            return
        known = _Known(children, heard.names, data)
        texts, numbers = texts_of(strings), _numbers_in(outside)
        if tuple([child.data for child in children]) != _in_order(known, texts, numbers):
            return
        known.every = names
        size = 2 * len(data) + sum([len(path) + _OVERHEAD for path in known.paths])
        if self._size + size > _MOST_BYTES:
            self._known.clear()
            self._size = 0
        self._size += size
        self._known.setdefault(shape, (texts_of, names_of, {}))[2][names] = known

    def _met(self, shape: int) -> bool:
        """Say whether such a document was met before; the first time it is noted."""
        if shape in self._once:
            return True
        if len(self._once) >= _MOST:
            self._once.clear()
        self._once.add(shape)
        return False


class _Heard(dict[bytes | None, bool]):
    """Says yes to every name, and keeps what it was asked."""

    def __init__(self) -> None:
        self.names: list[bytes | None] = []

    def __getitem__(self, name: bytes | None) -> bool:
        self.names.append(name)
        return True


def _shape_of(outside: bytes) -> bytes:
    """Write each number as one zero; the last letter of true and of false becomes one, too."""
    shape = outside.translate(_AS_ZERO)
    while b"00" in shape:
        shape = shape.replace(b"00", b"0")
    return shape


def _numbers_in(outside: bytes) -> list[bytes]:
    """Give the numbers of a document that keeps to the grammar."""
    return outside.replace(b"true", b"").replace(b"false", b"").translate(_ALONE).split()


def _leaves(known: _Known, leaves: Sequence[bytes], *, asked: list[bool], sieve: Sieve) -> Skimmed:
    sizes = list(map(len, leaves))
    starts = list(map(add, known.before, accumulate(sizes, initial=0)))
    ends = list(map(add, starts, sizes))
    out = Skimmed()
    asked = _by_looks(known, leaves, (starts, ends), asked=asked, sieve=sieve)
    own = list(compress(range(len(sizes)), asked))
    out.children = [
        Child(data=leaves[at], start=starts[at], end=ends[at], path=known.paths[at]) for at in own
    ]
    out.passed = list(compress(zip(starts, ends, strict=True), map(not_, asked)))
    out.size = sum(sizes) - sum([sizes[at] for at in own])
    out.rest = len(out.passed)
    return out


def _one_range(known: _Known, firsts: tuple[Sequence[bytes], Sequence[bytes]], data: bytes) -> Skimmed:
    """Give the first leaf alone; what stands from there to the last is passed as one range."""
    out = Skimmed()
    first, start = firsts[known.kinds[0] == _NUMBER][0], known.before[0]
    out.children.append(Child(data=first, start=start, end=start + len(first), path=known.paths[0]))
    out.rest = len(known.kinds) - 1
    out.size = len(data) - known.before[-1] - known.behind - len(first)
    if out.rest:
        out.passed.append((start + len(first), len(data) - known.behind))
    return out


def _by_looks(
    known: _Known,
    leaves: Sequence[bytes],
    ranges: tuple[list[int], list[int]],
    *,
    asked: list[bool],
    sieve: Sieve,
) -> list[bool]:
    """Add the leaves that are asked for by what they hold or by where they stand."""
    rest = list(compress(range(len(asked)), map(not_, asked)))
    texts = [leaves[index] for index in rest if known.kinds[index] == _STRING]
    digits = [leaves[index] for index in rest if known.kinds[index] == _NUMBER]
    nothing = sieve.nothing is None or not rest or sieve.nothing(known.others, texts, digits)
    if nothing and not sieve.ends:
        return asked
    asked = list(asked)
    for index in () if nothing else rest:
        asked[index] = bool(sieve.tests[known.kinds[index]](leaves[index]))
    for index in _touched(ranges, sieve):
        asked[index] = True
    return asked


def _touched(ranges: tuple[list[int], list[int]], sieve: Sieve) -> Iterator[int]:
    """Give the leaves that the ranges of a sieve touch."""
    starts, ends = ranges
    for low, high in zip(sieve.starts, sieve.ends, strict=False):
        for index in range(max(0, bisect_right(starts, low) - 1), len(starts)):
            if starts[index] >= high:
                break
            if low < ends[index]:
                yield index


def _in_order(known: _Known, texts: Sequence[bytes], numbers: Sequence[bytes]) -> Sequence[bytes] | None:
    """Give the leaves in the order in which they stand, from those of both kinds; None where some lack."""
    if (len(texts), len(numbers)) != known.counts:
        return None
    return known.ordered((*texts, *numbers))


def _parted(strings: list[bytes]) -> tuple[Any, Any]:
    """Give what takes the names from the strings of such a document, and what takes the texts."""
    names: list[int] = []
    texts: list[int] = []
    for index in range(1, len(strings) - 1, 2):
        named = strings[index + 1].lstrip(b" \t\r\n")[:1] == b":"
        (names if named else texts).append(index)
    return _taker(names), _taker(texts)


def _taker(indices: list[int]) -> Callable[[Sequence[bytes]], tuple[bytes, ...]]:
    if len(indices) > 1:
        return itemgetter(*indices)
    return lambda strings: tuple([strings[index] for index in indices])
