"""Archives of Python's zipfile, read back; and archives that lie."""

from __future__ import annotations

import io
import struct
import tempfile
import zipfile

import pytest
from tests.firmware.tree import read

from vitne.firmware.budget import Budget
from vitne.firmware.containers import Lost, Member
from vitne.firmware.containers.zip_archive import Spooled, container, entries
from vitne.firmware.source import Held
from vitne.lab.packages import archived
from vitne.model import Malformed

_FILES = {"a.txt": b"a" * 3000, "folder/b.bin": bytes(range(256)) * 20, "empty": b""}


@pytest.mark.parametrize("stored", [False, True])
def test_members_are_given_as_they_went_in(stored: bool) -> None:
    assert read(Held(archived(_FILES, stored=stored))) == (_FILES, [])


def test_an_archive_of_64_bits_is_read() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, archive.open("big", "w", force_zip64=True) as file:
        file.write(b"x" * 100)
    data = bytearray(out.getvalue())
    assert read(Held(bytes(data))) == ({"big": b"x" * 100}, [])


def test_a_stored_member_says_where_it_lies() -> None:
    data = archived(_FILES, stored=True)
    [member] = [each for each in container.members(Held(data), _budget()) if each.path == "folder/b.bin"]
    assert isinstance(member, Member)
    assert member.offset is not None
    assert data[member.offset :].startswith(bytes(range(256)))


def test_names_that_lead_out_stay_names() -> None:
    files = {"../../etc/passwd": b"1", "/absolute": b"2", "C:\\x": b"3"}
    assert set(read(Held(archived(files)))[0]) == set(files)


def _budget(unpack: int = 1 << 24) -> Budget:
    return Budget(unpack=unpack, look=1 << 30, files=10_000)


def test_a_bomb_ends_at_the_bound_and_is_told() -> None:
    data = archived({"bomb": bytes(64 << 20), "after": b"x"})
    found = list(container.members(Held(data), _budget(1 << 20)))
    assert [each.path for each in found] == ["bomb"]
    assert isinstance(found[0], Lost)
    assert found[0].why == "limit"


def test_a_member_that_unpacks_to_more_than_it_tells_is_refused() -> None:
    data = bytearray(archived({"a": bytes(1 << 20)}))
    at = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, at + 24, 70_000)
    [lost] = container.members(Held(bytes(data)), _budget())
    assert isinstance(lost, Lost)
    assert "more than the 70000 bytes" in lost.note


def test_an_unknown_method_is_read_as_stored_as_android_does() -> None:
    data = bytearray(archived({"a": b"plain"}, stored=True))
    at = data.rindex(b"PK\x01\x02")
    struct.pack_into("<H", data, at + 10, 0x1234)
    assert read(Held(bytes(data))) == ({"a": b"plain"}, [])


@pytest.mark.parametrize("cut", [4, 60, 100, 2000])
def test_an_archive_that_is_cut_off_has_no_directory(cut: int) -> None:
    with pytest.raises(Malformed, match="directory"):
        entries(Held(archived(_FILES, stored=True)[:cut]))


def test_a_large_member_is_held_on_the_disk() -> None:
    [member] = container.members(Held(archived({"a": b"ab" * (20 << 20)})), _budget(1 << 30))
    assert isinstance(member, Member)
    assert isinstance(member.source, Spooled)
    assert member.source.read(1, 4) == b"baba"
    assert member.source.read(-5, 1 << 40) == b"ab" * (20 << 20)


def test_a_disk_that_is_full_costs_the_member_and_is_told_as_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "SpooledTemporaryFile", lambda **_: io.FileIO("/dev/full", "wb"))
    [lost] = container.members(Held(archived({"a": b"ab" * 70_000})), _budget(1 << 30))
    assert isinstance(lost, Lost)
    assert lost.why == "limit"
    assert "No space left" in lost.note
