"""``vitne fleet`` as a maker runs it: a small fleet with a bad batch, a wrong phone and a damaged capture."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import jsonschema
import pytest
from tests.fleet.store import BUCKET, Server

from vitne.cli.main import main
from vitne.cli.names import schemas
from vitne.lab.handsets import write

if TYPE_CHECKING:
    from collections.abc import Iterator
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


def test_the_wrong_phone_is_named_and_what_may_be_chance_is_not(
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
    assert bad["explanation"] is None  # four of forty devices, and hundreds of attributes: it may be chance
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


def test_a_fixed_build_is_counted_and_one_that_no_device_has_is_named(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(place / "out", tmp_path / "out")
    words = ["fleet", str(place / "captures" / "fleet.csv"), "--out", str(tmp_path / "out"), "--fixed"]
    capsys.readouterr()
    assert main([*words, "10.0A"]) == 0
    said = capsys.readouterr().out
    assert "Fixed builds: 10.0A" in said
    assert f"of {COUNT} run one" in said
    assert "fixed build yes: 0 of 8 still send" in said
    assert "fixed build no: 4 of 30 still send" in said
    assert main([*words, "10.0B"]) == 2
    assert "did you mean '10.0A'?" in capsys.readouterr().err


def test_wrong_uses_are_told(place: Path, tmp_path: Path) -> None:
    table, out = str(place / "captures" / "fleet.csv"), str(tmp_path / "out")
    assert main(["fleet", str(tmp_path / "none"), "--out", out]) == 2
    assert main(["fleet", table, "--out", out, "--engine", "spark://x"]) == 2
    with pytest.raises(SystemExit, match="2"):
        main(["fleet", table, "--out", out, "--patience", "-1"])
    assert main(["fleet", table, "--out", out, "--partition", "colour"]) == 2
    assert main(["fleet", table, "--out", out, "--keys", str(tmp_path / "none")]) == 2
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert main(["fleet", table, "--out", str(blocked)]) == 1
    lone = tmp_path / "lone.csv"
    lone.write_text("capture\nnone.pcap\n")
    assert main(["fleet", str(lone), "--out", out]) == 3


@pytest.fixture
def server(place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    pytest.importorskip("moto", reason="the object store of the tests is not installed: requirements/dev.txt")
    one = Server()
    one.environ(monkeypatch)
    rows = (place / "captures" / "fleet.csv").read_text(encoding="utf-8").splitlines()
    odd = {"handset-00001.pcap": "odd//ø #1?.pcap", "handset-00002.pcap": "../two [2].pcap"}
    table = [rows[0]]
    for row in rows[1 : COUNT // 2 + 1]:
        name, _, rest = row.partition(",")
        data = (place / "captures" / name).read_bytes()
        one.put("lab/" + odd.get(name, name), data)
        table.append(",".join((odd.get(name, name), rest)))
    table.append("gone.pcap,gone,TA-1,9.97A,NO,1,none,office,2019-02-01")
    one.put("lab/fleet.csv", "\n".join(table).encode() + b"\n")
    one.put("lab/notes.txt", b"no capture")
    yield one
    one.close()


def _fleet(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    capsys.readouterr()
    code = main(["fleet", *words, "-j", "2"])
    return code, capsys.readouterr().out


def test_a_fleet_in_an_object_store_is_fetched_once_and_given_as_from_a_folder(
    place: Path, server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, table = str(tmp_path / "out"), f"s3://{BUCKET}/lab/fleet.csv"
    server.trouble.not_now(3)
    code, said = _fleet(capsys, table, "--out", out)
    assert code == 1  # one capture is gone
    assert f"{COUNT // 2} captures were scanned" in said
    assert "not read: gone.pcap: it is not there (404)" in said
    half = tmp_path / "half.csv"
    rows = (place / "captures" / "fleet.csv").read_text(encoding="utf-8").splitlines()[: COUNT // 2 + 1]
    half.write_text("\n".join(row.replace("handset", f"{place}/captures/handset", 1) for row in rows[1:]))
    half.write_text(f"{rows[0]}\n{half.read_text()}\n")
    assert _fleet(capsys, str(half), "--out", str(tmp_path / "other"))[0] == 0
    documents = [
        json.loads((tmp_path / each / "fleet.json").read_bytes())["senders"] for each in ("out", "other")
    ]
    assert [(each["recipient"], each["count"]["sending"]) for each in documents[0]] == [
        (each["recipient"], each["count"]["sending"]) for each in documents[1]
    ]
    server.trouble.asked.clear()
    assert "0 captures were scanned" in _fleet(capsys, table, "--out", out)[1]
    fetched = [each for each in server.trouble.asked if each[0] == "GET" and ".pcap" in each[1]]
    assert fetched == []


def test_a_prefix_and_a_pattern_give_what_lies_there(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "out")
    _, said = _fleet(capsys, f"s3://{BUCKET}/lab/", "--out", out)
    assert f"{COUNT // 2} devices" in said
    _, said = _fleet(capsys, f"s3://{BUCKET}/lab/handset-0001*.pcap", "--out", out)
    assert "0 captures were scanned" in said
    assert main(["fleet", f"s3://{BUCKET}/nothing/", "--out", out]) == 2
    assert main(["fleet", f"s3://{BUCKET}/none.csv", "--out", out]) == 3
