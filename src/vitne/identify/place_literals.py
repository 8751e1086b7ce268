"""Literals of places: what a latitude near a known place, or a code of it, begins with.

They are looked for with all needles in one pass.  What is too short for that is looked for here.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from vitne.identify.gate import Gate
from vitne.identify.readings import MARKS, marked, marked_at, with_marks
from vitne.kernel.literals import LEAST

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MOST = 10_000  # places of one kind in some data: a hostile sender may repeat one for ever
MOST_MARKS = 40  # literals of three bytes for degrees with their marks: more would slow all other ones down
_T = TypeVar("_T")


class Begins(NamedTuple):
    """Where what may be a known place begins in some text."""

    heads: list[tuple[int, bytes]]  # latitudes, with what they begin with
    codes: list[tuple[int, int]]  # spans of the heads of codes, ascending
    minutes: list[tuple[int, tuple[int, int]]]  # degrees with a mark, ascending, with their minutes


class PlaceLiterals:
    """What latitudes near known places begin with, the heads of codes, and degrees before a mark."""

    def __init__(
        self, heads: Iterable[bytes], codes: Sequence[bytes], marked: Iterable[tuple[int, int]]
    ) -> None:
        """Take them; ``marked`` are whole degrees and minutes."""
        every = sorted(set(heads))
        long = [head for head in every if len(head) >= LEAST]
        self._short = [head for head in every if len(head) < LEAST]
        self._marked = frozenset(marked)
        degrees = sorted({b"%d" % whole for whole, _ in self._marked})
        marks = [whole + mark for whole in degrees for mark in MARKS]
        told = len(marks) <= MOST_MARKS and all(len(mark) >= LEAST for mark in marks)
        self._gate = None if told else Gate(with_marks(*both) for both in sorted(self._marked))
        self._codes_from, self._marks_from = len(long), len(long) + len(codes)
        self.more = bool(self._short) or not told  # data without any of the literals may hold places, too
        self.every = (*long, *codes, *(marks if told else ()))  # what is to be looked for
        self.complete = True  # false once some data held more than are looked at

    def written(self, data: bytes, places: Sequence[tuple[int, int]]) -> Begins | None:
        """Say what stands at the places where literals begin: ascending, each with its row."""
        heads: list[tuple[int, bytes]] = []
        codes: list[tuple[int, int]] = []
        marks: list[int] = []
        for at, row in places:
            if row < self._codes_from:
                heads.append((at, self.every[row]))
            elif row < self._marks_from:
                codes.append((at, at + len(self.every[row])))
            else:
                marks.append(at + len(self.every[row]) - 1)
        for head in self._short:
            heads += [(at, head) for at in islice(_all(data, head), MOST + 1)]
        minutes = self._minutes(data, marks)
        if not heads and not codes and not minutes:
            return None
        return Begins(self._bounded(heads), self._bounded(codes), minutes)

    def _bounded(self, found: list[_T]) -> list[_T]:
        self.complete = self.complete and len(found) <= MOST
        return found[:MOST]

    def _minutes(self, data: bytes, ends: Sequence[int]) -> list[tuple[int, tuple[int, int]]]:
        """Give where degrees and minutes of known places stand: ``ends`` are those of degrees."""
        if self._gate is not None:
            found = marked(data) if self._gate.opens(data) else iter(())
        else:
            found = (each for end in ends if (each := marked_at(data, end)) is not None)
        own = ((start, (degrees, minutes)) for start, degrees, minutes in found)
        return self._bounded(list(islice((one for one in own if one[1] in self._marked), MOST + 1)))


def _all(data: bytes, part: bytes) -> Iterator[int]:
    at = data.find(part)
    while at >= 0:
        yield at
        at = data.find(part, at + 1)
