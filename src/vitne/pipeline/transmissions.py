"""Messages that were sent, as rows made on demand from the packed records: there may be millions."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import numpy as np

from vitne.pipeline.toll import DELIVERIES
from vitne.store import Transmission

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vitne.pipeline.ends import Ends
    from vitne.pipeline.toll import Toll

_CHUNK = 16384


class Transmissions:
    """All messages sent, in the order of capture, first frame and flow.  Iterating makes each row anew."""

    in_order = True  # the store need not hold them to sort them

    def __init__(self, toll: Toll, ends: Ends) -> None:
        self._toll = toll
        self._ends = ends
        self._cover: Callable[[Transmission], Transmission] | None = None
        self._records = toll.records()
        keys = (self._records["flow"], self._records["last"], self._records["first"], self._records["group"])
        self._order = np.lexsort(keys).astype(np.uint32)

    def covered(self, cover: Callable[[Transmission], Transmission]) -> Transmissions:
        """Give the same rows, masked."""
        other = copy.copy(self)
        other._cover = cover  # noqa: SLF001  (a copy of itself)
        return other

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[Transmission]:
        cached: dict[tuple[int, int, int], Any] = {}
        for begin in range(0, len(self._order), _CHUNK):
            some = self._records[self._order[begin : begin + _CHUNK]]
            times, capture, first, last = self._places(some)
            columns = (
                some["flow"],
                some["side"],
                some["host"],
                some["kind"],
                some["length"],
                some["delivery"],
                some["readable"],
                some["facts"],
            )
            rows = zip(
                times,
                capture,
                first,
                last,
                some["group"].tolist(),
                *(column.tolist() for column in columns),
                strict=True,
            )
            for (
                time_ns,
                at,
                start,
                end,
                group,
                flow,
                side,
                host,
                kind,
                length,
                delivery,
                readable,
                facts,
            ) in rows:
                key = (flow, side, host)
                if key not in cached:
                    if len(cached) > _CHUNK:
                        cached.clear()
                    cached[key] = self._labels(group, flow, side, host=host, time_ns=time_ns)
                protocol, word = self._toll.kinds.things[kind]
                row = Transmission(
                    time_ns=time_ns,
                    capture=at,
                    flow=flow,
                    message_frames=(start, end),
                    protocol=protocol,
                    kind=word,
                    bytes=length,
                    delivery=DELIVERIES[delivery],
                    readable=bool(readable),
                    facts=self._toll.facts.things[facts],
                    **cached[key],
                )
                yield self._cover(row) if self._cover is not None else row

    def _places(self, some: np.ndarray) -> tuple[list[int], ...]:
        """Give time, capture, first and last frame of some records."""
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
        return tuple(column.tolist() for column in out)

    def _labels(self, group: int, number: int, side: int, *, host: int, time_ns: int) -> dict[str, Any]:
        traffic = self._toll.groups[group]
        flow = traffic.flow(number)
        source, target, scope = self._ends.ends(
            flow, side, host=self._toll.hosts.things[host], time_ns=time_ns
        )
        return {
            "device": source.device,
            "source_ip": source.ip,
            "source_port": source.port,
            "ip": target.ip,
            "port": target.port,
            "host": target.host,
            "host_source": target.host_source,
            "transport": flow.transport,
            "scope": scope,
        }

    def __contains__(self, row: object) -> bool:
        return any(row == each for each in self)
