"""Digests: tokens looked up in a table of what known values give under digests, salts and keyed digests.

A needle for each would be tens of thousands; so tokens that look like a digest are taken from the data, and
their first bytes are looked up.  A digest may be cut short: what stands there has to be its beginning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vitne.identify.digest_table import TWICE, Entry, Table, digest, salted
from vitne.identify.needles import Layers, Needle
from vitne.identify.tokens import looked_for, token_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vitne.kernel.sieve import Words
    from vitne.model import Salt, Seed

SIZES = {"md5": 16, "sha1": 20, "sha256": 32}  # bytes
LEAST_CUT = 8  # bytes of a digest that is cut short
RAW = frozenset({16, 20, 28, 32, 48, 64})  # bytes of whole digests


class Digests:
    """The table of one search."""

    def __init__(self, seeds: Sequence[Seed], salts: Sequence[Salt] = ()) -> None:
        self._seeds, self._salts = seeds, tuple(salts)
        self._made_table: Table | None = None
        self._made: dict[tuple[Any, ...], Needle] = {}

    @property
    def words(self) -> Words:
        """How the kernel finds the words that begin as a digest of the table does."""
        return looked_for(lambda: self._table().keys)

    def at(self, data: bytes, words: Sequence[Sequence[int]]) -> Iterator[tuple[int, int, Needle]]:
        """Yield the digests of known values among such words: start, end, and the needle that each equals."""
        for word in words:
            token = token_of(data, *word)
            if token is not None:
                for entry in self._of(token.raw):
                    place = data[token.start : token.end]
                    yield token.start, token.end, self._needle(entry, place, (*entry.layers, token.written))

    def whole(self, data: bytes) -> Iterator[Needle]:
        """Yield the digests of known values that some bytes are, as they are."""
        if len(data) in RAW:
            for entry in self._of(data):
                if len(entry.digest) == len(data):
                    yield self._needle(entry, data, entry.layers)

    def told(self, raws: Sequence[bytes], salt: Salt) -> list[Entry]:
        """Give what whole digests are of with a salt that the message itself tells."""
        wanted = set(raws)
        kinds = tuple(name for name in TWICE if any(len(raw) == SIZES[name] for raw in wanted))
        found = []
        spellings = self._table().spellings if kinds else []
        for at, texts in salted([told.text for told in spellings], salt.data, b""):
            for told, text in zip(spellings, texts, strict=True):
                for kind in kinds:
                    raw = digest(kind, text)
                    if raw in wanted:
                        layers = (("salted", (("salt", salt.name), ("at", at))), (kind, ()))
                        found.append(Entry(*told, layers, raw))
        return found

    def needle(self, entry: Entry, place: bytes, layers: Layers) -> Needle:
        """Give the needle of an entry written in some way."""
        return self._needle(entry, place, layers)

    def _table(self) -> Table:
        """Give the table, made when it is asked for first."""
        if self._made_table is None:
            self._made_table = Table(self._seeds, self._salts)
        return self._made_table

    def _of(self, raw: bytes) -> list[Entry]:
        return [entry for entry in self._table().beginning(raw) if _begins(entry.digest, raw)]

    def _needle(self, entry: Entry, place: bytes, layers: Layers) -> Needle:
        key = (entry.seed, entry.text, layers, len(place))
        known_one = self._made.get(key)
        if known_one is None:
            known_one = self._made[key] = Needle(
                seed=entry.seed,
                data=place.lower() if layers[-1][0] == "hex" else place,
                text=entry.text,
                spelling=entry.name,
                layers=_cut(layers, len(place), len(entry.digest)),
                fold=layers[-1][0] == "hex",
                border="hex" if layers[-1][0] == "hex" else "none",
            )
        return known_one


def _begins(whole: bytes, token: bytes) -> bool:
    """Say whether a token is a digest, or a beginning that is long enough."""
    return whole == token or (len(token) >= LEAST_CUT and whole.startswith(token))


def _cut(layers: Layers, length: int, whole: int) -> Layers:
    """Say where hexadecimal text ends that is not all of a digest."""
    codec, params = layers[-1]
    if codec != "hex" or length >= 2 * whole:
        return layers
    return (*layers[:-1], (codec, (*params, ("end", length))))
