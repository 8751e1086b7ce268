"""Places in other protocols, and in protocols of the sender's own.

specification: RFC 6455; MQTT 3.1.1; RFC 7252; RFC 1035
"""

from __future__ import annotations

import base64
import struct
from typing import TYPE_CHECKING

from bench.leakbench.cargo import CannotCarryError, Cargo
from bench.leakbench.layers.binary import varint
from bench.leakbench.layers.ciphers import xor
from bench.leakbench.wire import CLIENT, SERVER, Turn

from ._load import Load, Way, placed, printable, request_head

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_DATAGRAM = 1400


def websocket(cargo: Cargo, way: Way) -> Load:
    """Put it into a masked frame behind an upgrade."""
    if len(cargo.data) > 65535:
        raise CannotCarryError("longer than the length written here can say")
    key = base64.b64encode(way.chance.randbytes(16))
    extra = [
        b"Upgrade: websocket",
        b"Connection: Upgrade",
        b"Sec-WebSocket-Version: 13",
        b"Sec-WebSocket-Key: " + key,
    ]
    ask = request_head(way, b"/ws", extra, method=b"GET")
    agree = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    mask, size = way.chance.randbytes(4), len(cargo.data)
    length = bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack(">H", size)
    frame = bytes([0x82 if any(byte > 126 for byte in cargo.data) else 0x81]) + length + mask
    start = len(ask) + len(frame)
    turns = (
        Turn(CLIENT, ask),
        Turn(SERVER, agree),
        Turn(CLIENT, frame + xor(cargo.data, mask)),
        Turn(SERVER, b"\x81\x02ok"),
    )
    return Load(
        "tcp", 80, turns, (start + cargo.low, start + cargo.high), (start, start + size),
        layers=(*cargo.layers, "websocket"),
    )  # fmt: skip


def _mqtt_text(text: bytes) -> bytes:
    return struct.pack(">H", len(text)) + text


def mqtt(cargo: Cargo, way: Way) -> Load:
    """Make it the payload of a published message."""
    client = f"c{way.chance.randrange(10**8)}".encode()
    connect = _mqtt_text(b"MQTT") + b"\x04\x02\x00\x3c" + _mqtt_text(client)
    first = b"\x10" + varint(len(connect)) + connect
    rest = _mqtt_text(b"up/" + way.name.encode()) + cargo.data
    head = b"\x30" + varint(len(rest))
    publish = head + rest
    start = len(first) + len(publish) - len(cargo.data)
    turns = (
        Turn(CLIENT, first),
        Turn(SERVER, b"\x20\x02\x00\x00"),
        Turn(CLIENT, publish),
        Turn(CLIENT, b"\xe0\0"),
    )
    return Load("tcp", 1883, turns, layers=cargo.layers, **placed(first + publish, cargo, start))


def mqtt_topic(cargo: Cargo, _way: Way) -> Load:
    """Put it into the topic of a published message."""
    printable(cargo, most=600)
    if set(b"+#") & set(cargo.data):
        raise CannotCarryError("letters that no topic may hold")
    connect = _mqtt_text(b"MQTT") + b"\x04\x02\x00\x3c" + _mqtt_text(b"c77")
    first = b"\x10" + varint(len(connect)) + connect
    rest = _mqtt_text(b"dev/" + cargo.data + b"/up") + b"{}"
    publish = b"\x30" + varint(len(rest)) + rest
    start = len(first) + len(publish) - len(rest) + 6
    turns = (
        Turn(CLIENT, first),
        Turn(SERVER, b"\x20\x02\x00\x00"),
        Turn(CLIENT, publish),
        Turn(CLIENT, b"\xe0\0"),
    )
    return Load("tcp", 1883, turns, layers=cargo.layers, **placed(first + publish, cargo, start))


def mqtt_client(cargo: Cargo, _way: Way) -> Load:
    """Make it the name that an MQTT client gives itself."""
    printable(cargo, most=600)
    connect = _mqtt_text(b"MQTT") + b"\x04\x02\x00\x3c"
    rest = connect + _mqtt_text(cargo.data)
    first = b"\x10" + varint(len(rest)) + rest
    turns = (Turn(CLIENT, first), Turn(SERVER, b"\x20\x02\x00\x00"), Turn(CLIENT, b"\xe0\0"))
    return Load("tcp", 1883, turns, layers=cargo.layers, **placed(first, cargo, len(first) - len(cargo.data)))


