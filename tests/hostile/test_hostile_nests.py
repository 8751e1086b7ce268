"""More bombs of the threat table: what lies about its length, nests in tunnels, floods with heads."""

from __future__ import annotations

import base64
import gzip
import io
import struct
import tarfile
import time
import zlib
from typing import TYPE_CHECKING

import pytest

import vitne
from tests.pipeline.talk import IMEI, Talk, post, subject
from vitne.encodings.lzstring import encoding as lzstring
from vitne.lab.packets import Ends, ethernet, ipv4, ipv6, udp
from vitne.lab.wire import CLIENT, SERVER
from vitne.model import Child

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from vitne.pipeline import Result

RECORD = b'{"imei":"' + IMEI.encode() + b'"}'
SECONDS = 12  # of processor time for one bomb: the machine is shared by tests
BLOCK = 4 << 20


def _scan(tmp_path: Path, talk: Talk, frames: list[tuple[int, bytes]] | None = None) -> Result:
    """Scan a conversation and one behind it, which has to be read."""
    talk.ask(post(RECORD))
    last = talk.frames()
    capture = talk.write(tmp_path / "talk.pcap", [*frames, *last] if frames is not None else None)
    begin = time.process_time()
    result = vitne.scan(capture, subject=subject(tmp_path))
    assert time.process_time() - begin < SECONDS
    assert [one.seed for one in result.findings if one.seed] == ["imei#1"]
    return result


def _posted(tmp_path: Path, body: bytes, *, more: str = "") -> Result:
    talk = Talk()
    talk.ask(post(body, kind="application/octet-stream", more=more))
    return _scan(tmp_path, talk)


def _limits(result: Result) -> list[str]:
    return [gap.why for gap in result.gaps if gap.kind == "limit"]


