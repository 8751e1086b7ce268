from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from tests.cli.demonstration import demonstration
from tests.lookups.servers import DOMAIN, dns_server, http_server, rdap, whois_server
from tests.pipeline.talk import IMEI, Talk, post, subject

from vitne.cli.main import main
from vitne.cli.whereto import countries_of

if TYPE_CHECKING:
    from pathlib import Path

HOST = "registration.carrier.example"


@pytest.fixture(autouse=True)
def _own_tables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VITNE_DATA", str(tmp_path / "tables"))


@pytest.fixture(scope="module")
def case() -> Path:
    return demonstration() / "case"


def _json(capsys: Any, *words: str) -> dict[str, Any]:
    capsys.readouterr()
    assert main(["attribute", *words, "--json"]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def test_the_demonstrations_host_gives_holder_class_and_trap_with_sources(case: Path, capsys) -> None:
    [one] = _json(capsys, str(case), "--only", HOST)["destinations"]
    facts = {(fact["kind"], fact["value"]): fact for fact in one["facts"]}
    assert ("stated-owner", "China Telecom") in facts
    trap = facts["registry-contact", "China Internet Network Information Center (CNNIC)"]
    assert "CNNIC" in trap["trap"]
    assert all(fact["source"] for fact in one["facts"])
    capsys.readouterr()
    assert main(["attribute", str(case), "--only", HOST]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "China Telecom [carrier; seat: unknown]" in shown
    assert "TRAP: CNNIC keeps the register" in shown
    assert "sources disagree on the owner" in shown


def test_the_share_that_stays_unknown_is_printed(case: Path, capsys) -> None:
    capsys.readouterr()
    assert main(["attribute", str(case)]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "recipient unknown for" in shown
    assert "Tables: asn-country@" in shown


def test_a_case_names_the_tables_it_was_made_beside(case: Path) -> None:
    tables = json.loads((case / "manifest.json").read_text())["tables"]
    assert {row["about"] for row in tables} >= {"network", "country"}
    assert all(row["licence"] and len(row["sha256"]) == 64 for row in tables)


def test_an_older_table_can_be_meant(case: Path, capsys, tmp_path: Path) -> None:
    place = tmp_path / "asn.csv"
    place.write_bytes(b'1.0.0.0,1.255.255.255,64496,"Old Network"\n')
    assert main(["data", "add", str(place), "--name", "asn", "--date", "2019-01-01"]) == 0
    assert "asn@2019-01-01" in _json(capsys, str(case), "--as-of", "capture")["tables"]
    assert "asn@2019-01-01" not in _json(capsys, str(case))["tables"]


def test_a_vantage_gives_places_by_the_time_of_light(case: Path, capsys) -> None:
    [one] = _json(capsys, str(case), "--only", HOST, "--vantage", "59.91,10.75")["destinations"]
    [fact] = [fact for fact in one["facts"] if fact["kind"] == "country-by-physics"]
    assert "within" in fact["value"]
    [one] = _json(capsys, str(case), "--only", HOST, "--vantage", "59.91,10.75", "--answered-near")[
        "destinations"
    ]
    assert not [fact for fact in one["facts"] if fact["kind"] == "country-by-physics"]
    for wrong in ("here", "91,0", "1,2,3"):
        assert main(["attribute", str(case), "--vantage", wrong]) == 2


def test_an_unknown_destination_is_refused(case: Path) -> None:
    assert main(["attribute", str(case), "--only", "nowhere.example"]) == 2


def test_nothing_is_asked_without_a_yes(case: Path, capsys) -> None:
    assert main(["attribute", str(case), "--online", "--only", HOST]) == 2
    assert "nothing was asked" in capsys.readouterr().err
    assert not (case / "lookups").exists()


def test_live_answers_are_announced_kept_and_shown(case: Path, capsys, tmp_path: Path) -> None:
    own = shutil.copytree(case, tmp_path / "case")
    with (
        http_server(lambda path, n: rdap({**DOMAIN, "ldhName": "carrier.example"})) as (url, seen),
        dns_server(["ns1.host.example"]) as (resolver, _),
        whois_server({}) as (root, _),
    ):
        boot = tmp_path / "boot.json"
        services = {"services": [[["example"], [url]]]}
        boot.write_text(json.dumps({"dns": services, "whois": root, "pause": 0, "timeout": 2}))
        words = ["--online", "--yes", "--only", HOST, "--bootstrap", str(boot), "--resolver", resolver]
        capsys.readouterr()
        assert main(["attribute", str(own), *words]) == 0
    told = capsys.readouterr()
    assert seen == ["/domain/carrier.example"]
    assert "can tip off" in told.err
    assert f"asking rdap {url}/domain/carrier.example" in told.err
    assert "Example Holder AS" in told.out
    assert (own / "lookups" / "answers.jsonl").is_file()
    assert "live look-ups" in (own / "ledger.jsonl").read_text().splitlines()[-1]
    [one] = _json(capsys, str(own), "--only", HOST)["destinations"]  # without asking again
    assert "Example Holder AS" in [
        fact["value"] for fact in one["facts"] if fact["kind"] == "domain-registrant"
    ]
    assert "ns1.host.example" in [fact["value"] for fact in one["facts"] if fact["kind"] == "dns-operator"]


@pytest.mark.corpus
def test_the_share_of_the_real_captures_that_stays_unknown_is_bounded(
    corpus: Path, tmp_path: Path, capsys
) -> None:
    captures = [corpus / "pcap" / "ndpi" / name for name in ("android.pcap", "iphone.pcap", "facebook.pcap")]
    assert main(["scan", *map(str, captures), "--case", str(tmp_path / "c"), "-q", "-j", "1"]) == 0
    found = _json(capsys, str(tmp_path / "c"))["destinations"]
    far = [one for one in found if any(fact["kind"] == "network" for fact in one["facts"])]
    assert len(far) > 10
    assert sum(bool(one["recipients"]) for one in far if one["host"]) > 5


def test_a_case_can_name_the_day_of_the_tables_it_is_read_with(tmp_path: Path, capsys: Any) -> None:
    """Attribution as of the capture: a table of 2019 is added, and the case of 2019 keeps to it."""
    old = tmp_path / "old.csv"
    old.write_text("1.2.4.0,1.2.4.255,AQ\n")
    words = ["data", "add", str(old), "--name", "geo-whois-country", "--date", "2019-01-15", "--basis", "geo"]
    assert main(words) == 0
    found, used = countries_of([("1.2.4.8", "")], "2019-02-03")
    assert "geo-whois-country@2019-01-15 (user's own, unknown)" in used
    assert "AQ" in found["1.2.4.8", ""]
    talk = Talk()
    talk.ask(post(b'{"imei": "' + IMEI.encode() + b'"}'))
    capture = str(talk.write(tmp_path / "a.pcap"))
    known = ["--subject", str(subject(tmp_path))]
    assert main(["scan", capture, *known, "--case", str(tmp_path / "c"), "-q", "--as-of", "capture"]) == 0
    assert json.loads((tmp_path / "c" / "run.json").read_text())["as_of"] == "capture"
    assert "geo-whois-country@2019-01-15" in _json(capsys, str(tmp_path / "c"))["tables"]
    later = _json(capsys, str(tmp_path / "c"), "--as-of", "2030-01-01")
    assert "geo-whois-country@2019-01-15" not in later["tables"], "what is asked for comes first"
    assert main(["scan", capture, "--case", str(tmp_path / "d"), "--as-of", "yesterday"]) == 2
    assert not (tmp_path / "d").exists()
    capsys.readouterr()


def test_a_damaged_list_of_tables_is_told_before_a_scan(tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "manifest.json").write_text("{}")
    assert main(["scan", "/nonexistent.pcap", "--case", str(tmp_path / "c")]) == 1
    assert "the list of snapshots cannot be read" in capsys.readouterr().err
