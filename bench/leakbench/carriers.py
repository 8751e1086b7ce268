"""Carriers: where in a protocol a cargo travels.

Each carrier gives the turns of a conversation and says where in the client's stream (or in its datagrams, one
after another) the value and the whole cargo stand.

specification: RFC 9112; RFC 7578; RFC 6265; RFC 6455; MQTT 3.1.1; RFC 7252; RFC 1035
"""

from __future__ import annotations

import base64
import json
import struct
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes

from .cargo import CannotCarry, Cargo
from .layers.binary import varint
from .layers.ciphers import xor
from .layers.records import json_text
from .wire import CLIENT, SERVER, Turn

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from .cargo import Words

LONGEST_DATAGRAM = 1400
LONGEST_LINE = 6000  # bytes of a request line or a header field that servers take
ANSWER = b'{"resultCode":"0","resultDesc":"Success"}'


@dataclass(frozen=True)
class Load:
    """A conversation that holds a cargo."""

    transport: str  # "tcp", "udp"
    port: int  # of the server
    turns: tuple[Turn, ...]
    value: tuple[int, int]  # half-open range of the value in what the client sends
    body: tuple[int, int]  # half-open range of the whole cargo there
    layers: tuple[str, ...]  # what was put around, innermost first, the carrier's own among them


@dataclass(frozen=True)
class Way:
    """What a carrier is told besides the cargo."""

    host: str  # name of the server
    name: str  # name of the field that the cargo travels in
    chance: Random
    words: Words


Carrier = "Callable[[Cargo, Way], Load]"


def _printable(cargo: Cargo, *, most: int = LONGEST_LINE) -> None:
    """Refuse what a line of a head cannot hold."""
    if len(cargo.data) > most or any(byte < 32 or byte > 126 for byte in cargo.data):
        raise CannotCarry("no printable line")


def _head(way: Way, target: bytes, extra: list[bytes], *, method: bytes = b"POST") -> bytes:
    lines = [method + b" " + target + b" HTTP/1.1", b"Host: " + way.host.encode(), *extra]
    lines.append(b"User-Agent: " + way.words.pick("agents", way.chance).encode())
    return b"\r\n".join(lines) + b"\r\n\r\n"


def _answer(body: bytes = ANSWER) -> Turn:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    return Turn(SERVER, head + body)


def _path(way: Way) -> bytes:
    return b"/" + way.words.pick("paths", way.chance).encode()


def _beside(cargo: Cargo) -> bytes:
    return b"&".join(
        name.encode() + b"=" + quote_from_bytes(value.encode()).encode() for name, value in cargo.beside
    )


def _at(stream: bytes, cargo: Cargo, before: int) -> dict[str, tuple[int, int]]:
    """Place a cargo that stands at an offset of the stream as it is."""
    if stream[before : before + len(cargo.data)] != cargo.data:
        raise ValueError("the cargo is not where it was put")
    return {
        "value": (before + cargo.low, before + cargo.high),
        "body": (before, before + len(cargo.data)),
    }


def _web(stream: bytes, cargo: Cargo, before: int) -> Load:
    turns = (Turn(CLIENT, stream), _answer())
    return Load("tcp", 80, turns, layers=cargo.layers, **_at(stream, cargo, before))


def query(cargo: Cargo, way: Way) -> Load:
    """A parameter of the request's target."""
    inside = cargo.mapped(lambda data: quote_from_bytes(data, safe="").encode(), "form")
    if len(inside.data) > LONGEST_LINE:
        raise CannotCarry("longer than a request line")
    said = _beside(cargo)
    start = _path(way) + b"?v=3&" + (said + b"&" if said else b"") + way.name.encode() + b"="
    stream = _head(way, start + inside.data + b"&e=1", [], method=b"GET")
    return _web(stream, inside, 4 + len(start))


def path(cargo: Cargo, way: Way) -> Load:
    """A segment of the request's path."""
    inside = cargo.mapped(lambda data: quote_from_bytes(data, safe="").encode(), "percent")
    if len(inside.data) > LONGEST_LINE or cargo.beside:
        raise CannotCarry("longer than a request line")
    start = _path(way) + b"/"
    stream = _head(way, start + inside.data + b"/x", [], method=b"GET")
    return _web(stream, inside, 4 + len(start))


