"""Compiled searches that are kept: given back whole, to those who know the values, and to nobody else."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from vitne.identify import needles as module
from vitne.identify.kept import MOST, Kept, mark_of
from vitne.identify.needles import Needle, Needles

if TYPE_CHECKING:
    from pathlib import Path

SECRET = b"490154203237518"


def _needles(count: int = 600) -> list[Needle]:
    return [Needle(seed=0, data=b"value %06d" % n, text=b"") for n in range(count)] + [
        Needle(seed=1, data=SECRET, text=SECRET)
    ]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(module, "_kept", Kept(tmp_path / "kept"))
    return tmp_path / "kept"


def test_what_is_kept_is_given_back_under_its_mark_alone(tmp_path: Path):
    kept = Kept(tmp_path / "a" / "b")
    kept.keep(b"mark", b"content")
    assert kept.take(b"mark") == b"content"
    assert kept.take(b"other") is None


def test_the_file_can_be_read_by_its_owner_alone_and_holds_no_value(tmp_path: Path):
    kept = Kept(tmp_path / "kept")
    kept.keep(mark_of([SECRET]), b"database of " + SECRET)
    (file,) = (tmp_path / "kept").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert SECRET not in file.read_bytes()
    assert SECRET.decode() not in file.name


@pytest.mark.parametrize(
    "harm", [lambda data: data[:-1], lambda data: b"", lambda data: data[:20] + b"\0" * 30]
)
def test_a_file_that_was_changed_counts_as_none(tmp_path: Path, harm):
    kept = Kept(tmp_path)
    kept.keep(b"mark", b"content" * 10)
    (file,) = tmp_path.iterdir()
    file.write_bytes(harm(file.read_bytes()))
    assert kept.take(b"mark") is None


def test_only_so_many_are_kept_and_the_oldest_goes(tmp_path: Path):
    kept = Kept(tmp_path)
    for number in range(MOST + 2):
        kept.keep(b"%d" % number, b"content")
        for file in tmp_path.iterdir():
            os.utime(file, ns=(0, file.stat().st_mtime_ns - 10**9))
    assert len(list(tmp_path.iterdir())) == MOST
    assert kept.take(b"0") is None
    assert kept.take(b"%d" % (MOST + 1)) == b"content"


def test_a_folder_that_cannot_be_written_to_is_no_matter(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    kept = Kept(tmp_path / "file")
    kept.keep(b"mark", b"content")
    assert kept.take(b"mark") is None


def test_how_parts_are_cut_changes_the_mark():
    assert mark_of([b"ab", b"c"]) != mark_of([b"a", b"bc"])
    assert mark_of(iter([b"ab"])) == mark_of([b"ab"])


def test_a_kept_search_finds_the_same_as_a_fresh_one(folder: Path):
    buffer = b".. value 000123 .. " + SECRET + b" value 000599"
    fresh = Needles.compile(_needles(), engine="hyperscan").scan(buffer)
    (file,) = folder.iterdir()
    written = file.stat().st_mtime_ns
    again = Needles.compile(_needles(), engine="hyperscan").scan(buffer)
    assert file.stat().st_mtime_ns == written
    assert [again.needle.tolist(), again.start.tolist()] == [fresh.needle.tolist(), fresh.start.tolist()]
    assert again.needle.tolist() == [123, 600, 599]


def test_other_needles_are_compiled_anew(folder: Path):
    Needles.compile(_needles(), engine="hyperscan")
    Needles.compile(_needles(601), engine="hyperscan")
    folded = [Needle(seed=0, data=each.data, text=b"", fold=True) for each in _needles()]
    Needles.compile(folded, engine="hyperscan")
    assert len(list(folder.iterdir())) == 3


def test_few_needles_are_not_worth_keeping(folder: Path):
    Needles.compile(_needles(3), engine="hyperscan")
    assert not folder.exists()


def test_what_is_no_database_is_compiled_anew(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Kept, "take", lambda _self, _mark: b"no database")
    assert len(Needles.compile(_needles(), engine="hyperscan").scan(SECRET)) == 1
