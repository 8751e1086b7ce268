"""Confirming by reconstruction: a record rebuilt from known values gives the key that closed it.

Some senders take a digest of the very text for its key and send that key under another, so nobody can open
the bytes.  Who knows how the record is written, and the values in it, can rebuild the text, make its key, and
see whether the bytes of the capture come out.
"""

from __future__ import annotations

import re
from itertools import islice, product
from typing import TYPE_CHECKING

from vitne.ciphers.blocks import BLOCKS, Block
from vitne.ciphers.keyring import Cipher
from vitne.ciphers.opening import Lock
from vitne.ciphers.steps import apply
from vitne.model import Key, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from vitne.encodings import Gated
    from vitne.model import Child, Limits, Plaintext

WORD = re.compile(r"\{([a-z0-9-]+)\}")  # where a known value stands: the name of its identifier
MOST_TEXTS = 4096  # texts that are rebuilt of one layout
MOST_FORMS = 4  # forms of one value that are tried, besides none


class Rebuilt:
    """Texts that known values give, each waiting for bytes that it may have been closed into."""

    def __init__(self, layouts: Iterable[Plaintext], values: Mapping[str, Sequence[bytes]]) -> None:
        """``values``: forms of the known values by identifier."""
        self._waiting: dict[int, list[tuple[bytes, Plaintext]]] = {}
        for layout in layouts:
            for text in _texts(layout.text, values):
                size = _block(layout).size
                for length in {len(text), len(text) // size * size + size}:
                    self._waiting.setdefault(length, []).append((text, layout))

    def open(self, data: bytes, limits: Limits) -> list[tuple[Gated, Child]]:
        """Give the text that was closed into these bytes; none where it is not one of those."""
        for length in (len(data), *(len(data) - size for size in (8, 12, 16, 28))):  # with a first block
            for text, layout in self._waiting.get(length, ()):
                for cipher, child in _opened(data, text, layout, limits=limits):
                    return [(cipher, child)]
        return []


def _opened(data: bytes, text: bytes, layout: Plaintext, *, limits: Limits) -> Iterator[tuple[Gated, Child]]:
    try:
        raw = apply(text, layout.steps, {})
    except Malformed:
        return
    block = _block(layout)
    if len(raw) not in block.keys:
        return
    lock = Lock(Key(name=layout.name, data=raw, cipher=block.name, mode=layout.mode), block)
    cipher = Cipher(block.name, [lock])
    for child in cipher.find(data, limits):
        if child.data == text:
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
