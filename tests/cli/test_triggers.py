from __future__ import annotations

import json
from typing import TYPE_CHECKING

import jsonschema
import msgspec
import pytest

from vitne.cli.main import main
from vitne.cli.names import schemas
from vitne.cli.triggers import claim, zone
from vitne.lab import demo
from vitne.model import UsageError
from vitne.store import read_case
from vitne.triggers.shape import SCHEMA, Triggers

if TYPE_CHECKING:
    from pathlib import Path

HOST = "registration.carrier.example"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("triggers")
    files = demo.make(folder)
    assert main(["scan", str(files.capture), "--case", str(folder / "case"), "-q"]) == 0
    times = sorted({row.time_ns for row in read_case(folder / "case").transmissions if row.host == HOST})
    rows = [{"time": (t - 500_000_000) / 1e9, "kind": "unlock", "clock": "capture"} for t in times]
    (folder / "marks.jsonl").write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    return str(folder / "case"), str(folder / "marks.jsonl")


def test_the_verdict_is_one_plain_sentence_with_its_counts(
    made: tuple[str, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    assert main(["triggers", made[0], "--events", made[1]]) == 0
    said = capsys.readouterr().out
    assert f"coupled: In 8 of 8 unlocks a transmission to {HOST} followed within" in said
    assert "rival observer" in said


def test_json_page_and_drawing_are_written_and_repeat_byte_for_byte(
    made: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = [tmp_path / name for name in ("a.html", "a.svg")]
    asked = [
        "triggers",
        made[0],
        "--events",
        made[1],
        "--json",
        "--html",
        str(places[0]),
        "--svg",
        str(places[1]),
    ]
    runs = []
    for _ in range(2):
        assert main(asked) == 0
        runs.append((capsys.readouterr().out, *(place.read_bytes() for place in places)))
    document = json.loads(runs[0][0])
    jsonschema.validate(document, json.loads(schemas()["triggers"]))
    assert msgspec.convert(document, Triggers, strict=True).format == SCHEMA == "vitne-triggers/1"
    assert runs[0] == runs[1]
    assert json.loads(runs[0][0])["format"] == "vitne-triggers/1"
    assert runs[0][2].startswith(b"<svg")


def test_the_timeline_is_drawn_as_png(made: tuple[str, str], tmp_path: Path) -> None:
    pytest.importorskip("typst", reason="typst is not installed: no PNG was tried")
    place = tmp_path / "timeline.png"
    assert main(["triggers", made[0], "--events", made[1], "--png", str(place)]) == 0
    assert place.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_a_claim_alone_is_tested(made: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["triggers", made[0], "--events", made[1], "--claim", f"unlock={HOST}", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["tested"] == 1


def test_zones_and_claims_are_read_or_refused() -> None:
    assert (zone("+01:00"), zone("UTC-0330"), zone("UTC"), zone(None)) == (3600, -12_600, 0, None)
    assert claim("unlock=a.example") == ("keyguard-gone", "a.example")
    for wrong in ("Oslo", "+15:00", "+1"):
        with pytest.raises(UsageError):
            zone(wrong)
    with pytest.raises(UsageError):
        claim("unlock")
