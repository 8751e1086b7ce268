"""The dataset as DuckDB reads it: parted by build, a row per sending, every handset there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.fleet.test_explaining import _result, _sending

from vitne.fleet.dataset import named, partition_of, write_dataset
from vitne.fleet.manifest import Handset, read_manifest
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


def _ask(folder: Path, *questions: str) -> list[list[tuple[object, ...]]]:
    """Ask DuckDB in a process of its own: it leaves marks in one that forks."""
    code = (
        "import duckdb, json, sys\n"
        "link = duckdb.connect()\n"
        "print(json.dumps([link.execute(each).fetchall() for each in json.loads(sys.argv[1])]))\n"
    )
    asked = json.dumps([each.format(folder=folder) for each in questions])
    run = subprocess.run([sys.executable, "-c", code, asked], capture_output=True, check=True)
    return [[tuple(row) for row in rows] for rows in json.loads(run.stdout)]


@pytest.mark.parametrize("partition", ["build", ""])
def test_duckdb_reads_all_parts(tmp_path: Path, partition: str) -> None:
    place = write_dataset(tmp_path, HANDSETS, RESULTS, partition=partition)
    files = "read_parquet('{folder}/sendings/**/*.parquet', hive_partitioning = true)"
    joined = "from '{folder}/handsets.parquet' h join " + files + " s using (device)"
    answers = _ask(
        place,
        f"select count(*) from {files}",
        f"select market {joined} where s.recipient = 'other.example'",
        "select device, error from '{folder}/handsets.parquet' where state <> 'read'",
        "select recipient, bytes from '{folder}/unreadable.parquet'",
        f"select s.build, count(*) from {files} s group by all order by all" if partition else "select 1",
    )
    assert answers[:4] == [[(3,)], [("NO",)], [("three", "damaged")], [("dark.example", 77)]]
    if partition:
        assert answers[4] == [("9.99Z", 2), ("odd/../name", 1)]


def test_no_part_lies_outside_and_the_same_fleet_gives_the_same_bytes(tmp_path: Path) -> None:
    first = write_dataset(tmp_path, HANDSETS, RESULTS, partition="build")
    before = {each.relative_to(first): each.read_bytes() for each in first.rglob("*.parquet")}
    again = write_dataset(tmp_path, HANDSETS, RESULTS, partition="build")
    assert {each.relative_to(again): each.read_bytes() for each in again.rglob("*.parquet")} == before
    assert [each.name for each in tmp_path.iterdir()] == ["dataset"]


def test_columns_that_are_called_as_ours_or_differ_in_case_alone_keep_apart(tmp_path: Path) -> None:
    names = ("messages", "State", "build", "Build", "host")
    assert named(names) == {
        "messages": "table_messages", "State": "table_State", "build": "build", "Build": "Build_2",
        "host": "table_host",
    }  # fmt: skip
    own = tuple((name, f"{name} of the table") for name in names)
    handsets = [Handset(capture="a/x.pcap", device="one", attributes=own)]
    place = write_dataset(tmp_path, handsets, {"a/x.pcap": RESULTS["a/x.pcap"]}, partition="host")
    files = "read_parquet('{folder}/sendings/**/*.parquet', hive_partitioning = true)"
    answers = _ask(
        place,
        f"select distinct table_host, host from {files}",
        'select state, "table_State", table_messages, build, "Build_2" from \'{folder}/handsets.parquet\'',
    )
    assert sorted(answers[0]) == [
        ("host of the table", "carrier.example"),
        ("host of the table", "other.example"),
    ]
    assert answers[1] == [
        ("read", "State of the table", "messages of the table", "build of the table", "Build of the table")
    ]


def test_a_value_too_long_for_a_folder_leaves_the_dataset_in_one_part(tmp_path: Path) -> None:
    handsets = [Handset(capture="a/x.pcap", device="one", attributes=(("build", "ø" * 100),))]
    place = write_dataset(tmp_path, handsets, {"a/x.pcap": RESULTS["a/x.pcap"]}, partition="build")
    assert [each.name for each in (place / "sendings").iterdir()] == ["part-0.parquet"]


def test_the_column_to_part_by_is_build_unless_asked() -> None:
    assert partition_of(HANDSETS, None) == "build"
    assert partition_of(HANDSETS, "market") == "market"
    assert partition_of(HANDSETS, "none") == ""
    assert partition_of([], None) == ""


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        write_dataset(tmp_path / "missing", HANDSETS, RESULTS)


def test_a_name_that_is_no_utf_8_is_written_with_escapes(tmp_path: Path) -> None:
    place = tmp_path / os.fsdecode(b"a\xff.pcap")
    place.write_bytes(b"\xd4\xc3\xb2\xa1" + bytes(20))
    [one] = read_manifest(str(tmp_path))
    folder = write_dataset(tmp_path, [one], {one.capture: _result(state="unreadable", error="empty")})
    told = _ask(folder, "select device, capture from '{folder}/handsets.parquet'")
    assert told == [[("a\\xff.pcap", "a\\xff.pcap")]]
