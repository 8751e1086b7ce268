"""Gaps and oddities, gathered: alike ones are counted once there are many: their number is bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from vitne.model import Gap, Oddity

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST_ALIKE = 200
"""Entries of one kind and wording that are listed one by one; further ones are counted in the last."""


class Notes:
    """Takes gaps and oddities one by one and gives them back in an order that depends on their places."""

    def __init__(self) -> None:
        self._listed: dict[tuple[str, str], list[Gap | Oddity]] = {}

    def add(self, note: Gap | Oddity) -> None:
        """Take one."""
        key = (note.kind, note.why) if isinstance(note, Gap) else (note.name, note.note)
        alike = self._listed.setdefault(key, [])
        if len(alike) < _MOST_ALIKE:
            alike.append(note)
            return
        last = alike[-1]
        count = last.count + note.count
        if isinstance(last, Gap) and isinstance(note, Gap):
            length = (
                None
                if last.length is None and note.length is None
                else (last.length or 0) + (note.length or 0)
            )
            alike[-1] = msgspec.structs.replace(last, count=count, length=length)
        else:
            alike[-1] = msgspec.structs.replace(last, count=count)

    def extend(self, notes: Iterable[Gap | Oddity]) -> None:
        """Take several."""
        for note in notes:
            self.add(note)

    def gaps(self) -> list[Gap]:
        """Give the gaps by place."""
        every = [note for alike in self._listed.values() for note in alike if isinstance(note, Gap)]
        return sorted(
            every,
            key=lambda gap: (gap.capture, gap.frame or 0, gap.flow or 0, gap.offset or 0, gap.kind, gap.why),
        )

    def oddities(self) -> list[Oddity]:
        """Give the oddities by place."""
        every = [note for alike in self._listed.values() for note in alike if isinstance(note, Oddity)]
        return sorted(
            every,
            key=lambda one: (one.capture, one.frame or 0, one.flow or 0, one.offset or 0, one.name, one.note),
        )