def header(cargo: Cargo, way: Way) -> Load:
    """A header field of the sender's own."""
    _printable(cargo)
    name = b"X-" + way.name.replace("_", "-").title().encode() + b": "
    target = _path(way) + (b"?" + _beside(cargo) if cargo.beside else b"")
    stream = _head(way, target, [name + cargo.data], method=b"GET")
    return _web(stream, cargo, stream.index(name) + len(name))


def cookie(cargo: Cargo, way: Way) -> Load:
    """A cookie."""
    _printable(cargo, most=3500)
    if set(b' ",;\\') & set(cargo.data) or cargo.beside:
        raise CannotCarry("letters that no cookie value may hold")
    name = b"Cookie: lang=nb; " + way.name.encode() + b"="
    stream = _head(way, _path(way), [name + cargo.data + b"; v=2"], method=b"GET")
    return _web(stream, replace(cargo, layers=(*cargo.layers, "cookie")), stream.index(name) + len(name))


def _post(cargo: Cargo, way: Way, kind: str, *, around: tuple[bytes, bytes] = (b"", b"")) -> Load:
    content = around[0] + cargo.data + around[1]
    extra = [b"Content-Type: " + kind.encode(), b"Content-Length: %d" % len(content)]
    extra += [f"{name}: {value}".encode() for name, value in cargo.headers]
    separate = cargo.beside and not kind.endswith("urlencoded")
    target = _path(way) + (b"?" + _beside(cargo) if separate else b"")
    head = _head(way, target, extra)
    return _web(head + content, cargo, len(head) + len(around[0]))


def body(cargo: Cargo, way: Way) -> Load:
    """The whole body of a request, its type as unhelpful as many are."""
    kinds = ("application/octet-stream", "text/plain", "application/encrypted-json", "application/x-protobuf")
    return _post(cargo, way, way.chance.choice(kinds))


