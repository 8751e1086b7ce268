"""What passed and what could not be read, counted while flows go by, in bounded memory.

Messages that were sent are packed records of 36 bytes in a temporary file; unreadable bytes are summed per
device and far end.
"""

from __future__ import annotations

import tempfile
import weakref
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from vitne.model.findings import Delivery

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vitne.attribute import Devices
    from vitne.model import Flow, Message
    from vitne.pipeline.ends import Host
    from vitne.pipeline.messagework import MessageWork
    from vitne.pipeline.saying import Counted
    from vitne.pipeline.traffic import Traffic
    from vitne.pipeline.views import SideView

RECORD = np.dtype([
    ("first", "<u4"), ("last", "<u4"), ("flow", "<u4"), ("length", "<u4"), ("host", "<u4"), ("kind", "<u4"),
    ("group", "<u2"), ("side", "u1"), ("delivery", "u1"), ("readable", "u1"), ("spare", "u1", (3,)),
    ("facts", "<u4"),
])  # fmt: skip
"""One message sent: rows of its first and last packet, its flow, length, host and protocol by number."""
DELIVERIES: tuple[str, ...] = get_args(Delivery)
_NUMBER = {delivery: number for number, delivery in enumerate(DELIVERIES)}
_CHUNK = 8192
OPENED = ""
"""Stands where a reason stands, for bytes that could be read with keys."""
_KEPT_FACTS = {"ja4", "alpn", "version", "cipher", "ech", "certificate-name", "reference-id"}
"""Facts about a connection that a row of what was sent keeps."""


def kept_facts(message: Message) -> tuple[tuple[str, str], ...]:
    """Give the facts of a message that a row of what was sent keeps."""
    return tuple([fact for fact in message.facts if fact[0] in _KEPT_FACTS])


class Numbered:
    """Gives each distinct thing a number, in order of appearance."""

    def __init__(self) -> None:
        self.things: list[Any] = []
        self._numbers: dict[Any, int] = {}

    def number(self, thing: Any) -> int:
        """Give the number of a thing, a new one if it was not met before."""
        found = self._numbers.setdefault(thing, len(self.things))
        if found == len(self.things):
            self.things.append(thing)
        return found


