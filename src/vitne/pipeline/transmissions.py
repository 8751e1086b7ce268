"""Messages that were sent, as columns made on demand from the packed records: there may be millions."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import numpy as np

from vitne.pipeline.labels import Labels
from vitne.pipeline.toll import DELIVERIES
from vitne.store import CHUNK, Columns, Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vitne.pipeline.ends import Ends
    from vitne.pipeline.toll import Toll
    from vitne.store import Transmission

Scrub = tuple["Callable[[str], str]", "Callable[[str], str]"]
"""What masks the label of a device, and what masks any other text."""


class Transmissions:
    """All messages sent, in the order of capture, first frame and flow, masked where that was asked for."""

    in_order = True  # the store need not hold them to sort them

    def __init__(self, toll: Toll, ends: Ends) -> None:
        self._toll = toll
        self._ends = ends
        self._cover: Scrub | None = None
        self._records = toll.records()
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

    def columns(self) -> Iterator[Columns]:
        """Give the rows as columns, stretch by stretch."""
        if self._labels is None:
            self._labels = Labels(self._toll, self._ends, self._records, self._order)
        if self._words is None:
            self._words = self._all_words(self._labels)
        for begin in range(0, len(self._order), CHUNK):
            yield self._stretch(begin, self._labels, self._words)

    def _stretch(self, begin: int, labels: Labels, things: dict[str, list[Any]]) -> Columns:
        some = self._records[self._order[begin : begin + CHUNK]]
        label = labels.of[begin : begin + CHUNK]
        own = {"kind": "kind", "protocol": "kind", "delivery": "delivery", "facts": "facts"}
        words = {name: Words(things=things[name], codes=some[column]) for name, column in own.items()}
        for name, codes in labels.words.items():
            words[name] = Words(things=things[name], codes=codes[label])
        time_ns, capture, first, last = self._places(some)
        return Columns(
            numbers={
                "time_ns": time_ns,
                "capture": capture,
                "flow": some["flow"].astype(np.int64),
                "first_frame": first,
                "last_frame": last,
                "source_port": labels.source_port[label].astype(np.int64),
                "port": labels.port[label].astype(np.int64),
                "bytes": some["length"].astype(np.int64),
            },
            readable=some["readable"].astype(bool),
            words=words,
        )

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
