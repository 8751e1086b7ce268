"""The ends of many messages named at once: who sent it from where, and what the far end is called.

A capture has few pairs of addresses and many flows, so a pair is named once.  Only where a DNS answer told
the name does the time of the message count, too: that is looked up label by label.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from vitne.store import CHUNK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.model import Flow
    from vitne.pipeline.ends import Ends
    from vitne.pipeline.toll import Toll
    from vitne.pipeline.traffic import Traffic

_COLUMNS = ("device", "source_ip", "ip", "host", "host_source", "transport", "scope")


class Labels:
    """One label for all messages of one side of a flow under one host name; row = label.

    ``of`` gives the label of each record in the order given; of a label's records the first says when it was.
    """

    def __init__(self, toll: Toll, ends: Ends, records: np.ndarray, order: np.ndarray) -> None:
        self.words: dict[str, np.ndarray] = {}  # column -> row in ``things`` of that column, label by label
        self._numbers: dict[str, dict[Any, int]] = {name: {} for name in _COLUMNS}
        self._toll, self._ends = toll, ends
        first, self.of = _labelled(records, order)
        count = len(first)
        self.words = {name: np.zeros(count, dtype=np.uint32) for name in _COLUMNS}
        self.source_port = np.zeros(count, dtype=np.uint16)
        self.port = np.zeros(count, dtype=np.uint16)
        chosen = records[order[first]]
        for group in np.unique(chosen["group"]).tolist():
            self._name(toll.groups[group], np.flatnonzero(chosen["group"] == group), chosen)

    @property
    def things(self) -> dict[str, list[Any]]:
        """Give the distinct things of each column."""
        return {name: list(numbers) for name, numbers in self._numbers.items()}

    def _code(self, name: str, thing: Any) -> int:
        numbers = self._numbers[name]
        return numbers.setdefault(thing, len(numbers))

    def _name(self, traffic: Traffic, rows: np.ndarray, chosen: np.ndarray) -> None:
        """Name the labels of one group of captures."""
        flow, side = chosen["flow"][rows].astype(np.int64), chosen["side"][rows].astype(np.int64)
        host = chosen["host"][rows]
        times = traffic.walked.row_times(chosen["first"][rows].astype(np.int64))
        ports = traffic.walked.flow_columns()["port"][flow - traffic.first_flow]
        self.source_port[rows] = np.where(side == 0, ports[:, 0], ports[:, 1])
        self.port[rows] = np.where(side == 0, ports[:, 1], ports[:, 0])
        one_each, pair = _pairs(traffic, flow, side, host)
        codes = np.zeros((len(one_each), len(_COLUMNS)), dtype=np.uint32)
        for row, place in enumerate(one_each.tolist()):
            codes[row] = self._pair(traffic.flow(int(flow[place])), int(side[place]), int(host[place]))
        for column, name in enumerate(_COLUMNS):
            self.words[name][rows] = codes[pair, column]
        named = np.array([bool(told[0]) for told in self._toll.hosts.things], dtype=bool)[host] & (side == 0)
        timed = np.flatnonzero((self.words["host"][rows] == self._code("host", "")) & ~named)
        self._by_time(traffic, rows, (flow, side, times, pair), timed)

    def _pair(self, flow: Flow, side: int, host: int) -> list[int]:
        """Name one pair of addresses, before any DNS answer."""
        source, target, scope = self._ends.ends(
            flow, side, host=self._toll.hosts.things[host], time_ns=_BEFORE
        )
        label = (
            source.device,
            source.ip,
            target.ip,
            target.host,
            target.host_source,
            flow.transport,
            scope,
        )
        return [self._code(name, thing) for name, thing in zip(_COLUMNS, label, strict=True)]

    def _by_time(
        self, traffic: Traffic, rows: np.ndarray, columns: tuple[np.ndarray, ...], timed: np.ndarray
    ) -> None:
        """Name what only DNS answers can name, each by the latest answer before its own time."""
        flow, side, times, pair = columns
        asked: dict[int, tuple[str, str] | None] = {}
        places: list[int] = []
        hosts: list[int] = []
        sources: list[int] = []
        for place, number, time_ns in zip(
            timed.tolist(), pair[timed].tolist(), times[timed].tolist(), strict=True
        ):
            if number not in asked:
                asked[number] = self._ends.asks(traffic.flow(int(flow[place])), int(side[place]))
            told = asked[number]
            if told is not None:
                name, source = self._ends.by_dns(*told, time_ns)
                places.append(place)
                hosts.append(self._code("host", name))
                sources.append(self._code("host_source", source))
        own = rows[np.array(places, dtype=np.int64)]
        self.words["host"][own] = hosts
        self.words["host_source"][own] = sources


_BEFORE = -(1 << 62)
"""A time before every answer."""


def _labelled(records: np.ndarray, order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the place of the first record of each label, and the label of every record, in the order given."""
    ends = records["flow"].astype(np.uint64) << np.uint64(1) | (records["side"] & 1)
    far = records["group"].astype(np.uint64) << np.uint64(32) | records["host"]
    _, far_number = np.unique(far, return_inverse=True)
    keys = (ends << np.uint64(31) | far_number.astype(np.uint64))[order]
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    return first, inverse.astype(np.uint32)


def _pairs(
    traffic: Traffic, flow: np.ndarray, side: np.ndarray, host: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Give one place of each distinct pair of ends, and the pair of every place."""
    table = getattr(traffic.walked, "flows", None)
    if table is None:  # an export: its flows are told one by one
        everything = np.arange(len(flow))
        return everything, everything
    numbers: dict[bytes, int] = {}
    first: list[int] = []
    pair: list[int] = []
    for begin in range(0, len(flow), CHUNK):
        own = slice(begin, begin + CHUNK)
        for place, key in enumerate(
            _keys(table[flow[own] - traffic.first_flow], side[own], host[own]), begin
        ):
            number = numbers.setdefault(key, len(first))
            if number == len(first):
                first.append(place)
            pair.append(number)
    return np.array(first, dtype=np.int64), np.array(pair, dtype=np.uint32)


def _keys(flows: np.ndarray, side: np.ndarray, host: np.ndarray) -> Iterator[bytes]:
    """Yield what tells the pairs of some messages apart: all of the flow but its ports and counts."""
    count = len(flows)
    parts = [
        flows["address"].reshape(count, -1),
        np.ascontiguousarray(flows["mac"]).view(np.uint8).reshape(count, -1),
        *(flows[name].reshape(count, 1) for name in ("family", "protocol", "tunnel")),
        side.astype(np.uint8).reshape(count, 1),
        _octets(host),
    ]
    keys = np.concatenate(parts, axis=1)
    data, width = keys.tobytes(), keys.shape[1]
    yield from (data[at : at + width] for at in range(0, len(data), width))


def _octets(numbers: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(numbers.astype(np.uint32)).view(np.uint8).reshape(len(numbers), 4)
