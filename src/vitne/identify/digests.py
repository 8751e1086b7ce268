"""Digests: tokens looked up in a table of what known values give under digests, salts and keyed digests.

A needle for each would be tens of thousands; so tokens that look like a digest are taken from the data, and
their first bytes are looked up.  A digest may be cut short: what stands there has to be its beginning.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import zlib
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from vitne.identify.joined import joined
from vitne.identify.needles import Layers, Needle
from vitne.identify.spellings import spell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
SIZES = {"md5": 16, "sha1": 20, "sha256": 32}  # bytes
SALTED = ("md5", "sha1", "sha256", "sha512", "sm3")
KEYED = ("md5", "sha1", "sha256", "sha512")
MARKS = ("", ":", "_")  # what may stand between a salt and a value: most write nothing
LEAST_CUT = 8  # bytes of a digest that is cut short
KEY = 4  # bytes of a digest that it is looked up by
MOST_TOKENS = 4096  # of one search that are looked up
LEAST_TEXT = 4  # bytes of a spelling whose digest is looked for
_HEX = re.compile(rb"(?<![0-9A-Za-z])(?:[0-9a-f]{8,128}|[0-9A-F]{8,128})(?![0-9A-Za-z])")
_BASE64_LETTER = re.compile(rb"[0-9A-Za-z+/_-]")
_BASE64 = re.compile(rb"(?<![0-9A-Za-z+/_-])[0-9A-Za-z+/_-]{22,88}(?![0-9A-Za-z+/_-])")
_RUNS = bytes(0x41 if _BASE64_LETTER.match(bytes((byte,))) else 0x20 for byte in range(256))
_SHORT_RUN, _LONG_RUN = b"A" * 8, b"A" * 22  # what the shortest tokens are, in that letter
_LETTERS = {22: 16, 27: 20, 38: 28, 43: 32, 64: 48, 86: 64}  # letters without padding -> bytes
_QUICK = {name: getattr(hashlib, name) for name in (*PLAIN, *RARE) if hasattr(hashlib, name)}
_RAW = frozenset({16, 20, 28, 32, 48, 64})
_URL = bytes.maketrans(b"-_", b"+/")


class Entry(NamedTuple):
    """What one digest is of."""

    seed: int  # row of the seed
    name: str  # name of the spelling
    text: bytes  # the spelling
    layers: Layers  # codecs from the spelling to the raw digest, innermost first
    digest: bytes  # all of it


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


class Digests:
    """The table of one search."""

    def __init__(self, seeds: Sequence[Seed], salts: Sequence[Salt] = ()) -> None:
        self._seeds, self._salts = seeds, tuple(salts)
        self._table: dict[bytes, list[Entry]] | None = None
        self._spellings: list[tuple[int, str, bytes]] = []
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
        for row, name, text in self._all_spellings() if kinds else ():
            for at, data in _joined(salt.data, text, b""):
                for kind in kinds:
                    raw = digest(kind, data)
                    if raw in wanted:
                        layers = (("salted", (("salt", salt.name), ("at", at))), (kind, ()))
                        found.append(Entry(row, name, text, layers, raw))
        return found

    def needle(self, entry: Entry, place: bytes, layers: Layers) -> Needle:
        """Give the needle of an entry written in some way."""
        return self._needle(entry, place, layers)

    def _of(self, raw: bytes) -> list[Entry]:
        if self._table is None:
            self._table = {}
            for entry in self._entries():
                self._table.setdefault(entry.digest[:KEY], []).append(entry)
        return [entry for entry in self._table.get(raw[:KEY], ()) if _begins(entry.digest, raw)]

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

    def _all_spellings(self) -> list[tuple[int, str, bytes]]:
        if not self._spellings:
            self._spellings = [
                (row, name, text.encode())
                for row, seed in enumerate(self._seeds)
                if seed.origin == "subject"
                for spelling in spell(seed)
                if spelling.coded and spelling.hashed and not spelling.weak
                for name, text in spelling.cases()
                if len(text.encode()) >= LEAST_TEXT
            ]
        return self._spellings

    def _entries(self) -> Iterator[Entry]:
        names = known((*PLAIN, *RARE))
        for row, name, text in self._all_spellings():
            short = not name and self._seeds[row].identifier in SUMMED
            for kind in (*names, "crc32") if short else names:
                yield Entry(row, name, text, ((kind, ()),), digest(kind, text))
            for kind in TWICE:
                first = digest(kind, text).hex().encode()
                once = ((kind, ()), ("hex", (("case", "lower"),)))
                for other in TWICE:
                    yield Entry(row, name, text, (*once, (other, ())), digest(other, first))
        for row, name, text in joined(self._seeds):
            for kind in TWICE:
                yield Entry(row, name, text, ((kind, ()),), digest(kind, text))
        for salt in self._salts:
            yield from self._with_salt(salt)

    def _with_salt(self, salt: Salt) -> Iterator[Entry]:
        for row, name, text in self._all_spellings():
            for mark in MARKS:
                for at, data in _joined(salt.data, text, mark.encode()):
                    told = (("salt", salt.name), ("at", at), *((("mark", mark),) if mark else ()))
                    for kind in known(SALTED if not mark else SALTED[:3]):
                        yield Entry(row, name, text, (("salted", told), (kind, ())), digest(kind, data))
            for kind in KEYED:
                keyed = hmac.new(salt.data, text, kind).digest()
                yield Entry(row, name, text, (("hmac", (("salt", salt.name), ("digest", kind))),), keyed)


def _joined(salt: bytes, text: bytes, mark: bytes) -> Iterator[tuple[str, bytes]]:
    yield "before", salt + mark + text
    yield "behind", text + mark + salt


def _begins(whole: bytes, token: bytes) -> bool:
    """Say whether a token is a digest, or a beginning that is long enough."""
    return whole == token or (len(token) >= LEAST_CUT and whole.startswith(token))


def _cut(layers: Layers, length: int, whole: int) -> Layers:
    """Say where hexadecimal text ends that is not all of a digest."""
    codec, params = layers[-1]
    if codec != "hex" or length >= 2 * whole:
        return layers
    return (*layers[:-1], (codec, (*params, ("end", length))))
