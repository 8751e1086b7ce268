from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vitne.intake import UnpackLimits
from vitne.model import CaptureError, Gap
from vitne.pipeline import archive as archives
from vitne.pipeline.archive import Archive, is_archive

if TYPE_CHECKING:
    from pathlib import Path


def _zip(path: Path, *members: tuple[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", kind) as file:
        for name, data in members:
            file.writestr(name, data)
    return path


def test_members_are_read_by_name(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a", ("b/x", b"two"), ("a", b"one"), ("c/", b""))
    assert is_archive(str(path))
    archive = Archive(path)
    assert archive.names == ["a", "b/x"]
    assert bytes(archive.read("b/x", []).array) == b"two"
    archive.close()


def test_what_is_no_archive_is_none(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"hello")
    assert not is_archive(str(tmp_path / "a"))
    assert not is_archive(str(tmp_path / "nowhere"))


@pytest.mark.parametrize("name", ["../a", "a/../../b", "/etc/a", "..\\a", "C:\\a", "\\\\host\\a"])
def test_names_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    archive = Archive(_zip(tmp_path / "a", (name, b"x"), ("good", b"y")))
    assert archive.names == ["good"]
    assert [note.kind for note in archive.notes if isinstance(note, Gap)] == ["unreadable-input"]
    archive.close()


def test_links_are_refused(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("link")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a", "w") as file:
        file.writestr(info, "/etc/passwd")
    archive = Archive(tmp_path / "a")
    assert archive.names == []
    assert len(archive.notes) == 1
    archive.close()


def test_a_bomb_is_unpacked_so_far_as_the_bounds_go(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a", ("bomb", bytes(5_000_000)), ("other", bytes(5_000_000)))
    archive = Archive(path, limits=UnpackLimits(size=6_000_000, free=1_000_000, ratio=300))
    notes: list[object] = []
    sizes = []
    for name in archive.names:
        try:
            sizes.append(len(archive.read(name, notes).array))  # type: ignore[arg-type]
        except CaptureError:
            sizes.append(0)
    assert sum(sizes) <= 6_000_000
    assert [note.kind for note in notes if isinstance(note, Gap)] == ["limit"] * len(notes)
    assert notes
    archive.close()


def test_a_bomb_takes_nothing_from_the_others(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a", ("a-bomb", bytes(5_000_000)), ("b", b"one"), ("c", b"x" * 100_000))
    archive = Archive(path, limits=UnpackLimits(size=1_000_000, free=1_000_000, ratio=300))
    sizes = [len(archive.read(name, []).array) for name in archive.names]
    assert sizes == [1_000_000 - 100_003, 3, 100_000]
    archive.close()


def test_very_many_members_are_read_so_far(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_MEMBERS", 2)
    archive = Archive(_zip(tmp_path / "a", *[(str(n), b"x") for n in range(5)]))
    assert len(archive.names) == 2
    assert [note.kind for note in archive.notes if isinstance(note, Gap)] == ["limit"]
    archive.close()


def test_a_member_that_is_empty_or_not_there_is_an_error(tmp_path: Path) -> None:
    archive = Archive(_zip(tmp_path / "a", ("empty", b"")))
    for name in ("empty", "nowhere"):
        with pytest.raises(CaptureError):
            archive.read(name, [])
    archive.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_damage_anywhere_is_an_error_or_a_gap(tmp_path: Path, draw: st.DataObject) -> None:
    data = bytearray(_zip(tmp_path / "a", ("x", b"hello" * 50), ("y", b"z")).read_bytes())
    for _ in range(draw.draw(st.integers(1, 4))):
        data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    cut = draw.draw(st.integers(0, len(data)))
    (tmp_path / "b").write_bytes(data[:cut] if draw.draw(st.booleans()) else data)
    try:
        archive = Archive(tmp_path / "b")
    except CaptureError:
        return
    for name in archive.names:
        try:
            archive.read(name, [])
        except CaptureError:
            continue
    archive.close()
