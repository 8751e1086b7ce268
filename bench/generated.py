"""Generated traffic: HTTP with planted values, TLS-like and QUIC-like records of random bytes, DNS."""

from __future__ import annotations

import gzip
import json
import random
import struct
from typing import TYPE_CHECKING

import numpy as np

from frames import HEAD, SPAN_US, Flows, Frames, Turns, heads, numbered_flows, tcp
from planted import Planted, body, draw
from vitne.lab.tls import client_hello

if TYPE_CHECKING:
    from draws import Draws, Numbers

LEAKY = 0.153
"""share of requests that carry a planted value"""
RANDOM_POOL = 32_000_000
"""random bytes that records and pictures are cut from"""


def hosts(draws: Draws) -> tuple[list[str], Numbers]:
    """Give 1,500 host names with one address each, of two documentation networks."""
    names = [
        f"{kind}{n}.service{n % 97}.example" for kind in ("api", "cdn", "www", "log", "t") for n in range(300)
    ]
    networks = np.array([0xC6336400, 0xCB007100], dtype=np.int64)
    return names, networks[draws.integers(len(names), 0, 2)] + draws.integers(len(names), 1, 255)


class _Filler:
    """Text and noise that bodies are cut from."""

    def __init__(self, draws: Draws) -> None:
        chance = random.Random(draws.number())
        words = [chance.randbytes(chance.randint(1, 5)).hex() for _ in range(3000)]
        rows = [{chance.choice(words): chance.choice(words) for _ in range(6)} for _ in range(4000)]
        self.text = json.dumps(rows).encode()
        self.noise = draws.data(RANDOM_POOL)

    def cut(self, chance: random.Random, low: int, high: int, *, noise: bool) -> bytes:
        """Cut a stretch of so many bytes."""
        source = self.noise if noise else self.text
        at = chance.randrange(len(source) - high)
        return source[at : at + chance.randint(low, high)]


def _plain_body(chance: random.Random, filler: _Filler, kind: float) -> tuple[bytes, str, str]:
    """Give the body of a request that carries nothing: kinds in the shares of the note, GET taken off."""
    rows = [
        {"k": chance.randrange(1000), "t": f"item {chance.randrange(10**6)}", "f": chance.random()}
        for _ in range(chance.randint(2, 30))
    ]
    text = json.dumps({"rows": rows}).encode()
    if kind < 0.70:
        return text, "application/json", ""
    if kind < 0.80:
        pairs = "&".join(f"k{n}={chance.randrange(10**6)}" for n in range(chance.randint(3, 20)))
        return pairs.encode(), "application/x-www-form-urlencoded", ""
    if kind < 0.90:
        return gzip.compress(text, compresslevel=6, mtime=0), "application/json", "gzip"
    noise = filler.cut(chance, 60, 1500, noise=True)
    if kind < 0.95:
        import base64

        return b'{"blob":"' + base64.b64encode(noise) + b'"}', "application/json", ""
    return noise, "application/octet-stream", ""


