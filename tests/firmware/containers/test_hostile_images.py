"""Images made to cost memory or time: none costs more than its size could justify."""

from __future__ import annotations

import bz2
import hashlib
import lzma
import struct
import time
import tracemalloc
import zlib
from typing import TYPE_CHECKING

import pytest

from vitne.firmware.budget import Budget, Exhausted, budget_for
from vitne.firmware.containers import Lost, Member, erofs, ext4, ota_payload, super_partitions, zip_archive
from vitne.firmware.source import Held
from vitne.lab.images import super_image
from vitne.model import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

_MIB = 1 << 20


@pytest.fixture
def peak() -> Iterator[None]:
    """Fail a test in which more than 64 MiB are held at once."""
    tracemalloc.start()
    yield
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 64 * _MIB, f"{most / _MIB:.0f} MiB at once"


@pytest.mark.usefixtures("peak")
def test_a_tree_of_extents_whose_branches_are_all_the_same_block_is_not_held_at_once() -> None:
    block, shift = 65536, 6
    each = (block - 12) // 12

    def node(depth: int, count: int) -> bytes:
        row = struct.pack("<IIHH", 0, 1 + depth, 0, 0) if depth else struct.pack("<IHHI", 0, 1, 0, 1)
        return struct.pack("<HHHHI", 0xF30A, count, count, depth, 0) + row * count

    # block 0: super block; blocks 1 to 6: nodes of depth 0 to 5; block 7: descriptors and inodes
    image = bytearray(block * 9)
    for depth in range(5):
        image[(2 + depth) * block : (3 + depth) * block] = node(depth, each).ljust(block, b"\0")
    struct.pack_into("<IIIIIII", image, 1024, 64, 9, 0, 0, 0, 0, shift)
    struct.pack_into("<III", image, 1024 + 32, 64, 64, 64)
    image[1024 + 56 : 1024 + 58] = b"\x53\xef"
    struct.pack_into("<I", image, 1024 + 72, 0)
    struct.pack_into("<I", image, block + 8, 8)  # the table of inodes
    at = 8 * block + 128  # inode 2, the root
    struct.pack_into("<HHI", image, at, 0o040755, 0, 4096)
    struct.pack_into("<I", image, at + 32, 0x80000)
    image[at + 40 : at + 100] = node(5, 4)
    budget = Budget(unpack=0, look=_MIB, files=100, texts=20_000)
    with_lost = list(ext4.container.members(Held(bytes(image)), budget))
    assert [type(each) for each in with_lost] == [Lost]


@pytest.mark.usefixtures("peak")
def test_names_that_lie_on_one_another_are_no_longer_than_names_are() -> None:
    block = 65536
    image = bytearray(3 * block)
    struct.pack_into("<I", image, 1024, 0xE0F5E1E2)
    image[1024 + 12] = 16
    struct.pack_into("<H", image, 1024 + 14, 64)  # the root's inode
    struct.pack_into("<HHHHI", image, 32 * 64, 0, 0, 0o040755, 1, block)
    struct.pack_into("<I", image, 32 * 64 + 16, 1)
    count = 2000
    for number in range(count):
        start = 12 * count if number % 2 == 0 else block - 1
        struct.pack_into("<QHBB", image, block + 12 * number, 64, start, 1, 0)
    image[block + 12 * count : 2 * block] = b"n" * (block - 12 * count)
    found = list(erofs.container.members(Held(bytes(image)), budget_for(len(image))))
    assert all(len(each.path) < 300 for each in found)


def _field(number: int, value: int | bytes) -> bytes:
    def varint(word: int) -> bytes:
        out = b""
        while word >= 0x80:
            out += bytes([word & 0x7F | 0x80])
            word >>= 7
        return out + bytes([word])

    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def _payload(operations: bytes, data: bytes, size: int) -> bytes:
    partition = _field(1, b"system") + _field(7, _field(1, size)) + operations
    manifest = _field(3, 4096) + _field(13, partition)
    return struct.pack(">4sQQI", b"CrAU", 2, len(manifest), 0) + manifest + data


@pytest.mark.usefixtures("peak")
def test_operations_of_two_extents_each_are_not_all_held_unpacked() -> None:
    size = 8 * _MIB
    data = bz2.compress(bytes(size))
    half = size // 8192
    operations = b""
    for number in range(24):
        extents = b"".join(
            _field(6, _field(1, (2 * number + side) * half) + _field(2, half)) for side in (0, 1)
        )
        operations += _field(8, _field(1, 1) + _field(2, 0) + _field(3, len(data)) + extents)
    raw = _payload(operations, data, 24 * size)
    [member] = ota_payload.container.members(Held(raw), budget_for(64 * _MIB))
    assert isinstance(member, Member)
    for at in range(0, member.source.size, _MIB):
        assert not any(member.source.read(at, 16))


