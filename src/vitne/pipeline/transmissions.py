"""Messages that were sent, as columns made on demand from the packed records: there may be millions."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import numpy as np

from vitne.pipeline.labels import Labels
from vitne.pipeline.toll import DELIVERIES
from vitne.store import CHUNK, Columns, Words
from vitne.store.columns import NUMBERS, WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from vitne.pipeline.ends import Ends
    from vitne.pipeline.toll import Toll
    from vitne.store import Transmission

_OWN_WORDS = {"kind": "kind", "protocol": "kind", "delivery": "delivery", "facts": "facts"}
_OWN_NUMBERS = {"flow": "flow", "bytes": "length"}
"""Columns that a record holds, and the names they have there."""
_OF_PLACES = ("time_ns", "capture", "first_frame", "last_frame")
_ALL = frozenset((*NUMBERS, *WORDS))
Scrub = tuple["Callable[[str], str]", "Callable[[str], str]"]
"""What masks the label of a device, and what masks any other text."""


class Transmissions:
    """All messages sent, in the order of capture, first frame and flow, masked where that was asked for."""

    in_order = True  # the store need not hold them to sort them

    def __init__(self, toll: Toll, ends: Ends) -> None:
        self._toll = toll
        self._ends = ends
        self._cover: Scrub | None = None
        self._records = np.asarray(toll.records())  # no memmap: each of its views costs as much as a row
        keys = (self._records["flow"], self._records["last"], self._records["first"], self._records["group"])
        self._order = np.lexsort(keys).astype(np.uint32)
        self._words: dict[str, list[Any]] | None = None
        self._labels: Labels | None = None

    def covered(self, device: Callable[[str], str], scrub: Callable[[str], str]) -> Transmissions:
        """Give the same rows, masked: ``device`` masks labels of devices, ``scrub`` other text."""
        other = copy.copy(self)
        other._cover = (device, scrub)  # noqa: SLF001  (a copy of itself)
        other._words = None  # noqa: SLF001
        return other

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[Transmission]:
        for columns in self.columns():
            yield from columns.rows()

    def __contains__(self, row: object) -> bool:
        return any(row == each for each in self)

    def prepare(self) -> None:
        """Name the ends of all messages now, and not when their columns are first asked for."""
        if self._labels is None:
            self._labels = Labels(self._toll, self._ends, self._records, self._order)
        if self._words is None:
            self._words = self._all_words(self._labels)

    def columns(self, only: Collection[str] = ()) -> Iterator[Columns]:
        """Give the rows as columns, stretch by stretch: all columns, or ``only`` those named."""
        self.prepare()
        assert self._labels is not None  # noqa: S101  (just made)
        assert self._words is not None  # noqa: S101
        wanted = frozenset(only) or _ALL
        for begin in range(0, len(self._order), CHUNK):
            yield self._stretch(slice(begin, begin + CHUNK), self._labels, self._words, wanted)

    def _stretch(
        self, part: slice, labels: Labels, things: dict[str, list[Any]], only: frozenset[str]
    ) -> Columns:
        some = self._records[self._order[part]]
        label = labels.of[part]
        words = {
            name: Words(things=things[name], codes=some[column])
            for name, column in _OWN_WORDS.items()
            if name in only
        }
        for name in labels.words.keys() & only:
            words[name] = Words(things=things[name], codes=labels.words[name][label])
        numbers = {
            name: some[column].astype(np.int64) for name, column in _OWN_NUMBERS.items() if name in only
        }
        for name, ports in (("source_port", labels.source_port), ("port", labels.port)):
            if name in only:
                numbers[name] = ports[label].astype(np.int64)
        if not only.isdisjoint(_OF_PLACES):
            numbers |= zip(_OF_PLACES, self._places(some), strict=True)
        return Columns(numbers=numbers, readable=some["readable"].astype(bool), words=words)

    def _all_words(self, labels: Labels) -> dict[str, list[Any]]:
        """Give the distinct things of every column of words, masked where asked for."""
        things = {name: list(given) for name, given in labels.things.items()}
        kinds = self._toll.kinds.things
        things["protocol"], things["kind"] = [kind[0] for kind in kinds], [kind[1] for kind in kinds]
        things["delivery"], things["facts"] = list(DELIVERIES), self._toll.facts.things
        if self._cover is not None:
            device, scrub = self._cover
            things["device"] = [device(one) for one in things["device"]]
            things["host"] = [scrub(one) for one in things["host"]]
            things["facts"] = [tuple((name, scrub(word)) for name, word in one) for one in things["facts"]]
        return things

    def _places(self, some: np.ndarray) -> np.ndarray:
        """Give time, capture, first and last frame of some records, as four rows."""
        out = np.zeros((4, len(some)), dtype=np.int64)
        for group in np.unique(some["group"]).tolist():
            walked = self._toll.groups[group].walked
            own = np.flatnonzero(some["group"] == group)
            first, last = some["first"][own].astype(np.int64), some["last"][own].astype(np.int64)
            out[:, own] = (
                walked.row_times(first),
                walked.capture_of(first),
                walked.frame_of(first),
                walked.frame_of(last),
            )
        return out
