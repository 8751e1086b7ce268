"""Values and their stand-ins, spelling by spelling.

A value that was found may be what became of a known one: its digest, or a text that holds it.  Then its
stand-in is what becomes of the known one's, so that both are found as before.
"""

from __future__ import annotations

import base64
import re
import string
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from vitne.evidence.digested import Digested
from vitne.evidence.edits import Edit, apart, applied
from vitne.evidence.replacing import _HEX, _is_hex, _mapped
from vitne.identify.needles import Needles
from vitne.identify.values import CHECKS
from vitne.identify.variants import needles, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vitne.evidence.replacing import Replacer
    from vitne.identify.needles import Needle
    from vitne.model import Salt, Seed

STANDARD = (string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/").encode()
URL = STANDARD[:-2] + b"-_"
Bytes = bytes  # a method has the same name
_WORD = re.compile(rb"[0-9A-Za-z][0-9A-Za-z_-]*[0-9A-Za-z]")
_WORDS = 5  # letters of a name that is replaced where it stands as a word
_NAMES = {"device-name", "person-name", "account-name", "ssid", "serial-number", "password"}
FOUND = "found#"
"""What names of values begin with that nobody knew beforehand."""


class Pairs:
    """Needles of values, each with what its stand-in looks like in the same spelling."""

    def __init__(self, seeds: list[Seed], replacer: Replacer, salts: Sequence[Salt] = ()) -> None:
        self.seeds = seeds
        self._made: dict[str, str] = {}  # of values that were found, in small letters -> the stand-in
        known = [seed for seed in seeds if not _was_found(seed)]
        ready = [replacer.seed(seed) for seed in known]
        first = Pairs(known, replacer, salts) if len(known) < len(seeds) else None
        order = sorted(range(len(seeds)), key=lambda row: (seeds[row].identifier not in CHECKS, row))
        stand_ins = dict(zip(_rows(seeds, found=False), ready, strict=True))
        for row in order:
            if row not in stand_ins and first is not None:
                stand_ins[row] = self._found(seeds[row], first)
        self.stand_ins = [stand_ins[row] for row in range(len(seeds))]
        self.replacer = replacer
        every = needles(seeds)
        self.needles = [n for n in every if not n.weak and len(n.data) >= 5]
        self._known: dict[tuple[str | None, Bytes], Needle] = {}
        for needle in reversed(every):
            self._known[seeds[needle.seed].identifier, needle.data.lower()] = needle
            if len(needle.data) >= _WORDS and seeds[needle.seed].identifier in _NAMES:
                self._known[None, needle.data.lower()] = needle
        texts: dict[tuple[int, str], bytes] = {}
        for needle in needles(self.stand_ins):
            texts.setdefault((needle.seed, needle.spelling), needle.text)
        self._texts = texts
        self._digests = Digested(seeds, self.stand_ins, salts)

    def _found(self, seed: Seed, first: Pairs) -> Seed:
        """Give the stand-in of a value that was found: it may be what became of a known one."""
        key = seed.value.lower()
        if key not in self._made:
            self._made[key] = first.within(seed.identifier, seed.value)
        return msgspec.structs.replace(seed, value=self._made[key])

    def within(self, identifier: str, value: str) -> str:
        """Give the stand-in of a text in which values stand: theirs in it, or that of a digest of one."""
        data = value.encode("utf-8", "surrogatepass")
        made = self._digests.of(data)
        if made is not None:
            return made.decode("utf-8", "surrogatepass")
        own = apart(sorted(self._hits(data), key=lambda each: each.start - each.end))
        whole = self.replacer.value(identifier, value).encode("utf-8", "surrogatepass")
        if sum(each.end - each.start for each in own) == len(data) or (own and len(whole) == len(data)):
            whole = applied(whole if len(whole) == len(data) else data, sorted(own))
        return whole.decode("utf-8", "replace")

    def told_anew(self, data: Bytes) -> Bytes:
        """Give a text with all values in it that keep their length replaced."""
        return applied(data, sorted(apart(sorted(self._hits(data), key=lambda each: each.start - each.end))))

    def _hits(self, data: Bytes) -> list[Edit]:
        hits = self.search.scan(data)
        rows = zip(hits.needle.tolist(), hits.start.tolist(), hits.end.tolist(), strict=True)
        return [
            Edit(start, end, made)
            for needle, start, end in rows
            for made in [self.stand_in(self.needles[needle], data[start:end])]
            if len(made) == end - start
        ]

    @cached_property
    def search(self) -> Needles:
        """Give what finds the needles."""
        return Needles.compile(self.needles)

    def stand_in(self, needle: Needle, place: bytes) -> bytes:
        """Give the bytes that stand for a needle's at a place, as long as these wherever that can be."""
        text = self._texts.get((needle.seed, needle.spelling))
        if text is not None:
            made = write(text, needle.layers)
            if len(made) == len(place):
                return _cased(made, place) if needle.fold else made
        return self.bytes(self.seeds[needle.seed].identifier, place)

    def edit(self, needle: Needle, data: Bytes, start: int, end: int) -> Edit:
        """Give the change of a place where a needle stands, with the letters beside it that tell its bits."""
        made = self.stand_in(needle, data[start:end])
        codec, params = needle.layers[-1] if needle.layers else ("", ())
        text = self._texts.get((needle.seed, needle.spelling))
        if codec not in {"base64", "base64url"} or text is None or len(made) != end - start:
            return Edit(start, end, made)
        inner = write(text, needle.layers[:-1])
        shift = int(dict(params).get("shift", 0))
        letters = URL if codec == "base64url" else STANDARD
        whole = base64.b64encode(bytes(shift) + inner + bytes(3)).translate(
            bytes.maketrans(STANDARD, letters)
        )
        first, last = -(-shift * 8 // 6), (shift + len(inner)) * 8 // 6
        before = _mixed(data[start - 1 : start], whole[first - 1 : first], 6 - shift * 8 % 6, letters)
        if shift and before:
            start, made = start - 1, before + made
        high = (shift + len(inner)) * 8 % 6
        behind = _mixed(data[end : end + 1], whole[last : last + 1], high - 6, letters)
        if high and behind:
            end, made = end + 1, made + behind
        return Edit(start, end, made)

    def words(self, data: Bytes) -> list[Edit]:
        """Give the changes of a short field in which a weak spelling stands as a word of its own."""
        found = []
        for word in _WORD.finditer(data):
            needle = self._known.get((None, word[0].lower()))
            if needle is not None:
                made = self.stand_in(needle, word[0])
                found += [Edit(*word.span(), made)] if len(made) == len(word[0]) else []
        return found

    def told(self, identifier: str, place: bytes) -> bytes:
        """Give the bytes for a place where a value of this kind was found, weak spellings included."""
        needle = self._known.get((identifier, place.lower()))
        if needle is not None:
            return self.stand_in(needle, place)
        return self._digests.of(place) or self.bytes(identifier, place)

    def bytes(self, identifier: str, place: bytes) -> bytes:
        """Give bytes for a place whose spelling is not known: each character by one of its own sort."""
        try:
            text = place.decode("ascii")
        except UnicodeDecodeError:
            stream = self.replacer.stream(identifier, place.hex()) * (len(place) // 64 + 1)
            return bytes(one ^ two or one for one, two in zip(place, stream, strict=False))
        alphabet = _HEX if _is_hex(text.lower()) else ""
        return _mapped(text, self.replacer.stream(identifier, text.lower()), alphabet).encode()


def _mixed(old: bytes, new: bytes, bits: int, letters: bytes) -> bytes:
    """Give a letter with so many low bits (below 0: all but so many) of another one; b"" for what is none."""
    if len(old) != 1 or len(new) != 1 or old not in letters or new not in letters:
        return b""
    one, two = letters.index(old), letters.index(new)
    low = (1 << bits) - 1 if bits >= 0 else 63 & ~((1 << -bits) - 1)
    at = (one & ~low & 63) | (two & low)
    return letters[at : at + 1]


def _was_found(seed: Seed) -> bool:
    return seed.name.startswith(FOUND)


def _rows(seeds: Sequence[Seed], *, found: bool) -> list[int]:
    return [row for row, seed in enumerate(seeds) if _was_found(seed) == found]


def _cased(made: bytes, place: bytes) -> bytes:
    """Write letters in the case that the place has."""
    upper = any(65 <= byte <= 90 for byte in place) and not any(97 <= byte <= 122 for byte in place)
    lower = any(97 <= byte <= 122 for byte in place) and not any(65 <= byte <= 90 for byte in place)
    return made.upper() if upper else made.lower() if lower else made
