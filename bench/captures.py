"""Captures for benchmarks, made from a seed: HTTP, TLS-like and DNS traffic with planted values.

Same seed and size, same bytes.  Every planted value is invented; the list of what was planted is given back,
so that a run can check that all of it was found at the speed that is quoted.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import random
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vitne.lab.tls import client_hello

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SUBJECT = {
    "imei": "490154203237518",
    "imsi": "001010123456789",
    "iccid": "8999900000000000006",
    "android-id": "a1b2c3d4e5f60718",
    "email-address": "kari.nordmann@post.example",
    "mac-address": "00:00:5e:00:53:17",
    "advertising-id": "38400000-8cf0-41bd-b23e-10b96e40000d",
    "serial-number": "SYN0042X7781",
}
FORMS = ("plain", "base64", "hex", "md5", "sha1", "sha256", "gzip", "base64-json")


@dataclass
class Planted:
    """What was planted: (identifier, form) -> how often."""

    values: dict[tuple[str, str], int] = field(default_factory=dict)

    def add(self, identifier: str, form: str) -> None:
        """Count one."""
        self.values[identifier, form] = self.values.get((identifier, form), 0) + 1


def subject_toml() -> str:
    """Give the subject file of the planted values."""
    return "".join(
        f'[[known]]\nidentifier = "{name}"\nvalue = "{value}"\n\n' for name, value in SUBJECT.items()
    )


def _leak(rng: random.Random, planted: Planted) -> tuple[bytes, str]:
    name, form = rng.choice(sorted(SUBJECT)), rng.choice(FORMS)
    value = SUBJECT[name].encode()
    planted.add(name, form)
    record = json.dumps({"v": 3, "id": value.decode(), "t": rng.randrange(10**9)}).encode()
    match form:
        case "plain":
            return b'{"event":"open","id":"' + value + b'"}', "application/json"
        case "base64":
            return b'{"event":"open","blob":"' + base64.b64encode(
                b"x=" + value + b"&y=1"
            ) + b'"}', "application/json"
        case "hex":
            return b"event=open&h=" + value.hex().encode(), "application/x-www-form-urlencoded"
        case "gzip":
            return gzip.compress(record, mtime=0), "application/octet-stream"
        case "base64-json":
            return b"data=" + base64.urlsafe_b64encode(record).rstrip(
                b"="
            ), "application/x-www-form-urlencoded"
        case _:
            return b'{"h":"' + hashlib.new(form, value).hexdigest().encode() + b'"}', "application/json"


def _request(rng: random.Random, host: str, planted: Planted) -> bytes:
    if rng.random() < 0.2:
        body, kind = _leak(rng, planted)
    elif rng.random() < 0.4:
        return (
            f"GET /p/{rng.randrange(10**6)}?q={rng.randrange(10**9)}&s={rng.randbytes(6).hex()} HTTP/1.1\r\n"
            f"Host: {host}\r\nUser-Agent: Mozilla/5.0 (Linux; Android 12; Test) Mobile\r\n"
            f"Accept: */*\r\nAccept-Encoding: gzip\r\nCookie: a={rng.randrange(99)}\r\n\r\n"
        ).encode()
    else:
        rows = [
            {"k": rng.randrange(1000), "t": f"item {rng.randrange(10**6)}", "f": rng.random()}
            for _ in range(rng.randint(2, 40))
        ]
        body, kind = json.dumps({"rows": rows}).encode(), "application/json"
    head = (
        f"POST /c HTTP/1.1\r\nHost: {host}\r\nContent-Type: {kind}\r\nUser-Agent: okhttp/4.9\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _response(rng: random.Random, filler: bytes) -> bytes:
    choice = rng.random()
    if choice < 0.4:
        start = rng.randrange(len(filler) // 2)
        body = gzip.compress(filler[start : start + rng.randint(1000, 40000)], compresslevel=1, mtime=0)
        extra = "Content-Type: application/json\r\nContent-Encoding: gzip\r\n"
    elif choice < 0.7:
        body, extra = rng.randbytes(rng.randint(2000, 60000)), "Content-Type: image/jpeg\r\n"
    elif choice < 0.9:
        body, extra = filler[: rng.randint(500, 20000)], "Content-Type: text/html\r\n"
    else:
        body, extra = b"", ""
    return f"HTTP/1.1 200 OK\r\nServer: x\r\n{extra}Content-Length: {len(body)}\r\n\r\n".encode() + body


class Writer:
    """Writes frames with times that rise; checksums are left at zero, as capture offload leaves them."""

    def __init__(self, path: Path, rng: random.Random) -> None:
        self.stream = path.open("wb", buffering=1 << 20)
        self.stream.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        self.rng = rng
        self.time = 1_700_000_000_000_000
        self.size = 24

    def frame(self, ends: tuple[bytes, bytes], transport: bytes, *, protocol: int) -> None:
        """Write one frame; ``ends`` are source and target address."""
        up = ends[0][0] == 192
        macs = b"\x00\x00\x5e\x00\x53\x01" + b"\x00\x00\x5e\x00\x53\xfe"
        link = (macs[6:] + macs[:6] if up else macs) + b"\x08\x00"
        ip = struct.pack(
            ">BBHHHBBH4s4s",
            0x45,
            0,
            20 + len(transport),
            self.rng.getrandbits(16),
            0x4000,
            64,
            protocol,
            0,
            *ends,
        )
        self.time += self.rng.randrange(1, 400)
        length = len(link) + 20 + len(transport)
        self.stream.write(
            struct.pack("<IIII", self.time // 10**6, self.time % 10**6, length, length)
            + link
            + ip
            + transport
        )
        self.size += 16 + length


def _segments(
    rng: random.Random, ends: tuple[bytes, bytes], ports: tuple[int, int], turns: list[tuple[int, bytes]]
) -> Iterator[tuple[tuple[bytes, bytes], bytes]]:
    seq = [rng.getrandbits(32), rng.getrandbits(32)]

    def segment(side: int, flags: int, data: bytes = b"") -> tuple[tuple[bytes, bytes], bytes]:
        source, target = (ends, ports) if side == 0 else (ends[::-1], ports[::-1])
        head = struct.pack(
            ">HHIIBBHHH",
            *target,
            seq[side] & 0xFFFFFFFF,
            seq[1 - side] & 0xFFFFFFFF,
            0x50,
            flags,
            65535,
            0,
            0,
        )
        return (source[0], source[1]), head + data

    yield segment(0, 2)
    seq[0] += 1
    yield segment(1, 18)
    seq[1] += 1
    yield segment(0, 16)
    for side, data in turns:
        pieces = [data[at : at + 1400] for at in range(0, len(data), 1400)]
        made = []
        for piece in pieces:
            made.append(segment(side, 24, piece))
            seq[side] += len(piece)
        if len(made) > 2 and rng.random() < 0.03:
            made[0], made[1] = made[1], made[0]
        for number, one in enumerate(made):
            yield one
            if number % 2:  # every second segment is acknowledged (RFC 9293 3.8.6.3)
                yield segment(1 - side, 16)
        if len(made) % 2:
            yield segment(1 - side, 16)
    yield segment(0, 17)
    seq[0] += 1
    yield segment(1, 17)


def _dns(rng: random.Random, host: str) -> tuple[bytes, bytes]:
    name = b"".join(bytes([len(part)]) + part.encode() for part in host.split(".")) + b"\0"
    number = rng.getrandbits(16)
    ask = struct.pack(">6H", number, 0x0100, 1, 0, 0, 0) + name + b"\0\1\0\1"
    answer = (
        struct.pack(">6H", number, 0x8180, 1, 1, 0, 0)
        + name
        + b"\0\1\0\1"
        + b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4"
        + rng.randbytes(4)
    )
    return ask, answer


def _tls(rng: random.Random, host: str) -> list[tuple[int, bytes]]:
    def record(kind: int, data: bytes) -> bytes:
        return struct.pack(">BHH", kind, 0x0303, len(data)) + data

    hello = client_hello(random.Random(rng.getrandbits(32)), host)
    turns = [
        (0, hello),
        (
            1,
            record(22, b"\x02\x00\x00\x28" + b"\x03\x03" + rng.randbytes(38))
            + record(23, rng.randbytes(3000)),
        ),
    ]
    for _ in range(rng.randint(1, 6)):
        turns.append((0, record(23, rng.randbytes(rng.randint(100, 2000)))))
        turns.append(
            (
                1,
                b"".join(
                    record(23, rng.randbytes(rng.randint(1000, 16000))) for _ in range(rng.randint(1, 8))
                ),
            )
        )
    return turns


def mixed(path: Path, megabytes: int, *, seed: int = 1, mix: str = "web") -> Planted:
    """Write a mixed phone-like capture of about so many million bytes: HTTP, TLS, calls and DNS."""
    rng = random.Random(seed)
    planted = Planted()
    words = [rng.randbytes(rng.randint(1, 5)).hex() for _ in range(3000)]
    filler = json.dumps(
        [{rng.choice(words): rng.choice(words) for _ in range(6)} for _ in range(1500)]
    ).encode()
    writer = Writer(path, rng)
    waiting: list[list[tuple[tuple[bytes, bytes], bytes, int]]] = []
    while writer.size < megabytes * 1_000_000:
        waiting.append(_flow(rng, filler, planted, shares=MIXES[mix]))
        if len(waiting) > 30:
            _interleave(writer, rng, waiting, keep=10)
    _interleave(writer, rng, waiting, keep=0)
    writer.stream.close()
    return planted


MIXES = {"web": (0.60, 0.62, 0.85), "phone": (0.50, 0.52, 0.57)}
"""Shares of flows, summed up: DNS, then calls, then clear HTTP; the rest is TLS.

