"""Twin of vitne.cli.redact: the bag, the secret and the mapping, and what is said of it."""

from __future__ import annotations

import json
import shutil
import stat
from pathlib import Path

import pytest
from tests.pipeline.talk import IMEI, Talk, post, subject

from vitne.cli.main import main
from vitne.evidence import redacting
from vitne.evidence.pcapng import Frame, write
from vitne.model import StoreError


@pytest.fixture
def case(demonstration, tmp_path):
    return Path(shutil.copytree(demonstration / "case", tmp_path / "case"))


def test_the_bag_verifies_holds_no_value_and_the_mapping_stays_apart(case, demonstration, capsys) -> None:
    subject = str(demonstration / "subject.toml")
    assert main(["redact", str(case), "--subject", subject, "--shift-times"]) == 0
    out = capsys.readouterr().out
    assert "same findings but for the values" in out
    made = case.with_name("case.redacted")
    mapping = json.loads(case.with_name("case.redacted.mapping.json").read_text())
    assert stat.S_IMODE(case.with_name("case.redacted.mapping.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(case.with_name("case.redacted.secret").stat().st_mode) == 0o600
    for path in made.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert not [m for m in mapping if m["original"].encode() in data], path.name
            assert case.with_name("case.redacted.secret").read_bytes().strip() not in data
    entries = [json.loads(line) for line in (made / "data/case/ledger.jsonl").read_text().splitlines()]
    assert [entry["actor"] for entry in entries] == [{}, {}]
    assert json.loads((made / "data/case/run.json").read_text())["inputs"] == []
    assert main(["verify", str(made), "-q"]) == 0
    assert main(["redact", str(case), "--subject", subject]) == 2
    capsys.readouterr()


def test_a_secret_can_be_given_and_must_be_long(case, demonstration, tmp_path, capsys) -> None:
    (tmp_path / "s").write_bytes(b"short")
    subject = ["--subject", str(demonstration / "subject.toml")]
    assert main(["redact", str(case), *subject, "--secret", str(tmp_path / "s")]) == 2
    assert main(["redact", str(case), *subject, "--secret", str(tmp_path / "none")]) == 2
    capsys.readouterr()


def test_what_would_leave_a_value_leaves_no_bag(case, demonstration, monkeypatch, capsys) -> None:
    def refuse(*_arguments, **_options):
        raise StoreError("1 original value(s) would be left")

    monkeypatch.setattr(redacting, "redact", refuse)
    assert main(["redact", str(case), "--subject", str(demonstration / "subject.toml")]) == 1
    assert not case.with_name("case.redacted").exists()
    capsys.readouterr()


def test_what_the_scan_was_given_has_to_be_given_again(case, capsys) -> None:
    assert main(["redact", str(case)]) == 2
    told = capsys.readouterr().err
    assert "was searched with a subject file" in told
    assert "--subject FILE" in told
    assert not case.with_name("case.redacted").exists()
    assert not case.with_name("case.redacted.secret").exists()
    run = json.loads((case / "run.json").read_text())
    for name, option in (("secrets", "--secrets FILE"), ("keys", "--keys FILE")):
        (case / "run.json").write_text(json.dumps({**run, "subject": False, name: ["gone.log"]}))
        assert main(["redact", str(case)]) == 2
        assert option in capsys.readouterr().err


def _exported(tmp_path, name: str, content: str) -> Path:
    place, made = tmp_path / name, tmp_path / "made"
    place.write_text(content)
    assert main(["scan", str(place), "--case", str(made), "-q"]) == 0
    return made


def test_an_export_becomes_an_export_whose_bag_holds(tmp_path, capsys) -> None:
    entry = {
        "startedDateTime": "2019-02-03T06:15:42.000Z",
        "request": {"method": "GET", "url": "http://x.example/r?imei=490154203237518", "headers": []},
        "response": {"status": 200, "headers": [], "content": {}},
    }
    made = _exported(tmp_path, "a.har", json.dumps({"log": {"version": "1.2", "entries": [entry]}}))
    assert main(["redact", str(made)]) == 0
    told = capsys.readouterr().out
    assert "entries kept: 1" in told
    bag = made.with_name("made.redacted")
    assert main(["verify", str(bag), "-q"]) == 0
    assert (bag / "data/original/1/redacted.har").is_file()
    assert not [p for p in bag.rglob("*") if p.is_file() and b"490154203237518" in p.read_bytes()]
    capsys.readouterr()


def test_a_case_of_which_nothing_can_be_rebuilt_is_refused_with_another_way(tmp_path, capsys) -> None:
    row = "Row: 0 address=1069, date=1549174542000, type=2, body=imei=490154203237518 \x01\n"
    made = _exported(tmp_path, "a.txt", row)
    assert main(["redact", str(made)]) == 2
    told = capsys.readouterr().err
    assert "1 flow(s): a short message with control characters" in told
    assert "vitne report" in told
    assert not made.with_name("made.redacted").exists()


def test_the_values_sealed_in_a_bag_are_used_with_their_key(case, demonstration, tmp_path, capsys) -> None:
    age = pytest.importorskip("pyrage")
    own = age.x25519.Identity.generate()
    (tmp_path / "id").write_text(f"{own}\n")
    bag, subject = tmp_path / "bag", str(demonstration / "subject.toml")
    assert (
        main(["seal", str(case), str(bag), "--subject", subject, "--values-for", str(own.to_public())]) == 0
    )
    assert main(["redact", str(bag), str(tmp_path / "shared")]) == 2
    assert main(["redact", str(bag), str(tmp_path / "shared"), "--identity", str(tmp_path / "id")]) == 0
    assert "same findings but for the values" in capsys.readouterr().out


def test_a_value_in_names_comments_and_hosts_of_a_capture_does_not_come_along(tmp_path, capsys) -> None:
    """The file is named for a phone; comments of its section and packets and a host name hold the value."""
    talk = Talk()
    talk.ask(post(b'{"imei":"%s"}' % IMEI.encode(), host=f"i{IMEI}.collect.example"))
    frames = [Frame(at, 1, len(data), data, comment=f"of {IMEI}") for at, data in talk.frames()]
    (tmp_path / f"{IMEI}.pcapng").write_bytes(write(frames, f"phone {IMEI}"))
    known = str(subject(tmp_path))
    made = str(tmp_path / "case")
    assert main(["scan", str(tmp_path / f"{IMEI}.pcapng"), "--subject", known, "--case", made, "-q"]) == 0
    assert main(["redact", made, str(tmp_path / "shared"), "--subject", known]) == 0
    assert "flows left out: 0" in capsys.readouterr().out
    for path in (tmp_path / "shared").rglob("*"):
        assert IMEI not in path.name
        assert not path.is_file() or IMEI.encode() not in path.read_bytes()


def test_a_bag_in_which_a_value_is_left_does_not_stay(case, demonstration, monkeypatch, capsys) -> None:
    def found(*_arguments):
        raise StoreError("1 original value(s) would be left in the bag: imei in a name")

    monkeypatch.setattr("vitne.evidence.lookover.look_over", found)
    assert main(["redact", str(case), "--subject", str(demonstration / "subject.toml")]) == 1
    assert not case.with_name("case.redacted").exists()
    capsys.readouterr()
