"""Twin of vitne.kernel.records: the calls themselves; what captures they read is proved in tests/intake."""

from __future__ import annotations

import struct
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.kernel import records
from vitne.kernel.records import EventKind, PcapHeader, Reason, RecordIndexer, first_rows

HEADER = PcapHeader(big_endian=False, nano=False, record_header=16, link_type=1, snap_length=0)


def record(n: int, frame: bytes) -> bytes:
    return struct.pack("<IIII", 1_600_000_000 + n, n, len(frame), len(frame)) + frame


def block(kind: int, body: bytes) -> bytes:
    return struct.pack("<II", kind, 12 + len(body)) + body + struct.pack("<I", 12 + len(body))


SECTION = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
INTERFACE = block(1, struct.pack("<HHI", 1, 0, 0))


def indexer(data: bytes, header: PcapHeader | None = HEADER, rows: int = 1000) -> RecordIndexer:
    return RecordIndexer(np.frombuffer(data, np.uint8), 0, header=header, rows=rows)


def read(index: RecordIndexer):
    reason = index.fill()
    return index.take(), reason


@pytest.mark.parametrize("rows", [1, 2, 3, 100])
def test_how_many_rows_are_asked_for_does_not_matter(rows):
    data = b"".join(record(n, bytes(n)) for n in range(10))
    index, offsets, reason = indexer(data, rows=rows), [], Reason.FULL
    while reason is Reason.FULL:
        chunk, reason = read(index)
        offsets += chunk.offset.tolist()
    assert reason is Reason.END
    assert offsets == [sum(16 + k for k in range(n)) + 16 for n in range(10)]


def test_the_columns_have_the_types_of_a_record_chunk():
    chunk, _ = read(indexer(record(1, b"x")))
    kinds = (chunk.offset, chunk.cap_length, chunk.orig_length, chunk.time_ns, chunk.link_type)
    assert [column.dtype.str[1:] for column in kinds] == ["u8", "u4", "u4", "i8", "u2"]


@pytest.mark.parametrize(
    ("tail", "reason"),
    [
        (b"", Reason.END),
        (bytes(15), Reason.CUT),
        (record(3, b"abc")[:-1], Reason.OVERRUN),
        (b"\xff" * 40, Reason.DOUBT),
    ],
)
def test_the_kernel_says_why_it_stopped(tail, reason):
    chunk, got = read(indexer(record(1, b"a") + record(2, b"b") + tail))
    assert (chunk.offset.size, got) == (2, reason)


def test_a_doubtful_header_is_told_before_the_chunk_is_given_away():
    index = indexer(record(1, b"a") + record(2, b"b") + b"\xff" * 40, rows=2)
    assert (index.fill(), index.filled, index.state.previous) == (Reason.DOUBT, 2, 17)
    index.drop_last()
    assert index.take().offset.tolist() == [16]


def test_sound_records_are_found_behind_noise_and_only_there():
    tail = b"".join(record(n, b"frame") for n in range(8))
    index = indexer(b"\xff" * 33 + tail)
    assert index.resync(0, 0) == 33
    assert index.resync(34, 34) == 33 + 21
    assert indexer(b"\xff" * 500).resync(0, 0) is None
    assert indexer(b"").resync(5, 0) is None


def test_room_for_interfaces_grows_until_all_are_read():
    index = indexer(SECTION + INTERFACE * 40, None)
    stops = []
    while not stops or stops[-1] is not Reason.END:
        stops.append(read(index)[1])
        if stops[-1] is Reason.INTERFACES_FULL:
            index.more_interfaces()
    assert stops.count(Reason.INTERFACES_FULL) == 2
    assert index.state.interface_count == 40


def test_events_are_handed_over_in_order_and_stop_the_kernel_when_they_are_many():
    secrets = block(10, struct.pack("<II", 7, 4) + b"keys")
    index = indexer(SECTION + secrets * (records.EVENTS + 5), None)
    _, reason = read(index)
    first = index.take_events()
    assert (reason, len(first), first[0].kind, first[0].extra, first[0].length) == (
        Reason.EVENTS_FULL,
        records.EVENTS,
        EventKind.SECRETS,
        7,
        4,
    )
    assert read(index)[1] is Reason.END
    assert len(index.take_events()) == 5
    assert index.take_events() == []


def test_custom_blocks_are_told_with_their_place_whichever_of_the_two_types_they_have():
    mine = struct.pack("<I", 62_652) + b"body"
    index = indexer(SECTION + block(0xBAD, mine) + block(0x40000BAD, mine), None)
    read(index)
    told = index.take_events()
    assert [(each.kind, each.extra, each.length) for each in told] == [(EventKind.CUSTOM, 0, 8)] * 2
    assert told[0].offset == len(SECTION) + 8


def test_oddities_are_counted_with_the_frame_of_the_first():
    data = record(1, b"") + struct.pack("<IIII", 1_600_000_000, 0, 3, 1) + b"abc" + record(0, b"")
    index = indexer(data)
    read(index)
    assert index.oddities() == [("cap-over-orig", 1, 2), ("backward", 1, 2)]


def test_the_first_rows_of_a_chunk_are_a_small_copy_or_a_view():
    chunk, _ = read(indexer(b"".join(record(n, b"") for n in range(10)), rows=10))
    assert first_rows(chunk, 10) is chunk
    assert first_rows(chunk, 8).offset.base is not None
    assert first_rows(chunk, 2).offset.base is None
    assert first_rows(chunk, 2).offset.tolist() == [16, 32]


@pytest.mark.parametrize("size", [1 << 19, 1 << 21])
def test_hostile_bytes_full_of_likely_headers_take_time_in_proportion(size):
    likely = struct.pack("<IIII", 1_600_000_000, 0, 0, 1 << 18)
    data = np.frombuffer((b"\xff" * 16 + likely * 3) * (size // 64), np.uint8)
    index = RecordIndexer(data, 0, header=HEADER)
    start = time.process_time()
    index.resync(0, data.size)
    assert time.process_time() - start < 2


@given(st.binary(max_size=300), st.booleans())
def test_noise_never_makes_a_row_outside_the_bytes(noise, ng):
    data = (SECTION + INTERFACE if ng else record(1, b"a")) + noise
    index = indexer(data, None if ng else HEADER)
    chunk, _ = read(index)
    assert all(int(o) + int(n) <= len(data) for o, n in zip(chunk.offset, chunk.cap_length, strict=True))
    found = index.resync(0, 0)
    assert found is None or 0 <= found < len(data)
