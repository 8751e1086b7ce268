"""Twin of vitne.evidence.attributing: a row for each destination with findings, and what documents say of it."""

from __future__ import annotations

import msgspec
import pytest

from vitne.evidence.attributing import destinations
from vitne.knowledge import Knowledge, shipped
from vitne.store import read_case


@pytest.fixture(scope="module")
def case(demonstration):
    return read_case(demonstration / "case")


def test_every_destination_with_findings_or_unread_bytes_has_one_row(case) -> None:
    said = destinations(case, Knowledge([shipped()]))
    wanted = {(f.destination.ip, f.destination.port) for f in case.findings if f.direction == "sent"}
    wanted |= {(r.destination.ip, r.destination.port) for r in case.opaque}
    assert {(row["ip"], row["port"]) for row in said["rows"]} == wanted
    assert len(said["rows"]) == len(wanted)
    assert not said["captures_read"]


def test_what_documents_say_stands_with_source_and_disagreement(case) -> None:
    said = destinations(case, Knowledge([shipped()]), as_of="2019-02-03")
    [row] = [each for each in said["rows"] if each["host"] == "registration.carrier.example"]
    assert [each["name"] for each in row["recipients"]] == ["China Telecom"]
    assert row["stands_for"] == "zzhc.vnet.cn"
    assert {each["about"] for each in row["disagreements"]} == {"owner", "holder"}
    assert any(fact["trap"] for fact in row["facts"])
    assert row["steps"]["refused"] == "yes"
    assert row["steps"]["resolved"] == "unknown"


def test_the_captures_tell_what_was_resolved_and_the_outcome_is_plain_and_the_same(
    case, demonstration
) -> None:
    own = [str(demonstration / "phone-hour.pcapng")]
    said = destinations(case, Knowledge([shipped()]), captures=own, vantage=(59.9, 10.7))
    [row] = [each for each in said["rows"] if each["host"] == "registration.carrier.example"]
    assert row["steps"]["resolved"] == "yes"
    assert said["captures_read"]
    again = destinations(case, Knowledge([shipped()]), captures=own, vantage=(59.9, 10.7))
    assert msgspec.json.decode(msgspec.json.encode(said)) == msgspec.json.decode(msgspec.json.encode(again))


def test_a_capture_that_is_none_leaves_steps_unknown(case, tmp_path) -> None:
    (tmp_path / "x").write_bytes(b"")
    assert not destinations(case, Knowledge([shipped()]), captures=[str(tmp_path / "x")])["captures_read"]
