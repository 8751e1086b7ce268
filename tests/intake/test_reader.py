"""Twin of vitne.intake.reader: the door as a whole, beside tshark and capinfos."""

from __future__ import annotations

import gzip
import hashlib
import io
import random
import shutil
import struct
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import zstandard

from vitne.intake import UnpackLimits, open_capture, open_captures
from vitne.model import CaptureError, RecordChunk

if TYPE_CHECKING:
    from pathlib import Path

RECORDS = [(1_600_000_000 + n, n, bytes([n]) * n) for n in range(30)]


def test_a_file_is_told_by_its_content_and_digested_as_received(tmp_path, made):
    data = made.pcap(RECORDS)
    path = tmp_path / "named-wrongly.txt"
    path.write_bytes(data)
    reader = open_capture(path, 3)
    assert sum(chunk.offset.size for chunk in reader.chunks()) == 30
    capture = reader.capture
    assert (capture.number, capture.name, capture.path, capture.size) == (3, path.name, str(path), len(data))
    assert capture.sha256 == hashlib.sha256(data).hexdigest()
    assert (capture.compression, capture.packets, len(capture.interfaces)) == ("", 30, 1)
    assert reader.received.tobytes() == reader.buffer.tobytes() == data
    reader.close()


@pytest.mark.parametrize(("compression", "pack"), [("gzip", gzip.compress), ("zstd", zstandard.compress)])
def test_a_compressed_file_is_told_by_its_content(made, read, compression, pack):
    data = made.pcap(RECORDS)
    packed = pack(data)
    got = read(packed)
    assert got.frames == [frame for _, _, frame in RECORDS]
    assert (got.capture.compression, got.capture.size) == (compression, len(packed))
    assert got.capture.sha256 == hashlib.sha256(packed).hexdigest()
    assert got.reader.buffer.tobytes() == data
    assert got.reader.received.tobytes() == packed


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_a_cut_compressed_file_gives_what_can_be_read_and_says_that_it_is_cut(made, read, pack):
    records = [(1_600_000_000 + n, n, random.Random(n).randbytes(1000)) for n in range(500)]
    got = read(pack(made.pcap(records))[:-9])
    assert got.kinds[-1] == "truncated-file"
    assert "ends early" in got.gaps[-1].why
    assert len(got.frames) > 300
    assert got.frames == [frame for _, _, frame in records][: len(got.frames)]


def test_a_bomb_ends_in_a_gap(made, read):
    got = read(
        gzip.compress(made.pcap(RECORDS) + bytes(20 << 20), mtime=0),
        limits=UnpackLimits(free=1 << 20, ratio=1),
    )
    assert len(got.frames) == 30
    assert "limit" in got.kinds
    assert got.reader.buffer.size == 1 << 20


def test_standard_input_has_a_name_of_its_own_and_its_bytes_stay(made):
    data = made.pcap(RECORDS)
    reader = open_capture("-", stdin=io.BytesIO(data))
    assert (reader.capture.name, reader.capture.path) == ("-", "-")
    assert reader.received.tobytes() == data


def test_too_much_standard_input_ends_in_a_gap(made, read, monkeypatch):
    monkeypatch.setattr("vitne.intake.received.MOST_SPOOLED", 1 << 20)
    got = read(made.pcap([(1_600_000_000, 0, bytes(1 << 18))] * 7))
    assert got.kinds == ["truncated-file", "limit"]


def test_chunks_can_be_asked_for_again(made, read):
    got = read(made.pcap(RECORDS))
    assert sum(item.offset.size for item in got.reader.chunks()) == 30
    assert got.reader.capture == got.capture


def test_a_long_capture_comes_in_several_chunks(made, read):
    data = made.pcap([]) + made.record(1_600_000_000, 0, b"x") * 70_000
    got = read(data)
    assert [chunk.offset.size for chunk in got.chunks] == [65_536, 4_464]
    assert got.column("offset") == list(range(40, 40 + 17 * 70_000, 17))


def test_a_row_costs_no_more_than_28_bytes(made, read):
    chunk = read(made.pcap(RECORDS)).chunks[0]
    columns = (chunk.offset, chunk.cap_length, chunk.orig_length, chunk.time_ns, chunk.link_type)
    assert sum(column.itemsize for column in columns) <= 28


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"hello, this is a text\nwith lines\n", "text"),
        (b'{"log": {}}', "text"),
        (b"PK\x03\x04" + bytes(40), "zip"),
        (b"\xfd7zXZ\x00" + bytes(40), "xz"),
        (b"\x7fELF\xff\xff\xff\xff", "no capture"),
        (b"\xd4", "too short"),
        (b"\xd4\xc3\xb2\xa1\x02\x00", "inside its header: 6 of 24"),
        (b"\x0a\x0d\x0d\x0a\x1c\x00", "inside its first section header"),
        (gzip.compress(b"", mtime=0), "nothing inside"),
        (gzip.compress(b"text", mtime=0)[:10], "the gzip data ends early"),
        (gzip.compress(b"text\nin gzip\n", mtime=0), "text"),
    ],
)
def test_what_is_no_capture_is_refused_with_what_where_expected_and_next(read, data, what):
    with pytest.raises(CaptureError, match=what) as caught:
        read(data)
    assert caught.value.where == "standard input"
    assert "pcapng" in caught.value.expected
    assert caught.value.next_step


