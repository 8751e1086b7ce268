"""MQTT-SN: MQTT for sensors, over UDP.

summary: client id, will, topics registered and published, payloads; the wireless node behind a forwarder
specification: MQTT-SN 1.2 sections 5.2 to 5.5
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from vitne.model import Fit, Gap, Malformed, Message, Part

if TYPE_CHECKING:
    from collections.abc import Iterator

_CONNECT, _REGISTER, _REGACK, _PUBLISH, _FORWARDED = 0x04, 0x0A, 0x0B, 0x0C, 0xFE
_KINDS = {
    0x00: "advertise", 0x01: "searchgw", 0x02: "gwinfo", 0x04: "connect", 0x05: "connack",
    0x06: "willtopicreq", 0x07: "willtopic", 0x08: "willmsgreq", 0x09: "willmsg", 0x0A: "register",
    0x0B: "regack", 0x0C: "publish", 0x0D: "puback", 0x0E: "pubcomp", 0x0F: "pubrec", 0x10: "pubrel",
    0x12: "subscribe", 0x13: "suback", 0x14: "unsubscribe", 0x15: "unsuback", 0x16: "pingreq",
    0x17: "pingresp", 0x18: "disconnect", 0x1A: "willtopicupd", 0x1B: "willtopicresp", 0x1C: "willmsgupd",
    0x1D: "willmsgresp",
}  # fmt: skip
_TEXTS = {
    0x07: (1, "will-topic", "will topic"),
    0x09: (0, "will", "will"),
    0x12: (3, "filter", "topic filter"),
    0x14: (3, "filter", "topic filter"),
    0x16: (0, "client-id", "client id"),
    0x1A: (1, "will-topic", "will topic"),
    0x1C: (0, "will", "will"),
}  # per kind: bytes before a text that goes on to the end, what it is, its name
_CODES = {0x05: 0, 0x0B: 4, 0x0D: 4, 0x13: 5, 0x1B: 0, 0x1D: 0}  # per kind: where a return code stands
_NORMAL, _SHORT = 0, 2  # kinds of topic ids: registered, two letters
_LONGEST_ID = 23  # letters of a client id
_MOST_TOPICS = 4096
_MOST_DEEP = 4  # forwarders behind one another


class MqttSn:
    """One conversation of a sensor with its gateway; each datagram is one message."""

    name = "mqtt-sn"
    summary = "client id, will, topics registered and published, payloads; the node behind a forwarder"
    specification = "MQTT-SN 1.2 sections 5.2 to 5.5"
    first_bytes: ClassVar[dict[str, bytes]] = {"udp": bytes(range(1, 256))}  # a length of one or three bytes

    def __init__(self, *, transport: str = "udp", destination: tuple[str, int] = ("", 0)) -> None:
        self.transport = transport
        self.destination = destination  # address and port of the gateway
        self.upgraded = ""  # MQTT-SN hands over to nobody
        self.upgraded_at: tuple[int, int] | None = None
        self._count = [0, 0]  # datagrams met per side
        self._asked: dict[tuple[int, int], str] = {}  # by side and message id: topic that is to be registered
        self._topics: dict[int, str] = {}  # by topic id

    @staticmethod
    def fit(head: bytes, transport: str, side: int) -> int:
        """LIKELY for CONNECT, REGISTER and a PUBLISH without connection: their fields are narrow."""
        place = _header(head, 0) if transport == "udp" else None
        if place is None or place[2] != len(head):
            return Fit.NO
        kind, at, _ = place
        rest = head[at:]
        if kind == _FORWARDED or kind not in _KINDS:
            return Fit.NO
        if kind == _CONNECT and side == 0:
            sound = len(rest) > 4 and rest[1] == 1 and not rest[0] & 0xF3 and _readable(rest[4:])
            return Fit.LIKELY if sound and len(rest) <= 4 + _LONGEST_ID else Fit.NO
        if kind == _REGISTER:
            sound = len(rest) > 5 and rest[:2] == b"\0\0" and _readable(rest[4:])
            return Fit.LIKELY if sound and b"/" in rest[4:] else Fit.NO
        if kind == _PUBLISH and len(rest) > 5 and rest[0] & 0x60 == 0x60 and rest[0] & 3 in {1, 2}:
            return Fit.LIKELY if rest[3:5] == b"\0\0" else Fit.NO  # at most once, without a connection
        return Fit.PERHAPS if kind == 0x05 and side == 1 and len(rest) == 1 and rest[0] <= 3 else Fit.NO

    def feed(self, side: int, data: bytes) -> Iterator[Message | Gap]:
        """Take one datagram."""
        number = self._count[side]
        self._count[side] += 1
        told = _Told(data)
        kind, complete = "", True
        try:
            kind = self._read(side, told)
        except Malformed as error:
            complete = False
            yield Gap(kind="malformed", why=error.why)
        if kind:
            yield Message(
                protocol="mqtt-sn",
                kind=kind,
                side=side,
                start=0,
                end=len(data),
                datagram=number,
                complete=complete,
                status=told.status,
                parts=tuple(told.parts),
            )

    def miss(self, side: int, length: int) -> Iterator[Message | Gap]:
        """Nothing: a datagram stands for itself."""
        del side, length
        yield from ()

    def finish(self, side: int) -> Iterator[Message | Gap]:
        """Nothing: a datagram stands for itself."""
        del side
        yield from ()

    def _read(self, side: int, told: _Told) -> str:
        """Read the message of a datagram; raises Malformed."""
        at = 0
        for _ in range(_MOST_DEEP):
            place = _header(told.data, at)
            if place is None:
                raise Malformed("a datagram ends inside the head of an MQTT-SN message", at=at)
            kind, start, end = place
            if end > len(told.data):
                raise Malformed("a datagram ends inside an MQTT-SN message", at=len(told.data))
            if kind != _FORWARDED:
                break
            told.keep("node", "wireless node", start + 1, end)
            at = end
        else:
            raise Malformed("too many forwarders around an MQTT-SN message", at=at)
        if kind not in _KINDS:
            raise Malformed("an MQTT-SN message of a type that is not known", at=at)
        if end < len(told.data):
            told.keep("payload", "", end, len(told.data))  # what follows is none of it and is looked at
        self._fields(side, kind, told, (start, end))
        return _KINDS[kind]

    def _fields(self, side: int, kind: int, told: _Told, span: tuple[int, int]) -> None:
        """Read the fields of one message."""
        start, end = span
        if kind == _CONNECT:
            told.need(start + 4, end)
            told.keep("client-id", "client id", start + 4, end)
        elif kind == _REGISTER:
            told.need(start + 4, end)
            told.keep("topic", "topic", start + 4, end)
            name = told.data[start + 4 : end][:255].decode("utf-8", "replace")
            self._learn(side, told.number(start), told.number(start + 2), name)
        elif kind == _PUBLISH:
            self._published(told, start, end)
        elif kind in _TEXTS:
            before, path, field = _TEXTS[kind]
            named = kind not in {0x12, 0x14} or told.data[start : start + 1] not in {
                b"\x01",
                b"\x21",
                b"\x41",
            }
            if end >= start + before and named:
                told.keep(path, field, start + before, end)
        if kind in _CODES and start + _CODES[kind] < end:
            told.status = told.data[start + _CODES[kind]]
        if kind == _REGACK and end - start >= 5 and told.status == 0:
            name = self._asked.pop((1 - side, told.number(start + 2)), "")
            if name and len(self._topics) < _MOST_TOPICS:
                self._topics[told.number(start)] = name

    def _learn(self, side: int, topic: int, message: int, name: str) -> None:
        """Keep a topic that is registered: the gateway names its number, a client is answered with one."""
        if topic and len(self._topics) < _MOST_TOPICS:
            self._topics[topic] = name
        elif len(self._asked) < _MOST_TOPICS:
            self._asked[side, message] = name

    def _published(self, told: _Told, start: int, end: int) -> None:
        told.need(start + 5, end)
        kind = told.data[start] & 3
        name = self._topics.get(told.number(start + 1), "") if kind == _NORMAL else ""
        if kind == _SHORT:
            name = told.data[start + 1 : start + 3].decode("utf-8", "replace")
            told.keep("topic", "topic", start + 1, start + 3)
        told.keep("payload", name.rsplit("/", 1)[-1], start + 5, end)


class _Told:
    """A datagram and what was read of it."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.parts: list[Part] = []
        self.status: int | None = None  # return code

    def keep(self, path: str, field: str, start: int, end: int) -> None:
        """Keep a range as a part; empty ones are left out."""
        if end > start:
            self.parts.append(Part(path=path, field=field, start=start, end=end))

    def number(self, at: int) -> int:
        """Read two bytes."""
        return int.from_bytes(self.data[at : at + 2], "big")

    def need(self, at: int, end: int) -> None:
        """Raise Malformed where a message ends before its fixed fields do."""
        if at > end:
            raise Malformed("an MQTT-SN message ends inside its fields", at=end)


def _header(data: bytes, at: int) -> tuple[int, int, int] | None:
    """Read length and type (section 5.2): the type, where fields begin, where they end; None where cut."""
    wide = data[at : at + 1] == b"\x01"
    size = 4 if wide else 2
    if at + size > len(data):
        return None
    length = int.from_bytes(data[at + 1 : at + 3], "big") if wide else data[at]
    if length < size:
        return None
    return data[at + size - 1], at + size, at + length


def _readable(data: bytes) -> bool:
    return data.isascii() and data.decode("ascii").isprintable()


decoder = MqttSn
