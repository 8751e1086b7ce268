"""Which identifier moves a field: the pattern of its values over runs against the patterns of identities.

A field counts by words, runs of one identity: within a word all values that were seen have to be equal, so
that a run in which the field is missing is filled by its repeats.  The field hangs on an identifier when its
values are equal exactly where the identifier's are; on two, when they are equal exactly where both are.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import msgspec

from vitne.exact import relabellings

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

Pattern = tuple[int, ...]


class Attribution(msgspec.Struct, frozen=True, kw_only=True):
    """What a field's pattern says."""

    movers: tuple[tuple[str, ...], ...]
    # sets of identifiers, each of which explains the pattern; of several, these runs cannot tell which
    p: float  # chance of this very pattern if the same values were dealt anew over the runs
    runs: int  # in which the field was seen


def pattern(values: Sequence[Hashable]) -> Pattern:
    """Give equal values the same number, in the order of their first appearance."""
    seen: dict[Hashable, int] = {}
    return tuple(seen.setdefault(value, len(seen)) for value in values)


def by_word(values: Sequence[Hashable | None], words: Sequence[int]) -> dict[int, Hashable] | None:
    """Give one value per word, from the runs that have one; None where runs of one word differ."""
    out: dict[int, Hashable] = {}
    for value, word in zip(values, words, strict=True):
        if value is not None and out.setdefault(word, value) != value:
            return None
    return out


class Design:
    """The identities of all runs, and which identifiers they can tell apart."""

    def __init__(self, profiles: Sequence[Mapping[str, Hashable]]) -> None:
        keys = [tuple(sorted(profile.items(), key=lambda item: item[0])) for profile in profiles]
        self.words: Pattern = pattern(keys)
        self.names = sorted({name for profile in profiles for name in profile})
        first = {word: profiles[self.words.index(word)] for word in set(self.words)}
        self.labels = {
            name: {word: profile.get(name) for word, profile in first.items()} for name in self.names
        }
        self.moving = [name for name in self.names if len(set(self.labels[name].values())) > 1]

    def attribute(self, values: Sequence[Hashable | None], *, pairs: bool = True) -> Attribution | None:
        """Say which identifiers explain the values of a field, None for a missing one.

        Gives None where the field is constant, differs between runs of one identity, lacks a word, or has a
        pattern that no identifier and no two have.
        """
        told = by_word(values, self.words)
        if told is None or len(set(told.values())) < 2 or len(told) < len(set(self.words)):
            return None
        order = sorted(told)
        own = pattern([told[word] for word in order])
        movers: list[tuple[str, ...]] = [
            (name,) for name in self.moving if self.pattern_of((name,), order) == own
        ]
        if not movers and pairs:
            movers = [two for two in combinations(self.moving, 2) if self.pattern_of(two, order) == own]
        if not movers:
            return None
        seen = [value for value in values if value is not None]
        return Attribution(movers=tuple(movers), p=1 / relabellings(seen), runs=len(seen))

    def pattern_of(self, names: tuple[str, ...], order: Sequence[int]) -> Pattern:
        """Give the pattern of some identifiers together over words in this order."""
        return pattern([tuple(self.labels[name][word] for name in names) for word in order])


def kept_prefix(values: Sequence[bytes]) -> tuple[int, int] | None:
    """Give how many first bytes all values share, of how many, where they are of one length; else None.

    Identities that differ at their end keep the beginning of a value in hexadecimal, base64, XOR, swapped
    digits or blocks that stand alone; a digest keeps nothing.
    """
    distinct = set(values)
    lengths = {len(value) for value in distinct}
    if len(distinct) < 2 or len(lengths) != 1:
        return None
    shared = 0
    for column in zip(*distinct, strict=True):
        if len(set(column)) > 1:
            break
        shared += 1
    return shared, lengths.pop()
