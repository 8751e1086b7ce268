"""Gaps and oddities, gathered: alike ones are counted once there are many: their number is bounded."""

from __future__ import annotations

from bisect import insort
from typing import TYPE_CHECKING

import msgspec

from vitne.model import Gap, Oddity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MOST_ALIKE = 200
"""Entries of one kind and wording that are listed one by one; further ones are counted in the last."""


class Notes:
    """Takes gaps and oddities one by one and gives them back in an order that depends on their places."""

    def __init__(self) -> None:
        self._listed: dict[tuple[str, str], list[Gap | Oddity]] = {}
        self._over: dict[tuple[str, str], tuple[int, int | None]] = {}  # what is not listed: count, length

    def add(self, note: Gap | Oddity) -> None:
        """Take one."""
        key = (note.kind, note.why) if isinstance(note, Gap) else (note.name, note.note)
        alike = self._listed.setdefault(key, [])
        if not alike or _flow(note) >= _flow(alike[-1]):
            alike.append(note)
        else:
            insort(alike, note, key=_flow)
        if len(alike) > _MOST_ALIKE:  # the first by flow stay listed, in whatever order they are met
            self._pass(key, alike.pop())

    def _pass(self, key: tuple[str, str], note: Gap | Oddity) -> None:
        count, length = self._over.get(key, (0, None))
        more = note.length if isinstance(note, Gap) else None
        both = None if length is None and more is None else (length or 0) + (more or 0)
        self._over[key] = (count + note.count, both)

    def extend(self, notes: Iterable[Gap | Oddity]) -> None:
        """Take several."""
        for note in notes:
            self.add(note)

    def absorb(self, other: Notes) -> None:
        """Take all of another's; of alike ones the first by flow stay listed, whoever met them."""
        for key, notes in other._listed.items():
            alike = sorted([*self._listed.get(key, []), *notes], key=_flow)
            self._listed[key] = alike[:_MOST_ALIKE]
            for note in alike[_MOST_ALIKE:]:
                self._pass(key, note)
        for key, (count, length) in other._over.items():
            had, long = self._over.get(key, (0, None))
            self._over[key] = (
                had + count,
                None if long is None and length is None else (long or 0) + (length or 0),
            )

    def _every(self) -> Iterator[Gap | Oddity]:
        """Give all that are listed; the last of alike ones stands for those that are not."""
        for key, alike in self._listed.items():
            count, length = self._over.get(key, (0, None))
            yield from alike[:-1]
            last = alike[-1]
            if isinstance(last, Gap) and length is not None:
                last = msgspec.structs.replace(last, length=(last.length or 0) + length)
            yield msgspec.structs.replace(last, count=last.count + count)

    def gaps(self) -> list[Gap]:
        """Give the gaps by place."""
        every = [note for note in self._every() if isinstance(note, Gap)]
        return sorted(
            every,
            key=lambda gap: (gap.capture, gap.frame or 0, gap.flow or 0, gap.offset or 0, gap.kind, gap.why),
        )

    def oddities(self) -> list[Oddity]:
        """Give the oddities by place."""
        every = [note for note in self._every() if isinstance(note, Oddity)]
        return sorted(
            every,
            key=lambda one: (
                one.capture,
                one.frame or 0,
                one.flow or 0,
                one.side or 0,
                one.offset or 0,
                one.name,
                one.note,
            ),
        )


def _flow(note: Gap | Oddity) -> int:
    return -1 if note.flow is None else note.flow
