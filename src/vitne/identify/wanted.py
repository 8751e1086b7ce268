"""What is looked for in unwrapped bytes: the names, looks and known values that a field can matter by.

The room that unwraps asks this before it makes a node of a field.  It says yes too often rather than once too
rarely: what it lets through is judged by the same rules as ever.
"""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

from vitne import catalog
from vitne.identify.fields import last_step, normal
from vitne.identify.places import LATITUDE, LONGITUDE
from vitne.identify.rulebook import MOST_REMEMBERED, rulebook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from vitne.identify.search import Searcher

LONGEST_NAME = 100  # bytes of a name from which it is not looked up: its field is taken as asked for


class Wanted:
    """What the rules, the known senders and the known values of a subject ask for."""

    def __init__(self, searcher: Searcher) -> None:
        self.names: Mapping[bytes | None, bool] = _Names()
        self.may_hold = rulebook().may_match
        self.may_be = rulebook().may_match_number
        self.places = _Latest(searcher.places)
        self.owned = _Latest(partial(searcher.places, told=False))
        self._answers = _answers()

    def skims(self, path: str) -> bool:
        """Say whether fields of this message part matter by their names and looks alone."""
        return not rulebook().by_part(path.lower())

    def answers(self, data: bytes) -> bool:
        """Say whether a field that tells whether a message was accepted may stand in a received record."""
        return any(name in data for name in self._answers)


class _Latest:
    """Where a known value may stand, with the last answer remembered: several ask about the same data."""

    def __init__(self, places: Callable[[bytes], list[tuple[int, int]]]) -> None:
        self._places = places
        self._last: tuple[bytes, list[tuple[int, int]]] = b"", []

    def __call__(self, data: bytes) -> list[tuple[int, int]]:
        if data is not self._last[0]:
            self._last = data, self._places(data)
        return self._last[1]


class _Names(dict[bytes | None, bool]):
    """Whether a field of this name is asked for, remembered."""

    def __missing__(self, name: bytes | None) -> bool:
        if name is not None and len(name) > LONGEST_NAME:
            return True  # and not remembered
        told = _asked(name) if name is not None else any(one.startswith("[") for one in _told())
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        self[name] = told
        return told


def _asked(raw: bytes) -> bool:
    """Say whether a rule, a sender or a pair of names looks at fields of this name."""
    if b"\\" in raw or len(raw) > LONGEST_NAME or raw.endswith(b"]"):
        return True
    name = raw.decode("utf-8", "replace")
    plain = normal(name)
    if plain.isdigit() or not any(map(str.isalnum, last_step(name))):
        return True  # the whole path stands for the name
    book = rulebook()
    if book.by_key(plain) or plain in book.beside:
        return True
    return not _told().isdisjoint({last_step(name), last_step(name).lower()})


@cache
def _told() -> frozenset[str]:
    """Give the names that known senders document, and those of places, as they are spelled."""
    names = set(LATITUDE | LONGITUDE)
    for recipe in catalog.recipes():
        names.update(name for known in recipe.names.values() for name in known)
    for sender in catalog.senders():
        names.update(sender.match.required, sender.match.some_of)
        names.update(last_step(field.name) for field in sender.field)
        if sender.answer is not None:
            names.add(sender.answer.field)
    return frozenset(names)


@cache
def _answers() -> tuple[bytes, ...]:
    """Give the names of fields that tell acceptance."""
    return tuple(sorted({one.answer.field.encode() for one in catalog.senders() if one.answer is not None}))


def forget() -> None:
    """Let go of the names that known senders document, because there are others now."""
    _told.cache_clear()
    _answers.cache_clear()
