"""Which of 256 simple keys make text of some bytes: the text that looks most like those of senders."""

from __future__ import annotations

import binascii
import re
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SHORTEST = 16  # bytes: 255 keys make text of fewer by chance
SAMPLE = 512  # bytes of which each key has to make text
_FEWEST = 6  # different bytes: fewer are filling
_MOST_LETTERS = 98  # different bytes: text has no more, under whatever key
_LEAST = 3.4  # weight of a letter at the least, on the mean: texts of records reach four
_MOST = 4  # keys of which each makes text
_BONUS = 6  # weight of a letter more in a text all of which is of one kind
_ACCEPTED = 0.001  # a weight that only says that the text may be of a kind
_LONG = 40  # letters of base85 from which other keys hardly leave all of them in its alphabet
# how texts of senders begin: a document, a pair of name and value
_SHAPE = re.compile(
    rb"[ \t\r\n]*(?:[\[{][ \t\r\n]*[\[{\"]|<[?!A-Za-z]|[A-Za-z_][0-9A-Za-z_.-]{0,40}[=:]"
    rb"|[0-9A-Za-z+/_=.:@, -]+\Z)"
)
# texts that stand for other bytes: hardly any other key leaves all of their letters in the same alphabet
_KINDS = (
    re.compile(rb"[0-9A-Za-z+/=_\r\n-]+"),
    re.compile(rb"(?=[^%]*%[0-9A-Fa-f]{2})(?:[0-9A-Za-z!$&'()*+,./:;=?@_~-]|%[0-9A-Fa-f]{2})+%?[0-9A-Fa-f]?"),
    re.compile(
        rb"(?:[!-<>-~ \t]*=(?:[0-9A-F]{2}|\r?\n)){3}(?:[!-<>-~ \t\r\n]|=[0-9A-F]{2}|=\r?\n)*=?[0-9A-F]?"
    ),
)
_BASE85 = (
    re.compile(rb"[0-9A-Za-z!#$%&()*+;<=>?@^_`{|}~-]+"),
    re.compile(rb"[0-9A-Za-z.:+=^!/*?&<>()\[\]{}@%$#-]+"),
    re.compile(rb"(?:<~)?[!-uz\r\n]+(?:~>?)?"),
)
_HEX = re.compile(rb"(?:[0-9a-f]{2})+|(?:[0-9A-F]{2})+")
_PRINTABLE = np.zeros(256, dtype=np.int64)
_PRINTABLE[[9, 10, 13, *range(32, 127)]] = 1
_WEIGHTS = np.zeros(256, dtype=np.int64)
_WEIGHTS[list(b'abcdefghijklmnopqrstuvwxyz ":,=&{}')] = 4
_WEIGHTS[list(b"0123456789")] = 6
_WEIGHTS[list(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ[].-_/+@")] = 3


def texts_among(data: bytes, under: Callable[[Any], Any], tables: Sequence[bytes]) -> list[int]:
    """Give the keys that make text of the bytes, the likeliest first.

    ``under`` gives for some bytes what each of the 256 keys makes of them, a row for each; ``tables`` are the
    same keys for translating.
    """
    sample = data[:SAMPLE]
    counts = np.bincount(np.frombuffer(sample, dtype=np.uint8), minlength=256)
    there = np.flatnonzero(counts)
    if len(sample) < SHORTEST or not _FEWEST <= len(there) <= _MOST_LETTERS:
        return []
    made = under(there)
    fitting = np.flatnonzero(_PRINTABLE[made] @ counts[there] == len(sample))
    keys = [int(key) for key in fitting]
    # of several keys those whose texts have most of the letters that records are written in
    weights = (_WEIGHTS[made[keys]] @ counts[there]).tolist() if keys else []
    texts = [sample.translate(tables[key]) for key in keys]
    kinds = [_kind(text) for text in texts]
    weights = [weight + kind * len(sample) for weight, kind in zip(weights, kinds, strict=True)]
    best = sorted(range(len(keys)), key=lambda at: -weights[at])[:_MOST]
    return [
        keys[at]
        for at in best
        if keys[at] == 0
        or kinds[at]
        or (weights[at] >= _LEAST * len(sample) and _SHAPE.match(texts[at]) is not None)
    ]


def _kind(text: bytes) -> float:
    """Give the weight of a text that is letters of one kind throughout; 0 for other texts."""
    if _HEX.fullmatch(text) and _says(binascii.unhexlify(text)):
        return 2 * _BONUS  # of the keys that leave digits digits the one behind which something shows
    if any(kind.fullmatch(text) for kind in _KINDS):
        return _BONUS
    return _ACCEPTED if len(text) >= _LONG and any(kind.fullmatch(text) for kind in _BASE85) else 0


def of_one_kind(text: bytes) -> bool:
    """Say whether a text is of letters that stand for other bytes, as hardly any text is by chance."""
    return _kind(text[:SAMPLE]) >= _BONUS


def _says(raw: bytes) -> bool:
    return raw.isascii() and raw.translate(None, bytes(range(32, 127))) in {b"", b"\r\n", b"\n"}
