"""Confirming by reconstruction: a record rebuilt from known values gives the key that closed it.

Some senders take a digest of the very text for its key and send that key under another, so nobody can open
the bytes.  Who knows how the record is written, and the values in it, can rebuild the text, make its key, and
see whether the bytes of the capture come out.
"""

from __future__ import annotations

import re
from itertools import islice, product
from typing import TYPE_CHECKING, NamedTuple

from vitne.ciphers.blocks import BLOCKS, Block, combined
from vitne.ciphers.keyring import Cipher
from vitne.ciphers.opening import Lock
from vitne.ciphers.steps import apply
from vitne.model import Key, Malformed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from vitne.encodings import Gated
    from vitne.model import Child, Limits, Plaintext

WORD = re.compile(r"\{([a-z0-9-]+)\}")  # where a known value stands: the name of its identifier
MOST_TEXTS = 4096  # texts that are rebuilt of one layout
MOST_FORMS = 4  # forms of one value that are tried, besides none
_NONCE, _TAGGED = 12, 28  # bytes of a nonce of GCM; with the tag


class Rebuilt:
    """Texts that known values give, each waiting for bytes that it may have been closed into.

    One block tells nearly all of them wrong: what the text's first block closes to under the key that the
    text gives, for each way to begin.
    """

    def __init__(self, layouts: Iterable[Plaintext], values: Mapping[str, Sequence[bytes]]) -> None:
        """``values``: forms of the known values by identifier."""
        self._waiting: dict[int, list[tuple[bytes, Plaintext]]] = {}
        self._keyed: dict[int, list[_Keyed]] = {}  # the same with their keys, of lengths that were asked for
        self._begun: dict[int, dict[bytes, list[_Keyed]]] = {}  # by the first block that they close to
        for layout in layouts:
            for text in _texts(layout.text, values):
                size = _block(layout).size
                for length in {len(text), len(text) // size * size + size}:
                    self._waiting.setdefault(length, []).append((text, layout))

    def open(self, data: bytes, limits: Limits) -> list[tuple[Gated, Child]]:
        """Give the text that was closed into these bytes; none where it is not one of those."""
        for keyed in self._fitting(data):
            for cipher, child in _opened(data, keyed, limits=limits):
                return [(cipher, child)]
        return []

    def _fitting(self, data: bytes) -> Iterator[_Keyed]:
        """Yield the texts whose first block stands in the data."""
        if len(data) in self._waiting:
            begun = self._first_blocks(len(data))
            for size in (8, 16):
                yield from begun.get(data[:size], ())
            yield from begun.get(b"", ())
        for before, size in ((8, 8), (16, 16), (_TAGGED, 16)):
            if len(data) - before in self._waiting:
                for keyed in self._texts_of(len(data) - before):
                    if keyed.begins(data, size, tagged=before == _TAGGED):
                        yield keyed

    def _texts_of(self, length: int) -> list[_Keyed]:
        if length not in self._keyed:
            made = [_keyed(text, layout) for text, layout in self._waiting[length]]
            self._keyed[length] = [keyed for keyed in made if keyed is not None]
        return self._keyed[length]

    def _first_blocks(self, length: int) -> dict[bytes, list[_Keyed]]:
        if length not in self._begun:
            begun = self._begun[length] = {}
            for keyed in self._texts_of(length):
                for block in keyed.first_blocks():
                    begun.setdefault(block, []).append(keyed)
        return self._begun[length]


class _Keyed(NamedTuple):
    """One text with the key that it gives."""

    text: bytes
    key: Key
    block: Block
    encrypt: Callable[[bytes], bytes]  # of whole blocks, each by itself

    def first_blocks(self) -> set[bytes]:
        """Give what the text may begin with once it is closed, from a start that stands nowhere in the data.

        b"" is for texts of less than a block: there is no such beginning.
        """
        size = self.block.size
        first, start = self.text[:size], self.key.data[:size]
        if len(first) < size:
            return {b""}
        starts = [bytes(size)] + ([start] if len(start) == size else [])
        inner = [combined(first, each) for each in starts]
        made = self.encrypt(b"".join(inner + starts))
        blocks = [made[at : at + size] for at in range(0, len(made), size)]
        return {*blocks[: len(inner)], *(combined(first, each) for each in blocks[len(inner) :])}

    def begins(self, data: bytes, size: int, *, tagged: bool) -> bool:
        """Say whether the data are a first block, or a nonce, and then the text's beginning."""
        first = self.text[:size]
        if size != self.block.size or len(first) < size:
            return size == self.block.size
        if tagged:
            counter = data[:_NONCE] + b"\x00\x00\x00\x02"  # SP 800-38D section 7.1: the first is for the tag
            return combined(self.encrypt(counter), first) == data[_NONCE : _NONCE + size]
        start, there = data[:size], data[size : 2 * size]
        if (len(data) - size) % size == 0 and self.encrypt(combined(start, first)) == there:
            return True
        return combined(self.encrypt(start), first) == there


def _keyed(text: bytes, layout: Plaintext) -> _Keyed | None:
    """Give a text with its key; None where the steps give none that the cipher takes."""
    try:
        raw = apply(text, layout.steps, {})
    except Malformed:
        return None
    block = _block(layout)
    if len(raw) not in block.keys:
        return None
    key = Key(name=layout.name, data=raw, cipher=block.name, mode=layout.mode)
    return _Keyed(text, key, block, block.make(raw).encrypt)


def _opened(data: bytes, keyed: _Keyed, *, limits: Limits) -> Iterator[tuple[Gated, Child]]:
    cipher = Cipher(keyed.block.name, [Lock(keyed.key, keyed.block)])
    for child in cipher.find(data, limits):
        if child.data == keyed.text:
            yield cipher, child


def _block(layout: Plaintext) -> Block:
    return BLOCKS[layout.cipher or "aes"]


def _texts(text: str, values: Mapping[str, Sequence[bytes]]) -> Iterator[bytes]:
    """Yield the text with every choice of values in it; a place may be empty, too."""
    pieces = WORD.split(text)
    words = list(dict.fromkeys(pieces[1::2]))
    choices = [[b"", *dict.fromkeys(values.get(word, ())[:MOST_FORMS])] for word in words]
    for chosen in _choices(choices):
        told = dict(zip(words, chosen, strict=True))
        if any(chosen):
            yield b"".join(
                told[piece] if number % 2 else piece.encode() for number, piece in enumerate(pieces)
            )


def _choices(choices: Sequence[Sequence[bytes]]) -> Iterator[tuple[bytes, ...]]:
    """Yield one of each, the usual forms before the rare ones, empty places in between."""
    rest = MOST_TEXTS
    for last in range(2, MOST_FORMS + 2):  # with so many forms of each, empty ones too
        fresh = [each[:last] for each in choices]
        older = [frozenset(each[: last - 1]) for each in choices]
        for chosen in islice(product(*fresh), 16 * MOST_TEXTS):
            known = last > 2 and all(one in before for one, before in zip(chosen, older, strict=True))
            if not known:
                yield chosen
                rest -= 1
            if not rest:
                return
