"""``vitne compare`` as a user runs it: the phone of 2019 before its update and after three different ones."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import jsonschema
import pytest

from vitne.cli.main import main
from vitne.cli.names import schemas
from vitne.lab.demo import capture, key_log

if TYPE_CHECKING:
    from pathlib import Path

REMEDIES = ("", "removed", "closed", "delayed")
SAID = ("imei", "imsi", "iccid", "mac-address", "cell-id")


@pytest.fixture(scope="module")
def hours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hours")
    for remedy in REMEDIES:
        (folder / f"{remedy or 'none'}.pcapng").write_bytes(capture(remedy=remedy))
    return folder


def _compared(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, tuple[str, str]]:
    capsys.readouterr()
    assert main(["compare", *words, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    jsonschema.validate(document, json.loads(schemas()["compare"]))
    return {
        each["identifier"]: (each["verdict"], each["into"])
        for each in document["changes"]
        if each["recipient"] == "carrier.example" and each["kind"] != "attribute"
    }


@pytest.mark.parametrize(
    ("remedy", "verdict"),
    [
        ("removed", ("gone", "")),
        ("closed", ("cannot tell", "now encrypted")),
        ("delayed", ("unchanged", "")),
        ("none", ("unchanged", "")),
    ],
)
def test_a_fix_is_told_from_one_that_encrypts_and_one_that_waits(
    hours: Path, capsys: pytest.CaptureFixture[str], remedy: str, verdict: tuple[str, str]
) -> None:
    found = _compared(capsys, str(hours / "none.pcapng"), str(hours / f"{remedy}.pcapng"))
    assert {word: found[word] for word in SAID} == dict.fromkeys(SAID, verdict)


def test_with_keys_a_fix_that_encrypts_is_named_so(hours: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = hours / "closed.log"
    log.write_text(key_log(), encoding="ascii")
    halves = str(hours / "none.pcapng"), str(hours / "closed.pcapng")
    found = _compared(capsys, *halves, "--keys", str(log))
    assert {word: found[word] for word in SAID} == dict.fromkeys(SAID, ("changed", "now encrypted"))
    found = _compared(capsys, *reversed(halves), "--keys", str(log))
    assert {word: found[word] for word in SAID} == dict.fromkeys(SAID, ("changed", "no longer encrypted"))


def test_the_fix_that_waits_is_said_to_come_later(hours: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(hours / "none.pcapng"), str(hours / "delayed.pcapng")]) == 0
    assert "later: first sent 31 min after a capture began, before it was 61 s" in capsys.readouterr().out


def test_a_case_a_folder_and_a_pattern_are_halves_too(
    hours: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = tmp_path / "cases" / "one"
    assert main(["scan", str(hours / "none.pcapng"), "--case", str(case), "-q"]) == 0
    (tmp_path / "cases" / "notes.txt").write_text("no capture")
    by_folder = _compared(capsys, str(tmp_path / "cases"), str(hours / "removed*.pcapng"))
    assert by_folder == _compared(capsys, str(case), str(hours / "removed.pcapng"))
    assert by_folder["imei"] == ("gone", "")


def test_a_page_is_written_where_asked(hours: Path, tmp_path: Path) -> None:
    page = tmp_path / "changes.html"
    one = str(hours / "none.pcapng")
    assert main(["compare", one, str(hours / "removed.pcapng"), "--html", str(page)]) == 0
    assert "carrier.example" in page.read_text(encoding="utf-8")
    assert main(["compare", one, one, "--html", str(tmp_path / "no" / "page.html")]) == 1


def test_what_is_no_half_is_a_usage_error(
    hours: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = str(hours / "none.pcapng")
    assert main(["compare", one]) == 2
    assert main(["compare", one, str(tmp_path / "nothing*")]) == 2
    assert main(["compare", one, one, "--level", "2"]) == 2
    assert "expected" in capsys.readouterr().err


def _events(place: Path, times: list[int]) -> str:
    rows = [f"{time_ns / 1e9:.3f},screen-on" for time_ns in times]
    place.write_text("\n".join(["time,kind", *rows]) + "\n", encoding="utf-8")
    return str(place)


def test_marked_events_decide_where_both_halves_have_them(
    hours: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["scan", str(hours / "none.pcapng"), "--json"]) == 0
    findings = json.loads(capsys.readouterr().out)["findings"]
    sent = sorted({each["time_ns"] for each in findings if each["field"] == "IMEI1"})
    before = _events(tmp_path / "before.csv", [time_ns - 10**9 for time_ns in sent])
    after = _events(tmp_path / "after.csv", [sent[0] + number * 60 * 10**9 for number in range(40)])
    halves = [str(hours / "none.pcapng"), str(hours / "removed.pcapng")]
    logs = ["--event", "screen-on", "--events-before", before, "--events-after", after]
    assert main(["compare", *halves, *logs]) == 0
    assert "0 of 40 events against 8 of 8 (p = " in capsys.readouterr().out
    assert main(["compare", *halves, *logs[2:]]) == 0
    assert "device events: screen-on 40" in capsys.readouterr().out
    assert main(["compare", *halves, *logs[:4]]) == 2
    assert main(["compare", *halves, *logs[:2]]) == 2
    assert main(["compare", *halves, "--event", "unlcok", *logs[2:]]) == 2
