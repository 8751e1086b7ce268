"""Digests: tokens looked up in a table of what known values give under digests, salts and keyed digests.

A needle for each would be tens of thousands; so tokens that look like a digest are taken from the data, and
their first bytes are looked up.  A digest may be cut short: what stands there has to be its beginning.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any

from vitne.identify.digest_table import TWICE, Entry, Table, digest, salted
from vitne.identify.needles import Layers, Needle

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vitne.model import Salt, Seed

SIZES = {"md5": 16, "sha1": 20, "sha256": 32}  # bytes
LEAST_CUT = 8  # bytes of a digest that is cut short
MOST_TOKENS = 4096  # of one search that are looked up
_HEX = re.compile(rb"(?<![0-9A-Za-z])(?:[0-9a-f]{8,128}|[0-9A-F]{8,128})(?![0-9A-Za-z])")
_BASE64_LETTER = re.compile(rb"[0-9A-Za-z+/_-]")
_BASE64 = re.compile(rb"(?<![0-9A-Za-z+/_-])[0-9A-Za-z+/_-]{22,88}(?![0-9A-Za-z+/_-])")
_RUNS = bytes(0x41 if _BASE64_LETTER.match(bytes((byte,))) else 0x20 for byte in range(256))
_SHORT_RUN, _LONG_RUN = b"A" * 8, b"A" * 22  # what the shortest tokens are, in that letter
_LETTERS = {22: 16, 27: 20, 38: 28, 43: 32, 64: 48, 86: 64}  # letters without padding -> bytes
_RAW = frozenset({16, 20, 28, 32, 48, 64})
_URL = bytes.maketrans(b"-_", b"+/")


class Digests:
    """The table of one search."""

    def __init__(self, seeds: Sequence[Seed], salts: Sequence[Salt] = ()) -> None:
        self._seeds, self._salts = seeds, tuple(salts)
        self._made_table: Table | None = None
        self._made: dict[tuple[Any, ...], Needle] = {}

    def tokens(
        self, data: bytes
    ) -> Iterator[tuple[int, int, bytes, tuple[str, tuple[tuple[str, Any], ...]]]]:
        """Yield what looks like a digest in text: start, end, its bytes, how they are written."""
        runs = data.translate(_RUNS)
        if _SHORT_RUN not in runs:
            return
        for count, match in enumerate(_HEX.finditer(data)):
            if count >= MOST_TOKENS:
                return
            text = match.group()
            if not len(text) % 2 and not text.isalpha():
                yield match.start(), match.end(), binascii.unhexlify(text), ("hex", (("case", "lower"),))
        for count, match in enumerate(_BASE64.finditer(data) if _LONG_RUN in runs else ()):
            if count >= MOST_TOKENS:
                return
            text = match.group()
            if len(text) in _LETTERS and not text.isalpha() and not text.isdigit():
                url = b"-" in text or b"_" in text
                raw = base64.b64decode(text.translate(_URL) + b"=" * (-len(text) % 4))
                yield match.start(), match.end(), raw, ("base64url" if url else "base64", (("shift", 0),))

    def find(self, data: bytes) -> Iterator[tuple[int, int, Needle]]:
        """Yield the digests of known values in text: start, end, and the needle that each equals."""
        for start, end, raw, written in self.tokens(data):
            for entry in self._of(raw):
                yield start, end, self._needle(entry, data[start:end], (*entry.layers, written))

    def whole(self, data: bytes) -> Iterator[Needle]:
        """Yield the digests of known values that some bytes are, as they are."""
        if len(data) in _RAW:
            for entry in self._of(data):
                if len(entry.digest) == len(data):
                    yield self._needle(entry, data, entry.layers)

    def told(self, tokens: Sequence[bytes], salt: Salt) -> list[Entry]:
        """Give what whole digests are of with a salt that the message itself tells."""
        wanted = set(tokens)
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
