"""The ends of many messages named at once: who sent it from where, and what the far end is called.

A capture has few pairs of addresses and many flows, so a pair is named once.  Only where a DNS answer told
the name does the time of the message count, too: that is looked up label by label.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from vitne.pipeline.ends import both
from vitne.store import CHUNK

if TYPE_CHECKING:
    from vitne.pipeline.ends import End, Ends
    from vitne.pipeline.toll import Toll
    from vitne.pipeline.traffic import Traffic

    _Both = tuple[End, End, int, tuple[str, str]]  # who sent, who received, the side; transport, tunnels

_TCP = 6
_OF_PAIRS = ("device", "source_ip", "ip", "transport", "scope")
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
        ports = traffic.walked.flow_columns()["port"][flow - traffic.first_flow]
        self.source_port[rows] = np.where(side == 0, ports[:, 0], ports[:, 1])
        self.port[rows] = np.where(side == 0, ports[:, 1], ports[:, 0])
        one_each, pair = _pairs(traffic, flow, side)
        ends = _ends(traffic, flow[one_each], side[one_each])
        named = [self._ends.pair(*both, side=one, carried=by) for *both, one, by in ends]
        labels = [
            (each.device, own[0], far[0], by[0], each.scope)
            for (own, far, _, by), each in zip(ends, named, strict=True)
        ]
        for name, things in zip(_OF_PAIRS, zip(*labels, strict=True), strict=True):
            numbers = self._numbers[name]
            codes = [numbers.setdefault(thing, len(numbers)) for thing in things]
            self.words[name][rows] = np.array(codes, dtype=np.uint32)[pair]
        asked = [
            None if each.asker is None else (each.asker, far[0])
            for each, (_, far, *_) in zip(named, ends, strict=True)
        ]
        told = np.array([each is not None for each in asked], dtype=bool)[pair] & (side == 0)
        hosts = np.array([self._host(*each) for each in self._toll.hosts.things], dtype=np.uint32)
        nobody = self._host("", "none")
        names = np.where(told[:, None], hosts[host], np.array(nobody, dtype=np.uint32))
        self.words["host"][rows], self.words["host_source"][rows] = names[:, 0], names[:, 1]
        bare = np.array([not each[0] for each in self._toll.hosts.things], dtype=bool)[host] | (side != 0)
        timed = np.flatnonzero((names[:, 0] == nobody[0]) & bare)
        times = traffic.walked.row_times(chosen["first"][rows[timed]].astype(np.int64))
        self._by_time(rows[timed], pair[timed], times, asked=asked)

    def _host(self, name: str, source: str) -> tuple[int, int]:
        """Give the codes of a name, as a destination has it, and of how it is known."""
        word = name.rstrip(".").lower()
        return self._code("host", word), self._code("host_source", source if word else "none")

    def _by_time(
        self, rows: np.ndarray, pair: np.ndarray, times: np.ndarray, *, asked: list[tuple[str, str] | None]
    ) -> None:
        """Name what only DNS answers can name, each by the latest answer before its own time."""
        if not len(rows):
            return
        order = np.argsort(pair, kind="stable")
        numbers, begins = np.unique(pair[order], return_index=True)
        source = self._code("host_source", "dns")
        for number, places in zip(numbers.tolist(), np.split(order, begins[1:]), strict=True):
            asks = asked[number]
            told = None if asks is None else self._ends.told(asks[0], asks[1], times[places])
            if told is None:
                continue
            words, which = told
            few, codes = np.unique(which, return_inverse=True)
            own = np.array([self._code("host", words[one] if one >= 0 else "") for one in few.tolist()])
            self.words["host"][rows[places]] = own[codes]
            self.words["host_source"][rows[places[which >= 0]]] = source


def _labelled(records: np.ndarray, order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the place of the first record of each label, and the label of every record, in the order given."""
    ends = records["flow"].astype(np.uint64) << np.uint64(1) | (records["side"] & 1)
    far = records["group"].astype(np.uint64) << np.uint64(32) | records["host"]
    _, far_number = np.unique(far, return_inverse=True)
    keys = (ends << np.uint64(31) | far_number.astype(np.uint64))[order]
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    return first, inverse.astype(np.uint32)


def _pairs(traffic: Traffic, flow: np.ndarray, side: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give one place of each distinct pair of ends, and the pair of every place."""
    table = getattr(traffic.walked, "flows", None)
    if table is None:  # an export: its flows are told one by one
        everything = np.arange(len(flow))
        return everything, everything
    numbers: dict[bytes, int] = {}
    first: list[int] = []
    pair = np.zeros(len(flow), dtype=np.uint32)
    for begin in range(0, len(flow), CHUNK):
        own = slice(begin, begin + CHUNK)
        keys, places, which = np.unique(
            _keys(table[flow[own] - traffic.first_flow], side[own]), return_index=True, return_inverse=True
        )
        found = []
        for key, place in zip(keys.tolist(), places.tolist(), strict=True):
            number = numbers.setdefault(key, len(first))
            if number == len(first):
                first.append(begin + place)
            found.append(number)
        pair[own] = np.array(found, dtype=np.uint32)[which]
    return np.array(first, dtype=np.int64), pair


def _keys(flows: np.ndarray, side: np.ndarray) -> np.ndarray:
    """Give what tells the pairs of some messages apart: all of the flow but its ports and counts."""
    count = len(flows)
    parts = [
        flows["address"].reshape(count, -1),
        np.ascontiguousarray(flows["mac"]).view(np.uint8).reshape(count, -1),
        *(flows[name].reshape(count, 1) for name in ("family", "protocol", "tunnel")),
        side.astype(np.uint8).reshape(count, 1),
    ]
    keys = np.concatenate(parts, axis=1)
    return keys.view(np.dtype((np.void, keys.shape[1]))).ravel()


def _ends(traffic: Traffic, flow: np.ndarray, side: np.ndarray) -> list[_Both]:
    """Give of some flows who sent on one side and who received, the side, transport and tunnels."""
    table = getattr(traffic.walked, "flows", None)
    if table is None:
        told = [traffic.flow(number) for number in flow.tolist()]
        ends = [both(one, way) for one, way in zip(told, side.tolist(), strict=True)]
        by = [(one.transport, one.tunnel) for one in told]
        return [
            (own, far, way, to) for ((own, _), (far, _)), way, to in zip(ends, side.tolist(), by, strict=True)
        ]
    rows = flow - traffic.first_flow
    ips, macs, ip, mac, _ = traffic.walked.ends_of(rows)
    clients, servers = (
        [(ips[at], macs[link]) for at, link in zip(ip[:, end].tolist(), mac[:, end].tolist(), strict=True)]
        for end in (0, 1)
    )
    tunnels = traffic.walked.tunnels
    by = [
        ("tcp" if protocol == _TCP else "udp", tunnels[tunnel])
        for protocol, tunnel in zip(
            *(table[name][rows].tolist() for name in ("protocol", "tunnel")), strict=True
        )
    ]
    return [
        (client, server, 0, to) if way == 0 else (server, client, way, to)
        for client, server, way, to in zip(clients, servers, side.tolist(), by, strict=True)
    ]
