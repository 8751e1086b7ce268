"""Twin of vitne.report.audiences.lab: method, findings, layers, blind spots, alternatives."""

from __future__ import annotations

import copy

import pytest
from tests.report.audiences.test_every_reader import texts

from vitne.catalog.messages import messages
from vitne.report.audiences import Setting, page
from vitne.report.audiences.lab import in_packets
from vitne.report.facts import Facts
from vitne.report.frozen import freeze
from vitne.store import read_case

SAY = messages("en")


@pytest.fixture(scope="module")
def document(demonstration):
    return freeze(read_case(demonstration / "case"))


def test_every_finding_has_a_row_with_its_layers(document) -> None:
    made = page("lab", Facts(document, SAY), Setting())
    grid = next(b for b in made.blocks if getattr(b, "caption", "") == SAY("l_every"))
    assert sum(int(row[1]) for row in grid.rows) == len(document["findings"])
    assert {row[0] for row in grid.rows} <= {one["id"] for one in document["findings"]}
    assert any("http:body ▸ base64 ▸ json" in row[4] for row in grid.rows)


def test_layers_read_back_stand_under_their_finding(document) -> None:
    facts = Facts(document, SAY)
    one = in_packets(facts)[0][0]
    packets = {one: [{"codec": "http", "path": "body", "text": "0000 65 79"}]}
    assert "0000 65 79" in texts(page("lab", facts, Setting(packets=packets)))


def test_the_command_names_the_capture_and_a_name_that_could_do_harm_does_not_stand_in_it(document) -> None:
    told = texts(page("lab", Facts(document, SAY), Setting()))
    assert any(text.startswith("tshark -r phone-hour.pcapng -Y 'frame.number == 238'") for text in told)
    bad = copy.deepcopy(document)
    for one in bad["findings"]:
        one["capture"]["name"] = "a';reboot;'.pcap"
    told = texts(page("lab", Facts(bad, SAY), Setting()))
    commands = [text for text in told if text.startswith("tshark")]
    assert commands
    assert all(text.startswith("tshark -r capture -Y") for text in commands)


def test_every_finding_stands_in_its_packet_repeats_left_out(document) -> None:
    ids, more = in_packets(Facts(document, SAY))
    group_of = {one["id"]: one["group"] for one in document["findings"]}
    assert {group_of[each] for each in ids} == set(group_of.values())
    assert more == 0
    assert len(set(ids)) == len(ids)


def test_rows_beyond_those_shown_in_their_packets_are_counted(document) -> None:
    many = copy.deepcopy(document)
    target = next(t for t in many["targets"] if t["outside"] and t["direction"] == "sent")
    many["targets"] = [target] * 9
    facts = Facts(many, SAY)
    ids, more = in_packets(facts)
    others = len({one["group"] for one in document["findings"]}) - 6
    assert (len(ids), more) == (64, 9 * 6 + others - 64)
    assert "vitne show CASE FINDING" in texts(page("lab", facts, Setting()))


def test_it_says_what_would_have_been_seen_and_what_would_not(document) -> None:
    told = texts(page("lab", Facts(document, SAY), Setting(encodings=("base64", "gzip"))))
    assert any("any of 2 encodings" in text and "base64, gzip" in text for text in told)
    assert any(text.startswith("Not seen would be") for text in told)


def test_the_other_explanations_are_part_of_it(document) -> None:
    told = texts(page("lab", Facts(document, SAY), Setting()))
    assert SAY("ch_portal") in told
    assert SAY("ch_not_excluded") in told


def test_digests_and_versions_are_told(document) -> None:
    told = texts(page("lab", Facts(document, SAY), Setting()))
    assert document["captures"][0]["sha256"] in told
    assert document["rules"]["vitne"] in told


def test_many_findings_are_counted(document) -> None:
    many = copy.deepcopy(document)
    many["findings"] = [{**many["findings"][0], "id": f"F-{n}", "group": f"{n}"} for n in range(1001)] + many[
        "findings"
    ]
    assert any("more" in text for text in texts(page("lab", Facts(many, SAY), Setting())))