"web" is heavy with clear HTTP, as captures of the 2010s are; "phone" is a day of today, mostly TLS.
"""


def _flow(
    rng: random.Random, filler: bytes, planted: Planted, *, shares: tuple[float, float, float]
) -> list[tuple[tuple[bytes, bytes], bytes, int]]:
    dns, call, web = shares
    host = (
        f"{rng.choice(('api', 'cdn', 'www', 'log'))}{rng.randrange(400)}.service{rng.randrange(60)}.example"
    )
    client, server = b"\xc0\x00\x02" + bytes([10]), b"\xc6\x33\x64" + bytes([rng.randrange(1, 255)])
    choice = rng.random()
    if choice < dns:
        ask, answer = _dns(rng, host)
        port = rng.randrange(1024, 65535)
        resolver = b"\xc0\x00\x02\x01"
        return [
            ((client, resolver), struct.pack(">HHHH", port, 53, 8 + len(ask), 0) + ask, 17),
            ((resolver, client), struct.pack(">HHHH", 53, port, 8 + len(answer), 0) + answer, 17),
        ]
    if choice < call:
        return _call(rng, client, server)
    ports = (rng.randrange(1024, 65535), 80 if choice < web else 443)
    if choice < web:
        turns: list[tuple[int, bytes]] = []
        for _ in range(rng.randint(1, 6)):
            turns.append((0, _request(rng, host, planted)))
            turns.append((1, _response(rng, filler)))
    else:
        turns = _tls(rng, host)
    return [(ends, data, 6) for ends, data in _segments(rng, (client, server), ports, turns)]


def _call(rng: random.Random, client: bytes, server: bytes) -> list[tuple[tuple[bytes, bytes], bytes, int]]:
    """Make datagrams of a call or a game: small, both ways, of no protocol that says what it is."""
    port, other = rng.randrange(1024, 65535), rng.randrange(20000, 40000)
    frames = []
    for _ in range(rng.randint(50, 900)):
        up = rng.random() < 0.5
        ends, ports = ((client, server), (port, other)) if up else ((server, client), (other, port))
        data = rng.randbytes(rng.randint(40, 240))
        frames.append((ends, struct.pack(">HHHH", *ports, 8 + len(data), 0) + data, 17))
    return frames


def _interleave(
    writer: Writer,
    rng: random.Random,
    waiting: list[list[tuple[tuple[bytes, bytes], bytes, int]]],
    *,
    keep: int,
) -> None:
    for flow in waiting:
        flow.reverse()
    while len(waiting) > keep:
        flow = waiting[rng.randrange(len(waiting))]
        for _ in range(rng.randint(1, 8)):
            if flow:
                ends, data, protocol = flow.pop()
                writer.frame(ends, data, protocol=protocol)
        if not flow:
            waiting.remove(flow)
    for flow in waiting:
        flow.reverse()
