"""Manifests: folders, patterns and tables, and what is wrong with a table."""

from __future__ import annotations

from pathlib import Path

import pytest

from vitne.fleet import read_manifest
from vitne.lab.handsets import write
from vitne.model import UsageError


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fleet")
    write(folder, 6)
    return folder


def test_a_table_gives_every_column_but_its_own(place: Path) -> None:
    handsets = read_manifest(str(place / "fleet.csv"))
    assert len(handsets) == 6
    first = min(handsets, key=lambda each: each.device)
    assert first.device == "handset-00000"
    assert Path(first.capture) == place / "handset-00000.pcap"
    assert dict(first.attributes)["batch"] == "7"
    assert [name for name, _ in first.attributes][:2] == ["model", "build"]


def test_a_folder_and_a_pattern_give_the_captures_in_them(place: Path) -> None:
    by_folder = read_manifest(str(place))
    assert len(by_folder) == 6  # a damaged one that is called a capture is told; the table is none
    assert [each.capture for each in read_manifest(str(place / "handset-*.pcap"))] == [
        each.capture for each in by_folder
    ]
    assert by_folder[0].attributes == ()


def test_a_row_may_hold_a_pattern_and_tabs_may_part_columns(place: Path) -> None:
    table = place / "all.tsv"
    table.write_text("capture\tdevice\tbuild\nhandset-0000[12].pcap\tone\t9\nmissing.pcap\t\t8\n")
    handsets = read_manifest(str(table))
    assert [each.device for each in handsets] == ["one", "one", "missing.pcap"]
    assert handsets[2].attributes == (("build", "8"),)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name,build\na,b\n",
        "capture,capture\na,b\n",
        "capture,\na,b\n",
        "capture,build\na\n",
        "capture,build\n,x\n",
        "capture,build\na,b,c\n",
    ],
)
def test_a_wrong_table_is_a_usage_error(tmp_path: Path, text: str) -> None:
    table = tmp_path / "table.csv"
    table.write_text(text)
    with pytest.raises(UsageError):
        read_manifest(str(table))


def test_what_is_no_text_and_what_is_nothing_is_told(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_bytes(b"capture\n\xff\xfe\n")
    with pytest.raises(UsageError, match="cannot be read"):
        read_manifest(str(table))
    with pytest.raises(UsageError, match="no capture"):
        read_manifest(str(tmp_path / "none*"))
