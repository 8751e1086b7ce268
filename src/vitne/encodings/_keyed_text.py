"""Which of 256 simple keys make text of some bytes: the text that looks most like those of senders."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SHORTEST = 16  # bytes: 255 keys make text of fewer by chance
SAMPLE = 512  # bytes of which each key has to make text
_FEWEST = 6  # different bytes: fewer are filling
_LEAST = 3.4  # weight of a letter at the least, on the mean: texts of records reach four
_MOST = 4  # keys of which each makes text
# how texts of senders begin: a document, a pair of name and value; or a text of letters throughout
_SHAPE = re.compile(
    rb"[ \t\r\n]*(?:[\[{][ \t\r\n]*[\[{\"]|<[?!A-Za-z]|[A-Za-z_][0-9A-Za-z_.-]{0,40}[=:]"
    rb"|[0-9A-Za-z+/_=.:@, -]+\Z)"
)
_PRINTABLE = np.zeros(256, dtype=np.int64)
_PRINTABLE[[9, 10, 13, *range(32, 127)]] = 1
_TOKEN = np.zeros(256, dtype=bool)
_TOKEN[list(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-\r\n")] = True
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
    if len(sample) < SHORTEST or len(there) < _FEWEST:
        return []
    made = under(there)
    fitting = np.flatnonzero(_PRINTABLE[made] @ counts[there] == len(sample))
    keys = [int(key) for key in fitting]
    # of several keys those whose texts have most of the letters that records are written in
    weights = (_WEIGHTS[made[keys]] @ counts[there]).tolist() if keys else []
    # a text of letters and digits alone is one that stands for other bytes: hardly any other key makes such
    alone = _TOKEN[made[keys]].all(axis=1).tolist() if keys else []
    weights = [weight + 6 * len(sample) * told for weight, told in zip(weights, alone, strict=True)]
    best = sorted(range(len(keys)), key=lambda at: -weights[at])[:_MOST]
    return [
        keys[at]
        for at in best
        if keys[at] == 0
        or (weights[at] >= _LEAST * len(sample) and _SHAPE.match(sample.translate(tables[keys[at]])))
    ]
