"""Twin of vitne.evidence.rederiving: each line of the report is confirmed from the capture, or named as failing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from vitne.evidence import rederiving
from vitne.evidence.canonical import canonical
from vitne.evidence.rederiving import Known, check_findings
from vitne.identify.subject import read_subject
from vitne.knowledge import Knowledge, shipped


@pytest.fixture
def copy(bag, tmp_path):
    return Path(shutil.copytree(bag, tmp_path / "bag"))


def said(bag):
    return json.loads((bag / "vitne-manifest.json").read_bytes())


def test_every_line_is_confirmed_without_any_value(bag) -> None:
    checks = check_findings(bag, said(bag), Known())
    lines = [c for c in checks if c.what == "finding"]
    assert len(lines) == said(bag)["findings"]
    assert {c.state for c in lines} == {"confirmed"}
    [values] = [c for c in checks if c.what == "values"]
    assert values.state == "not-checked"


def test_with_the_subject_file_the_values_are_confirmed_too(bag, demonstration) -> None:
    subject = read_subject(str(demonstration / "subject.toml"))[0]
    checks = check_findings(bag, said(bag), Known(subject=subject))
    lines = [c for c in checks if c.what == "finding"]
    assert {c.state for c in lines} == {"confirmed"}
    assert all("ends, decoding, wrapping again, value and grade" in c.why for c in lines)


def test_another_subject_makes_lines_fail_by_name(bag, tmp_path) -> None:
    (tmp_path / "s.toml").write_text('[[known]]\nidentifier = "imei"\nvalue = "490154203237518"\n')
    checks = check_findings(bag, said(bag), Known(subject=read_subject(str(tmp_path / "s.toml"))[0]))
    wrong = [c for c in checks if c.what == "finding" and c.state == "failed"]
    assert wrong
    assert all(c.where.startswith("F-") for c in wrong)


def test_a_changed_byte_of_the_capture_fails_the_very_line_that_rests_on_it(copy) -> None:
    rows = [json.loads(line) for line in (copy / "data/case/findings.jsonl").read_text().splitlines()]
    row = next(r for r in rows if r["identifier"] == "device-name" and r["protocol"] == "dhcp")
    path = copy / "data/original/1/phone-hour.pcapng"
    data = path.read_bytes()
    at = data.index(b"Kari-sin-telefon")  # of the first frame: in clear in the DHCP option
    path.write_bytes(data[: at - 2] + bytes([data[at - 2] ^ 0x40]) + data[at - 1 :])  # its option number
    checks = check_findings(copy, said(copy), Known())
    assert [c for c in checks if c.where == row["id"] and c.state == "failed"]
    others = [c for c in checks if c.what == "finding" and c.state == "confirmed"]
    assert len(others) > 100


def test_a_finding_that_was_added_or_moved_fails(copy) -> None:
    import hashlib

    path = copy / "data/case/findings.jsonl"
    lines = path.read_text().splitlines()
    row = json.loads(lines[0])
    row["stream_range"] = [row["stream_range"][0] + 1, row["stream_range"][1] + 1]
    path.write_text("\n".join([json.dumps(row), *lines[1:]]) + "\n")
    manifest = json.loads((copy / "data/case/manifest.json").read_text())
    manifest["results"]["findings.jsonl"]["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (copy / "data/case/manifest.json").write_text(json.dumps(manifest))
    checks = check_findings(copy, said(copy), Known())
    assert [c for c in checks if c.where == row["id"] and "another place" in c.why]
    assert [c for c in checks if c.what == "document" and c.state == "failed"]


def test_a_finding_that_was_taken_out_of_the_report_is_told(copy, demonstration) -> None:
    import hashlib

    path = copy / "data/case/findings.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[1:]))
    manifest = json.loads((copy / "data/case/manifest.json").read_text())
    manifest["results"]["findings.jsonl"]["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (copy / "data/case/manifest.json").write_text(json.dumps(manifest))
    subject = read_subject(str(demonstration / "subject.toml"))[0]
    checks = check_findings(copy, said(copy), Known(subject=subject))
    gone = json.loads(lines[0])["id"]
    assert [c for c in checks if c.where == gone and "not in the report" in c.why]


def test_other_rules_are_told(bag, monkeypatch) -> None:
    monkeypatch.setattr(rederiving, "rules_used", lambda: {"vitne": "another"})
    [rules] = [c for c in check_findings(bag, said(bag), Known()) if c.what == "rules"]
    assert rules.state == "not-checked"
    assert "vitne" in rules.why


def test_a_case_that_was_changed_and_a_capture_that_is_gone_are_told(copy) -> None:
    shutil.rmtree(copy / "data/original")
    assert [
        c for c in check_findings(copy, said(copy), Known()) if c.what == "capture" and c.state == "failed"
    ]
    (copy / "data/case/findings.jsonl").write_text("")
    [check] = check_findings(copy, said(copy), Known())
    assert check.state == "failed"


def test_reports_come_out_of_the_findings_again_and_a_changed_word_is_told(copy) -> None:
    told = [c for c in check_findings(copy, said(copy), Known()) if c.where.startswith("data/reports/")]
    assert [c.state for c in told] == ["confirmed"] * 4
    path = copy / "data/reports/owner.html"
    path.write_bytes(path.read_bytes().replace(b"8 messages", b"9 messages"))
    (copy / "data/reports/press.html").unlink()
    told = {c.where: c.state for c in check_findings(copy, said(copy), Known()) if c.what == "report"}
    assert told["data/reports/owner.html"] == told["data/reports/press.html"] == "failed"


def _of(copy, what, tables):
    return [each for each in check_findings(copy, said(copy), Known(tables=tables)) if each.what == what]


def test_destinations_are_looked_up_again_and_a_changed_recipient_is_told(copy) -> None:
    tables = Knowledge([shipped()])
    assert [each.state for each in _of(copy, "destinations", tables)] == ["confirmed"]
    place = copy / "data" / "findings.json"
    document = json.loads(place.read_bytes())
    next(row for row in document["destinations"]["rows"] if row["recipients"])["recipients"][0]["name"] = (
        "Another"
    )
    place.write_bytes(canonical(document))
    assert [each.state for each in _of(copy, "destinations", tables)] == ["failed"]


def test_with_other_tables_destinations_are_not_checked_and_that_is_said(copy) -> None:
    [check] = _of(copy, "destinations", Knowledge([]))
    assert check.state == "not-checked"
    assert "sealed with the tables" in check.why


@pytest.mark.parametrize("content", ["{", '{"destinations": {"rows": [7]}}', '{"occasions": []}'])
def test_a_document_of_another_shape_fails_and_harms_nothing(copy, content) -> None:
    (copy / "data" / "findings.json").write_text(content, encoding="utf-8")
    assert [each.state for each in _of(copy, "document", Knowledge([shipped()]))] == ["failed"]


def test_an_honest_bag_of_another_vitne_does_not_fail_and_says_which_vitne_can_tell(
    copy, monkeypatch
) -> None:
    monkeypatch.setattr(rederiving, "rules_used", lambda: {"vitne": "another"})
    path = copy / "data/reports/owner.html"
    path.write_bytes(path.read_bytes() + b" ")  # as another version may write it
    [check] = [c for c in check_findings(copy, said(copy), Known()) if c.where == "data/reports/owner.html"]
    assert check.state == "not-checked"
    assert "vitne 2" in check.why


def test_a_case_that_was_stopped_verifies_and_says_that_there_is_more(copy, demonstration) -> None:
    from tests.evidence.resealed import change

    change(copy, "findings", lambda number, row: row if number < 100 else None)
    change(copy, "transmissions", lambda number, row: row if number < 50 else None)
    manifest = json.loads((copy / "data/case/manifest.json").read_text())
    (copy / "data/case/manifest.json").write_text(json.dumps({**manifest, "partial": True}))
    subject = read_subject(str(demonstration / "subject.toml"))[0]
    checks = check_findings(copy, said(copy), Known(subject=subject))
    assert {c.state for c in checks if c.what == "finding" and c.where.startswith("F-")} <= {
        "confirmed",
        "not-checked",
    }
    [more] = [c for c in checks if c.what == "finding" and not c.where.startswith("F-")]
    assert "finds 92 more" in more.why
    assert not [c for c in checks if c.what == "table" and c.state == "failed" and "parquet" not in c.where]


def test_a_quick_case_says_that_its_tables_need_the_subject_file(demonstration, tmp_path) -> None:
    from vitne.cli.main import main

    words = [
        "scan",
        str(demonstration / "phone-hour.pcapng"),
        "--quick",
        "-q",
        "--case",
        str(tmp_path / "case"),
    ]
    assert main([*words, "--subject", str(demonstration / "subject.toml")]) == 0
    assert main(["seal", str(tmp_path / "case"), str(tmp_path / "bag")]) == 0
    checks = check_findings(tmp_path / "bag", said(tmp_path / "bag"), Known())
    assert not [c for c in checks if c.state == "failed"]
    assert [c for c in checks if c.what == "table" and "--subject" in c.why]
    subject = read_subject(str(demonstration / "subject.toml"))[0]
    checks = check_findings(tmp_path / "bag", said(tmp_path / "bag"), Known(subject=subject))
    assert {c.state for c in checks if c.what == "table"} == {"confirmed"}
