"""The dataset as DuckDB reads it: parted by build, a row per sending, every handset there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest
from tests.fleet.test_explaining import _result, _sending

from vitne.fleet.dataset import partition_of, write_dataset
from vitne.fleet.manifest import Handset
from vitne.model import StoreError

if TYPE_CHECKING:
    from pathlib import Path

HANDSETS = [
    Handset(capture="a/x.pcap", device="one", attributes=(("build", "9.99Z"), ("market", "NO"))),
    Handset(capture="a/y.pcap", device="two", attributes=(("build", "odd/../name"), ("market", ""))),
    Handset(capture="a/z.pcap", device="three", attributes=(("build", ""), ("market", "SE"))),
]
RESULTS = {
    "a/x.pcap": _result(sendings=(_sending(), _sending("other.example"))),
    "a/y.pcap": _result(sendings=(_sending(),), unreadable={"dark.example": 77}),
    "a/z.pcap": _result(state="unreadable", error="damaged"),
}


def _ask(folder: Path, question: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as link:
        return link.execute(question.format(folder=folder)).fetchall()


@pytest.mark.parametrize("partition", ["build", ""])
def test_duckdb_reads_all_parts(tmp_path: Path, partition: str) -> None:
    place = write_dataset(tmp_path, HANDSETS, RESULTS, partition=partition)
    files = "read_parquet('{folder}/sendings/**/*.parquet', hive_partitioning = true)"
    assert _ask(place, f"select count(*) from {files}") == [(3,)]
    if partition:
        rows = _ask(place, f"select build, count(*) from {files} group by build order by build")
        assert rows == [("9.99Z", 2), ("odd/../name", 1)]
    joined = (
        "select market from '{folder}/handsets.parquet' h join "
        + files
        + " s using (device) where s.recipient"
    )
    assert _ask(place, joined + " = 'other.example'") == [("NO",)]
    assert _ask(place, "select device, error from '{folder}/handsets.parquet' where state <> 'read'") == [
        ("three", "damaged")
    ]
    assert _ask(place, "select recipient, bytes from '{folder}/unreadable.parquet'") == [("dark.example", 77)]


def test_no_part_lies_outside_and_the_same_fleet_gives_the_same_bytes(tmp_path: Path) -> None:
    first = write_dataset(tmp_path, HANDSETS, RESULTS, partition="build")
    before = {each.relative_to(first): each.read_bytes() for each in first.rglob("*.parquet")}
    again = write_dataset(tmp_path, HANDSETS, RESULTS, partition="build")
    assert {each.relative_to(again): each.read_bytes() for each in again.rglob("*.parquet")} == before
    assert [each.name for each in tmp_path.iterdir()] == ["dataset"]


def test_the_column_to_part_by_is_build_unless_asked() -> None:
    assert partition_of(HANDSETS, None) == "build"
    assert partition_of(HANDSETS, "market") == "market"
    assert partition_of(HANDSETS, "none") == ""
    assert partition_of([], None) == ""


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        write_dataset(tmp_path / "missing", HANDSETS, RESULTS)
