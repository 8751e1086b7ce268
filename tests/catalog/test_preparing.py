"""Preparing data files: all of them, as they are read fresh, or none."""

from __future__ import annotations

import msgspec
import pytest

from vitne.catalog import prepared as kept
from vitne.catalog import preparing
from vitne.catalog.preparing import FILES, FOLDERS, prepared, write
from vitne.catalog.reading import data_folder, read_file, toml_files
from vitne.model import CatalogError


def sources():
    yield from ((kind, each) for name, kind in FOLDERS.items() for each in toml_files(data_folder() / name))
    yield from ((kind, data_folder() / f"{name}.toml") for name, kind in FILES.items())


def test_every_file_comes_out_as_it_is_read_fresh():
    content = prepared().content
    count = 0
    for kind, source in sources():
        raw = content[kept.mark(kind, source.name, source.read_bytes())]
        assert msgspec.json.decode(raw, type=kind) == read_file(source, kind, [], fresh=True), source.name
        count += 1
    assert count == len(content) > 50


def test_preparing_again_writes_the_same_bytes_and_leaves_no_rest(tmp_path):
    write(tmp_path / "prepared.json")
    first = (tmp_path / "prepared.json").read_bytes()
    write(tmp_path / "prepared.json")
    assert (tmp_path / "prepared.json").read_bytes() == first
    assert [each.name for each in tmp_path.iterdir()] == ["prepared.json"]


def test_a_fault_in_a_data_file_prepares_nothing(tmp_path, monkeypatch):
    folder = tmp_path / "data"
    (folder / "identifiers").mkdir(parents=True)
    (folder / "identifiers" / "imei.toml").write_text('id = "imei"\nlicence = "none"\nbecause = ""\n')
    monkeypatch.setattr(preparing, "data_folder", lambda: folder)
    monkeypatch.setattr(preparing, "FILES", {})
    with pytest.raises(CatalogError, match="missing required field"):
        write(tmp_path / "prepared.json")
    assert not (tmp_path / "prepared.json").exists()
