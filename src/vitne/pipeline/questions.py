"""Questions to a name server and their answers, read by columns: all of a batch at once.

The kernel says which flows hold plain questions and plain answers alone.  What a question tells is decided by
its name; where nothing stands in the names that a flow asks for, and no hit of raw search in it tells
anything, its questions become rows of what was sent, and the addresses that the answers told are learnt.
All other flows are read one by one.  RFC 1035 section 4.1.
"""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vitne.decode.protocols import asked_first, decoders, judge
from vitne.decode.protocols.dns_message import Reader
from vitne.decode.protocols.dns_message import fit as fits
from vitne.decode.protocols.dns_names import read_name
from vitne.decode.protocols.dns_records import TYPES
from vitne.kernel.dns import plain_questions
from vitne.model import Fit, Malformed, Message, Node, Part
from vitne.pipeline.hostnames import idle_names
from vitne.pipeline.idle import NOTHING
from vitne.pipeline.messagework import device_and_direction
from vitne.pipeline.toll import DELIVERIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vitne.attribute import Device, Devices, Names
    from vitne.identify.raw_hits import RawHits
    from vitne.identify.search import Searcher
    from vitne.kernel.dns import Asked
    from vitne.model import Flow, StreamBatch
    from vitne.pipeline.idle import Idle
    from vitne.pipeline.toll import Toll
    from vitne.pipeline.traffic import Traffic

_UDP, _PORT = 17, 53
_HEAD = 12  # bytes before the question
_KIND = ("dns", "query")
_MOST = 16384  # questions, hits and pairs of ends that are remembered
_FAMILIES = {4: (socket.AF_INET, 4), 6: (socket.AF_INET6, 16)}
_ACKNOWLEDGED, _SENT = DELIVERIES.index("acknowledged"), DELIVERIES.index("sent")


class _Asker(NamedTuple):
    """Who asks: the client of a flow."""

    out: bool  # a device of ours asks somebody who is none
    key: str  # of the device
    mac: str


class _Some(NamedTuple):
    """Flows of a batch that may hold questions, as columns."""

    piece: np.ndarray  # of the side that asks
    both: np.ndarray  # whether the piece behind it answers
    flow: np.ndarray  # number in the walk
    runs: np.ndarray  # (flows, 4), see kernel.dns


