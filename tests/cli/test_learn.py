"""``vitne learn`` on three invented phones with two starts and one change of card each.

The self-registration file is taken away first; what is learned has to agree with it.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from vitne import catalog
from vitne.catalog.reading import data_folder
from vitne.cli.main import main
from vitne.cli.names import schemas
from vitne.identify import declared, wanted
from vitne.lab.phone import invent
from vitne.lab.several import capture
from vitne.pipeline import heads
from vitne.pipeline.rules import use_senders

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST = "registration.carrier.example"
ROLES = {
    "imei": {"per-device"},
    "mac-address": {"per-device"},
    "iccid": {"per-card"},
    "imsi": {"per-card"},
    "cell-id": {"state"},
    "device-model": {"per-device"},
    "software-version": {"per-device"},
    "os-version": {"constant"},
    "meid": {"constant"},
    "device-attribute": {"constant", "time"},
}
"""What the fields of the shipped file are by their identifiers, and the roles that these have in the story."""


def _forget_senders() -> None:
    """Let everything that was made of the senders' files be made again."""
    catalog.senders.cache_clear()
    catalog.digest.cache_clear()
    for room in (declared, wanted, heads):
        room.forget()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give a folder with a case of three phones, scanned without the self-registration file."""
    folder = tmp_path_factory.mktemp("learn")
    shutil.copytree(Path(str(data_folder())), folder / "data")
    (folder / "data" / "senders" / "self-registration.toml").unlink()
    (folder / "several.pcapng").write_bytes(capture(more=True))
    original = catalog.data_folder
    catalog.data_folder = lambda: folder / "data"  # type: ignore[assignment]
    _forget_senders()
    try:
        assert main(["scan", str(folder / "several.pcapng"), "--case", str(folder / "case"), "-q"]) == 0
        yield folder
    finally:
        catalog.data_folder = original
        use_senders([])
        _forget_senders()


def _learned(place: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    assert main(["learn", str(place / "case"), "--host", HOST, "--json"]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    jsonschema.validate(document, json.loads(schemas()["learn"]))
    return document


def test_roles_agree_with_the_shipped_file(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = _learned(place, capsys)
    assert (document["devices"], document["starts"]) == (3, 6)
    fields = {each["name"]: each for each in document["lessons"][0]["fields"]}
    shipped = catalog.reading.read_file(
        data_folder() / "senders" / "self-registration.toml", catalog.SenderFile, []
    )
    assert shipped is not None
    compared = 0
    for field in shipped.field:
        own = fields.get(field.name)
        if own is None or not own["filled"]:
            continue
        compared += 1
        assert own["identifier"] == field.identifier, field.name
        assert own["role"] in ROLES[field.identifier], field.name
        assert own["sure"], field.name
    assert compared >= 17
    assert fields["SIM1ICCID"]["moves_with"] == ["body > base64 > json: SIM1LTEIMSI"]


def test_what_the_real_sender_lacks_has_its_role_too(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fields = {each["name"]: each["role"] for each in _learned(place, capsys)["lessons"][0]["fields"]}
    assert fields["SEQ"] == "counter"
    assert fields["SESSION"] == "per-boot"
    assert fields["NONCE"] == "random"
    assert fields["REGDATE"] == "time"


def test_the_draft_names_the_fields_in_later_scans(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draft = place / "carrier-example.toml"
    assert main(["learn", str(place / "case"), "--host", "*.carrier.example", "--draft", str(draft)]) == 0
    capsys.readouterr()
    assert main(["scan", str(place / "several.pcapng"), "--sender", str(draft), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    declared = {each["field"] for each in document["findings"] if each["sender"] == "carrier-example"}
    assert {
        "IMEI1",
        "IMEI2",
        "SIM1ICCID",
        "SIM1LTEIMSI",
        "MACID",
        "SIM1CELLID",
        "SESSION",
        "NONCE",
    } <= declared
    assert "given senders" in document["rules"]
    assert main(["scan", str(place / "several.pcapng"), "--json"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert not [each for each in again["findings"] if each["sender"]]


def test_no_value_of_a_phone_is_in_the_draft_or_the_output(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    draft = place / "quiet.toml"
    assert main(["learn", str(place / "case"), "--host", HOST, "--draft", str(draft)]) == 0
    said = draft.read_text(encoding="utf-8") + capsys.readouterr().out
    for seed in (1, 2, 3):
        phone = invent(seed)
        assert not [each for each in (phone.imei1, phone.iccid, phone.imsi, phone.mac) if each in said]


def test_wrong_uses_are_told(place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = str(place / "case")
    assert main(["learn", case, "--host", "nobody.example"]) == 2
    assert main(["learn", case, "--host", HOST, "--draft", str(tmp_path / "Not A Name.toml")]) == 2
    there = tmp_path / "there.toml"
    there.write_text("")
    assert main(["learn", case, "--host", HOST, "--draft", str(there)]) == 2
    assert main(["learn", case, "--host", "255.255.255.255", "--draft", str(tmp_path / "d.toml")]) == 2
    assert main(["learn", case, "--host", HOST, "--draft", str(tmp_path / "no" / "d.toml")]) == 1
    assert main(["learn", str(tmp_path), "--host", HOST]) == 1
    assert "next" in capsys.readouterr().err
