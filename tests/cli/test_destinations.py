from __future__ import annotations

import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from tests.cli.demonstration import demonstration

from vitne.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _own_tables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VITNE_DATA", str(tmp_path / "tables"))


@pytest.fixture(scope="module")
def folder() -> Path:
    return demonstration()


def test_destinations_are_grouped_by_recipient_with_their_ladder(folder: Path, capsys) -> None:
    capsys.readouterr()
    assert main(["destinations", str(folder / "case")]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "Recipient: China Telecom (stand-in for zzhc.vnet.cn)" in shown
    assert "Recipient: unknown" in shown
    assert "8 times over" in shown
    assert "resolved, attempted, connected, sent, acknowledged, refused; unknown: accepted" in shown
    assert "Personal data was sent and nothing shows that it arrived" in shown


def test_the_json_document_holds_ladder_and_attribution(folder: Path, capsys) -> None:
    capsys.readouterr()
    assert main(["destinations", str(folder / "case"), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    first = document["destinations"][0]
    assert document["format"] == "vitne-destinations/1"
    assert list(first["ladder"]["steps"]) == [
        "resolved",
        "attempted",
        "connected",
        "sent",
        "acknowledged",
        "accepted",
        "refused",
        "repeated",
    ]
    assert first["ladder"]["steps"]["resolved"] == "yes"
    assert first["ladder"]["steps"]["refused"] == "yes"
    assert first["attribution"]["recipients"] == ["china-telecom"]


def test_without_the_capture_some_steps_are_unknown(folder: Path, capsys, tmp_path: Path) -> None:
    import shutil

    moved = shutil.copytree(folder / "case", tmp_path / "case")
    (moved / "run.json").write_text("{}")
    capsys.readouterr()
    assert main(["destinations", str(moved), "--json"]) == 0
    told = capsys.readouterr()
    assert "are unknown" in told.err
    assert json.loads(told.out)["destinations"][0]["ladder"]["tries"] is None


def test_pictures_stand_beside_texts_that_say_the_same(folder: Path, tmp_path: Path) -> None:
    flow, world = tmp_path / "flow.svg", tmp_path / "world.svg"
    assert main(["destinations", str(folder / "case"), "--svg", str(flow), "--map", str(world)]) == 0
    for place in (flow, world):
        ET.fromstring(place.read_text())
        assert place.with_suffix(".txt").read_text()
    assert "times imei to registration.carrier.example" in flow.with_suffix(".txt").read_text()
    assert main(["destinations", str(folder / "case"), "--svg", str(tmp_path / "no" / "x.svg")]) == 1
    pytest.importorskip("typst", reason="typst is not installed: no PNG was tried")
    flow, world = tmp_path / "flow.bin", tmp_path / "world.png"
    assert main(["destinations", str(folder / "case"), "--png", str(flow), "--map", str(world)]) == 0
    assert all(place.read_bytes().startswith(b"\x89PNG\r\n\x1a\n") for place in (flow, world))
