"""The table of digests: by their first bytes, what known values give under digests, salts and keyed digests.

There are some hundred thousand, and hardly ever is one of them met.  So a table holds four bytes of each, and
what one is of is told again when it is met.
"""

from __future__ import annotations

import hashlib
import hmac
import zlib
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vitne.identify.joined import joined
from vitne.identify.spellings import spell
from vitne.identify.tokens import KEY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from vitne.identify.needles import Layers
    from vitne.model import Salt, Seed

PLAIN = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
RARE = (
    "sm3",
    "ripemd160",
    "sha3_224",
    "sha3_256",
    "sha3_384",
    "sha3_512",
    "blake2b",
    "blake2s",
    "sha512_256",
)
SUMMED = frozenset({"imei", "imsi", "meid", "android-id", "mac-address", "serial-number"})
# of which check sums of four bytes are looked for, in the usual spelling: of all they would meet by chance
TWICE = ("md5", "sha1", "sha256")
SALTED = ("md5", "sha1", "sha256", "sha512", "sm3")
KEYED = ("md5", "sha1", "sha256", "sha512")
MARKS = ("", ":", "_")  # what may stand between a salt and a value: most write nothing
LEAST_TEXT = 4  # bytes of a spelling whose digest is looked for
_QUICK = {name: getattr(hashlib, name) for name in (*PLAIN, *RARE) if hasattr(hashlib, name)}


class Entry(NamedTuple):
    """What one digest is of."""

    seed: int  # row of the seed
    name: str  # name of the spelling
    text: bytes  # the spelling
    layers: Layers  # codecs from the spelling to the raw digest, innermost first
    digest: bytes  # all of it


class Told(NamedTuple):
    """A spelling of a known value."""

    seed: int  # row of the seed
    name: str  # name of the spelling
    text: bytes


class _Batch(NamedTuple):
    """Digests of one kind of many texts."""

    told: Sequence[Told]
    texts: Sequence[bytes]  # what the digests are taken of, one for each that is told
    kind: str
    layers: Layers
    key: bytes | None = None  # of a keyed digest

    def digests(self) -> list[bytes]:
        """Give all of them."""
        if self.key is not None:
            return [hmac.digest(self.key, text, self.kind) for text in self.texts]
        quick: Any = _QUICK.get(self.kind)
        if quick is not None:
            return [quick(text, usedforsecurity=False).digest() for text in self.texts]
        return [digest(self.kind, text) for text in self.texts]

    def entry(self, number: int) -> Entry:
        """Give one of them with what it is of."""
        one = self._replace(texts=self.texts[number : number + 1])
        return Entry(*self.told[number], self.layers, one.digests()[0])


@cache
def known(names: tuple[str, ...]) -> tuple[str, ...]:
    """Give those digests that this machine can reckon."""
    return tuple(name for name in names if name in hashlib.algorithms_available)


def digest(name: str, data: bytes) -> bytes:
    """Give a digest by its name; "crc32" is four bytes, the great end first (RFC 1952 section 8)."""
    if name == "crc32":
        return zlib.crc32(data).to_bytes(4, "big")
    quick: Any = _QUICK.get(name)
    if quick is not None:
        raw: bytes = quick(data, usedforsecurity=False).digest()
        return raw
    return hashlib.new(name, data, usedforsecurity=False).digest()


