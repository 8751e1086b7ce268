"""Columns of what was sent: the same rows, the same lines, whatever way they are asked for."""

from __future__ import annotations

import json

import msgspec
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vitne.lab import samples
from vitne.store import Columns, Transmission, columns_of
from vitne.store.columns import CHUNK, NUMBERS, WORDS, Writer, numbered

ROWS = [msgspec.convert(row, Transmission) for row in samples.transmissions()]
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


class _Own:
    """Rows that bring their columns along, all words in one list."""

    def __init__(self, rows):
        self.rows = rows

    def columns(self):
        yield from columns_of(self.rows)


def _lines(rows):
    writer = Writer()
    return b"".join(part for columns in columns_of(rows) for part in writer.lines(columns))


def test_every_field_of_a_row_has_one_column():
    frames = {"first_frame", "last_frame"}
    assert {*NUMBERS, *WORDS, "readable"} - frames == set(Transmission.__struct_fields__) - {"message_frames"}


def test_columns_give_the_same_rows_back():
    assert [row for columns in columns_of(ROWS) for row in columns.rows()] == ROWS


def test_rows_that_bring_their_columns_are_taken_as_they_are():
    assert _lines(_Own(ROWS)) == _lines(ROWS)


@given(st.lists(st.builds(
    Transmission,
    time_ns=st.integers(-(2**63), 2**63 - 1),
    capture=st.integers(0, 9),
    flow=st.integers(0, 2**32),
    message_frames=st.tuples(st.integers(1, 2**40), st.integers(1, 2**40)),
    device=_TEXT,
    source_ip=_TEXT,
    source_port=st.integers(0, 65535),
    ip=_TEXT,
    port=st.integers(0, 65535),
    host=_TEXT,
    host_source=st.sampled_from(["none", "dns"]),
    transport=_TEXT,
    protocol=_TEXT,
    kind=_TEXT,
    bytes=st.integers(0, 2**40),
    readable=st.booleans(),
    facts=st.lists(st.tuples(_TEXT, _TEXT), max_size=3).map(tuple),
), max_size=8))  # fmt: skip
def test_a_line_is_what_the_json_encoder_of_another_library_reads_as_the_row(rows):
    lines = _lines(rows).splitlines() if rows else []
    assert [json.loads(line) for line in lines] == [
        json.loads(json.dumps(msgspec.to_builtins(r))) for r in rows
    ]
    assert lines == [msgspec.json.encode(row) for row in rows]


def test_long_tables_come_in_stretches():
    rows = ROWS[:1] * (CHUNK + 1)
    assert [len(columns) for columns in columns_of(rows)] == [CHUNK, 1]
    assert _lines(rows).count(b"\n") == CHUNK + 1


def test_rows_of_more_text_than_one_array_holds_are_written_half_by_half(monkeypatch):
    rows = ROWS * 5
    whole = _lines(rows)
    monkeypatch.setattr("vitne.store.columns.MOST_TEXT", 3 * len(whole) // len(rows))
    (columns,) = columns_of(rows)
    parts = list(Writer().lines(columns))
    assert len(parts) > len(rows) // 4
    assert b"".join(parts) == whole


def test_some_columns_alone_are_those_of_all():
    (every,) = columns_of(ROWS)
    (some,) = columns_of(ROWS, only=("host", "port"))
    assert (set(some.numbers), set(some.words)) == ({"port"}, {"host"})
    assert some.numbers["port"].tolist() == every.numbers["port"].tolist()
    assert [some.words["host"].things[code] for code in some.words["host"].codes] == [
        row.host for row in ROWS
    ]


def test_things_are_numbered_in_order_of_appearance():
    column = numbered(["b", "a", "b"])
    assert column.things == ["b", "a"]
    assert column.codes.tolist() == [0, 1, 0]


def test_lists_that_come_and_go_are_not_taken_for_one_another():
    writer = Writer()
    for number in range(200):
        (columns,) = columns_of([msgspec.structs.replace(ROWS[0], host=f"h{number}.example")])
        assert f'"host":"h{number}.example"'.encode() in b"".join(writer.lines(columns))


def test_a_column_without_rows_is_no_row():
    empty = Columns(
        numbers={name: np.zeros(0, dtype=np.int64) for name in NUMBERS},
        readable=np.zeros(0, dtype=bool),
        words={name: numbered([]) for name in WORDS},
    )
    assert len(empty) == 0
    assert list(Writer().lines(empty)) == []
    assert list(empty.rows()) == []
