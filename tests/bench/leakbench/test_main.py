"""The whole way, in its short form."""

from __future__ import annotations

import json

import pytest
from bench.leakbench.__main__ import main
from bench.leakbench.tables import Report

from bench.leakbench import page


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("leakbench")
    options = ["--quick", "--seed", "5", "--tracks", "FR", "--cases", "5", "--folder", str(folder)]
    assert (
        main([*options, "--json", str(folder / "figures.json"), "--missed", str(folder / "missed.md")]) == 0
    )
    return folder, json.loads((folder / "figures.json").read_text())


def test_a_short_run_finds_at_least_what_was_reached_before(figures):
    """These only rise."""
    _, found = figures
    assert found["F"]["macro"] >= 0.80
    planted = [row for depth in "123" for row in found["R"][depth]["carrier"].values()]
    assert sum(row[0] for row in planted) / sum(row[1] for row in planted) >= 0.5
    assert found["found"]["verified"] >= 0.95
    assert found["found"]["identifier_right"] >= 0.99


def test_the_truth_is_written_without_values(figures):
    folder, _ = figures
    lines = (folder / "r.truth.jsonl").read_text().splitlines()
    assert len(lines) == 30
    row = json.loads(lines[0])
    assert row["frames"]
    assert row["recipe"]["identifier"]
    assert "value" not in row


def test_what_was_missed_is_listed_by_cause(figures):
    folder, found = figures
    text = (folder / "missed.md").read_text()
    assert all(f"## {why}: {count}" in text for why, count in found["missed"].items())


def test_the_page_keeps_what_stands_around_the_table(tmp_path):
    path = tmp_path / "page.md"
    path.write_text(f"before\n{page.BEGIN}\nold\n{page.END}\nafter\n")
    page.renew(path, Report(1))
    text = path.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text


def test_a_page_without_a_place_for_the_table_is_an_error(tmp_path):
    path = tmp_path / "page.md"
    path.write_text("nothing")
    with pytest.raises(ValueError, match="no place"):
        page.renew(path, Report(1))
