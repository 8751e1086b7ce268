"""Super images: what the lab writes by the published header, and what is refused."""

from __future__ import annotations

import hashlib
import struct

import pytest
from tests.firmware.tree import read

from vitne.firmware.containers.super_partitions import container
from vitne.firmware.source import Held
from vitne.lab.images import super_image
from vitne.model import Malformed

_PARTS = {"system_a": b"system" * 1000, "vendor_a": b"vendor" * 300_000}


def test_every_partition_is_given_in_whole_mebibytes() -> None:
    files, lost = read(Held(super_image(_PARTS)))
    assert not lost
    assert list(files) == list(_PARTS)
    for name, content in _PARTS.items():
        assert files[name].rstrip(b"\0") == content
        assert len(files[name]) % (1 << 20) == 0


def test_the_copy_of_a_damaged_geometry_and_of_damaged_metadata_is_read() -> None:
    data = bytearray(super_image(_PARTS))
    data[4096 + 60] ^= 1  # behind what the digest covers
    data[4096 + 44] ^= 1
    data[12288 + 130] ^= 1
    assert list(read(Held(bytes(data)))[0]) == list(_PARTS)


def test_without_a_digest_that_holds_nothing_is_read() -> None:
    data = bytearray(super_image(_PARTS))
    data[12288 + 130] ^= 1
    data[12288 + 65536 + 130] ^= 1
    with pytest.raises(Malformed, match="digest"):
        read(Held(bytes(data)))


def _with_extent(**change: int) -> bytes:
    """Change the first extent and make the digests hold again."""
    data = bytearray(super_image(_PARTS))
    for at in (12288, 12288 + 65536):
        told = struct.unpack_from("<I", data, at + 44)[0]
        first = at + 128 + struct.unpack_from("<I", data, at + 92)[0]
        row = dict(
            zip(("sectors", "kind", "start", "device"), struct.unpack_from("<QIQI", data, first), strict=True)
        )
        row.update(change)
        struct.pack_into("<QIQI", data, first, *row.values())
        data[at + 48 : at + 80] = hashlib.sha256(data[at + 128 : at + 128 + told]).digest()
        head = bytes(data[at : at + 12]) + bytes(32) + bytes(data[at + 44 : at + 128])
        data[at + 12 : at + 44] = hashlib.sha256(head).digest()
    return bytes(data)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"sectors": 1 << 62}, "larger than any phone"),
        ({"kind": 7}, "kind 7"),
        ({"device": 1}, "another device"),
    ],
    ids=str,
)
def test_a_partition_that_lies_costs_itself_only(change: dict[str, int], why: str) -> None:
    files, lost = read(Held(_with_extent(**change)))
    assert list(files) == ["vendor_a"]
    assert [each.path for each in lost] == ["system_a"]
    assert why in lost[0].note


def test_it_is_known_by_either_geometry() -> None:
    assert container.fits(super_image({})[:16384])
    assert not container.fits(bytes(16384))
