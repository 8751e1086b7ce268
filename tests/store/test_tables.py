from __future__ import annotations

import io
import json

import msgspec
import pytest
from pyarrow import parquet as pq

from vitne.lab import samples
from vitne.store import tables

BY_NAME = {table.name: table for table in tables.TABLES}
ROWS = {
    "captures": [samples.capture()],
    "findings": list(samples.findings()),
    "gaps": list(samples.gaps()),
    "oddities": list(samples.oddities()),
    "opaque": list(samples.opaque()),
    "transmissions": list(samples.transmissions()),
}


def lines_of(rows):
    sink = io.BytesIO()
    tables.json_lines(rows, sink)
    return sink.getvalue()


def parquet_of(table, rows):
    sink = io.BytesIO()
    tables.parquet(table, rows, sink)
    return sink.getvalue()


@pytest.mark.parametrize("name", sorted(ROWS))
def test_json_lines_give_the_same_rows_back(name):
    table = BY_NAME[name]
    rows = tables.typed(table, ROWS[name])
    assert len(rows) == len(ROWS[name]) > 0
    assert list(tables.from_json_lines(table, lines_of(rows))) == rows


@pytest.mark.parametrize("name", sorted(ROWS))
def test_the_order_given_does_not_change_the_bytes(name):
    table = BY_NAME[name]
    ahead, back = tables.typed(table, ROWS[name]), tables.typed(table, ROWS[name][::-1])
    assert lines_of(ahead) == lines_of(back)
    if table.parquet:
        assert parquet_of(table, ahead) == parquet_of(table, back)


@pytest.mark.parametrize("name", sorted(set(ROWS) - {"captures"}))
def test_parquet_has_a_column_for_every_field_and_keeps_every_scalar(name):
    table = BY_NAME[name]
    rows = tables.typed(table, ROWS[name])
    content = pq.read_table(io.BytesIO(parquet_of(table, rows)))
    assert content.column_names == list(table.row.__struct_fields__)
    lines = [json.loads(line) for line in lines_of(rows).splitlines()]
    for stored, line in zip(content.to_pylist(), lines, strict=True):
        for field, value in line.items():
            if not isinstance(value, (dict, list)):
                assert stored[field] == value, field


def test_parquet_keeps_what_is_nested():
    table = BY_NAME["findings"]
    also = (
        {
            "frames": [7, 8],
            "layers": [{"codec": "http", "path": "target", "range": [4, 9], "params": {}}],
            "field": "q",
        },
    )
    row = msgspec.convert(msgspec.to_builtins(samples.finding()) | {"also": also, "evalue": 0.25}, table.row)
    (stored,) = pq.read_table(io.BytesIO(parquet_of(table, [row]))).to_pylist()
    assert stored["destination"]["host"] == "registration.carrier.example"
    assert stored["source"]["mac"] == "00:00:5e:00:53:01"
    assert stored["capture"] == {"name": samples.NAME, "sha256": samples.DIGEST}
    assert [layer["codec"] for layer in stored["layers"]] == ["http", "base64", "json"]
    assert stored["layers"][1]["range"] == {"start": 0, "end": 698}
    assert json.loads(stored["layers"][1]["params"]) == {"wrap": 76, "feed": "\n"}
    assert stored["message_frames"] == {"first": 131, "last": 131}
    assert stored["value_range"] == {"start": 0, "end": 15}
    assert stored["also"][0]["frames"] == [7, 8]
    assert stored["also"][0]["layers"][0]["range"] == {"start": 4, "end": 9}
    assert stored["evalue"] == 0.25
    assert stored["verified"] is True


@pytest.mark.parametrize("name", sorted(set(ROWS) - {"captures"}))
def test_a_table_without_rows_keeps_its_columns(name):
    table = BY_NAME[name]
    assert lines_of([]) == b""
    content = pq.read_table(io.BytesIO(parquet_of(table, [])))
    assert content.num_rows == 0
    assert content.column_names == list(table.row.__struct_fields__)


def test_a_line_that_is_no_row_is_refused():
    with pytest.raises(msgspec.MsgspecError):
        list(tables.from_json_lines(BY_NAME["gaps"], b'{"kind": "no such kind", "why": ""}\n'))


def test_a_mapping_without_the_needed_names_is_refused():
    with pytest.raises(msgspec.ValidationError):
        tables.typed(BY_NAME["opaque"], [{"reason": "tls"}])
