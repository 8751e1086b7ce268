"""JUnit XML: counts that add up, failures for what is objected to, and names that cannot break it."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import msgspec
from tests.gate.outcomes import full

from vitne.gate.junit import junit


def test_counts_add_up_and_only_objections_fail() -> None:
    root = ET.fromstring(junit(full()))
    suites = root.findall("testsuite")
    assert int(root.get("tests", "")) == sum(int(each.get("tests", "")) for each in suites)
    assert int(root.get("failures", "")) == len(root.findall(".//failure")) == 2
    assert int(root.get("skipped", "")) == len(root.findall(".//skipped")) == 2
    for suite in suites:
        assert int(suite.get("tests", "")) == len(suite.findall("testcase"))


def test_a_failure_names_its_fingerprint_and_frames() -> None:
    failure = ET.fromstring(junit(full())).find(".//failure")
    assert failure is not None
    assert "fingerprint v1-" in (failure.text or "")
    assert "frames 131" in (failure.text or "")
    assert (failure.get("type") or "").startswith("vitne/")


def test_a_waiver_is_skipped_with_its_reason_and_last_day() -> None:
    said = [each.get("message") for each in ET.fromstring(junit(full())).findall(".//skipped")]
    assert "waived: ticket 7 (until 2026-12-31)" in said


def test_a_scan_that_did_not_end_is_an_error_beside_the_failures() -> None:
    root = ET.fromstring(junit(msgspec.structs.replace(full(), whole=False)))
    assert root.get("errors") == "1"
    assert len(root.findall(".//error")) == 1
    suites = root.findall("testsuite")
    assert int(root.get("tests", "")) == sum(int(each.get("tests", "")) for each in suites)
