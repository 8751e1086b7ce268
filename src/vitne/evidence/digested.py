"""Digests of values and those of their stand-ins: what stands in place of a hash that somebody sent.

A digest of an original value is as good as the value to whoever can try candidates, and a random one in its
place would not be found again; so it becomes the same digest, with the same salt, of the stand-in.
"""

from __future__ import annotations

import hmac
from functools import cached_property
from typing import TYPE_CHECKING

from vitne.identify.digest_table import KEYED, MARKS, PLAIN, RARE, SALTED, TWICE, Table, digest, known, salted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vitne.model import Salt, Seed

LEAST, MOST = 4, 64
"""Bytes of a digest; one that is cut short begins as the whole one does."""
_SHORT = 12  # bytes from which on the beginning of a digest stands for it


class Digested:
    """Looks digests up; the table is made when the first one is asked for."""

    def __init__(self, seeds: Sequence[Seed], stand_ins: Sequence[Seed], salts: Sequence[Salt]) -> None:
        self._seeds, self._stand_ins, self._salts = seeds, stand_ins, salts

    def of(self, place: bytes) -> bytes | None:
        """Give what stands for a digest, as long as it is; None for bytes that are no known digest."""
        plain = self._of(place)
        if plain is not None or len(place) % 2 or len(place) > 2 * MOST:
            return plain
        try:
            raw = bytes.fromhex(place.decode("ascii"))
        except (UnicodeDecodeError, ValueError):
            return None
        made = self._of(raw)
        if made is None:
            return None
        text = made.hex()
        return (text.upper() if place != place.lower() else text).encode()

    def _of(self, raw: bytes) -> bytes | None:
        if not LEAST <= len(raw) <= MOST:
            return None
        found = self._whole.get(raw)
        if found is None and len(raw) >= _SHORT:
            found = next(
                (self._whole[each] for each in self._begun.get(raw[:_SHORT], ()) if each.startswith(raw)),
                None,
            )
        return None if found is None else found[: len(raw)]

    @cached_property
    def _whole(self) -> dict[bytes, bytes]:
        there = {(told.seed, told.name): told.text for told in Table(self._stand_ins, ()).spellings}
        made: dict[bytes, bytes] = {}
        for told in Table(self._seeds, ()).spellings:
            other = there.get((told.seed, told.name))
            if other is not None:
                for one, two in zip(self._every(told.text), self._every(other), strict=True):
                    made.setdefault(one, two)
        return made

    @cached_property
    def _begun(self) -> dict[bytes, list[bytes]]:
        found: dict[bytes, list[bytes]] = {}
        for each in self._whole:
            found.setdefault(each[:_SHORT], []).append(each)
        return found

    def _every(self, text: bytes) -> Iterator[bytes]:
        """Yield every digest of a text that is looked for, in one order."""
        for kind in (*known((*PLAIN, *RARE)), "crc32"):
            yield digest(kind, text)
        for kind in TWICE:
            once = digest(kind, text).hex().encode()
            for other in TWICE:
                yield digest(other, once)
        for salt in self._salts:
            for mark in MARKS:
                for _, texts in salted([text], salt.data, mark.encode()):
                    for kind in known(SALTED):
                        yield digest(kind, texts[0])
            for kind in KEYED:
                yield hmac.digest(salt.data, text, kind)