class Questions:
    """Reads plain questions of one scan."""

    def __init__(self, searcher: Searcher, idle: Idle, devices: Devices) -> None:
        self._searcher = searcher
        self._idle = idle
        self._devices = devices
        self._names: dict[bytes, str | None] = {}  # question -> name; None: it is for the patient reader
        self._askers: dict[bytes, _Asker] = {}
        self._hits: dict[bytes, frozenset[tuple[str, str]] | None] = {}  # None: somebody else's value
        self._decoder = decoders()["dns"]
        self._first = np.zeros(256, dtype=bool)
        self._first[list(asked_first("dns", "udp"))] = True

    def count(  # noqa: PLR0913  (where it comes from, and what takes it)
        self,
        traffic: Traffic,
        batch: StreamBatch,
        hits: RawHits,
        *,
        going: int | None,
        toll: Toll,
        names: Names,
    ) -> np.ndarray:
        """Count the questions of flows in which nothing is found; say which pieces of the batch those are.

        ``going`` is the flow that goes on from the batch before.
        """
        taken = np.zeros(len(batch.flow), dtype=bool)
        some = _asking(batch, traffic.walked.flows, going)
        if not len(some.flow):
            return taken
        asked = plain_questions(batch.data, batch.run_position, batch.run_length, some.runs)
        if not asked.plain.any():
            return taken
        some = self._plain(batch, some, asked)
        askers, whose = self._who(traffic, some)
        good = np.array([asker.out for asker in askers], dtype=bool)[whose]
        words, named = self._named(batch, some, asked)
        good &= _all_of(named >= 0, some.runs) & self._idle_hits(batch, hits, some, (askers, whose))
        some, whose = _Some(*(column[good] for column in some)), whose[good]
        taken[some.piece] = True
        taken[some.piece[some.both] + 1] = True
        self._sent(traffic, batch, some, asked, toll=toll)
        told = asked.told
        owner = np.full(len(taken), -1, dtype=np.int64)
        owner[some.piece[some.both] + 1] = whose[some.both]
        asker = owner[batch.run_piece[told["answer"]]]
        known = asker >= 0
        told = told[known]
        times = traffic.walked.row_times(batch.run_row[told["answer"]])
        _learnt(names, [askers[number].key for number in asker[known].tolist()], told, words, named, times)
        return taken

    def _plain(self, batch: StreamBatch, some: _Some, asked: Asked) -> _Some:
        """Leave out flows with anything but questions and answers, and those of other protocols."""
        good = asked.plain.copy()
        plain = np.flatnonzero(good)
        begins = batch.run_position[some.runs[plain, 0]]
        for at in plain[~self._first[batch.data[begins]]].tolist():
            good[at] = judge(_run(batch, int(some.runs[at, 0])), "udp", 0)[1] is self._decoder
        return _Some(*(column[good] for column in some))

    def _who(self, traffic: Traffic, some: _Some) -> tuple[list[_Asker], np.ndarray]:
        """Give who asks, each once, and the number among them for each flow."""
        rows = traffic.walked.flows[some.flow]
        ends = np.concatenate(
            (
                rows["address"].reshape(-1, 32),
                np.ascontiguousarray(rows["mac"]).view(np.uint8).reshape(-1, 4),
            ),
            axis=1,
        )
        whole = np.ascontiguousarray(ends).view(np.dtype((np.void, ends.shape[1]))).ravel()
        _, first, whose = np.unique(whole, return_index=True, return_inverse=True)
        return [self._asker(traffic, int(some.flow[at])) for at in first], whose

    def _asker(self, traffic: Traffic, number: int) -> _Asker:
        flow: Flow = traffic.walked.flow(number)
        ways = [device_and_direction(self._devices, flow, side)[1] for side in (0, 1)]
        device: Device | None = self._devices.of(flow.client_ip, flow.client_mac)
        key, mac = (device.key, device.mac) if device is not None else (flow.client_ip, "")
        return _Asker(ways == ["sent", "received"], key, mac)

    def _named(self, batch: StreamBatch, some: _Some, asked: Asked) -> tuple[list[str], np.ndarray]:
        """Give the names asked for, and for each run that asks which it is; -1 where it is to be read."""
        runs = _runs_of(some.runs)
        named = np.full(len(batch.run_position), -1, dtype=np.int64)
        words: list[str] = []
        first = np.unique(asked.like[runs]).tolist()
        for run, name in zip(first, self._names_of([_run(batch, run) for run in first]), strict=True):
            if name is not None:
                named[run] = len(words)
                words.append(name)
        named[runs] = named[asked.like[runs]]
        return words, named

    def _names_of(self, questions: Sequence[bytes]) -> list[str | None]:
        """Give the names that plain questions ask for and in which nothing stands; None for others."""
        if len(self._names) >= _MOST:
            self._names.clear()
        new = [data for data in questions if data[2:] not in self._names]
        wires = [data[_HEAD : data.index(0, _HEAD) + 1] for data in new]
        idle = idle_names(self._searcher, wires) if new else []
        for data, wire, nothing in zip(new, wires, idle, strict=True):
            self._names[data[2:]] = _plain_name(data) if nothing or self._dull(data, wire) else None
        return [self._names[data[2:]] for data in questions]

    def _dull(self, data: bytes, wire: bytes) -> bool:
        """Say whether nothing stands in the name asked for."""
        told = self._idle.known("dns", "question name", wire)
        if told is None:
            message = Reader("dns").read(0, data, number=0)[0]
            if not isinstance(message, Message) or not message.parts:
                return False
            told = self._idle.look(message, message.parts[0], wire)
        return told == NOTHING

    # -- hits of raw search ------------------------------------------------------------------------------

    def _idle_hits(
        self, batch: StreamBatch, hits: RawHits, some: _Some, who: tuple[list[_Asker], np.ndarray]
    ) -> np.ndarray:
        """Say of which flows no hit of raw search tells anything."""
        idle = np.ones(len(some.flow), dtype=bool)
        of_piece = np.full(len(batch.flow), -1, dtype=np.int64)
        of_piece[some.piece] = np.arange(len(some.flow))
        of_piece[some.piece[some.both] + 1] = np.flatnonzero(some.both)
        own = np.flatnonzero(~hits.weak & (hits.piece >= 0))
        own = own[of_piece[hits.piece[own]] >= 0]
        start, end = hits.start[own], hits.end[own]
        run = np.searchsorted(batch.run_position, start, side="right") - 1
        inside = end <= batch.run_position[run] + batch.run_length[run]
        at, side = of_piece[hits.piece[own]], batch.side[hits.piece[own]]
        askers, whose = who
        for flow, way, within, low, high in zip(
            at.tolist(), side.tolist(), inside.tolist(), start.tolist(), end.tolist(), strict=True
        ):
            mac = askers[whose[flow]].mac
            if not (within and self._tells_nothing(batch.data[low:high].tobytes(), way, mac)):
                idle[flow] = False
        return idle

    def _tells_nothing(self, data: bytes, side: int, mac: str) -> bool:
        """Say whether a hit is of link addresses of the capture alone, and not of its sender's."""
        if data not in self._hits:
            if len(self._hits) >= _MOST:
                self._hits.clear()
            node = Node(data, part=Part(path="bytes", start=0, end=len(data)))
            seeds = [sighting.seed for sighting in self._searcher.nodes([node])]
            others = any(seed is None or seed.origin == "subject" for seed in seeds)
            own = frozenset((seed.identifier, seed.value) for seed in seeds if seed is not None)
            self._hits[data] = None if others else own
        found = self._hits[data]
        if found is None:
            return False
        return side == 1 or all(kind == "mac-address" and value != mac for kind, value in found)

    # -- what is told ------------------------------------------------------------------------------------

    def _sent(self, traffic: Traffic, batch: StreamBatch, some: _Some, asked: Asked, *, toll: Toll) -> None:
        runs = _runs_of(some.runs)
        flows = np.repeat(some.flow, some.runs[:, 1] - some.runs[:, 0]).astype(np.int64) + traffic.first_flow
        delivery = np.where(asked.answered[runs], _ACKNOWLEDGED, _SENT)
        toll.counted_all(
            traffic,
            flows,
            rows=batch.run_row[runs],
            length=batch.run_length[runs],
            kind=_KIND,
            delivery=delivery,
        )


