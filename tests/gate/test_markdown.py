"""The summary: tables by state, hostile words without effect."""

from __future__ import annotations

from tests.gate.outcomes import full

from vitne.catalog.mappings import mappings
from vitne.gate.markdown import markdown


def test_states_stand_under_their_titles() -> None:
    said = "\n".join(markdown(full(), frameworks=mappings()))
    assert said.startswith("# vitne gate: not passed\n")
    for title in (
        "Not named by the policy",
        "Waived",
        "Known from the baseline",
        "Could not be read",
        "Allowed",
    ):
        assert f"## {title}\n" in said
    assert "ticket 7 \\(until 2026-12-31\\)" in said
    assert "1 results of the baseline are not here: v1-gone" in said
    assert "state nothing about conformity" in said


def test_a_hostile_name_makes_no_markup_and_no_cell() -> None:
    lines = list(markdown(full(), frameworks=mappings()))
    rows = [line for line in lines if "\\<b\\>" in line]
    assert len(rows) == 1
    assert rows[0].replace("\\|", "").count("|") == 9
    assert "\x1b" not in rows[0]
