"""The fields inside MQTT packets (3.1.1 section 3; 5.0 section 3, properties 2.2.2)."""

from __future__ import annotations

from vitne.model import Malformed, Part

CONNECT, CONNACK, PUBLISH, SUBSCRIBE, UNSUBSCRIBE, DISCONNECT = 1, 2, 3, 8, 10, 14
_ACKS = {4, 5, 6, 7}  # PUBACK, PUBREC, PUBREL, PUBCOMP
_MOST_FILTERS = 1024  # filters of one packet that are told

# 5.0 section 2.2.2.2: how many bytes the value of a property has
_FIXED = {0x01: 1, 0x17: 1, 0x19: 1, 0x24: 1, 0x25: 1, 0x28: 1, 0x29: 1, 0x2A: 1}
_FIXED |= {0x13: 2, 0x21: 2, 0x22: 2, 0x23: 2, 0x02: 4, 0x11: 4, 0x18: 4, 0x27: 4}
_STRINGS = {
    0x03: "content type",
    0x08: "response topic",
    0x09: "correlation data",
    0x12: "assigned client id",
    0x15: "authentication method",
    0x16: "authentication data",
    0x1A: "response information",
    0x1C: "server reference",
    0x1F: "reason",
}
_USER_PROPERTY, _SUBSCRIPTION = 0x26, 0x0B


class Reader:
    """A packet, where reading stands, and what was found."""

    def __init__(self, data: bytes, offset: int, at: int) -> None:
        self.data = data
        self.offset = offset  # stream offset of the packet
        self.at = at
        self.status: int | None = None  # return or reason code
        self.facts: list[tuple[str, str]] = []
        self.parts: list[Part] = []

    def number(self, size: int) -> int:
        """Read a big-endian number; raises Malformed at the end of the packet."""
        end = self.at + size
        if end > len(self.data):
            raise Malformed("an MQTT packet ends inside a field", at=self.at)
        value = int.from_bytes(self.data[self.at : end], "big")
        self.at = end
        return value

    def varint(self) -> int:
        """Read a variable byte integer (5.0 section 1.5.5)."""
        value = 0
        for shift in (0, 7, 14, 21):
            byte = self.number(1)
            value |= (byte & 0x7F) << shift
            if byte < 128:
                return value
        raise Malformed("a length of an MQTT packet is too long", at=self.at)

    def string(self, path: str = "", field: str = "") -> bytes:
        """Read a length-prefixed string and, with a path, keep it as a part."""
        size = self.number(2)
        start = self.at
        if start + size > len(self.data):
            raise Malformed("an MQTT packet ends inside a string", at=start)
        self.at += size
        if path:
            self.keep(path, field, start, self.at)
        return self.data[start : self.at]

    def keep(self, path: str, field: str, start: int, end: int) -> None:
        """Keep a range of the packet as a part; empty ones are left out."""
        if end > start:
            self.parts.append(Part(path=path, field=field, start=self.offset + start, end=self.offset + end))

    def level(self) -> int:
        """Look at the protocol level of a CONNECT, 0 where it cannot be read."""
        size = int.from_bytes(self.data[self.at : self.at + 2], "big")
        level = self.data[self.at + 2 + size : self.at + 3 + size]
        return level[0] & 0x7F if level else 0

    def properties(self, path: str) -> None:
        """Read the properties of a 5.0 packet."""
        end = self.varint()
        end += self.at
        if end > len(self.data):
            raise Malformed("an MQTT packet ends inside its properties", at=self.at)
        while self.at < end:
            kind = self.varint()
            if kind in _FIXED:
                self.number(_FIXED[kind])
            elif kind == _SUBSCRIPTION:
                self.varint()
            elif kind == _USER_PROPERTY:
                name = self.string().decode("utf-8", "replace")[:255]
                self.string(f"{path}:user", name)
            elif kind in _STRINGS:
                self.string(f"{path}:{kind}", _STRINGS[kind])
            else:
                raise Malformed("an MQTT property is not known", at=self.at)


def read_packet(reader: Reader, kind: int, level: int) -> None:
    """Read the fields of one packet into the reader; raises Malformed where a length lies."""
    if kind == CONNECT:
        _connect(reader)
    elif kind == CONNACK:
        reader.number(1)
        reader.status = reader.number(1)
    elif kind == PUBLISH:
        _publish(reader, level)
    elif kind in {SUBSCRIBE, UNSUBSCRIBE}:
        _filters(reader, kind, level)
    elif (kind in _ACKS and len(reader.data) > 4) or (kind == DISCONNECT and len(reader.data) > 2):
        reader.at += 2 if kind in _ACKS else 0
        reader.status = reader.number(1)


def _connect(reader: Reader) -> None:
    """Read CONNECT (3.1.1 section 3.1)."""
    reader.string()
    level = reader.number(1) & 0x7F
    flags = reader.number(1)
    reader.number(2)
    reader.facts.append(("version", {3: "3.1", 4: "3.1.1", 5: "5.0"}.get(level, str(level))))
    if level == 5:
        reader.properties("property")
    reader.string("client-id", "client id")
    if flags & 0x04:
        if level == 5:
            reader.properties("will-property")
        reader.string("will-topic", "will topic")
        reader.string("will", "will")
    if flags & 0x80:
        reader.string("username", "username")
    if flags & 0x40:
        reader.string("password", "password")


def _publish(reader: Reader, level: int) -> None:
    """Read PUBLISH (section 3.3): the payload is what the lengths leave over."""
    topic = reader.string("topic", "topic").decode("utf-8", "replace")[:255]
    if reader.data[0] & 0x06:
        reader.number(2)
    if level == 5:
        reader.properties("property")
    reader.keep("payload", topic.rsplit("/", 1)[-1], reader.at, len(reader.data))


def _filters(reader: Reader, kind: int, level: int) -> None:
    """Read SUBSCRIBE or UNSUBSCRIBE (sections 3.8 and 3.10)."""
    reader.number(2)
    if level == 5:
        reader.properties("property")
    for _ in range(_MOST_FILTERS):
        if reader.at >= len(reader.data):
            return
        reader.string("filter", "topic filter")
        if kind == SUBSCRIBE:
            reader.number(1)