def _asking(batch: StreamBatch, flows: np.ndarray, going: int | None) -> _Some:
    """Give the flows to name servers that lie whole in a batch; of its last flow nobody can tell."""
    count = len(batch.flow)
    first = np.flatnonzero(np.append(True, batch.flow[1:] != batch.flow[:-1])) if count else np.zeros(0, int)
    pieces = np.diff(np.append(first, count))
    number = batch.flow[first]
    good = (flows["protocol"][number] == _UDP) & (flows["port"][number, 1] == _PORT)
    good &= (batch.side[first] == 0) & (pieces <= 2)
    both = pieces == 2
    behind = np.minimum(first + 1, max(count - 1, 0))
    good &= batch.last[first] & (~both | (batch.last[behind] & (batch.side[behind] == 1)))
    good[-1:] = False
    if going is not None:
        good &= number != going
    first, both = first[good], both[good]
    edges = np.searchsorted(batch.run_piece, np.arange(count + 2))
    runs = np.stack([edges[first], edges[first + 1], edges[first + 1], edges[first + 1 + both]], axis=1)
    return _Some(first, both, number[good], runs)


def _runs_of(runs: np.ndarray) -> np.ndarray:
    """Give the runs of all questions, flow by flow."""
    counts = runs[:, 1] - runs[:, 0]
    begins = np.repeat(runs[:, 0] - np.append(0, np.cumsum(counts)[:-1])[: len(counts)], counts)
    whole: np.ndarray = begins + np.arange(int(counts.sum()))
    return whole


def _all_of(good: np.ndarray, runs: np.ndarray) -> np.ndarray:
    """Say of each flow whether all its questions are good."""
    sums = np.append(0, np.cumsum(good))
    every: np.ndarray = sums[runs[:, 1]] - sums[runs[:, 0]] == runs[:, 1] - runs[:, 0]
    return every


def _run(batch: StreamBatch, run: int) -> bytes:
    at = int(batch.run_position[run])
    return batch.data[at : at + int(batch.run_length[run])].tobytes()


def _plain_name(data: bytes) -> str | None:
    """Give the name of a question of a common type and of the class Internet, lower case."""
    try:
        name = read_name(data, _HEAD, {})
    except Malformed:
        return None
    kind, group = struct.unpack_from(">HH", data, name.end)
    plain = kind in TYPES and group == 1 and fits(data) == Fit.CERTAIN
    return name.text.lower() if plain else None


def _learnt(  # noqa: PLR0913, PLR0917  (columns of one length, and what two of them mean)
    names: Names, askers: list[str], told: np.ndarray, words: list[str], named: np.ndarray, times: np.ndarray
) -> None:
    """Learn the addresses that answers told."""
    texts: dict[tuple[int, bytes], str] = {}
    of_name = named[told["question"]].tolist()
    addresses = told["address"].tobytes()
    for number, (asker, family, name, time_ns) in enumerate(
        zip(askers, told["family"].tolist(), of_name, times.tolist(), strict=True)
    ):
        kind, size = _FAMILIES[family]
        packed = addresses[16 * number : 16 * number + size]
        text = texts.get((family, packed))
        if text is None:
            text = texts[family, packed] = socket.inet_ntop(kind, packed)
        names.learn(asker, text, name=words[name], time_ns=time_ns)
