"""Twin of vitne.report.formats.spreadsheet: no cell begins a formula, and every finding has its row."""

from __future__ import annotations

import csv
import io

import pytest
from tests.report.hostile import HOSTILE, hostile_document

from vitne.report.formats.spreadsheet import COLUMNS, cell, render
from vitne.report.frozen import freeze
from vitne.store import read_case


@pytest.fixture(scope="module")
def document(demonstration):
    return freeze(read_case(demonstration / "case"))


def rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline="")))


def test_every_finding_has_its_row(document) -> None:
    head, *read = rows(render(document))
    assert tuple(head) == COLUMNS
    assert [row[0] for row in read] == [one["id"] for one in document["findings"]]
    assert {len(row) for row in read} == {len(COLUMNS)}


def test_no_cell_of_a_hostile_capture_begins_a_formula(document) -> None:
    for row in rows(render(hostile_document(document))):
        for each in row:
            assert not each.startswith(("=", "+", "-", "@", "\t", "\r", "|", "%")), each


@pytest.mark.parametrize("text", HOSTILE)
def test_a_cell_is_inert(text) -> None:
    made = cell(text)
    assert not made.startswith(("=", "+", "-", "@", "\t"))
    assert "\x1b" not in made
    assert "\n" not in made


def test_plain_values_stay_as_they_are() -> None:
    assert cell("imei#1") == "imei#1"
    assert cell(5) == "5"