@pytest.mark.usefixtures("peak")
def test_operations_of_more_extents_than_a_phone_could_have_cost_their_partition() -> None:
    one = _field(8, _field(1, 0) + _field(6, b"") * 10_000)
    raw = _payload(one * 10, b"", 4096)
    with pytest.raises(Exhausted):
        list(ota_payload.container.members(Held(raw), Budget(unpack=0, look=0, files=15_000)))


def test_xz_that_asks_for_memory_of_gigabytes_is_malformed() -> None:
    data = bytearray(lzma.compress(bytes(4096), filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 16}]))
    size = (data[12] + 1) * 4
    at = data.index(b"\x21\x01", 12, 12 + size)
    data[at + 2] = 40  # a dictionary of 4 GiB less a byte
    data[12 + size - 4 : 12 + size] = struct.pack("<I", zlib.crc32(data[12 : 12 + size - 4]))
    with pytest.raises(Malformed):
        ota_payload._unpack(8, bytes(data), 4096, budget_for(_MIB))


def test_zstandard_that_tells_of_terabytes_is_malformed() -> None:
    frame = bytes.fromhex("28b52ffd") + bytes([0xE0]) + struct.pack("<Q", 1 << 42) + bytes([1, 0, 0])
    with pytest.raises(Malformed):
        ota_payload._unpack(14, frame, 4096, budget_for(_MIB))


@pytest.mark.usefixtures("peak")
def test_zstandard_that_unpacks_to_more_than_its_operation_writes_is_not_held() -> None:
    import zstandard

    packer = zstandard.ZstdCompressor().compressobj()
    data = b"".join(packer.compress(bytes(_MIB)) for _ in range(200)) + packer.flush()
    assert ota_payload._unpack(14, data, 4096, budget_for(_MIB)) == bytes(4096)


def test_partitions_that_all_name_all_extents_are_charged_for_each() -> None:
    data = bytearray(super_image({"a": b"x"}))
    rows = b"".join(struct.pack("<36sIIII", b"%d" % number, 1, 0, 15_000, 0) for number in range(10_000))
    extents = struct.pack("<QIQI", 0, 0, 0, 0) * 15_000
    groups = struct.pack("<36sIQ", b"default", 0, 0)
    tables = rows + extents + groups
    told = struct.pack("<III", 0, 10_000, 52) + struct.pack("<III", len(rows), 15_000, 24)
    told += struct.pack("<III", len(rows) + len(extents), 1, 48) + struct.pack("<III", 0, 0, 64)
    head = struct.pack("<IHHI32sI32s", 0x414C5030, 10, 0, 128, bytes(32), len(tables), _sha(tables)) + told
    head = head[:12] + _sha(head) + head[44:]
    blank = struct.pack("<II32sIII", 0x616C4467, 52, bytes(32), 1 << 20, 1, 4096)
    geometry = (blank[:8] + _sha(blank) + blank[40:]).ljust(4096, b"\0")
    data = bytearray(bytes(4096) + geometry * 2 + (head + tables).ljust(1 << 20, b"\0"))
    begun = time.process_time()
    with pytest.raises(Exhausted):
        list(super_partitions.container.members(Held(bytes(data)), budget_for(len(data))))
    assert time.process_time() - begun < 10


def _sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _zip(data: bytes, packed: bytes, count: int) -> bytes:
    """Write an archive whose entries all lead to one member."""
    local = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 8, 0, 0, 0, len(packed), len(data), 1, 0) + b"a"
    central = b""
    for number in range(count):
        name = b"%d.bin" % number
        central += struct.pack(
            *("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, 0, 8, 0, 0, 0, len(packed), len(data), len(name)),
            *(0, 0, 0, 0, 0, 0),
        )
        central += name
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, count, count, len(central), len(local) + len(packed), 0)
    return local + packed + central + end


def test_nothing_more_is_unpacked_once_too_much_was() -> None:
    data = bytes(4 * _MIB)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    raw = Held(_zip(data, packer.compress(data) + packer.flush(), 3))
    budget = Budget(unpack=_MIB, look=0, files=100)
    entries, _ = zip_archive.entries(raw)
    for entry in entries:
        with pytest.raises(Exhausted):
            zip_archive.opened(raw, entry, budget)
    assert budget.unpack >= -_MIB  # the first alone was looked into


@pytest.mark.parametrize("more", range(1, 300, 23))
def test_a_member_of_some_mebibytes_and_a_few_bytes_is_whole(more: int) -> None:
    data = bytes(_MIB + more)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    raw = Held(_zip(data, packer.compress(data) + packer.flush(), 1))
    [entry] = zip_archive.entries(raw)[0]
    opened, _ = zip_archive.opened(raw, entry, budget_for(raw.size))
    assert opened.read(0, opened.size) == data
