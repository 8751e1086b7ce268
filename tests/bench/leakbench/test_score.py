"""Scores, on findings written by hand."""

from __future__ import annotations

import pytest
from bench.leakbench.cases import Case, Recipe
from bench.leakbench.score import Score, outcomes, right_way

RECIPE = Recipe("gzip, base64", "stacked", "imei", "", "json", ("gzip", "base64"), "body")


@pytest.fixture
def case():
    return Case(
        "F", RECIPE, "imei#1", layers=("base64", "gzip", "json"), port=2048, client="192.168.50.20",
        server="198.51.100.7", frames=[5], body_frames=[4, 5, 6], shortest=1,
    )  # fmt: skip


def _finding(**changes):
    finding = {
        "seed": "imei#1", "identifier": "imei", "grade": "derived", "direction": "sent", "verified": True,
        "scope": "internet", "frames": [5], "stream_range": [10, 90],
        "source": {"ip": "192.168.50.20", "port": 2048}, "destination": {"ip": "198.51.100.7", "port": 80},
        "layers": [{"codec": name} for name in ("http", "base64", "gzip", "json")],
    }  # fmt: skip
    return finding | changes


def _score(case, *findings, gaps=()):
    [outcome] = outcomes([case], {"findings": list(findings), "gaps": list(gaps)})
    return outcome


def test_a_right_finding_is_found_with_right_frames_and_layers(case):
    outcome = _score(case, _finding())
    assert outcome.found
    assert outcome.verified
    assert outcome.frames_right
    assert outcome.path_right
    assert outcome.identifier_right


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": None},
        {"seed": "imsi#1"},
        {"direction": "received"},
        {"grade": "inferred"},
        {"source": {"ip": "192.168.50.44", "port": 2048}},
        {"source": {"ip": "192.168.50.20", "port": 2049}},
    ],
)
def test_what_is_not_the_planted_value_sent_by_the_phone_is_not_found(case, changes):
    assert not _score(case, _finding(**changes)).found


@pytest.mark.parametrize(("frames", "right"), [([5], True), ([4, 5], True), ([4], False), ([5, 9], False)])
def test_frames_are_right_when_they_hold_the_value_and_nothing_beyond_the_cargo(case, frames, right):
    assert _score(case, _finding(frames=frames)).frames_right is right


def test_layers_are_compared_in_order_under_one_name_each():
    assert right_way(("http", "base64", "gzip", "json"), ("base64", "gzip", "json"))
    assert right_way(("http", "form", "base64url"), ("form", "base64", "json"))
    assert not right_way(("http", "gzip", "base64"), ("base64", "gzip", "json"))
    assert not right_way(("http", "gzip"), ("base64", "gzip", "json"))


def test_a_layer_that_left_the_value_readable_may_be_named_or_not():
    assert right_way(("http",), ("~lz4", "json"))
    assert right_way(("http", "lz4", "json"), ("~lz4", "json"))
    assert not right_way(("http", "gzip"), ("~lz4", "json"))


def test_another_identifier_claimed_of_the_same_bytes_is_wrong(case):
    assert not _score(case, _finding(), _finding(seed="imsi#1", identifier="imsi")).identifier_right


def test_a_decoy_is_false_when_it_is_called_sent_by_the_subject(case):
    case.decoy = "neighbour"
    assert _score(case, _finding()).false
    assert not _score(case).false
    assert not _score(case, _finding(direction="received")).false


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("received", {"direction": "received"}),
        ("local", {"scope": "local-network"}),
        ("other-device", {"source": {"ip": "192.168.50.44", "port": 2048}}),
    ],
)
def test_a_decoy_that_is_named_rightly_is_seen_and_not_false(case, kind, changes):
    case.decoy, case.client = kind, changes.get("source", {}).get("ip", case.client)
    outcome = _score(case, _finding(**changes))
    assert outcome.seen
    assert not outcome.false


def test_a_placeholder_is_false_even_without_a_known_value(case):
    case.decoy = "placeholder"
    assert _score(case, _finding(seed=None, grade="inferred")).false is False
    assert _score(case, _finding(seed=None, grade="observed")).false


def test_gaps_come_to_the_case_whose_frames_they_name(case):
    assert _score(case, gaps=[{"kind": "limit", "frame": 4}]).gaps == ("limit",)
    assert _score(case, gaps=[{"kind": "limit", "frame": 400}]).gaps == ()


def test_the_mean_over_chains_counts_each_chain_once(case):
    score = Score("F", [_score(case, _finding()), _score(case)])
    assert score.macro() == 0.5
    assert score.by("layer")["gzip"].planted == 2
    assert score.share("verified") == 1
