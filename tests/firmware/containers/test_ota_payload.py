"""Payloads of updates: every operation on whole blocks, and those that need an older image."""

from __future__ import annotations

import random

import pytest
from tests.firmware.tree import read

from vitne.firmware.budget import Budget
from vitne.firmware.containers.ota_payload import container
from vitne.firmware.source import Held
from vitne.lab.images import payload
from vitne.model import Malformed

_SYSTEM = b"text " * 40_000 + bytes(70_000) + random.Random(5).randbytes(90_000)


def test_stored_and_compressed_operations_and_zeros_give_the_partition_back() -> None:
    files, lost = read(Held(payload({"system": _SYSTEM, "boot": b"kernel"})))
    assert not lost
    assert files["system"] == _SYSTEM + bytes(-len(_SYSTEM) % 4096)
    assert files["boot"] == b"kernel".ljust(4096, b"\0")


def test_an_operation_on_an_older_image_is_named_and_costs_its_partition_only() -> None:
    files, lost = read(Held(payload({"system": _SYSTEM, "boot": b"kernel"}, delta=("system",))))
    assert list(files) == ["boot"]
    assert [(each.path, each.why) for each in lost] == [("system", "unsupported")]
    assert "SOURCE_COPY" in lost[0].note


def test_a_payload_cut_off_in_its_manifest_is_malformed() -> None:
    data = payload({"boot": b"kernel" * 9000})
    head = 24 + int.from_bytes(data[12:20], "big")
    for at in range(head):
        with pytest.raises(Malformed):
            list(container.members(Held(data[:at]), Budget(unpack=1 << 20, look=1 << 20, files=1000)))


def test_data_that_does_not_unpack_is_malformed_where_it_is_read() -> None:
    data = bytearray(payload({"system": _SYSTEM}))
    data[-60_000:] = bytes(60_000)
    [member] = container.members(Held(bytes(data)), Budget(unpack=1 << 30, look=1 << 20, files=1000))
    with pytest.raises(Malformed):
        member.source.read(0, member.source.size)  # type: ignore[union-attr]


def test_an_operation_that_tells_of_more_than_it_may_write_is_not_unpacked() -> None:
    from vitne.firmware.containers.ota_payload import _unpack

    with pytest.raises(Malformed, match="than is unpacked"):
        _unpack(8, b"", 1 << 30, Budget(unpack=1 << 20, look=0, files=0))


def test_other_versions_are_refused() -> None:
    data = bytearray(payload({"boot": b"x"}))
    data[11] = 1
    with pytest.raises(Malformed, match="version 1"):
        read(Held(bytes(data)))
