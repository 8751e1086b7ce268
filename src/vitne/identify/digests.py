"""Digests: tokens looked up in a table of what known values give under digests, salts and keyed digests.

A needle for each would be tens of thousands; so tokens that look like a digest are taken from the data, and
their first bytes are looked up.  A digest may be cut short: what stands there has to be its beginning.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from vitne.identify.digest_table import TWICE, Entry, Table, digest, salted
from vitne.identify.needles import Layers, Needle

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vitne.model import Salt, Seed

SIZES = {"md5": 16, "sha1": 20, "sha256": 32}  # bytes
LEAST_CUT = 8  # bytes of a digest that is cut short
_LONGEST_HEX = 128  # letters of a digest
_ALNUM = re.compile(rb"[0-9A-Za-z]")
_HEX_LETTER, _BASE64_LETTER = re.compile(rb"[0-9A-Fa-f]"), re.compile(rb"[0-9A-Za-z+/_-]")
_IN, _BESIDE, _OUT = b"A", b"B", b" "  # a letter of a token, another one of words, all others
_HEX = bytes(
    ord(_IN if _HEX_LETTER.match(byte) else _BESIDE if _ALNUM.match(byte) else _OUT)
    for byte in map(bytes, zip(range(256)))
)
_BASE64 = bytes(ord(_IN if _BASE64_LETTER.match(byte) else _OUT) for byte in map(bytes, zip(range(256))))
_LETTERS = {22: 16, 27: 20, 38: 28, 43: 32, 64: 48, 86: 64}  # letters without padding -> bytes
_RAW = frozenset({16, 20, 28, 32, 48, 64})
_URL = bytes.maketrans(b"-_", b"+/")


class Token(NamedTuple):
    """What looks like a digest."""

    start: int
    end: int
    raw: bytes  # what it stands for
    written: tuple[str, tuple[tuple[str, Any], ...]]  # how


class Digests:
    """The table of one search."""

    def __init__(self, seeds: Sequence[Seed], salts: Sequence[Salt] = ()) -> None:
        self._seeds, self._salts = seeds, tuple(salts)
        self._made_table: Table | None = None
        self._made: dict[tuple[Any, ...], Needle] = {}

    def tokens(self, data: bytes) -> Iterator[Token]:
        """Yield what looks like a digest in text."""
        for start, end in _words(data.translate(_HEX), least=8):
            text = data[start:end]
            even = end - start <= _LONGEST_HEX and not (end - start) % 2
            if even and not text.isalpha() and text in (text.lower(), text.upper()):
                yield Token(start, end, binascii.unhexlify(text), ("hex", (("case", "lower"),)))
        for start, end in _words(data.translate(_BASE64), least=22):
            text = data[start:end]
            if len(text) in _LETTERS and not text.isalpha() and not text.isdigit():
                url = b"-" in text or b"_" in text
                raw = base64.b64decode(text.translate(_URL) + b"=" * (-len(text) % 4))
                yield Token(start, end, raw, ("base64url" if url else "base64", (("shift", 0),)))

    def find(self, data: bytes) -> Iterator[tuple[int, int, Needle]]:
        """Yield the digests of known values in text: start, end, and the needle that each equals."""
        tokens = list(self.tokens(data))
        for row in self._table().rows([token.raw for token in tokens]) if tokens else ():
            start, end, raw, written = tokens[row]
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


def _words(marked: bytes, *, least: int) -> Iterator[tuple[int, int]]:
    """Yield the words that are made of letters of a token throughout, and have so many at least."""
    run = _IN * least
    at = marked.find(run)
    while at >= 0:
        end = marked.find(_OUT, at)
        end = len(marked) if end < 0 else end
        if not (at and marked[at - 1 : at] == _BESIDE) and marked.find(_BESIDE, at, end) < 0:
            yield at, end
        at = marked.find(run, end)


def _begins(whole: bytes, token: bytes) -> bool:
    """Say whether a token is a digest, or a beginning that is long enough."""
    return whole == token or (len(token) >= LEAST_CUT and whole.startswith(token))


def _cut(layers: Layers, length: int, whole: int) -> Layers:
    """Say where hexadecimal text ends that is not all of a digest."""
    codec, params = layers[-1]
    if codec != "hex" or length >= 2 * whole:
        return layers
    return (*layers[:-1], (codec, (*params, ("end", length))))
