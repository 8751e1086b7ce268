"""Prepared data files say what their TOML says, and count for nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from vitne.catalog import prepared
from vitne.catalog.preparing import prepared as fresh
from vitne.catalog.reading import data_folder, read_file
from vitne.catalog.rules import QuietFile

HERE = Path(prepared.__file__).parent


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Let a test say what is prepared."""

    def put(content: prepared.Prepared | bytes) -> None:
        file = tmp_path / prepared.NAME
        file.write_bytes(content if isinstance(content, bytes) else msgspec.json.encode(content))
        monkeypatch.setattr(prepared, "_content", lambda: prepared.read(file))

    return put


def made_of(data: bytes, said: bytes) -> prepared.Prepared:
    raw = {prepared.mark(QuietFile, "quiet.toml", data): msgspec.Raw(said)}
    return prepared.Prepared(checked_by=prepared.checkers_digest(), content=raw)


def quiet() -> bytes:
    return (data_folder() / "quiet.toml").read_bytes()


def test_what_was_prepared_is_taken_for_the_very_bytes_and_name_it_was_made_of(place):
    data = quiet()
    told = read_file(data_folder() / "quiet.toml", QuietFile, [], fresh=True)
    place(made_of(data, msgspec.json.encode(msgspec.structs.replace(told, keys=("a",)))))
    assert prepared.taken(QuietFile, "quiet.toml", data).keys == ("a",)
    assert prepared.taken(QuietFile, "quiet.toml", data + b" ") is None
    assert prepared.taken(QuietFile, "other.toml", data) is None


@pytest.mark.parametrize("said", [b"{}", b"[1]", b'{"id":"quiet","more":1}'])
def test_what_does_not_fit_is_read_from_toml(place, said):
    place(made_of(quiet(), said))
    errors: list[str] = []
    assert read_file(data_folder() / "quiet.toml", QuietFile, errors).id == "quiet"
    assert not errors


@pytest.mark.parametrize("content", [b"", b"\xff", b"{", b'{"checked_by":1,"content":{}}'])
def test_a_prepared_file_that_cannot_be_read_holds_nothing(place, content):
    place(content)
    assert prepared.taken(QuietFile, "quiet.toml", quiet()) is None


def test_what_other_code_checked_does_not_count(place):
    content = fresh()
    place(content)
    assert prepared.taken(QuietFile, "quiet.toml", quiet()) is not None
    place(msgspec.structs.replace(content, checked_by="0" * 64))
    assert prepared.taken(QuietFile, "quiet.toml", quiet()) is None


def test_an_absent_file_holds_nothing(tmp_path):
    assert prepared.read(tmp_path / "nothing") == {}


def test_all_code_that_checks_data_files_is_named():
    named = {name for name in prepared.CHECKERS if name.startswith("catalog/")}
    for name in named:
        text = (HERE.parent / name).read_text(encoding="utf-8")
        used = {f"catalog/{module}.py" for module in re.findall(r"vitne\.catalog\.(\w+) import", text)}
        assert used <= named, name
    assert all((HERE.parent / name).is_file() for name in prepared.CHECKERS)
