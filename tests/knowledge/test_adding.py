from __future__ import annotations

import gzip
import io
import json
import tarfile
from typing import TYPE_CHECKING

import pytest

from vitne.knowledge.adding import Told, add
from vitne.knowledge.ranges import Ranges
from vitne.knowledge.snapshots import Knowledge
from vitne.knowledge.sources import Origin
from vitne.model import StoreError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

ORIGIN = Origin(
    package="example-table",
    series="example",
    title="an example",
    licence="CC-BY-4.0",
    attribution="Example, CC BY 4.0",
    because="invented for this test",
    basis="geo",
    files=("v4.csv", "ipv6.csv"),
)


def _package(tmp_path: Path, files: dict[str, bytes], version: str = "2.3.2026061719") -> Path:
    place = tmp_path / "example-table-2.3.tgz"
    with tarfile.open(place, "w:gz") as archive:
        told = json.dumps({"name": "example-table", "version": version}).encode()
        for name, data in {"package.json": told, **files}.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return place


def test_a_package_tells_its_name_version_and_day(tmp_path: Path) -> None:
    files = {
        "v4.csv": b"192.0.2.0,192.0.2.255,NO\n",
        "ipv6.csv": b"2001:db8::,2001:db8::ff,SE\n",
        "other.csv": b"198.51.100.0,198.51.100.1,FI\n",
    }
    folder = tmp_path / "tables"
    one = add(_package(tmp_path, files), folder, Told(), [ORIGIN])
    assert (one.name, one.source, one.rows) == ("example@2026-06-17", "example-table 2.3.2026061719", 2)
    assert (one.licence, one.attribution, one.basis, one.added_by_user) == (
        "CC-BY-4.0",
        ORIGIN.attribution,
        "geo",
        True,
    )
    table = Knowledge([folder]).table(one)
    assert isinstance(table, Ranges)
    assert table.texts(["192.0.2.1", "2001:db8::1", "198.51.100.0"]) == ["NO", "SE", ""]


def test_a_bare_file_has_to_be_told_its_day_and_has_an_unknown_licence(tmp_path: Path) -> None:
    place = tmp_path / "My Table.csv.gz"
    place.write_bytes(gzip.compress(b"192.0.2.0,192.0.2.255,NO\n", mtime=0))
    with pytest.raises(UsageError, match="which day"):
        add(place, tmp_path / "t", Told(), [ORIGIN])
    one = add(place, tmp_path / "t", Told(date="2019-03-21"), [ORIGIN])
    assert (one.name, one.licence) == ("my-table@2019-03-21", "unknown")


def test_a_second_day_stands_beside_the_first_and_the_same_day_replaces(tmp_path: Path) -> None:
    place = tmp_path / "t.csv"
    for day, country in (("2019-01-01", "NO"), ("2020-01-01", "SE"), ("2020-01-01", "FI")):
        place.write_bytes(f"192.0.2.0,192.0.2.255,{country}\n".encode())
        add(place, tmp_path / "t", Told(date=day), [])
    hub = Knowledge([tmp_path / "t"])
    assert [each.date for each in hub.snapshots] == ["2019-01-01", "2020-01-01"]
    table = hub.table(hub.chosen()[0])
    assert isinstance(table, Ranges)
    assert table.texts(["192.0.2.1"]) == ["FI"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("x.csv", b"nothing known\n"),
        ("x.csv", b"192.0.2.9,192.0.2.0,NO\n"),
        ("x.tgz", b"\x1f\x8b no archive"),
        ("x.tgz", gzip.compress(b"no archive either" * 40, mtime=0)),
        ("x.csv.gz", gzip.compress(b"192.0.2.0,192.0.2.9,NO\n", mtime=0)[:-9]),
    ],
)
def test_a_file_of_no_known_form_is_refused_and_leaves_nothing(
    tmp_path: Path, name: str, data: bytes
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UsageError):
        add(tmp_path / name, tmp_path / "t", Told(date="2019-01-01"), [])
    assert not (tmp_path / "t").exists()


def test_the_day_it_was_fetched_stands_only_where_nothing_else_tells_one(tmp_path: Path) -> None:
    files = {"v4.csv": b"192.0.2.0,192.0.2.255,NO\n"}
    told = Told(fetched_on="2026-11-22")
    assert add(_package(tmp_path, files), tmp_path / "t", told, [ORIGIN]).date == "2026-06-17"
    assert add(_package(tmp_path, files, "1.1.11"), tmp_path / "t", told, [ORIGIN]).date == "2026-11-22"


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        add(tmp_path / "none.csv", tmp_path / "t", Told(), [])


def test_a_bad_name_of_a_series_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"192.0.2.0,192.0.2.9,NO\n")
    with pytest.raises(UsageError):
        add(tmp_path / "x.csv", tmp_path / "t", Told(date="2019-01-01", series="../up"), [])
