"""Parts of packages made to cost memory or time, and texts that lie across two stretches."""

from __future__ import annotations

import struct
import time
import tracemalloc
from typing import TYPE_CHECKING

import pytest

from vitne.firmware.budget import budget_for
from vitne.firmware.manifest import read_manifest
from vitne.firmware.parts import elf
from vitne.firmware.parts.android_xml import AndroidXml
from vitne.firmware.parts.chunked import chunks
from vitne.firmware.parts.resource_table import ResourceTable
from vitne.firmware.source import Held
from vitne.lab.packages import _chunk, _pool, resources

if TYPE_CHECKING:
    from collections.abc import Iterator

_MIB = 1 << 20


@pytest.fixture
def peak() -> Iterator[None]:
    """Fail a test in which more than 128 MiB are held at once."""
    tracemalloc.start()
    yield
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 128 * _MIB, f"{most / _MIB:.0f} MiB at once"


@pytest.mark.parametrize("before", range(1, 9))
def test_a_text_that_lies_across_two_stretches_is_whole(before: int) -> None:
    text = b"https://collect.vendor.example/register"
    data = bytearray(2 * _MIB)
    data[_MIB - before : _MIB - before + len(text)] = text
    assert [found for _, found in elf.texts(Held(bytes(data)))] == [text]


@pytest.mark.usefixtures("peak")
def test_entries_that_share_one_long_name_do_not_each_hold_it() -> None:
    entries, name = 15_000, "n" * 30_000
    head = struct.pack("<BBHII", 1, 0, 0, entries, 84 + 4 * entries) + struct.pack("<I", 64) + bytes(60)
    plain = struct.pack("<HHI", 8, 0, 0) + struct.pack("<HBBI", 8, 0, 3, 0)
    kind = _chunk(0x0201, head, bytes(4 * entries) + plain)
    whole = resources("a", (("s", "text"),))
    at = whole.index(struct.pack("<HH", 0x0200, 288))
    header = bytearray(whole[at + 8 : at + 288])
    kinds = _pool(["string"])
    struct.pack_into("<I256xIII", header, 0, 0x7F, 288, 1, 288 + len(kinds))
    package = _chunk(0x0200, bytes(header), kinds + _pool([name]) + kind)
    data = _chunk(2, struct.pack("<I", 1), _pool(["text"]) + package)
    table = ResourceTable(data, budget_for(len(data)))
    assert len(table.resources()) == entries


def test_chunks_of_nothing_are_counted() -> None:
    assert len(chunks(struct.pack("<HHI", 0, 8, 8) * 410_000, 0, 3_280_000)) <= 400_000


@pytest.mark.usefixtures("peak")
def test_a_manifest_that_says_one_long_text_many_times_does_not_hold_it_each_time() -> None:
    pool = _pool(["application", "debuggable", "t" * 30_000])
    element = _chunk(
        0x0102,
        struct.pack("<II", 1, 0),
        struct.pack("<iIHHHHHH", -1, 0, 20, 20, 1, 0, 0, 0) + struct.pack("<iIiHBBI", -1, 1, 2, 8, 0, 1, 5),
    )
    document = AndroidXml(_chunk(3, b"", pool + element * 8_000))
    manifest = read_manifest(document, "a", {5: ("string/x", "t" * 30_000)})
    assert sum(len(flag.value) for flag in manifest.flags) < 4 * _MIB


def test_the_rows_of_a_program_are_not_copied_over_and_over() -> None:
    size, count = 65535, 1000
    head = b"\x7fELF\2\1\1".ljust(32, b"\0") + struct.pack("<Q", 64) + bytes(14)
    data = (head + struct.pack("<HH", size, count)).ljust(64, b"\0") + bytes(size * count)
    begun = time.process_time()
    assert elf.linked(Held(data)).imports == ()
    assert time.process_time() - begun < 2