def _request(chance: random.Random, filler: _Filler, host: str) -> tuple[bytes, tuple[str, str] | None]:
    """Give a request, and what was planted in it."""
    planted = draw(chance) if chance.random() < LEAKY else None
    kind = chance.random()
    if planted is None and kind < 0.40:
        return (
            f"GET /p/{chance.randrange(10**6)}?q={chance.randrange(10**9)}&s={chance.randbytes(6).hex()}"
            f" HTTP/1.1\r\nHost: {host}\r\nUser-Agent: Mozilla/5.0 (Linux; Android 12; Test) Mobile\r\n"
            f"Accept: */*\r\nAccept-Encoding: gzip\r\nCookie: a={chance.randrange(99)}\r\n\r\n"
        ).encode(), None
    content, mime, coding = body(*planted, chance) if planted else _plain_body(chance, filler, kind)
    extra = f"Content-Encoding: {coding}\r\n" if coding else ""
    head = (
        f"POST /c/{chance.randrange(10**4)} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {mime}\r\n{extra}"
        f"User-Agent: okhttp/4.9\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content, planted


def _response(chance: random.Random, filler: _Filler) -> bytes:
    choice = chance.random()
    extra = ""
    if choice < 0.4:
        content = gzip.compress(filler.cut(chance, 1000, 40_000, noise=False), compresslevel=1, mtime=0)
        extra = "Content-Type: application/json\r\nContent-Encoding: gzip\r\n"
    elif choice < 0.6:
        content = b"<html><body>" + filler.cut(chance, 500, 20_000, noise=False) + b"</body></html>"
        extra = "Content-Type: text/html\r\n"
    elif choice < 0.9:
        content = b"\xff\xd8\xff\xe0" + filler.cut(chance, 2000, 40_000, noise=True)
        extra = "Content-Type: image/jpeg\r\n"
    else:
        content = b""
    head = f"HTTP/1.1 200 OK\r\nServer: x\r\n{extra}"
    if content and chance.random() < 0.2:
        pieces = [content[at : at + 8192] for at in range(0, len(content), 8192)]
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
        return f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + chunks + b"0\r\n\r\n"
    return f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content


class _Script:
    """Turns of many flows as they are written down, one after the other."""

    def __init__(self) -> None:
        self.flow: list[int] = []
        self.side: list[int] = []
        self.pieces: list[bytes] = []
        self.size = 0
        self.count = 0

    def say(self, side: int, data: bytes) -> None:
        """Let a side of the flow in hand send."""
        self.flow.append(self.count)
        self.side.append(side)
        self.pieces.append(data)
        self.size += len(data)

    def turns(self) -> tuple[Turns, bytes]:
        """Give the turns and their bytes."""
        length = np.array([len(piece) for piece in self.pieces], dtype=np.int64)
        turns = Turns(np.array(self.flow), np.array(self.side), np.cumsum(length) - length, length)
        return turns, b"".join(self.pieces)


def web(
    draws: Draws, size: int, *, disorder: str = "phone", one_flow: bool = False
) -> tuple[Frames, list[Planted]]:
    """Make HTTP/1.1 of so many bytes of capture; ``one_flow`` puts all of it into one connection."""
    chance, filler, script = random.Random(draws.number()), _Filler(draws), _Script()
    names, addresses = hosts(draws)
    asked: list[int] = []
    leaks: list[tuple[int, str, str]] = []
    while script.size * 1.085 < size:
        host = chance.randrange(len(names))
        asked.append(host)
        for _ in range(1 << 30 if one_flow else chance.randint(1, 6)):
            request, leak = _request(chance, filler, names[host])
            leaks += [(script.count, *leak)] if leak else []
            script.say(0, request)
            script.say(1, _response(chance, filler))
            if one_flow and script.size * 1.085 > size:
                break
        script.count += 1
    flows = numbered_flows(len(asked), addresses[np.array(asked)], port=80)
    turns, pool = script.turns()
    planted = [Planted(name, form, *flows.ends(flow)) for flow, name, form in leaks]
    return tcp(flows, turns, pool, draws, disorder=disorder), planted


def _records(chance: random.Random, noise: bytes, length: int) -> bytes:
    """Give TLS records of application data (RFC 8446 5.1)."""
    out = []
    while length > 0:
        part = min(length, 16_401)
        at = chance.randrange(len(noise) - part)
        out += [struct.pack(">BHH", 23, 0x0303, part), noise[at : at + part]]
        length -= part
    return b"".join(out)


def tls(draws: Draws, size: int, *, disorder: str = "phone") -> Frames:
    """Make connections with a real-shaped ClientHello and records of random bytes."""
    chance, script = random.Random(draws.number()), _Script()
    noise = draws.data(RANDOM_POOL)
    names, addresses = hosts(draws)
    asked = []
    while script.size * 1.07 < size:
        host = chance.randrange(len(names))
        asked.append(host)
        script.say(0, client_hello(random.Random(chance.getrandbits(32)), names[host]))
        answer = struct.pack(">BHH", 22, 0x0303, 44) + b"\x02\x00\x00\x28\x03\x03" + chance.randbytes(38)
        script.say(1, answer + _records(chance, noise, 3000))
        for _ in range(chance.randint(1, 8)):
            script.say(0, _records(chance, noise, chance.randint(100, 2000)))
            script.say(1, _records(chance, noise, int(chance.paretovariate(1.3) * 9000) % 400_000))
        script.count += 1
    flows = numbered_flows(len(asked), addresses[np.array(asked)], port=443, first=300_000)
    turns, pool = script.turns()
    return tcp(flows, turns, pool, draws, disorder=disorder)


def datagrams(flows: Flows, turns: Turns, pool: bytes, times: Numbers) -> Frames:
    """Make one UDP frame of each turn."""
    rows = heads(flows, turns.flow, turns.side, turns.length, protocol=17)
    return Frames(times, rows, np.full(len(rows), HEAD - 12, dtype=np.int64), turns.start, turns.length, pool)


def dns(draws: Draws, size: int) -> Frames:
    """Make questions for host names and their answers, of so many bytes of capture."""
    names, addresses = hosts(draws)
    number = b"\0\0"
    asks, answers = [], []
    for name, address in zip(names, addresses.tolist(), strict=True):
        wire = b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0\0\1\0\1"
        asks.append(number + struct.pack(">5H", 0x0100, 1, 0, 0, 0) + wire)
        told = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + struct.pack(">I", address)
        answers.append(number + struct.pack(">5H", 0x8180, 1, 1, 0, 0) + wire + told)
    count = max(1, size // (2 * 58 + 2 * len(asks[0]) + 16))
    host = draws.integers(count, 0, len(names))
    marks = draws.data(2 * count)
    pieces: list[bytes] = []
    for row, chosen in enumerate(host.tolist()):
        mark = marks[2 * row : 2 * row + 2]
        pieces += (mark + asks[chosen][2:], mark + answers[chosen][2:])
    length = np.array([len(piece) for piece in pieces], dtype=np.int64)
    flow, side = np.repeat(np.arange(count), 2), np.tile(np.array([0, 1]), count)
    turns = Turns(flow, side, np.cumsum(length) - length, length)
    flows = numbered_flows(count, np.full(count, 0xC0000201), port=53, first=600_000)
    times = np.repeat(draws.integers(count, 0, SPAN_US), 2)
    times[1::2] += draws.integers(count, 2000, 60_000)
    return datagrams(flows, turns, b"".join(pieces), times)


def quic(draws: Draws, size: int) -> Frames:
    """Make datagrams to UDP port 443 with short headers and random bytes (RFC 9000 17.3.1), joined late."""
    noise = draws.data(RANDOM_POOL)
    _, addresses = hosts(draws)
    count = max(1, size // 1050)
    flow_count = -(-count // 400)
    flow = np.sort(draws.integers(count, 0, flow_count))
    side = (draws.shares(count) < 0.75).astype(np.int64)
    length = np.where(side == 1, 1250, draws.integers(count, 30, 700))
    marked = bytearray(noise)
    start = draws.integers(count, 0, len(noise) - 1500)
    np.frombuffer(marked, np.uint8)[start] = 0x40 | (np.frombuffer(noise, np.uint8)[start] & 0x3F)
    flows = numbered_flows(
        flow_count, addresses[draws.integers(flow_count, 0, 1500)], port=443, first=5_000_000
    )
    times = draws.integers(flow_count, 0, SPAN_US // 2)[flow] + draws.integers(count, 0, 60_000_000)
    return datagrams(flows, Turns(flow, side, start, length), bytes(marked), times)


def small(draws: Draws, size: int, flow_count: int) -> tuple[Frames, list[Planted]]:
    """Make TCP packets of 200 bytes on the wire, of flows drawn at random; some carry a planted value."""
    payload = 200 - HEAD
    count = max(flow_count, size // 216)
    flow = np.concatenate([np.arange(flow_count), draws.integers(count - flow_count, 0, flow_count)])
    flow = flow[np.argsort(draws.raw(count), kind="stable")]
    by_flow = np.argsort(flow, kind="stable")
    rank = np.empty(count, dtype=np.int64)
    sizes = np.bincount(flow, minlength=flow_count)
    rank[by_flow] = np.arange(count) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    noise, chance = draws.data(RANDOM_POOL), random.Random(draws.number())
    start = draws.integers(count, 0, len(noise) - payload)
    _, addresses = hosts(draws)
    flows = numbered_flows(flow_count, addresses[draws.integers(flow_count, 0, 1500)], port=7070)
    planted, pool = [], [noise]
    for number, row in enumerate(draws.integers(max(20, count // 20_000), 0, count).tolist()):
        name = chance.choice(
            ["imei#1", "imsi#1", "iccid#1", "email-address#1", "android-id#1", "serial-number#1"]
        )
        start[row] = len(noise) + number * payload
        content, _, _ = body(name, "plain", chance)
        pool.append((b"\n" + content + b"\n").ljust(payload))
        planted.append(Planted(name, "plain", *flows.ends(int(flow[row]))))
    side, length = np.zeros(count, dtype=np.int64), np.full(count, payload, dtype=np.int64)
    rows = heads(flows, flow, side, length, protocol=6)
    from frames import ACK, PUSH, set_tcp

    begin = draws.integers(flow_count, 0, 1 << 32)[flow]
    set_tcp(rows, begin + rank * payload, np.ones(count, dtype=np.int64), np.full(count, ACK + PUSH))
    times = np.arange(count) * (SPAN_US // count)
    full = np.full(count, HEAD, dtype=np.int64)
    return Frames(times, rows, full, start, length, b"".join(pool)), planted
