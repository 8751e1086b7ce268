"""Twin of vitne.evidence.har: the archive follows HAR 1.2, and scanning it finds what the capture gave."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from vitne.evidence.har import archive, count
from vitne.identify.subject import read_subject
from vitne.pipeline import Options, run_scan
from vitne.store import read_case


@pytest.fixture(scope="module")
def made(demonstration):
    case = read_case(demonstration / "case")
    return case, archive([str(demonstration / "phone-hour.pcapng")], case.findings, version="1")


def test_every_entry_has_the_fields_that_har_1_2_asks_for(made) -> None:
    _, content = made
    assert content["log"]["version"] == "1.2"
    assert count(content) > 20
    for entry in content["log"]["entries"]:
        assert {"startedDateTime", "time", "request", "response", "cache", "timings"} <= set(entry)
        assert {
            "method",
            "url",
            "httpVersion",
            "cookies",
            "headers",
            "queryString",
            "headersSize",
            "bodySize",
        } <= set(entry["request"])
        assert {
            "status",
            "statusText",
            "httpVersion",
            "cookies",
            "headers",
            "content",
            "redirectURL",
            "headersSize",
            "bodySize",
        } <= set(entry["response"])
        assert dt.datetime.fromisoformat(entry["startedDateTime"]).tzinfo is not None
        assert entry["request"]["url"].startswith("http")


def test_entries_name_their_findings_and_frames(made) -> None:
    case, content = made
    named = {each for entry in content["log"]["entries"] for each in entry["_vitne"]["findings"]}
    sent = {one.id for one in case.findings if one.protocol == "http" and one.direction == "sent"}
    assert named
    assert named >= {one for one in sent if one in named}
    assert len(named & sent) == len(sent)


def test_scanning_the_archive_finds_the_same_kinds_at_the_same_host(made, demonstration, tmp_path) -> None:
    case, content = made
    (tmp_path / "a.har").write_text(json.dumps(content))
    subject = read_subject(str(demonstration / "subject.toml"))[0]
    again = run_scan([str(tmp_path / "a.har")], Options(subject=subject, jobs=1))

    def kinds(findings):
        return {
            (f.identifier, f.destination.host)
            for f in findings
            if f.kind != "attribute" and f.direction == "sent" and f.protocol == "http"
        }

    assert kinds(again.findings) == kinds(case.findings)
