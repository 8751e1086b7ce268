"""``vitne compare --by identity`` and ``vitne plan identities`` on phones whose identities follow a schedule."""

from __future__ import annotations

import hashlib
import io
import json
from random import Random
from typing import TYPE_CHECKING, Any

import jsonschema
import msgspec
import pytest

from vitne.cli.identities import text
from vitne.cli.main import main
from vitne.cli.names import schemas
from vitne.compare.identities import Identities
from vitne.lab.phone import Phone, invent
from vitne.lab.several import registrations

if TYPE_CHECKING:
    from pathlib import Path

OWN = {"imei slot 1": "imei1", "imsi#1": "imsi", "iccid#1": "iccid", "wi-fi": "mac"}
SALT = b"a salt that no list has"


def _secret(*words: str) -> str:
    return hashlib.sha256(SALT + "|".join(words).encode()).hexdigest()


def _subject(phone: Phone) -> str:
    """Give a subject file of few values: searches for them are made quickly."""
    told = [("imei", phone.imei1, "imei slot 1"), ("imsi", phone.imsi, ""), ("iccid", phone.iccid, "")]
    told.append(("mac-address", phone.mac.lower(), "wi-fi"))
    return "".join(
        f'[[known]]\nidentifier = "{word}"\nvalue = "{value}"\n' + (f'name = "{name}"\n' if name else "")
        for word, value, name in told
    )


