"""Schedules of runs with two identities, so that a field's pattern names the identifier that moves it.

In a coded schedule each identifier takes its value A or B in word r by one bit of its codeword.  All
codewords begin with A, so that the first word is the whole identity A, and no two are alike.  Where there is
room, no codeword is the sum of two others: then a field that hangs on two identifiers names its pair, too
(points off a hyperplane of the projective space over two elements, of which no three lie on a line).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from vitne.model import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_WORDS = 16


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a schedule."""

    word: int  # from 1: runs of one word have the same identity
    values: dict[str, str]  # identifier -> "A" or "B"


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """All runs, in the order in which to make them."""

    identifiers: tuple[str, ...]  # that take two values
    words: int
    repeats: int  # runs of each word
    pairs: bool  # two identifiers together are told from any other two
    runs: tuple[Run, ...]


def schedule(identifiers: Sequence[str], *, words: int | None = None, repeats: int = 2) -> Schedule:
    """Make the coded schedule; without ``words`` the least number that tells pairs apart as well.

    Raises UsageError where so many words do not separate the identifiers.
    """
    names = tuple(dict.fromkeys(identifiers))
    if not names:
        raise UsageError("no identifier takes two values", next_step="give two subject files that differ")
    if words is None:
        words = next(m for m in range(3, MOST_WORDS) if 2 ** (m - 2) >= len(names))
    if not 2 <= words <= MOST_WORDS or not 1 <= repeats <= 9:
        raise UsageError(f"a schedule has 2 to {MOST_WORDS} words and 1 to 9 repeats")
    codes = codewords(len(names), words)
    coded = dict(zip(names, codes, strict=True))
    runs = tuple(
        Run(
            word=word + 1,
            values={name: "AB"[code >> word & 1] for name, code in coded.items()},
        )
        for _ in range(repeats)
        for word in range(words)
    )
    return Schedule(identifiers=names, words=words, repeats=repeats, pairs=_pairs_apart(codes), runs=runs)


def codewords(count: int, words: int) -> list[int]:
    """Give codewords as bits by word: none empty, none with a bit in the first word, all different."""
    points = list(range(2, 1 << words, 2))
    if count > len(points):
        least = next(m for m in range(2, 64) if 2 ** (m - 1) - 1 >= count)
        raise UsageError(
            f"{words} words separate {len(points)} identifiers, and there are {count}",
            next_step=f"use {least} words or more",
        )
    top = 1 << (words - 1)
    off = [code for code in points if code & top]  # off the hyperplane: no three of them add up to nothing
    return (off + [code for code in points if not code & top])[:count]


def _pairs_apart(codes: Sequence[int]) -> bool:
    """Say whether no codeword is the sum of two others."""
    known = set(codes)
    return not any(
        (first ^ second) in known for number, first in enumerate(codes) for second in codes[number + 1 :]
    )