def _coap_option(delta: int, value: bytes) -> bytes:
    size = len(value)
    if size < 13:
        return bytes([delta << 4 | size]) + value
    if size < 269:
        return bytes([delta << 4 | 13, size - 13]) + value
    return bytes([delta << 4 | 14]) + struct.pack(">H", size - 269) + value


def coap(cargo: Cargo, way: Way) -> Load:
    """Make it the payload of a CoAP POST."""
    number, token = way.chance.getrandbits(16), way.chance.randbytes(4)
    head = b"\x44\x02" + struct.pack(">H", number) + token
    options = _coap_option(3, way.host.encode()) + _coap_option(8, b"nb") + b"\x11\x32"
    first = head + options + b"\xff"
    if len(first) + len(cargo.data) > LONGEST_DATAGRAM:
        raise CannotCarryError("longer than a datagram")
    answer = b"\x64\x44" + struct.pack(">H", number) + token
    turns = (Turn(CLIENT, first + cargo.data), Turn(SERVER, answer))
    return Load("udp", 5683, turns, layers=cargo.layers, **placed(first + cargo.data, cargo, len(first)))


def coap_query(cargo: Cargo, way: Way) -> Load:
    """Put it into a query option of a CoAP request."""
    printable(cargo, most=200)
    number, token = way.chance.getrandbits(16), way.chance.randbytes(4)
    head = b"\x44\x01" + struct.pack(">H", number) + token
    options = _coap_option(3, way.host.encode()) + _coap_option(8, b"rd")
    name = way.name.encode() + b"="
    last = _coap_option(4, name + cargo.data)
    data = head + options + last
    turns = (Turn(CLIENT, data), Turn(SERVER, b"\x64\x45" + struct.pack(">H", number) + token))
    return Load("udp", 5683, turns, layers=cargo.layers, **placed(data, cargo, len(data) - len(cargo.data)))


LABEL = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


def dns(cargo: Cargo, way: Way) -> Load:
    """Cut it into labels of a name that is asked for."""
    if len(cargo.data) > 180 or not set(cargo.data) <= LABEL:
        raise CannotCarryError("no labels of a name")
    head = struct.pack(">6H", way.chance.getrandbits(16), 0x0100, 1, 0, 0, 0)
    pieces = [cargo.data[at : at + 63] for at in range(0, len(cargo.data), 63)]
    labels = b"".join(bytes([len(piece)]) + piece for piece in pieces)
    zone = b"".join(bytes([len(part)]) + part.encode() for part in way.host.split("."))
    ask = head + labels + zone + b"\0\0\x01\0\x01"
    answer = head[:2] + b"\x81\x83" + ask[4:]
    low = 12 + cargo.low + cargo.low // 63 + 1
    high = 12 + cargo.high + (cargo.high - 1) // 63 + 1
    turns = (Turn(CLIENT, ask), Turn(SERVER, answer))
    layers = (*cargo.layers, "dns-name")
    return Load("udp", 53, turns, (low, high), (12, 12 + len(labels)), layers=layers)


def raw_tcp(cargo: Cargo, way: Way) -> Load:
    """Speak a protocol of the sender's own on TCP: a length and the cargo, after a hello."""
    hello = b"\x00\x00\x00\x04\x01\x02\x03" + bytes([way.chance.randrange(256)])
    first = hello + struct.pack(">I", len(cargo.data))
    turns = (Turn(CLIENT, first + cargo.data), Turn(SERVER, b"\x00\x00\x00\x01\x00"))
    return Load("tcp", 9998, turns, layers=cargo.layers, **placed(first + cargo.data, cargo, len(first)))


def raw_udp(cargo: Cargo, way: Way) -> Load:
    """Put it into a datagram of the sender's own."""
    first = b"\x07" + way.chance.randbytes(2) + struct.pack(">H", len(cargo.data))
    if len(first) + len(cargo.data) > LONGEST_DATAGRAM:
        raise CannotCarryError("longer than a datagram")
    turns = (Turn(CLIENT, first + cargo.data), Turn(SERVER, b"\x08\x00"))
    return Load("udp", 9999, turns, layers=cargo.layers, **placed(first + cargo.data, cargo, len(first)))


CARRIERS: dict[str, Callable[[Cargo, Way], Load]] = {
    "websocket": websocket,
    "mqtt": mqtt,
    "mqtt-topic": mqtt_topic,
    "mqtt-client": mqtt_client,
    "coap": coap,
    "coap-query": coap_query,
    "dns": dns,
    "tcp": raw_tcp,
    "udp": raw_udp,
}
