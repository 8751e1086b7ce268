"""The captures of a case once more, for what a case does not keep: handshakes and what names resolved to.

Nothing is searched: packets are walked, and of messages only those that tell names are read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from vitne.attribute.destinations import Names, domain_of, scope_of
from vitne.model import Message, StreamBatch
from vitne.pipeline.conversation import read_flow
from vitne.pipeline.traffic import devices_of, open_traffic
from vitne.pipeline.views import Pieces
from vitne.reassemble.handshakes import handshakes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from vitne.attribute import Devices
    from vitne.pipeline.traffic import Traffic

_BATCH = 8 << 20
_NAMES = 53
_MS = 1_000_000
Place = tuple[str, str]


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """One far address, over all flows of the captures."""

    ip: str
    flows: int  # flows towards it
    tries: int  # requests to connect, repeats of one flow counted
    connected: int  # flows in which it agreed
    refused: int  # flows with requests and without agreement
    first_ns: int  # first request to connect
    last_ns: int  # last of the first requests of flows
    shortest_ns: int | None  # shortest round trip of a clean handshake


class Retrace(msgspec.Struct, kw_only=True):
    """What the captures show beside the messages."""

    contacts: dict[str, Contact]  # by address
    names: Names  # what DNS answers told
    told: dict[str, list[tuple[int, str]]]  # name -> times and addresses of answers
    nat64: tuple[str, ...]  # NAT64 prefixes told by answers to ipv4only.arpa (RFC 7050)

    def handshakes_of(self, places: Iterable[Place]) -> dict[Place, float]:
        """Give the shortest handshake of each destination in milliseconds, where one is known."""
        out = {}
        for ip, host in places:
            contact = self.contacts.get(ip)
            if contact is not None and contact.shortest_ns is not None:
                out[ip, host] = contact.shortest_ns / _MS
        return out

    def resolved(self, host: str) -> bool:
        """Say whether an answer in the captures gave an address for a name."""
        return host in self.told

    def never_contacted(self, contacted: Mapping[str, object] | set[str]) -> list[tuple[str, int]]:
        """Give names that were resolved and to whose addresses nothing went, with the first answer's time."""
        out = []
        for name, answers in self.told.items():
            if domain_of(name) and not any(address in contacted for _, address in answers):
                out.append((name, min(time_ns for time_ns, _ in answers)))
        return sorted(out, key=lambda each: (each[1], each[0]))


def _silent(stage: str, done: int, total: int) -> None:
    del stage, done, total


def retrace(paths: Sequence[str | Path]) -> Retrace:
    """Walk captures once more; raises CaptureError where none can be read."""
    _, traffics, _ = open_traffic(paths, stdin=None, progress=_silent)
    try:
        names = Names()
        devices = devices_of(traffics)
        gathered: dict[str, list[tuple[int, int, int | None, int]]] = {}
        for traffic in traffics:
            if traffic.exported:
                continue
            columns = traffic.walked.flow_columns()
            asking = (columns["port"][:, 1] == _NAMES) & np.isin(columns["protocol"], (6, 17))
            for batch in traffic.walked.batches(_BATCH, flows=asking):
                if isinstance(batch, StreamBatch):
                    _learn(traffic, batch, devices, names)
            for each in handshakes(traffic.walked):
                flow = traffic.walked.flow(each.flow)
                row = (each.tries, each.first_ns, each.round_trip_ns, int(each.answered_ns is not None))
                gathered.setdefault(flow.server_ip, []).append(row)
        told: dict[str, list[tuple[int, str]]] = {}
        for _, address, name, time_ns in names.told():
            told.setdefault(name, []).append((time_ns, address))
        return Retrace(
            contacts={ip: _contact(ip, rows) for ip, rows in gathered.items()},
            names=names,
            told=told,
            nat64=_nat64(told.get("ipv4only.arpa", [])),
        )
    finally:
        for traffic in traffics:
            for reader in traffic.readers:
                reader.close()


def _learn(traffic: Traffic, batch: StreamBatch, devices: Devices, names: Names) -> None:
    """Take the names that DNS answers tell; the n-th answer of a side came with its n-th run."""
    for number, side, view in Pieces(batch, range(len(batch.flow))).views():
        flow = traffic.flow(number + traffic.first_flow)
        rows = view.runs[3]
        times = traffic.walked.row_times(rows).tolist() if rows else [0]
        answers = 0
        for event in read_flow(flow, {side: view}, traffic.walked.row_times):
            if not isinstance(event, Message):
                continue
            time_ns = times[min(answers, len(times) - 1)]
            answers += 1
            near = devices.of(flow.client_ip, flow.client_mac)
            for address, name in event.names:
                names.learn(
                    near.key if near is not None else flow.client_ip, address, name=name, time_ns=time_ns
                )


def _contact(ip: str, rows: list[tuple[int, int, int | None, int]]) -> Contact:
    times = [trip for _, _, trip, _ in rows if trip is not None]
    return Contact(
        ip=ip,
        flows=len(rows),
        tries=sum(row[0] for row in rows),
        connected=sum(row[3] for row in rows),
        refused=sum(1 - row[3] for row in rows),
        first_ns=min(row[1] for row in rows),
        last_ns=max(row[1] for row in rows),
        shortest_ns=min(times) if times and scope_of(ip) == "internet" else None,
    )


def _nat64(answers: list[tuple[int, str]]) -> tuple[str, ...]:
    """Give the prefixes of length 96 in answers that end in 192.0.0.170 or .171 (RFC 7050 section 8)."""
    import ipaddress

    out = set()
    for _, text in answers:
        if ":" in text:
            number = int(ipaddress.IPv6Address(text))
            if number & 0xFFFFFFFF in {0xC00000AA, 0xC00000AB}:
                out.add(str(ipaddress.IPv6Network((number >> 32 << 32, 96))))
    return tuple(sorted(out))
