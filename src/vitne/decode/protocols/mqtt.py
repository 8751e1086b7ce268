"""MQTT over TCP.

summary: client id, user name, password and will; topics and payloads; answers
specification: MQTT 3.1; OASIS MQTT 3.1.1 sections 2 and 3; OASIS MQTT 5.0 sections 2 and 3
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from vitne.decode.protocols.mqtt_packets import CONNECT, PUBLISH, SUBSCRIBE, UNSUBSCRIBE, Reader, read_packet
from vitne.model import Fit, Gap, Malformed, Message, Oddity

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST = 1 << 24  # bytes of one packet that are kept; the format allows 2^28
_KINDS = {
    1: "connect",
    2: "connack",
    3: "publish",
    4: "puback",
    5: "pubrec",
    6: "pubrel",
    7: "pubcomp",
    8: "subscribe",
    9: "suback",
    10: "unsubscribe",
    11: "unsuback",
    12: "pingreq",
    13: "pingresp",
    14: "disconnect",
    15: "auth",
}
_FLAGS = {6: 2, 8: 2, 10: 2}  # section 2.2.2: fixed low bits, 0 for all others but PUBLISH
_WAIT, _LOST = -1, -2
_NAMES = {b"\x00\x04MQTT": (4, 5), b"\x00\x06MQIsdp": (3,)}


class _Half:
    """One side of the conversation."""

    def __init__(self) -> None:
        self.offset = 0  # stream offset of the first kept byte
        self.kept = bytearray()
        self.wanted = 2  # bytes needed before the next look
        self.skip = 0  # bytes of an overlong packet still to come
        self.lost = False  # packets can no longer be told apart


class Mqtt:
    """One MQTT connection."""

    name = "mqtt"
    summary = "client id, user name, password and will; topics and payloads; answers"
    specification = "MQTT 3.1; OASIS MQTT 3.1.1 sections 2 and 3; OASIS MQTT 5.0 sections 2 and 3"
    first_bytes: ClassVar[dict[str, bytes]] = {
        "tcp": b"\x10\x20" + bytes(range(0x30, 0x3E))
    }  # what a side can begin with

    def __init__(self, *, transport: str = "tcp", destination: tuple[str, int] = ("", 0)) -> None:
        self.transport = transport
        self.destination = destination  # address and port of the server
        self.upgraded = ""  # MQTT hands over to nobody
        self.upgraded_at: tuple[int, int] | None = None
        self._halves = (_Half(), _Half())
        self._level = 0  # protocol level of the CONNECT: 3, 4 or 5; 0 before

    @staticmethod
    def fit(head: bytes, transport: str, side: int) -> int:
        """CERTAIN for CONNECT, PERHAPS for CONNACK, LIKELY for a PUBLISH that a packet or nothing follows."""
        if transport != "tcp" or len(head) < 4:
            return Fit.NO
        if head[0] >> 4 == PUBLISH:
            return Fit.LIKELY if _published(head) else Fit.NO
        if side == 1:
            return Fit.PERHAPS if head[0] == 0x20 and 2 <= head[1] < 128 and head[2] <= 1 else Fit.NO
        length = _length(head)
        if head[0] != 0x10 or length is None:
            return Fit.NO
        at = length[1]
        for name, levels in _NAMES.items():
            stop = at + len(name)
            if head[at:stop] == name and (len(head) == stop or head[stop] & 0x7F in levels):
                return Fit.CERTAIN
        return Fit.NO

    def feed(self, side: int, data: bytes) -> Iterator[Message | Oddity | Gap]:
        """Take bytes of one side; yield each whole packet."""
        half = self._halves[side]
        if half.skip:
            taken = min(half.skip, len(data))
            half.skip -= taken
            half.offset += taken
            data = data[taken:]
        if half.lost:
            half.offset += len(data)
            return
        half.kept += data
        if len(half.kept) < half.wanted:
            return
        at = 0
        while (end := _packet_end(half, at)) >= 0:
            if end > len(half.kept) and end - at > LARGEST:
                yield Gap(kind="limit", why="an MQTT packet is too long to be read", offset=half.offset + at)
                half.skip = end - len(half.kept)
                at = len(half.kept)
                break
            if end > len(half.kept):
                break
            yield from self._whole(side, bytes(half.kept[at:end]), half.offset + at)
            at = end
        if end == _LOST:
            half.lost = True
            yield Gap(kind="malformed", why="no MQTT packet begins here", offset=half.offset + at)
            at = len(half.kept)
        del half.kept[:at]
        half.offset += at
        half.wanted = max(2, half.wanted - at) if half.kept else 2

    def _whole(self, side: int, packet: bytes, offset: int) -> Iterator[Message | Oddity | Gap]:
        """Read one whole packet."""
        kind = packet[0] >> 4
        length = _length(packet)
        reader = Reader(packet, offset, length[1] if length else 2)
        if kind == CONNECT and not self._level:
            self._level = reader.level()
        complete = True
        try:
            read_packet(reader, kind, self._level)
        except Malformed as error:
            complete = False
            yield Gap(kind="malformed", why=error.why, offset=offset)
        yield Message(
            protocol="mqtt",
            kind=_KINDS[kind],
            side=side,
            start=offset,
            end=offset + len(packet),
            complete=complete,
            status=reader.status,
            facts=tuple(reader.facts),
            parts=tuple(reader.parts),
        )

    def miss(self, side: int, length: int) -> Iterator[Message | Oddity | Gap]:
        """Give up the packet in hand; behind a hole no packet begins that could be known."""
        half = self._halves[side]
        if half.lost or half.skip >= length:
            half.skip = max(0, half.skip - length)
            half.offset += length
            return
        start, length_known = half.offset, _length(half.kept)
        missing = length_known[1] + length_known[0] - len(half.kept) if half.kept and length_known else 0
        yield from self._cut(side, start)
        half.offset += length
        half.skip = max(0, missing - length)
        if missing < length:
            half.lost = True
            why = "MQTT packets cannot be told apart behind a hole"
            yield Gap(kind="missing-segment", why=why, offset=start)

    def finish(self, side: int) -> Iterator[Message | Oddity | Gap]:
        """End one side; a packet that was cut is read as far as it goes."""
        half = self._halves[side]
        if half.skip:
            yield Gap(kind="malformed", why="the stream ends inside an MQTT packet", offset=half.offset)
        yield from self._cut(side, half.offset)
        half.skip = 0

    def _cut(self, side: int, start: int) -> Iterator[Message | Oddity | Gap]:
        """Tell of the packet that was begun and not ended, with the parts that are whole."""
        half = self._halves[side]
        if not half.kept:
            return
        packet = bytes(half.kept)
        half.kept.clear()
        half.wanted = 2
        half.offset += len(packet)
        kind, length = packet[0] >> 4, _length(packet)
        yield Gap(kind="malformed", why="the stream ends inside an MQTT packet", offset=start)
        if length is None or kind not in {CONNECT, PUBLISH, SUBSCRIBE, UNSUBSCRIBE}:
            return
        reader = Reader(packet, start, length[1])
        try:
            read_packet(reader, kind, reader.level() if kind == CONNECT else self._level)
        except Malformed:
            reader.facts.append(("cut", "yes"))
        yield Message(
            protocol="mqtt",
            kind=_KINDS[kind],
            side=side,
            start=start,
            end=start + len(packet),
            complete=False,
            facts=tuple(reader.facts),
            parts=tuple(reader.parts),
        )


def _published(head: bytes) -> bool:
    """Say whether a PUBLISH with a printable topic begins here and its length leads to a packet."""
    length = _length(head)
    if length is None or head[0] & 0x06 == 0x06:
        return False
    start = length[1] + 2
    topic = head[start : start + int.from_bytes(head[length[1] : start], "big")]
    end = length[1] + length[0]
    sound = (
        len(topic) > 2
        and topic.isascii()
        and topic.decode("ascii").isprintable()
        and start + len(topic) <= end
    )
    if not sound or end > len(head):
        return False
    behind = _Half()
    behind.kept += head[end:]
    return _packet_end(behind, 0) != _LOST


def _packet_end(half: _Half, at: int) -> int:
    """Give the position behind the packet that begins here, or _WAIT, or _LOST."""
    half.wanted = at + 2
    if at + 2 > len(half.kept):
        return _WAIT
    first = half.kept[at]
    if first >> 4 == 0 or (first >> 4 != PUBLISH and first & 0x0F != _FLAGS.get(first >> 4, 0)):
        return _LOST
    length = _length(half.kept[at : at + 5])
    if length is None:
        half.wanted = len(half.kept) + 1
        return _LOST if len(half.kept) - at >= 5 else _WAIT
    half.wanted = at + length[1] + length[0]
    return half.wanted


def _length(head: bytes | bytearray) -> tuple[int, int] | None:
    """Read the remaining length: value and position behind it (3.1.1 section 2.2.3); None when cut."""
    value = 0
    for i, byte in enumerate(head[1:5]):
        value |= (byte & 0x7F) << (7 * i)
        if byte < 128:
            return value, i + 2
    return None


decoder = Mqtt