def _phone(values: dict[str, str], phones: dict[str, Phone]) -> Phone:
    fields = {OWN[name]: getattr(phones[word], OWN[name]) for name, word in values.items()}
    return msgspec.structs.replace(phones["A"], **fields)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with both subject files, a schedule and a capture for each of its runs."""
    folder = tmp_path_factory.mktemp("identities")
    phones = {"A": invent(1), "B": invent(2)}
    for word, phone in phones.items():
        (folder / f"{word}.toml").write_text(_subject(phone), encoding="utf-8")
        (folder / f"{word}.toml").chmod(0o600)
    assert main(["plan", "identities", *OWN, "--schedule", str(folder / "plan.toml")]) == 0
    from vitne.cli.identities import read_schedule

    for number, values in enumerate(read_schedule(str(folder / "plan.toml"))):
        phone = _phone(values, phones)
        chance = Random(number)
        more = {
            "UID": _secret(phone.imsi),
            "BOTH": _secret(phone.imei1, phone.iccid),
            "DIGEST": hashlib.md5(phone.imei1.encode()).hexdigest(),
            "INSTALL": f"{chance.getrandbits(64):x}",
        }
        (folder / f"run-{number:02}.pcapng").write_bytes(registrations(phone, more, seed=number))
    return folder


def _compared(place: Path, capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    capsys.readouterr()
    subjects = ["--subject", str(place / "A.toml"), "--subject", str(place / "B.toml")]
    assert main(["compare", "--by", "identity", *words, *subjects, "--json"]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    jsonschema.validate(document, json.loads(schemas()["identities"]))
    return document


@pytest.fixture(scope="module")
def document(place: Path) -> dict[str, Any]:
    """Give the comparison of all runs of the schedule, as a user gets it."""
    captures = sorted(map(str, place.glob("run-*.pcapng")))
    assert len(captures) == 8
    words = ["compare", "--by", "identity", *captures, "--schedule", str(place / "plan.toml"), "--json"]
    words += ["--subject", str(place / "A.toml"), "--subject", str(place / "B.toml")]
    with pytest.MonkeyPatch.context() as patch, io.TextIOWrapper(io.BytesIO()) as out:
        patch.setattr("sys.stdout", out)
        assert main(words) == 0
        return dict(json.loads(out.buffer.getvalue()))


def test_a_coded_schedule_names_every_identifier_behind_every_field(document: dict[str, Any]) -> None:
    assert document["varied"] == sorted(OWN)
    assert document["inseparable"] == []
    found = {each["name"]: (each["how"], each["movers"]) for each in document["moved"]}
    assert found["IMEI1"] == ("verified", [["imei slot 1"]])
    assert found["DIGEST"] == ("verified", [["imei slot 1"]])
    assert found["SIM1ICCID"] == ("verified", [["iccid#1"]])
    assert found["UID"] == ("pattern", [["imsi#1"]])
    assert found["BOTH"] == ("pattern", [["iccid#1", "imei slot 1"]])
    assert found["INSTALL"][0] == "unexplained"
    assert found["REGDATE"][0] == "varies"
    by_name = {each["name"]: each for each in document["moved"]}
    assert by_name["UID"]["p"] < 0.05


def test_two_runs_prove_transforms_and_leave_the_rest_open(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for word, seed in (("A", 1), ("B", 2)):
        data = registrations(invent(seed), {"UID": _secret(invent(seed).imsi)}, seed=seed)
        (place / f"{word}.pcapng").write_bytes(data)
    document = _compared(place, capsys, str(place / "A.pcapng"), str(place / "B.pcapng"))
    found = {each["name"]: each for each in document["moved"]}
    assert found["SIM1LTEIMSI"]["how"] == "verified"
    assert found["SIM1LTEIMSI"]["movers"] == [["imsi#1"]]
    assert found["UID"]["how"] == "pattern"
    assert len(found["UID"]["movers"]) > 1
    assert found["UID"]["p"] == 1.0


def test_the_text_says_what_is_proven_and_shows_no_value(document: dict[str, Any]) -> None:
    said = "\n".join(text(msgspec.convert(document, Identities), verbose=True))
    assert "IMEI1: imei slot 1" in said
    assert "BOTH: iccid#1 with imei slot 1" in said
    phone = invent(1)
    assert not [each for each in (phone.imei1, phone.imsi, phone.iccid, phone.mac) if each in said]


def test_a_plan_from_two_subject_files_varies_what_differs(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    subjects = ["--subject", str(place / "A.toml"), "--subject", str(place / "B.toml")]
    assert main(["plan", "identities", *subjects, "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert set(OWN) == set(plan["identifiers"])
    assert plan["pairs"]
    assert main(["plan", "identities", "imei", "imsi", "--words", "3", "--repeats", "1"]) == 0
    assert "3 runs: 3 identities, each 1 times" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ["plan", "identities"],
        ["plan", "identities", "imei", "--subject", "A.toml"],
        ["plan", "identities", "imei", "--words", "1"],
        ["compare", "--by", "identity", "A.pcapng"],
        ["compare", "--by", "identity", "a", "b", "c"],
        ["compare", "--by", "identity", "a", "b", "--schedule", "plan.toml"],
    ],
)
def test_wrong_uses_are_usage_errors(words: list[str]) -> None:
    assert main(words) == 2


def test_a_schedule_that_does_not_fit_is_told(place: Path, tmp_path: Path) -> None:
    subjects = ["--subject", str(place / "A.toml"), "--subject", str(place / "B.toml")]
    one = str(place / "run-00.pcapng")
    bad = tmp_path / "bad.toml"
    for wrong in ("[[run]]\nvalues = 3\n", "[[run]]\n[run.values]\nimei = 'C'\n", "[[run", "x = 1\n"):
        bad.write_text(wrong, encoding="utf-8")
        assert main(["compare", "--by", "identity", one, one, *subjects, "--schedule", str(bad)]) == 2
    bad.write_text("[[run]]\n[run.values]\n'no such' = 'A'\n[[run]]\n[run.values]\n'no such' = 'B'\n")
    assert main(["compare", "--by", "identity", one, one, *subjects, "--schedule", str(bad)]) == 2
    assert (
        main(["compare", "--by", "identity", one, one, *subjects, "--schedule", str(place / "plan.toml")])
        == 2
    )
    assert main(["plan", "identities", "imei", "--schedule", str(tmp_path / "no" / "plan.toml")]) == 1
