"""Questions to a name server and their answers: of one that was read before, only what is new is read.

A phone asks for the same names hundreds of times a day.  What a question tells is decided by its name alone;
where ``Idle`` says that nothing stands in it, a flow of one such question and its answer becomes a row of
what was sent, and the addresses that the answer told.  RFC 1035 section 4.1.
"""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING

from vitne.decode.protocols import asked_first, decoders, judge
from vitne.decode.protocols.dns_message import HEADER, Reader
from vitne.decode.protocols.dns_names import read_name
from vitne.decode.protocols.dns_records import TYPES
from vitne.model import Malformed, Message
from vitne.pipeline.ends import NOBODY
from vitne.pipeline.idle import NOTHING
from vitne.pipeline.messagework import device_and_direction
from vitne.pipeline.saying import Counted, Saying

if TYPE_CHECKING:
    from vitne.attribute import Devices
    from vitne.model import Flow
    from vitne.pipeline.idle import Idle
    from vitne.pipeline.traffic import Traffic
    from vitne.pipeline.views import SideView

_PORT = 53
_KIND = ("dns", "query")
_ASKED = frozenset((0x0000, 0x0100))  # flags of a plain question: recursion desired or not
_ANSWERED = 0x8000 | 0x0400 | 0x0100 | 0x0080 | 0x0020 | 0x0010 | 0x000F  # flags that an answer may carry
_MOST_RECORDS = 32
_LONGEST = 300  # bytes of a question
_MOST = 16384  # questions and pairs of ends that are remembered
_RECORD = struct.Struct(">HHIH")
_POINTER = b"\xc0\x0c"  # to the name of the first question
_FAMILIES = {(1, 4): socket.AF_INET, (28, 16): socket.AF_INET6}
Told = list[tuple[str, str]]
"""Addresses, and the name asked for."""


class Questions:
    """Reads plain questions of one scan."""

    def __init__(self, idle: Idle, devices: Devices) -> None:
        self._idle = idle
        self._devices = devices
        self._names: dict[bytes, str | None] = {}  # question -> name; None: it is for the patient reader
        self._ways: dict[tuple[str, str, str, str], bool] = {}
        self._first = asked_first("dns", "udp")
        self._decoder = decoders()["dns"]

    def read(self, traffic: Traffic, flow: Flow, views: dict[int, SideView]) -> Saying | None:
        """Count a question that holds nothing, and learn from its answer; None where more may be in them.

        Nothing was found by raw search in either.
        """
        if flow.server_port != _PORT or 0 not in views or not self._asked_out(flow):
            return None
        name = self._name(views[0])
        if name is None:
            return None
        answer = views.get(1)
        told = _addresses(views[0].data, answer, name) if answer is not None else []
        if told is None:
            return None
        one = Counted(0, len(views[0].data), NOBODY, "sent" if answer is None else "acknowledged", _KIND)
        saying = Saying(works=[], counted=[one])
        if answer is not None and told:
            time_ns = int(traffic.walked.row_times(answer.runs[3][0]))
            saying.told = [(address, owner, time_ns) for address, owner in told]
        return saying

    def _asked_out(self, flow: Flow) -> bool:
        """Say whether a device of ours asks somebody who is none."""
        ends = (flow.client_ip, flow.client_mac, flow.server_ip, flow.server_mac)
        known = self._ways.get(ends)
        if known is None:
            ways = [device_and_direction(self._devices, flow, side)[1] for side in (0, 1)]
            known = ways == ["sent", "received"]
            if len(self._ways) >= _MOST:
                self._ways.clear()
            self._ways[ends] = known
        return known

    def _name(self, view: SideView) -> str | None:
        """Give the name that a single datagram asks for and in which nothing stands."""
        data = view.data
        if len(view.runs[2]) != 1 or not 17 <= len(data) <= _LONGEST:
            return None
        if data[0] not in self._first and judge(data, "udp", 0)[1] is not self._decoder:
            return None
        key = data[2:]
        if key in self._names:
            return self._names[key]
        _, flags, *counts = HEADER.unpack_from(data)
        end = data.find(0, 12)
        if flags not in _ASKED or end < 0 or counts[:3] != [1, 0, 0] or not _ends(data, end + 5, counts[3]):
            return None
        if len(self._names) >= _MOST:
            self._names.clear()
        text = self._names[key] = _plain_name(data) if self._dull(data, end) else None
        return text

    def _dull(self, data: bytes, end: int) -> bool:
        """Say whether nothing stands in the name asked for, whose last byte is at ``end``."""
        told = self._idle.known("dns", "question name", data[12 : end + 1])
        if told is None:
            message = Reader("dns").read(0, data, number=0)[0]
            if not isinstance(message, Message) or not message.parts:
                return False
            told = self._idle.look(message, message.parts[0], data[12 : end + 1])
        return told == NOTHING


def _plain_name(data: bytes) -> str | None:
    """Give the name of a question of a common type and of the class Internet, lower case."""
    try:
        name = read_name(data, 12, {})
    except Malformed:
        return None
    kind, group = struct.unpack_from(">HH", data, name.end)
    return name.text.lower() if kind in TYPES and group == 1 else None


def _ends(data: bytes, at: int, additional: int) -> bool:
    """Say whether a message ends at a position, but for extensions without any option (RFC 6891)."""
    if additional == 0:
        return len(data) == at
    bare = len(data) == at + 11 and data[at : at + 3] == b"\0\0\x29" and data[-2:] == b"\0\0"
    return additional == 1 and bare


def _addresses(asked: bytes, view: SideView, name: str) -> Told | None:
    """Give the addresses of a single answer; None where it is no plain chain of aliases and addresses."""
    data, at = view.data, asked.index(0, 12) + 5
    if len(view.runs[2]) != 1 or data[:2] != asked[:2] or data[12:at] != asked[12:at]:
        return None
    _, flags, questions, answers, authorities, additional = HEADER.unpack_from(data)
    if questions != 1 or authorities or answers > _MOST_RECORDS:
        return None
    if not flags & 0x8000 or flags & ~_ANSWERED:
        return None
    told: Told = []
    owner = _POINTER
    for _ in range(answers):
        if data[at : at + 2] != owner or at + 12 > len(data):
            return None
        kind, _class, _life, length = _RECORD.unpack_from(data, at + 2)
        at += 12
        end = at + length
        family = _FAMILIES.get((kind, length))
        if end > len(data):
            return None
        if family is not None:
            told.append((socket.inet_ntop(family, data[at:end]), name))
        elif kind == 5 and not told and _is_name(data, at, end):
            owner = (0xC000 | at).to_bytes(2)
        else:
            return None
        at = end
    return told if _ends(data, at, additional) else None


def _is_name(data: bytes, at: int, end: int) -> bool:
    try:
        return read_name(data, at, {}, end=end).end == end
    except Malformed:
        return False