def chunked(cargo: Cargo, way: Way) -> Load:
    """The whole body of a request, in chunks."""
    step = way.chance.choice((37, 256, 1000))
    pieces = [cargo.data[at : at + step] for at in range(0, len(cargo.data), step)]
    head = _head(way, _path(way), [b"Content-Type: application/octet-stream", b"Transfer-Encoding: chunked"])
    stream, starts = head, []
    for piece in pieces:
        stream += b"%x\r\n" % len(piece)
        starts.append(len(stream))
        stream += piece + b"\r\n"
    stream += b"0\r\n\r\n"
    low = starts[cargo.low // step] + cargo.low % step
    high = starts[(cargo.high - 1) // step] + (cargo.high - 1) % step + 1
    turns = (Turn(CLIENT, stream), _answer())
    return Load("tcp", 80, turns, (low, high), (len(head), len(stream)), layers=(*cargo.layers, "chunked"))


def json_body(cargo: Cargo, way: Way) -> Load:
    """A string in a JSON body."""
    cargo.text()
    inside = cargo.mapped(lambda data: json_text(data, ascii_only=way.chance.random() < 0), "json")
    before = b'{"seq":%d,"' % way.chance.randrange(1000) + way.name.encode() + b'":"'
    return _post(inside, way, "application/json", around=(before, b'","os":"9"}'))


def form_body(cargo: Cargo, way: Way) -> Load:
    """A field of a form."""
    inside = cargo.mapped(lambda data: quote_from_bytes(data, safe="").encode(), "form")
    said = _beside(cargo)
    before = b"v=3&" + (said + b"&" if said else b"") + way.name.encode() + b"="
    return _post(inside, way, "application/x-www-form-urlencoded", around=(before, b"&e=1"))


def multipart(cargo: Cargo, way: Way) -> Load:
    """A part of a multipart body."""
    mark = b"----vb" + way.chance.randbytes(8).hex().encode()
    if mark in cargo.data:
        raise CannotCarry("the boundary is inside")
    first = b"--" + mark + b'\r\nContent-Disposition: form-data; name="v"\r\n\r\n3\r\n--' + mark
    first += b'\r\nContent-Disposition: form-data; name="' + way.name.encode()
    first += b'"; filename="log.bin"\r\nContent-Type: application/octet-stream\r\n\r\n'
    after = b"\r\n--" + mark + b"--\r\n"
    inside = replace(cargo, layers=(*cargo.layers, "multipart"))
    return _post(inside, way, "multipart/form-data; boundary=" + mark.decode(), around=(first, after))


def websocket(cargo: Cargo, way: Way) -> Load:
    """A masked frame behind an upgrade."""
    if len(cargo.data) > 65535:
        raise CannotCarry("longer than the length written here can say")
    key = base64.b64encode(way.chance.randbytes(16))
    extra = [
        b"Upgrade: websocket",
        b"Connection: Upgrade",
        b"Sec-WebSocket-Version: 13",
        b"Sec-WebSocket-Key: " + key,
    ]
    ask = _head(way, b"/ws", extra, method=b"GET")
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
    """The payload of a published message."""
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
    return Load("tcp", 1883, turns, layers=cargo.layers, **_at(first + publish, cargo, start))


def mqtt_topic(cargo: Cargo, way: Way) -> Load:
    """The topic of a published message."""
    _printable(cargo, most=600)
    if set(b"+#") & set(cargo.data):
        raise CannotCarry("letters that no topic may hold")
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
    return Load("tcp", 1883, turns, layers=cargo.layers, **_at(first + publish, cargo, start))


def mqtt_client(cargo: Cargo, way: Way) -> Load:
    """The name that an MQTT client gives itself."""
    _printable(cargo, most=600)
    connect = _mqtt_text(b"MQTT") + b"\x04\x02\x00\x3c"
    rest = connect + _mqtt_text(cargo.data)
    first = b"\x10" + varint(len(rest)) + rest
    turns = (Turn(CLIENT, first), Turn(SERVER, b"\x20\x02\x00\x00"), Turn(CLIENT, b"\xe0\0"))
    return Load("tcp", 1883, turns, layers=cargo.layers, **_at(first, cargo, len(first) - len(cargo.data)))


def _coap_option(delta: int, value: bytes) -> bytes:
    size = len(value)
    if size < 13:
        return bytes([delta << 4 | size]) + value
    if size < 269:
        return bytes([delta << 4 | 13, size - 13]) + value
    return bytes([delta << 4 | 14]) + struct.pack(">H", size - 269) + value


def coap(cargo: Cargo, way: Way) -> Load:
    """The payload of a CoAP POST."""
    number, token = way.chance.getrandbits(16), way.chance.randbytes(4)
    head = b"\x44\x02" + struct.pack(">H", number) + token
    options = _coap_option(3, way.host.encode()) + _coap_option(8, b"nb") + b"\x11\x32"
    first = head + options + b"\xff"
    if len(first) + len(cargo.data) > LONGEST_DATAGRAM:
        raise CannotCarry("longer than a datagram")
    answer = b"\x64\x44" + struct.pack(">H", number) + token
    turns = (Turn(CLIENT, first + cargo.data), Turn(SERVER, answer))
    return Load("udp", 5683, turns, layers=cargo.layers, **_at(first + cargo.data, cargo, len(first)))


def coap_query(cargo: Cargo, way: Way) -> Load:
    """A query option of a CoAP request."""
    _printable(cargo, most=200)
    number, token = way.chance.getrandbits(16), way.chance.randbytes(4)
    head = b"\x44\x01" + struct.pack(">H", number) + token
    options = _coap_option(3, way.host.encode()) + _coap_option(8, b"rd")
    name = way.name.encode() + b"="
    last = _coap_option(4, name + cargo.data)
    data = head + options + last
    turns = (Turn(CLIENT, data), Turn(SERVER, b"\x64\x45" + struct.pack(">H", number) + token))
    return Load("udp", 5683, turns, layers=cargo.layers, **_at(data, cargo, len(data) - len(cargo.data)))


LABEL = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


def dns(cargo: Cargo, way: Way) -> Load:
    """Labels of a name that is asked for."""
    if len(cargo.data) > 180 or not set(cargo.data) <= LABEL:
        raise CannotCarry("no labels of a name")
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
    """A protocol of the sender's own on TCP: a length and the cargo, after a hello."""
    hello = b"\x00\x00\x00\x04\x01\x02\x03" + bytes([way.chance.randrange(256)])
    first = hello + struct.pack(">I", len(cargo.data))
    turns = (Turn(CLIENT, first + cargo.data), Turn(SERVER, b"\x00\x00\x00\x01\x00"))
    return Load("tcp", 9998, turns, layers=cargo.layers, **_at(first + cargo.data, cargo, len(first)))


def raw_udp(cargo: Cargo, way: Way) -> Load:
    """A datagram of the sender's own."""
    first = b"\x07" + way.chance.randbytes(2) + struct.pack(">H", len(cargo.data))
    if len(first) + len(cargo.data) > LONGEST_DATAGRAM:
        raise CannotCarry("longer than a datagram")
    turns = (Turn(CLIENT, first + cargo.data), Turn(SERVER, b"\x08\x00"))
    return Load("udp", 9999, turns, layers=cargo.layers, **_at(first + cargo.data, cargo, len(first)))


def agent(cargo: Cargo, way: Way) -> Load:
    """The User-Agent line."""
    _printable(cargo, most=600)
    start = b"GET " + _path(way) + b" HTTP/1.1\r\nHost: " + way.host.encode() + b"\r\nUser-Agent: App/3.1 ("
    return _web(start + cargo.data + b"; 001; LTE)\r\n\r\n", cargo, len(start))


def referer(cargo: Cargo, way: Way) -> Load:
    """A parameter of the address in the Referer line."""
    inside = cargo.mapped(lambda data: quote_from_bytes(data, safe="").encode(), "form")
    if len(inside.data) > LONGEST_LINE:
        raise CannotCarry("longer than a header line")
    start = b"GET " + _path(way) + b" HTTP/1.1\r\nHost: " + way.host.encode() + b"\r\nReferer: http://"
    start += way.host.encode() + b"/p?" + way.name.encode() + b"="
    return _web(start + inside.data + b"&x=1\r\n\r\n", inside, len(start))


def basic(cargo: Cargo, way: Way) -> Load:
    """The user of HTTP Basic authentication (RFC 7617)."""
    text = base64.b64encode(cargo.data + b":x7Kq")
    start = b"GET " + _path(way) + b" HTTP/1.1\r\nHost: " + way.host.encode() + b"\r\nAuthorization: Basic "
    place = (cargo.low * 4 // 3, min(-(-cargo.high * 4 // 3), len(text)))
    inside = cargo.wrapped(text, place, "base64")
    return _web(start + text + b"\r\n\r\n", inside, len(start))


def coded(cargo: Cargo, way: Way) -> Load:
    """A body that the head says is compressed; the outermost layer says how."""
    names = {"gzip": "gzip", "zlib": "deflate", "deflate": "deflate", "brotli": "br", "zstd": "zstd"}
    if not cargo.layers or cargo.layers[-1] not in names:
        raise CannotCarry("no content coding")
    said = (*cargo.headers, ("Content-Encoding", names[cargo.layers[-1]]))
    return _post(replace(cargo, headers=said), way, "application/json")


def json_number(cargo: Cargo, way: Way) -> Load:
    """A number in a JSON body."""
    if not cargo.data.isdigit() or cargo.data.startswith(b"0"):
        raise CannotCarry("no number")
    before = b'{"seq":1,"' + way.name.encode() + b'":'
    inside = replace(cargo, layers=(*cargo.layers, "json"))
    return _post(inside, way, "application/json", around=(before, b',"os":9}'))


def json_whole(cargo: Cargo, way: Way) -> Load:
    """A JSON body that is there already."""
    json.loads(cargo.text())
    return _post(replace(cargo, layers=(*cargo.layers, "json")), way, "application/json")


CARRIERS: dict[str, Callable[[Cargo, Way], Load]] = {
    "query": query, "path": path, "header": header, "cookie": cookie, "json": json_body, "form": form_body,
    "multipart": multipart, "body": body, "chunked": chunked, "websocket": websocket, "mqtt": mqtt, "coap": coap,
    "dns": dns, "tcp": raw_tcp, "udp": raw_udp, "mqtt-topic": mqtt_topic, "mqtt-client": mqtt_client,
    "coap-query": coap_query, "agent": agent, "referer": referer, "basic": basic, "coded": coded,
    "json-number": json_number, "json-whole": json_whole,
}  # fmt: skip
RANDOM = (
    "query", "path", "header", "cookie", "json", "form", "multipart", "body", "websocket", "mqtt", "coap", "dns",
    "tcp", "udp",
)  # fmt: skip
