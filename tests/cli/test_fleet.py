"""``vitne fleet`` as a maker runs it: a small fleet with a bad batch, a wrong phone and a damaged capture."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import jsonschema
import pytest

from vitne.cli.main import main
from vitne.cli.names import schemas
from vitne.lab.handsets import write

if TYPE_CHECKING:
    from pathlib import Path

COUNT = 40


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fleet")
    write(folder / "captures", COUNT)
    assert (
        main(["fleet", str(folder / "captures" / "fleet.csv"), "--out", str(folder / "out"), "-q", "-j", "2"])
        == 0
    )
    return folder


def test_the_bad_batch_is_named_and_so_is_the_wrong_phone(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["fleet", str(place / "captures" / "fleet.csv"), "--out", str(place / "out"), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    jsonschema.validate(document, json.loads(schemas()["fleet"]))
    senders = {each["recipient"]: each for each in document["senders"]}
    bad = senders["carrier.example"]
    assert bad["senders"] == ["self-registration"]
    assert bad["count"] | {"low": 0, "high": 0} == {
        "sending": 4,
        "of": COUNT - 2,
        "unknown": 2,
        "low": 0,
        "high": 0,
    }
    assert bad["explanation"] is None or {"batch", "build"} >= {
        name for name, _ in bad["explanation"]["attributes"]
    }
    assert senders["maker.example"]["explanation"]["attributes"] == [["sim", "≠ none"]]
    assert [why for name, why in document["unreadable"] if name.endswith(f"{COUNT // 2:05}.pcap")]
    assert json.loads((place / "out" / "fleet.json").read_bytes()) == document


def test_a_second_run_scans_nothing_and_gives_the_same(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (place / "out" / "fleet.json").read_bytes()
    capsys.readouterr()
    assert main(["fleet", str(place / "captures" / "fleet.csv"), "--out", str(place / "out")]) == 0
    assert f"0 captures were scanned, {COUNT} results were there from before" in capsys.readouterr().out
    assert (place / "out" / "fleet.json").read_bytes() == before


def test_wrong_uses_are_told(place: Path, tmp_path: Path) -> None:
    table, out = str(place / "captures" / "fleet.csv"), str(tmp_path / "out")
    assert main(["fleet", str(tmp_path / "none"), "--out", out]) == 2
    assert main(["fleet", table, "--out", out, "--engine", "dask://x"]) == 2
    assert main(["fleet", table, "--out", out, "--partition", "colour"]) == 2
    assert main(["fleet", table, "--out", out, "--keys", str(tmp_path / "none")]) == 2
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert main(["fleet", table, "--out", str(blocked)]) == 1
    lone = tmp_path / "lone.csv"
    lone.write_text("capture\nnone.pcap\n")
    assert main(["fleet", str(lone), "--out", out]) == 3
