"""Twin of vitne.report.formats.timesketch: the three fields that Timesketch asks for, one event a finding."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json

import pytest
from tests.report.hostile import hostile_document

from vitne.report.formats.timesketch import COLUMNS, events, json_lines, table
from vitne.report.frozen import freeze
from vitne.store import read_case


@pytest.fixture(scope="module")
def document(demonstration):
    return freeze(read_case(demonstration / "case"))


def test_every_event_has_message_datetime_and_description(document) -> None:
    lines = [json.loads(line) for line in json_lines(document).splitlines()]
    assert len(lines) == len(document["findings"])
    for line in lines:
        assert line["message"]
        assert line["timestamp_desc"]
        moment = dt.datetime.fromisoformat(line["datetime"])
        assert int(line["timestamp"]) == int(moment.timestamp()) * 10**6 + moment.microsecond


def test_events_are_in_the_order_of_time(document) -> None:
    times = [int(event["timestamp"]) for event in events(document)]
    assert times == sorted(times)


def test_the_table_says_the_same_and_holds_no_formula(document) -> None:
    rows = list(csv.reader(io.StringIO(table(hostile_document(document)).decode(), newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == len(document["findings"]) + 1
    assert not [each for row in rows for each in row if each.startswith(("=", "+", "-", "@"))]