def test_a_refusal_shows_no_bytes_of_the_file(read):
    with pytest.raises(CaptureError) as caught:
        read(b"secret words in a text file\n")
    assert "secret" not in str(caught.value)


def test_several_captures_are_numbered_as_given_and_one_that_fails_closes_all(tmp_path, made):
    paths = [tmp_path / name for name in ("b.pcap", "a.pcap")]
    for path in paths:
        path.write_bytes(made.pcap(RECORDS))
    readers = open_captures(paths)
    assert [(one.capture.number, one.capture.name) for one in readers] == [(0, "b.pcap"), (1, "a.pcap")]
    with pytest.raises(CaptureError, match="no such file"):
        open_captures([*paths, tmp_path / "missing"])


def _rows(path: Path) -> list[tuple[int | None, int, int]]:
    """Give (time, kept, length) of each packet as tshark shows them."""
    fields = ["-e", "frame.time_epoch", "-e", "frame.cap_len", "-e", "frame.len"]
    run = subprocess.run(
        ["tshark", "-n", "-r", str(path), "-T", "fields", *fields],
        capture_output=True,
        text=True,
        check=False,
    )
    out = []
    for line in run.stdout.splitlines():
        time, kept, length = line.split("\t")
        seconds, _, fraction = time.partition(".")
        out.append((int(seconds) * 10**9 + int(fraction) if time else None, int(kept), int(length)))
    return out


@pytest.mark.tshark
@pytest.mark.parametrize("order", ["<", ">"])
def test_a_made_pcapng_is_read_as_tshark_reads_it(tmp_path, made, order):
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not installed: this comparison needs it")
    frame = bytes(14)
    data = made.section(order=order)
    for resolution in (6, 9, 3, 0x80 | 10, 0x80 | 32):
        data += made.interface(
            snap=256, options=made.option(9, bytes([resolution]), order=order) + bytes(4), order=order
        )
    for n, units in enumerate(
        (
            1_600_000_000_000_001,
            1_600_000_000_000_000_007,
            1_600_000_000_005,
            (1_600_000_000 << 10) + 512,
            (1_600_000_000 << 32) + 12345,
        )
    ):
        data += made.packet(units, frame, interface=n, orig=14 + n, order=order)
    path = tmp_path / "made.pcapng"
    path.write_bytes(data)
    chunk = next(item for item in open_capture(path).chunks() if isinstance(item, RecordChunk))
    got = list(
        zip(chunk.time_ns.tolist(), chunk.cap_length.tolist(), chunk.orig_length.tolist(), strict=True)
    )
    assert got == _rows(path)


def test_what_is_known_of_a_capture_stays_when_it_is_closed(tmp_path, made):
    data = made.section() + made.interface(options=made.option(2, b"wlan0") + bytes(4)) + made.packet(1, b"x")
    path = tmp_path / "made.pcapng"
    path.write_bytes(data)
    reader = open_capture(path)
    chunk = next(item for item in reader.chunks() if isinstance(item, RecordChunk))
    list(reader.chunks())
    before, view = reader.capture, reader.buffer[int(chunk.offset[0]) :][:1]
    reader.close()
    reader.close()
    assert reader.capture == before
    assert before.sha256 == hashlib.sha256(data).hexdigest()
    assert before.interfaces[0].name == "wlan0"
    assert view.tobytes() == b"x"


def test_a_reader_closed_in_the_middle_leaves_nothing_running(tmp_path, made):
    path = tmp_path / "made.pcap"
    path.write_bytes(made.pcap(RECORDS * 1000))
    reader = open_capture(path)
    next(reader.chunks())
    reader.close()
    assert reader._digest is not None
    assert not reader._digest._thread.is_alive()


def test_frames_are_read_again_with_their_comments(made: Any) -> None:
    data = made.section() + made.interface(101)
    for number in range(1, 6):
        note = made.option(1, b"u-%d" % number) * number + made.option(0, b"")
        data += made.packet(number, b"frame %d" % number, options=note)
    reader = open_capture("-", stdin=io.BytesIO(data))
    list(reader.chunks())
    found = list(reader.packets({4, 2, 99, 0}))
    assert [(one.number, one.data, one.link_type) for one in found] == [
        (2, b"frame 2", 101),
        (4, b"frame 4", 101),
    ]
    assert [one.comments for one in found] == [("u-2",) * 2, ("u-4",) * 4]
    assert reader.capture.packets == 5
    assert list(reader.packets(())) == []


def test_comments_of_a_frame_that_is_asked_for_are_bounded(made: Any) -> None:
    note = made.option(1, b"x" * 2000) * 20 + made.option(0, b"")
    data = made.section() + made.interface() + made.packet(1, b"a", options=note)
    reader = open_capture("-", stdin=io.BytesIO(data))
    (found,) = reader.packets({1})
    assert [len(comment) for comment in found.comments] == [1024] * 8


def test_custom_blocks_are_given_with_their_number_in_network_order(made: Any) -> None:
    for order in "<>":
        body = struct.pack(order + "I", 62_652) + b"body"
        data = made.section(order=order) + made.block(0xBAD, body, order=order)
        data += made.block(0x40000BAD, body[:4] + bytes(9000), order=order)
        reader = open_capture("-", stdin=io.BytesIO(data))
        list(reader.chunks())
        first, second = reader.custom
        assert first == struct.pack(">I", 62_652) + b"body"
        assert len(second) == 4096
