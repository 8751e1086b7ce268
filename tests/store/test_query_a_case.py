"""The queries of the how-to, run as they stand there."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import pytest

from vitne.lab import samples
from vitne.store import write_case

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "query-a-case.md"
SQL = re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
PYTHON = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def case(tmp_path, monkeypatch):
    folder = write_case(
        tmp_path / "case", captures=[samples.capture()], findings=samples.findings(), opaque=samples.opaque(),
        gaps=samples.gaps(), oddities=samples.oddities(), transmissions=samples.transmissions(), manifest={}, run={},
        pages={}, partial=False,
    )  # fmt: skip
    monkeypatch.chdir(folder)
    return folder


def ask(query):
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect() as connection:
        return connection.execute(query).fetchall()


def test_the_page_has_three_queries_and_one_script():
    assert (len(SQL), len(PYTHON)) == (3, 1)


def test_the_first_query_tells_who_got_what(case):
    rows = ask(SQL[0])
    assert ("registration.carrier.example", "203.0.113.80", "imei", 2, "refused") in rows
    assert ("", "224.0.0.251", "device-name", 1, "sent") in rows
    assert len(rows) == 4


def test_the_second_query_tells_the_layers(case):
    rows = [row for row in ask(SQL[1]) if row[0] == "f-0-imei1"]
    assert rows == [
        ("f-0-imei1", "imei", "IMEI1", 1, "http", "body", 205, 903),
        ("f-0-imei1", "imei", "IMEI1", 2, "base64", "", 0, 698),
        ("f-0-imei1", "imei", "IMEI1", 3, "json", "IMEI1", 325, 340),
    ]


def test_the_third_query_tells_what_could_not_be_read(case):
    assert ask(SQL[2]) == [("mail.post.example", "tls", 33_120, 0), ("push.market.example", "tls", 7_240, 0)]


def test_pandas_reads_a_table_without_help(case, capsys):
    pytest.importorskip("pandas")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # pandas' own, while it is imported
        exec(compile(PYTHON[0], str(PAGE), "exec"), {})
    told = capsys.readouterr().out
    assert re.search(r"registration\.carrier\.example\s+cell-id\s+2", told)
