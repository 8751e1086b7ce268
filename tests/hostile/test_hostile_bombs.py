"""Bombs: what grows when it is unwrapped, and what nests without end, ends with a Gap and costs only itself."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import plistlib
import struct
import time
import zipfile
import zlib
from typing import TYPE_CHECKING
from urllib.parse import quote

import brotli
import pytest
import zstandard

import vitne
from tests.pipeline.talk import IMEI, Talk, post, subject

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from vitne.pipeline import Result

RECORD = json.dumps({"imei": IMEI}).encode()
ZEROS = bytes(40 << 20)
SECONDS = 12  # of processor time for one bomb: the machine is shared by tests


def _again(wrap: Callable[[bytes], bytes], data: bytes, times: int) -> bytes:
    for _ in range(times):
        data = wrap(data)
    return data


def _zip_of_zips() -> bytes:
    inner = _zip({f"{number}.bin": bytes(4 << 20) for number in range(16)})
    return _zip({f"{number}.zip": inner for number in range(16)})


def _zip(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def _laughs() -> bytes:
    rows = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{rows}]><x>&l11;</x>'.encode()


def _bplist_loop() -> bytes:
    """An array whose only element is itself (the format counts objects by number)."""
    data = plistlib.dumps([["x"]], fmt=plistlib.FMT_BINARY)
    offset = struct.unpack(">Q", data[-8:])[0]
    assert data[8] == 0xA1
    return data[:9] + b"\x00" + data[10:offset] + data[offset:]


def _nested_lengths(tag: bytes, depth: int) -> bytes:
    """Protobuf fields or DER sequences one inside the other, their lengths in seven bits or with a head."""
    data = b"\x0a\x0f" + INSIDE if tag == b"\x0a" else b"\x0c\x0f" + INSIDE
    for _ in range(depth):
        size = len(data)
        if tag == b"\x0a":
            head = b""
            while size > 127:
                head, size = head + bytes([size & 127 | 128]), size >> 7
            data = tag + head + bytes([size]) + data
        else:
            head = bytes([size]) if size < 128 else b"\x83" + size.to_bytes(3, "big")
            data = tag + head + data
    return data


def _parts(count: int) -> bytes:
    part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n'
    return part * count + b"--x--\r\n"


GROWING: dict[str, Callable[[], bytes]] = {
    "gzip": lambda: gzip.compress(ZEROS, mtime=0),
    "gzip of gzip": lambda: gzip.compress(gzip.compress(ZEROS, mtime=0), mtime=0),
    "zlib": lambda: zlib.compress(ZEROS),
    "deflate": lambda: zlib.compress(ZEROS)[2:-4],
    "brotli": lambda: brotli.compress(ZEROS, quality=5),
    "zstd": lambda: zstandard.compress(ZEROS),
    "xz": lambda: lzma.compress(ZEROS, preset=0),
    "bzip2": lambda: bz2.compress(ZEROS[: 32 << 20], 1),
    "zip of zips": _zip_of_zips,
    "gzip in base64": lambda: base64.b64encode(gzip.compress(ZEROS, mtime=0)),
}
HEADLESS = frozenset({"brotli", "deflate"})  # known by their end alone, unless a message announces them
INSIDE = IMEI.encode()  # what stands innermost
NESTING: dict[str, Callable[[], bytes]] = {
    "arrays of JSON": lambda: b"[" * 100_000 + b'"' + INSIDE + b'"' + b"]" * 100_000,
    "objects of JSON": lambda: b'{"a":' * 50_000 + INSIDE + b"}" * 50_000,
    "elements of XML": lambda: b"<a>" * 50_000 + INSIDE + b"</a>" * 50_000,
    "arrays of CBOR": lambda: b"\x81" * 100_000 + b"\x6f" + INSIDE,
    "arrays of MessagePack": lambda: b"\x91" * 100_000 + b"\xaf" + INSIDE,
    "fields of protobuf": lambda: _nested_lengths(b"\x0a", 2000),
    "sequences of DER": lambda: _nested_lengths(b"\x30", 2000),
}
REFUSED: dict[str, Callable[[], bytes]] = {
    "entities of XML": _laughs,
    "a property list that holds itself": _bplist_loop,
}
CODED = {"gzip": "gzip", "zlib": "deflate", "brotli": "br", "zstd": "zstd"}
DEEP: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "base64": base64.b64encode,
    "escapes": lambda data: quote(data.decode()).encode(),
    "strings of JSON": lambda data: json.dumps({"a": data.decode()}).encode(),
}


def _scan(tmp_path: Path, body: bytes, *, times: int = 1, **more: str) -> Result:
    talk = Talk()
    talk.ask(post(body, **more))
    talk.ask(post(RECORD))
    capture = talk.write(tmp_path / "talk.pcap")
    begin = time.process_time()
    result = vitne.scan(capture, subject=subject(tmp_path))
    assert time.process_time() - begin < SECONDS
    assert [one.seed for one in result.findings if one.seed] == ["imei#1"] * times
    return result


def _limits(result: Result) -> list[str]:
    return [gap.why for gap in result.gaps if gap.kind == "limit"]


@pytest.mark.parametrize("name", sorted(GROWING))
def test_what_grows_ends_with_a_gap_and_the_next_message_is_read(tmp_path: Path, name: str) -> None:
    told = _limits(_scan(tmp_path, GROWING[name](), kind="application/octet-stream"))
    assert told or name in HEADLESS


@pytest.mark.parametrize("name", sorted(CODED))
def test_what_grows_and_is_announced_ends_with_a_gap_too(tmp_path: Path, name: str) -> None:
    more = f"Content-Encoding: {CODED[name]}\r\n"
    assert _limits(_scan(tmp_path, GROWING[name](), more=more))


@pytest.mark.parametrize("name", sorted(NESTING))
def test_what_stands_at_the_bottom_of_a_nest_is_found(tmp_path: Path, name: str) -> None:
    result = _scan(tmp_path, NESTING[name](), times=2, kind="application/octet-stream")
    assert not result.partial


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_refers_to_itself_is_not_followed(tmp_path: Path, name: str) -> None:
    _scan(tmp_path, REFUSED[name](), kind="application/octet-stream")


@pytest.mark.parametrize("name", sorted(DEEP))
def test_layers_in_layers_end_at_a_depth_with_a_gap(tmp_path: Path, name: str) -> None:
    times = 17 if name == "strings of JSON" else 12
    body = _again(DEEP[name], b'{"x":"%41 some words & more","y":"\\u0041"}', times)
    assert _limits(_scan(tmp_path, body))


def test_a_hundred_thousand_parts_end_with_a_gap(tmp_path: Path) -> None:
    assert _limits(_scan(tmp_path, _parts(100_000), kind="multipart/form-data; boundary=x"))


@pytest.mark.parametrize(
    "body",
    [
        b'{"n":' + b"9" * 5000 + b"}",
        b'{"n":[NaN,1e999,-1e999]}',
        b'{"a":1,"a":2,"s":"\\ud800"}',
        b"\xef\xbb\xbf{} trailing",
    ],
)
def test_json_that_readers_stumble_over_loses_nothing(tmp_path: Path, body: bytes) -> None:
    _scan(tmp_path, body)


def test_a_long_line_of_json_is_read_to_its_end_or_told(tmp_path: Path) -> None:
    rows = ",".join(f'{{"k{number}":"value {number}"}}' for number in range(150_000))
    body = ('{"rows":[' + rows + '],"imei":"' + IMEI + '"}').encode()
    talk = Talk()
    talk.ask(post(body))
    begin = time.process_time()
    result = vitne.scan(talk.write(tmp_path / "talk.pcap"), subject=subject(tmp_path))
    assert time.process_time() - begin < SECONDS
    assert [one.seed for one in result.findings if one.seed] == ["imei#1"]


def test_names_that_point_at_themselves_cost_only_their_datagram(tmp_path: Path) -> None:
    """RFC 1035 4.1.4: a pointer may only go back; one to itself never ends."""
    talk = Talk()
    head = struct.pack(">6H", 7, 0x0100, 1, 0, 0, 0)
    for name in (b"\xc0\x0c", b"\xc0\x0e\xc0\x0c", b"\x3f" + b"a" * 63 + b"\xc0\x0c"):
        talk.udp(head + name + b"\x00\x01\x00\x01", port=53)
    talk.ask(post(RECORD))
    result = vitne.scan(talk.write(tmp_path / "talk.pcap"), subject=subject(tmp_path))
    assert [one.seed for one in result.findings if one.seed] == ["imei#1"]
    assert result.gaps or result.oddities or result.opaque


@pytest.mark.parametrize("depth", [40, 120])
def test_tunnels_in_tunnels_end_with_a_gap(tmp_path: Path, depth: int) -> None:
    talk = Talk()
    talk.ask(post(RECORD))
    frames = talk.frames()
    tags = b"\x81\x00\x00\x01" * depth
    frames += [(time_ns, frame[:12] + tags + frame[12:]) for time_ns, frame in frames]
    result = vitne.scan(talk.write(tmp_path / "talk.pcap", frames), subject=subject(tmp_path))
    assert [one.seed for one in result.findings if one.seed] == ["imei#1"]
    assert result.gaps


def test_a_head_table_that_is_filled_and_repeated_ends_with_a_gap(tmp_path: Path) -> None:
    """RFC 7541: one entry of four kilobytes, named again and again in one byte each."""
    entry = b"\x40\x01a" + b"\x7f\x81\x1e" + b"v" * 4000  # a literal of 127 + 1 + 30 * 128 letters
    block = entry[:-2] + b"\xbe" * 16_000
    frames = struct.pack(">I", len(block))[1:] + b"\x01\x05" + struct.pack(">I", 1) + block
    talk = Talk()
    talk.ask(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04" + b"\x00" * 5 + frames, b"")
    talk.ask(post(RECORD))
    begin = time.process_time()
    result = vitne.scan(talk.write(tmp_path / "talk.pcap"), subject=subject(tmp_path))
    assert time.process_time() - begin < SECONDS
    assert [one.seed for one in result.findings if one.seed] == ["imei#1"]
    assert result.gaps or result.oddities
