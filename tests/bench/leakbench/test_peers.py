from __future__ import annotations

import shutil

import pytest
from bench.leakbench.capture import Staged, write
from bench.leakbench.cases import Case, Means, Recipe, build
from bench.leakbench.people import IDENTIFIERS

from bench.leakbench import peers, suricata


@pytest.fixture
def staged(person, chance, words):
    made = []
    for layers in ((), ("base64",), ("gzip",)):
        recipe = Recipe("x", "y", "imei", "", "json", layers, "body")
        cargo, load = build(recipe, person, Means(chance, words))
        made.append(Staged(Case("F", recipe, "imei#1", size=len(cargo.data)), load))
    return made


def test_literal_search_finds_what_stands_there_as_it_is(staged, person, tmp_path):
    assert peers.literal(staged, tmp_path / "unused", person) == [True, False, False]


def test_suricata_finds_it_in_base64_too(staged, person, chance, tmp_path):
    if not shutil.which("suricata"):
        pytest.skip("suricata is not installed")
    write(tmp_path / "x.pcap", staged, chance)
    assert peers.rules(staged, tmp_path / "x.pcap", person) == [True, True, False]


def test_every_identifier_has_three_rules_and_no_number_twice(person):
    lines = suricata.rules(lambda identifier: peers.known(person, identifier)).splitlines()
    assert len(lines) == 3 * len(IDENTIFIERS)
    assert len({line.partition("sid:")[2] for line in lines}) == len(lines)


def test_a_slow_peer_is_asked_about_a_part_at_even_steps(staged):
    many = staged * 200
    assert len(peers.some("CyberChef Magic", many)) <= peers.SLOW["CyberChef Magic"]
    assert peers.some("literal search", many) == many


def test_what_cannot_run_is_named():
    said = []
    assert "literal search" in peers.installed(said.append)
    assert any("Presidio" in line and "SKIPPED" in line for line in said)