class Toll:
    """Counts unreadable bytes per far end and keeps the messages that were sent."""

    def __init__(self, devices: Devices, groups: Sequence[Traffic] = ()) -> None:
        self.devices = devices
        self.groups: list[Traffic] = list(groups)
        self.hosts = Numbered()
        self.kinds = Numbered()
        self.facts = Numbered()
        self.left_out: frozenset[int] = frozenset()  # flows whose messages another input holds too
        self.unread: dict[tuple[Any, ...], list[int]] = {}
        """Far end and reason, or OPENED -> bytes, flows, number of the last flow."""
        self._waiting: list[tuple[Any, ...]] = []  # as RECORD
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  (lives as long as the result)
        weakref.finalize(self, self._file.close)
        self.hosts.number(("", "none"))
        self._no_facts = self.facts.number(())

    def group(self, traffic: Traffic) -> int:
        """Give the number of a walked group of captures."""
        for number, group in enumerate(self.groups):
            if group is traffic:
                return number
        self.groups.append(traffic)
        return len(self.groups) - 1

    def unreadable(
        self, flow: Flow, host: tuple[str, str], reason: str, length: int, *, flows: int = 0
    ) -> None:
        """Count unreadable bytes of one flow; ``host`` is the far end's name and how it is known.

        With ``flows`` the bytes are those of so many between the same ends, counted here and nowhere else.
        """
        client = self.devices.of(flow.client_ip, flow.client_mac)
        turned = client is None and self.devices.of(flow.server_ip, flow.server_mac) is not None
        near = (flow.server_ip, flow.server_mac) if turned else (flow.client_ip, flow.client_mac)
        far = (flow.client_ip, flow.client_port) if turned else (flow.server_ip, flow.server_port)
        key = (*near, *far, ("", "none") if turned else host, flow.transport, flow.tunnel, reason)
        entry = self.unread.setdefault(key, [0, 0, -1])
        entry[0] += length
        entry[1] += flows
        if not flows and entry[2] != flow.number:
            entry[1] += 1
            entry[2] = flow.number

    def opened(self, flow: Flow, host: tuple[str, str], length: int) -> None:
        """Count bytes of one flow that keys opened."""
        if length:
            self.unreadable(flow, host, OPENED, length)

    def message(self, work: MessageWork) -> None:
        """Keep a message that was sent."""
        facts = kept_facts(work.message)
        self.sent(
            work.traffic,
            work.flow,
            work.rows,
            message=work.message,
            host=work.host,
            facts=facts,
            delivery=work.delivered,
        )

    def sent(  # noqa: PLR0913  (what one row says)
        self,
        traffic: Traffic,
        flow: Flow,
        rows: tuple[int, int],
        *,
        message: Message,
        host: Host,
        facts: tuple[tuple[str, str], ...],
        delivery: Delivery,
    ) -> None:
        """Keep what was sent in some packets: the rows of the first and the last of them."""
        length = min(message.end - message.start or message.opaque_bytes, 0xFFFFFFFF)
        kind = self.kinds.number((message.protocol, message.kind))
        place = (*rows, flow.number, length, self.hosts.number(host), kind, self.group(traffic), message.side)
        told = (_NUMBER[delivery], not message.opaque, (0, 0, 0), self.facts.number(facts))
        self._waiting.append((*place, *told))
        if len(self._waiting) >= _CHUNK:
            self._spill()

    def counted(self, traffic: Traffic, flow: Flow, view: SideView, request: Counted) -> None:
        """Keep a request that was sent, of which no message was made."""
        rows = view.row_span(request.start, request.end)
        length = min(request.end - request.start, 0xFFFFFFFF)
        place = (*rows, flow.number, length, self.hosts.number(request.host))
        delivery = _NUMBER[request.delivery]
        facts = self._no_facts
        kind, group = self.kinds.number(request.kind), self.group(traffic)
        self._waiting.append((*place, kind, group, 0, delivery, True, (0, 0, 0), facts))
        if len(self._waiting) >= _CHUNK:
            self._spill()

    def counted_all(  # noqa: PLR0913  (columns of one length)
        self,
        traffic: Traffic,
        flows: np.ndarray,
        *,
        rows: np.ndarray,
        length: np.ndarray,
        kind: tuple[str, str],
        delivery: np.ndarray,
    ) -> None:
        """Keep requests that were sent in a packet each, of which no messages were made: columns."""
        told = np.zeros(len(flows), dtype=RECORD)
        told["first"] = told["last"] = rows
        told["flow"], told["length"], told["delivery"] = flows, length, delivery
        told["kind"], told["group"], told["facts"] = (
            self.kinds.number(kind),
            self.group(traffic),
            self._no_facts,
        )
        told["readable"] = True
        self._spill()
        self._file.write(told.tobytes())

    def sent_all(self, rows: np.ndarray) -> None:
        """Keep messages that were sent, as RECORD; their hosts, kinds, facts and group have numbers here."""
        self._spill()
        self._file.write(rows.tobytes())

    def _spill(self) -> None:
        if self._waiting:
            self._file.write(np.array(self._waiting, dtype=RECORD).tobytes())
            self._waiting.clear()

    def packed(self) -> tuple[tuple[list[Any], list[Any], list[Any]], bytes]:
        """Give hosts, kinds and facts by number, and all records, to be sent to another process."""
        return (self.hosts.things, self.kinds.things, self.facts.things), self.records().tobytes()

    def absorb(
        self, unread: dict[tuple[Any, ...], list[int]], tables: Sequence[list[Any]], records: bytes
    ) -> None:
        """Take what another process counted; flows of two processes are never the same."""
        for key, (length, flows, _) in unread.items():
            entry = self.unread.setdefault(key, [0, 0, -1])
            entry[0] += length
            entry[1] += flows
        rows = np.frombuffer(records, dtype=RECORD).copy()
        own = (self.hosts, self.kinds, self.facts)
        for column, numbered, things in zip(("host", "kind", "facts"), own, tables, strict=True):
            if things:
                rows[column] = np.array([numbered.number(thing) for thing in things], dtype=np.uint32)[
                    rows[column]
                ]
        self._spill()
        self._file.write(rows.tobytes())

    def records(self) -> np.ndarray:
        """Give all records kept, mapped from the file, in the order of flows."""
        self._spill()
        self._file.flush()
        size = self._file.tell()
        if not size:
            return np.zeros(0, dtype=RECORD)
        rows = np.memmap(self._file, dtype=RECORD, mode="r", shape=(size // RECORD.itemsize,))
        return rows[~np.isin(rows["flow"], sorted(self.left_out))] if self.left_out else rows
