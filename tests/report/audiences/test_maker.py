"""Twin of vitne.report.audiences.maker: rows with frames and filters, and what to check."""

from __future__ import annotations

import copy

import pytest
from tests.report.audiences.test_every_reader import texts

from vitne.catalog.messages import messages
from vitne.report.audiences import Setting, page
from vitne.report.facts import Facts
from vitne.report.frozen import freeze
from vitne.store import read_case

SAY = messages("en")


@pytest.fixture(scope="module")
def document(demonstration):
    return freeze(read_case(demonstration / "case"))


def test_every_row_has_its_frames_and_filter(document) -> None:
    made = page("maker", Facts(document, SAY), Setting())
    [grid] = [block for block in made.blocks if hasattr(block, "rows")]
    assert all(row[5].startswith("frame.number") for row in grid.rows)
    assert len(grid.head) == len(grid.rows[0]) == 6
    assert grid.rows[0][0] == "registration.carrier.example:80 · unknown"


def test_a_row_names_the_frames_of_all_its_messages(document) -> None:
    made = page("maker", Facts(document, SAY), Setting())
    [grid] = [block for block in made.blocks if hasattr(block, "rows")]
    row = next(row for row in grid.rows if row[2] == "SIM1ICCID")
    frames = {n for one in document["findings"] if one["field"] == "SIM1ICCID" for n in one["frames"]}
    assert len(frames) == 8
    assert row[5] == f"frame.number in {{{', '.join(map(str, sorted(frames)))}}}"


def test_the_program_is_named_with_its_user_and_process_where_it_is_known(document) -> None:
    told = copy.deepcopy(document)
    app = {
        "package": "org.weather.example",
        "uid": 10123,
        "name": "Weather",
        "pid": 4711,
        "source": "process-block",
    }
    one = next(one for one in told["findings"] if one["field"] == "SIM1ICCID")
    one["app"] = app
    for reader in ("maker", "lab"):
        grids = [b for b in page(reader, Facts(told, SAY), Setting()).blocks if hasattr(b, "rows")]
        [cell] = [row[-1] for grid in grids for row in grid.rows if "pid" in row[-1]]
        assert cell == "org.weather.example Weather, uid 10123, pid 4711, process-block"


def test_checks_follow_what_was_found(document) -> None:
    told = texts(page("maker", Facts(document, SAY), Setting()))
    assert SAY("m_encoded") in told
    assert SAY("m_permanent") in told
    assert SAY("m_location") in told
    assert SAY("m_credential") not in told


def test_many_rows_are_counted(document) -> None:
    many = copy.deepcopy(document)
    target = next(t for t in many["targets"] if t["outside"] and t["direction"] == "sent")
    many["targets"] = [target] * 90
    assert any("more" in text for text in texts(page("maker", Facts(many, SAY), Setting())))