def _lz4() -> bytes:
    """Frame of the LZ4 Frame Format 1.6: blocks whose one match is as long as a block."""
    one = b"\x1fA\x01\x00" + b"\xff" * ((BLOCK - 32) // 255) + b"\x00" + b"\x50AAAAA"
    head = b"\x04\x22\x4d\x18\x60\x70\x73"  # blocks of four megabytes, and the check of that
    return head + (struct.pack("<I", len(one)) + one) * 6 + bytes(4)


def _snappy() -> bytes:
    """Copies of 64 bytes from one byte before (format description, section 2.2)."""
    count = (40 << 20) // 64
    size, length = b"", 1 + 64 * count
    while length > 127:
        size, length = size + bytes([length & 127 | 128]), length >> 7
    return size + bytes([length]) + b"\x00A" + b"\xfe\x01\x00" * count


def _tar() -> bytes:
    """An archive that says it holds a file of eight gigabytes."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        one = tarfile.TarInfo("a.bin")
        one.size = 1000
        archive.addfile(one, io.BytesIO(bytes(1000)))
    data = bytearray(out.getvalue())
    data[124:136] = b"77777777777\x00"
    data[148:156] = b"        "
    data[148:156] = b"%06o\x00 " % sum(data[:512])
    return bytes(data)


GROWING: dict[str, Callable[[], bytes]] = {
    "lz4": _lz4,
    "snappy": _snappy,
    "LZString": lambda: lzstring.wrap(
        Child(data=b"A" * 400_000, start=0, end=0, params=(("form", "base64"),))
    ),
    "members of gzip": lambda: gzip.compress(bytes(1 << 20), mtime=0) * 34,
    "gzip in hexadecimal": lambda: gzip.compress(bytes(40 << 20), mtime=0).hex().encode(),
}
HEADLESS = frozenset({"LZString", "snappy"})  # known by their end alone: cut off, they are no such stream
LYING: dict[str, Callable[[], bytes]] = {
    "groups of protobuf": lambda: b"\x0b" * 20_000 + b"\x0c" * 20_000,
    "arrays of CBOR without an end": lambda: b"\x9f" * 100_000,
    "texts of CBOR without an end": lambda: b"\x7f" + b"\x61a" * 100_000,
    "an array of CBOR of 2^60 elements": lambda: b"\x9b\x10" + bytes(7) + b"\x01" * 1000,
    "an array of MessagePack of 2^32 elements": lambda: b"\xdd\xff\xff\xff\xff" + b"\x01" * 1000,
    "maps of MessagePack of 2^32 elements": lambda: b"\xdf\xff\xff\xff\xff\xa1a" * 10_000,
    "lengths of DER without an end": lambda: b"\x30\x80" * 50_000,
    "a document of BSON in itself": lambda: struct.pack("<i", 100_000) + b"\x03a\x00" * 33_000 + b"\x00",
    "an archive that says it is large": _tar,
    "a file of another machine": lambda: (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]><x>&f;</x>'
    ),
    "a property list of dictionaries": lambda: (
        b'<plist version="1.0">' + b"<dict><key>a</key>" * 30_000 + b"</dict>" * 30_000 + b"</plist>"
    ),
    "a picture that is an archive": lambda: (
        b"GIF89a" + bytes(50) + gzip.compress(bytes(1 << 20)) + b"PK\x05\x06"
    ),
    "base64 of base64 of a form": lambda: _turned(b"a=1&b=2", 30),
}


def _turned(data: bytes, times: int) -> bytes:
    for _ in range(times):
        data = b"v=" + base64.b64encode(data).replace(b"=", b"%3D")
    return data


@pytest.mark.parametrize("name", sorted(GROWING))
def test_what_grows_ends_with_a_gap(tmp_path: Path, name: str) -> None:
    assert _limits(_posted(tmp_path, GROWING[name]())) or name in HEADLESS


@pytest.mark.parametrize("name", sorted(LYING))
def test_what_lies_about_its_length_costs_no_more_than_its_bytes(tmp_path: Path, name: str) -> None:
    _posted(tmp_path, LYING[name]())


def test_codings_announced_one_on_the_other_end_with_a_gap(tmp_path: Path) -> None:
    body = bytes(40 << 20)
    for _ in range(3):
        body = gzip.compress(body, mtime=0)
    assert _limits(_posted(tmp_path, body, more="Content-Encoding: gzip, gzip, gzip\r\n"))


def test_a_hundred_codings_announced_are_no_hundred_readings(tmp_path: Path) -> None:
    codings = ", ".join(["gzip", "br", "zstd", "deflate"] * 250)
    _posted(tmp_path, b"x" * 100_000, more=f"Content-Encoding: {codings}\r\n")


def test_a_message_of_websocket_that_grows_ends_with_a_gap(tmp_path: Path) -> None:
    """RFC 7692: the first reserved bit says that the message is compressed."""
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = deflater.compress(bytes(40 << 20)) + deflater.flush(zlib.Z_SYNC_FLUSH)
    frame = b"\xc2\xff" + struct.pack(">Q", len(data) - 4) + bytes(4) + data[:-4]
    ask = (
        b"GET /w HTTP/1.1\r\nHost: collect.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
    )
    answer = (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
        b"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
    )
    talk = Talk()
    talk.tcp([(CLIENT, ask), (SERVER, answer), (CLIENT, frame)])
    assert _limits(_scan(tmp_path, talk))


def test_a_flood_of_continued_heads_ends_with_a_gap(tmp_path: Path) -> None:
    """RFC 9113 section 6.10: heads go on until a frame says that they end; these never do."""
    first = b"\x00\x00\x01\x01\x00" + struct.pack(">I", 1) + b"\x82"
    more = b"\x00\x00\x64\x09\x00" + struct.pack(">I", 1) + b"\x00\x01a\x5f" + b"v" * 96
    talk = Talk()
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04" + bytes(5)
    talk.ask(preface + first + more * 10_000, b"")
    result = _scan(tmp_path, talk)
    assert result.gaps or result.oddities


ENDS = Ends("192.168.1.20", "198.51.100.20")
MACS = ("00:00:5e:00:53:01", "00:00:5e:00:53:fe")


def _gre(depth: int) -> bytes:
    data = ipv4(udp(b"x" * 20, ENDS, (5000, 6000)), ENDS, protocol=17)
    for _ in range(depth):
        data = ipv4(b"\x00\x00\x08\x00" + data, ENDS, protocol=47)
    return ethernet(data, *MACS)


def _in_ip(depth: int) -> bytes:
    data = ipv4(udp(b"x" * 20, ENDS, (5000, 6000)), ENDS, protocol=17)
    for _ in range(depth):
        data = ipv4(data, ENDS, protocol=4)
    return ethernet(data, *MACS)


def _vxlan(depth: int) -> bytes:
    frame = ethernet(ipv4(udp(b"x" * 20, ENDS, (5000, 6000)), ENDS, protocol=17), *MACS)
    for _ in range(depth):
        inside = udp(b"\x08" + bytes(7) + frame, ENDS, (5000, 4789))
        frame = ethernet(ipv4(inside, ENDS, protocol=17), *MACS)
    return frame


def _extensions(depth: int) -> bytes:
    """RFC 8200 section 4: options for the target, eight bytes each, one behind the other."""
    ends = Ends("2001:db8::20", "2001:db8::53")
    chain = b"".join(bytes([60 if at < depth - 1 else 17, 0, 1, 4, 0, 0, 0, 0]) for at in range(depth))
    return ethernet(ipv6(chain + udp(b"x" * 20, ends, (5000, 6000)), ends, protocol=60), *MACS, kind=0x86DD)


TUNNELS = {"GRE": _gre, "IP in IP": _in_ip, "VXLAN": _vxlan, "extensions of IPv6": _extensions}


@pytest.mark.parametrize("name", sorted(TUNNELS))
def test_tunnels_in_tunnels_end_with_a_gap(tmp_path: Path, name: str) -> None:
    talk = Talk()
    frames = [(talk.now + number, TUNNELS[name](25 if name == "VXLAN" else 120)) for number in range(20)]
    assert _scan(tmp_path, talk, frames).gaps
