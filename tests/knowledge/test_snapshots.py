from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec
import pytest

from vitne.knowledge import shipped
from vitne.knowledge.packed import pack
from vitne.knowledge.ranges import Ranges
from vitne.knowledge.snapshots import Knowledge, Snapshot, later_than, manifest_of, read_manifest, written
from vitne.model import StoreError

if TYPE_CHECKING:
    from pathlib import Path


def _snapshot(date: str, series: str = "cells", folder: Path | None = None) -> Snapshot:
    data = pack({date: "x"})
    one = Snapshot(
        series=series,
        date=date,
        about="device-model",
        title="t",
        source="s",
        licence="CC0-1.0",
        file=f"{series}@{date}.table",
        sha256=hashlib.sha256(data).hexdigest(),
        rows=1,
    )
    if folder is not None:
        (folder / one.file).write_bytes(data)
    return one


def _folder(tmp_path: Path, *dates: str) -> Path:
    (tmp_path / "manifest.json").write_bytes(written(_snapshot(date, folder=tmp_path) for date in dates))
    return tmp_path


def test_the_latest_of_a_series_stands_and_an_older_one_can_be_named(tmp_path: Path) -> None:
    hub = Knowledge([_folder(tmp_path, "2019-01-01", "2026-06-17", "2022-01-01")])
    assert [each.date for each in hub.chosen()] == ["2026-06-17"]
    assert [each.date for each in hub.chosen("2022-12-31")] == ["2022-01-01"]
    [early] = hub.chosen("2018-01-01")
    assert early.date == "2019-01-01"
    assert later_than(early, "2018-01-01")
    assert hub.table(early) == {"2019-01-01": "x"}


def test_a_table_that_was_changed_is_refused(tmp_path: Path) -> None:
    hub = Knowledge([_folder(tmp_path, "2019-01-01")])
    [one] = hub.chosen()
    (tmp_path / one.file).write_bytes(pack({"other": "y"}))
    with pytest.raises(StoreError, match="digest"):
        hub.table(one)
    (tmp_path / one.file).unlink()
    with pytest.raises(StoreError, match="cannot be read"):
        hub.table(one)


def test_a_list_that_is_none_is_told(tmp_path: Path) -> None:
    for damage in (b"[{}]", b'[{"name":"\xff"}]', b"[" * 100_000):
        (tmp_path / "manifest.json").write_bytes(damage)
        with pytest.raises(StoreError):
            list(read_manifest(tmp_path))
    assert not list(read_manifest(tmp_path / "nowhere"))


def test_every_table_that_ships_is_the_one_its_manifest_names() -> None:
    hub = Knowledge([shipped()])
    for snapshot in hub.snapshots:
        table = hub.table(snapshot)
        assert len(table) == snapshot.rows, snapshot.name


def test_known_addresses_are_found_in_what_ships() -> None:
    hub = Knowledge([shipped()])
    [network] = [each for each in hub.chosen() if each.about == "network"]
    table = hub.table(network)
    assert isinstance(table, Ranges)
    # the delegations of two well known resolvers, which their operators publish
    assert table.texts(["1.1.1.1", "8.8.8.8", "192.0.2.1"]) == [
        "AS13335 Cloudflare, Inc.",
        "AS15169 Google LLC",
        "",
    ]


def test_a_case_keeps_name_source_licence_and_digest() -> None:
    [row] = manifest_of([_snapshot("2019-01-01")])
    assert row["name"] == "cells@2019-01-01"
    assert set(row) == {"name", "about", "source", "licence", "attribution", "sha256"}
    assert msgspec.json.decode(written([_snapshot("2019-01-01")]))[0]["series"] == "cells"