class Table:
    """What the seeds of a subject give under digests, and under the salts of the user."""

    def __init__(self, seeds: Sequence[Seed], salts: Sequence[Salt]) -> None:
        self.spellings = [
            Told(row, name, text.encode())
            for row, seed in enumerate(seeds)
            if seed.origin == "subject"
            for spelling in spell(seed)
            if spelling.coded and spelling.hashed and not spelling.weak
            for name, text in spelling.cases()
            if len(text.encode()) >= LEAST_TEXT
        ]
        self._batches: list[_Batch] = []
        self._ends: list[int] = []  # of each batch, in the columns
        columns = []
        for batches in self._all(seeds, salts):
            digests = batches[0].digests()
            column = np.frombuffer(b"".join([raw[:KEY] for raw in digests]), dtype=">u4")
            for batch in batches:
                self._batches.append(batch)
                self._ends.append((self._ends or [0])[-1] + len(column))
                columns.append(column)
        every = np.concatenate(columns) if columns else np.zeros(0, dtype=">u4")
        self._order: npt.NDArray[np.int64] = np.argsort(every, kind="stable")
        self.keys: npt.NDArray[np.uint32] = every[self._order].astype(np.uint32)  # sorted

    def __len__(self) -> int:
        return len(self._order)

    def rows(self, raws: Sequence[bytes]) -> list[int]:
        """Give which of some byte strings begin as a digest of the table does."""
        if not len(self.keys):
            return []
        words = np.frombuffer(b"".join([raw[:KEY] for raw in raws]), dtype=">u4").astype(np.uint32)
        at = np.minimum(self.keys.searchsorted(words), len(self.keys) - 1)
        rows: list[int] = np.flatnonzero(self.keys[at] == words).tolist()
        return rows

    def beginning(self, raw: bytes) -> Iterator[Entry]:
        """Yield the digests whose first bytes are those of some bytes."""
        key = np.uint32(int.from_bytes(raw[:KEY], "big"))
        at = int(self.keys.searchsorted(key))
        while at < len(self.keys) and self.keys[at] == key:
            number = int(self._order[at])
            batch = int(np.searchsorted(self._ends, number, side="right"))
            yield self._batches[batch].entry(number - (self._ends[batch - 1] if batch else 0))
            at += 1

    def _all(self, seeds: Sequence[Seed], salts: Sequence[Salt]) -> Iterator[tuple[_Batch, ...]]:
        """Yield all batches; those that are yielded together have the same digests."""
        texts = [told.text for told in self.spellings]
        for kind in known((*PLAIN, *RARE)):
            yield (_Batch(self.spellings, texts, kind, ((kind, ()),)),)
        short = [told for told in self.spellings if not told.name and seeds[told.seed].identifier in SUMMED]
        yield (_Batch(short, [told.text for told in short], "crc32", (("crc32", ()),)),)
        for kind in TWICE:
            once = ((kind, ()), ("hex", (("case", "lower"),)))
            first = [digest(kind, text).hex().encode() for text in texts]
            for other in TWICE:
                yield (_Batch(self.spellings, first, other, (*once, (other, ()))),)
        both = list(joined(seeds))
        texts = [pair.text for pair in both]
        sides = [
            [Told(pair.first, pair.before, pair.text) for pair in both],
            [Told(pair.second, pair.behind, pair.text) for pair in both],
        ]
        for kind in TWICE:
            yield tuple(_Batch(side, texts, kind, ((kind, ()),)) for side in sides)
        for salt in salts:
            for batch in self._salted(salt):
                yield (batch,)

    def _salted(self, salt: Salt) -> Iterator[_Batch]:
        for mark in MARKS:
            for at, texts in salted([told.text for told in self.spellings], salt.data, mark.encode()):
                params = (("salt", salt.name), ("at", at), *((("mark", mark),) if mark else ()))
                for kind in known(SALTED if not mark else SALTED[:3]):
                    yield _Batch(self.spellings, texts, kind, (("salted", params), (kind, ())))
        for kind in KEYED:
            layers = (("hmac", (("salt", salt.name), ("digest", kind))),)
            yield _Batch(self.spellings, [told.text for told in self.spellings], kind, layers, salt.data)


def salted(texts: Sequence[bytes], salt: bytes, mark: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """Yield texts with a salt before and behind them, with a mark between."""
    yield "before", [salt + mark + text for text in texts]
    yield "behind", [text + mark + salt for text in texts]
