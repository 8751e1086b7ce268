from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from vitne.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _own_tables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VITNE_DATA", str(tmp_path / "tables"))


def test_tables_are_listed_with_source_licence_day_and_digest(capsys) -> None:
    assert main(["data", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["about"] for row in rows} >= {"network", "country", "mac-vendor", "mobile-country"}
    assert all(row["source"] and row["licence"] and row["date"] and len(row["sha256"]) == 64 for row in rows)
    assert main(["data"]) == 0
    shown = capsys.readouterr().out
    assert "CC BY 4.0" in shown
    assert "asn@" in shown.replace("\n", "")


def test_a_table_is_added_and_named_as_the_users(capsys, tmp_path: Path) -> None:
    place = tmp_path / "mine.csv"
    place.write_bytes(b"192.0.2.0,192.0.2.255,NO\n")
    assert main(["data", "add", str(place)]) == 2
    assert "--date" in capsys.readouterr().err
    assert (
        main(
            [
                "data",
                "add",
                str(place),
                "--date",
                "2019-02-01",
                "--licence",
                "CC-BY-NC-SA-4.0",
                "--basis",
                "geo",
            ]
        )
        == 0
    )
    assert "mine@2019-02-01" in capsys.readouterr().out
    assert main(["data", "--json"]) == 0
    [own] = [row for row in json.loads(capsys.readouterr().out) if row["series"] == "mine"]
    assert (own["added_by_user"], own["licence"]) == (True, "CC-BY-NC-SA-4.0")


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("1.1.1.1", "Cloudflare"),
        ("2606:4700::1111", "Cloudflare"),
        ("00:00:5e:00:53:01", "IANA"),
        ("24201", "242: NO"),
        ("zzhc.vnet.cn", "China Telecom"),
        ("nothing.example.invalid", "no table at hand says anything"),
    ],
)
def test_a_word_is_looked_up_in_all_tables(capsys, word: str, said: str) -> None:
    assert main(["data", "look", word]) == 0
    assert said in capsys.readouterr().out


def test_packages_to_fetch_are_printed_one_a_line(capsys) -> None:
    assert main(["data", "packages"]) == 0
    names = capsys.readouterr().out.split()
    assert "oui-data" in names
    assert not any(":" in name for name in names), "names only, no address"
