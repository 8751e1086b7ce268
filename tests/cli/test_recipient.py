from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from tests.cli.demonstration import demonstration
from tests.pipeline.talk import Talk, post, subject

from vitne.cli.main import main
from vitne.cli.names import schemas

if TYPE_CHECKING:
    from pathlib import Path

IMEI = "004402990000014"


@pytest.fixture(autouse=True)
def _own_tables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VITNE_DATA", str(tmp_path / "tables"))


@pytest.fixture(scope="module")
def folder() -> Path:
    return demonstration()


def _json(capsys: Any, *words: str) -> dict[str, Any]:
    capsys.readouterr()
    assert main(["recipient", *words, "--json"]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


@pytest.mark.parametrize(
    "name", ["china-telecom", "China Telecom", "registration.carrier.example", "203.0.113.80"]
)
def test_a_recipient_is_found_by_id_name_host_and_address(folder: Path, capsys, name: str) -> None:
    learned = _json(capsys, str(folder / "case"), name)
    assert learned["destinations"] == ["registration.carrier.example"]


def test_could_it_follow_the_phone_is_answered_with_a_number(folder: Path, capsys) -> None:
    following = _json(capsys, str(folder / "case"), "china-telecom")["following"]
    assert following["fixes"] == 8
    assert following["median_gap_s"] > 0
    assert [share["radius_m"] for share in following["shares"]] == [500.0, 2000.0, 10000.0]
    assert following["assumptions"]
    capsys.readouterr()
    assert main(["recipient", str(folder / "case"), "china-telecom"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "8 fixes" in shown
    assert "known within 1 km for" in shown
    assert "outlives the app yes, a factory reset yes, another SIM card yes" in shown


def test_values_of_the_person_are_masked_and_a_track_needs_reveal(
    folder: Path, capsys, tmp_path: Path
) -> None:
    known = (folder / "subject.toml").read_text()
    imei = known.split('identifier = "imei"')[1].split('value = "')[1].split('"')[0]
    table = tmp_path / "cells.csv"
    words = [str(folder / "case"), "china-telecom", "--subject", str(folder / "subject.toml")]
    hidden = json.dumps(_json(capsys, *words))
    assert imei not in hidden
    learned = _json(capsys, *words, "--reveal")
    assert imei in json.dumps(learned)
    cell = next(row for row in learned["identifiers"] if row["identifier"] == "cell-id")["values"][0]
    number = cell.split("-")[-1]
    table.write_text(f"cell,lat,lon,range\n{number},59.91,10.75,700\n")
    picture = tmp_path / "t.svg"
    assert main(["recipient", *words, "--cells", str(table), "--svg", str(picture)]) == 2
    assert main(["recipient", *words, "--cells", str(table), "--svg", str(picture), "--reveal"]) == 0
    assert "59.9100, 10.7500" in picture.with_suffix(".txt").read_text()


def test_a_hash_is_reversed_on_the_subjects_own_value(capsys, tmp_path: Path) -> None:
    import hashlib

    talk = Talk()
    digest = hashlib.sha256(IMEI.encode()).hexdigest()
    talk.ask(post(b'{"h": "' + digest.encode() + b'"}'))
    talk.ask(post(b'{"imei": "' + IMEI.encode() + b'", "gaid": "6a1c1487-a0af-4223-b142-a0f4621d0311"}'))
    capture = talk.write(tmp_path / "a.pcap")
    known = subject(tmp_path, f'[[known]]\nidentifier = "imei"\nvalue = "{IMEI}"\n')
    case = tmp_path / "case"
    assert main(["scan", str(capture), "--subject", str(known), "--case", str(case), "-q"]) == 0
    assert "give --subject" in _json(capsys, str(case), "collect.example")["unhidden"][0]
    learned = _json(capsys, str(case), "collect.example", "--subject", str(known))
    [trial] = learned["hashes"]
    assert (trial["found"], trial["digest"], trial["space"]["size"]) == (True, "sha256", 10**6)
    assert IMEI not in json.dumps({**learned, "hashes": []})
    assert [(tie["resettable"], tie["permanent"]) for tie in learned["bridges"]] == [
        ("advertising-id", "imei")
    ]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["nobody"], "expected: one of"),
        (["china-telecom", "--zone", "noon"], "expected: "),
        (["china-telecom", "--zone", "99"], "expected: "),
        (["china-telecom", "--cells", "none.csv"], "none.csv: "),
    ],
)
def test_what_cannot_be_meant_is_told(folder: Path, capsys, more: list[str], words: str) -> None:
    assert main(["recipient", str(folder / "case"), *more]) == 2
    assert words in capsys.readouterr().err


def test_the_track_of_a_walk_is_near_the_true_one(capsys, tmp_path: Path) -> None:
    """The lab supplies the truth: an invented way past cells 600 m apart, registrations on it."""
    from vitne.lab.walk import make

    files = make(tmp_path / "walk")
    files.subject.chmod(0o600)
    case = tmp_path / "case"
    words = ["--subject", str(files.subject)]
    assert main(["scan", str(files.capture), *words, "--case", str(case), "-q"]) == 0
    words += ["--cells", str(files.cells), "--track", str(files.track)]
    learned = _json(capsys, str(case), "china-telecom", *words)
    jsonschema.validate(learned, json.loads(schemas()["recipient"]))
    assert learned["miss"]["moments"] > 400
    assert learned["miss"]["median_m"] < 300, "median error in metres"
    assert learned["miss"]["worst_m"] < 1000
    live = learned["following"]["live"]
    assert live["median_age_s"] < live["longest_age_s"] < 600
    assert main(["recipient", str(case), "china-telecom", *words]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "in real time: the newest fix was" in told
    assert "m from the true one in the middle" in told
    for wrong in ("cells", "track"):
        files.track.write_text("time,lat,lon\n1,2,3\n" if wrong == "track" else "cell,lat,lon\n1,2,3\n")
        assert main(["recipient", str(case), "china-telecom", *words]) == 2


def test_who_holds_what_is_drawn_and_told(capsys, tmp_path: Path) -> None:
    talk = Talk()
    advertising = "6a1c1487-a0af-4223-b142-a0f4621d0311"
    talk.ask(post(b'{"imei": "' + IMEI.encode() + b'", "gaid": "' + advertising.encode() + b'"}'))
    known = subject(tmp_path, f'[[known]]\nidentifier = "imei"\nvalue = "{IMEI}"\n')
    case, picture = tmp_path / "case", tmp_path / "graph.svg"
    capture = talk.write(tmp_path / "a.pcap")
    assert main(["scan", str(capture), "--subject", str(known), "--case", str(case), "-q"]) == 0
    assert main(["recipient", str(case), "collect.example", "--graph", str(picture)]) == 0
    told = picture.with_suffix(".txt").read_text()
    assert "imei imei#1 is held by unknown (collect.example)." in told
    assert "is tied to imei imei#1 for ever by frames" in told
    assert IMEI not in told + picture.read_text()
    assert main(["recipient", str(case), "collect.example", "--graph", str(picture), "--reveal"]) == 0
    assert IMEI in picture.read_text()
