"""Frameworks that results are evidence for: data files with sources, checked as all data files are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from vitne.catalog import mappings as module
from vitne.catalog.mappings import mappings
from vitne.model import CatalogError

ROOT = Path(__file__).resolve().parents[2]


def test_every_framework_has_a_source_a_note_and_entries() -> None:
    assert [each.id for each in mappings()] == ["en-18031-2", "owasp-mas"]
    for framework in mappings():
        assert framework.source
        assert (ROOT / framework.because).is_file()
        assert framework.entry
        assert all(entry.evidence for entry in framework.entry)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id = 1", "Expected `str`"),
        ("id = [", "one.toml"),
        ("colour = 1", "colour"),
        (None, "name of the file"),
    ],
)
def test_all_faults_are_told(tmp_path: Path, monkeypatch: Any, text: str | None, words: str) -> None:
    folder = tmp_path / "mappings"
    folder.mkdir()
    good = (module.data_folder() / "mappings" / "owasp-mas.toml").read_text(encoding="utf-8")
    (folder / "one.toml").write_text(good if text is None else text, encoding="utf-8")
    (folder / "README").write_text("not read", encoding="utf-8")
    monkeypatch.setattr(module, "data_folder", lambda: tmp_path)
    with pytest.raises(CatalogError, match=words):
        mappings()
