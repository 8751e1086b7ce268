"""Hostile exports: endless, cut, nested, wrong in every field; what can be read is read, the rest is told."""

from __future__ import annotations

import io
import json
import time
import tracemalloc
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

import vitne
from tests.exports.samples import SAMPLES
from tests.pipeline.har import entry, har
from tests.pipeline.talk import IMEI, START
from vitne.exports import json_spans
from vitne.model import CaptureError
from vitne.pipeline import Options, run_scan

if TYPE_CHECKING:
    from pathlib import Path

BODY = json.dumps({"imei": IMEI})


def scan(data: bytes) -> Any:
    return run_scan(["-"], Options(stdin=io.BytesIO(data), jobs=1))


def imeis(result: Any) -> list[int]:
    return [one.message_frames[0] for one in result.findings if one.identifier == "imei"]


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_every_cut_of_an_export_ends_in_an_error_or_a_gap_or_says_nothing(name: str) -> None:
    data = SAMPLES[name]
    for length in range(0, len(data), max(1, len(data) // 60)):
        try:
            result = scan(data[:length])
        except CaptureError:
            continue
        assert not result.failed
        assert result.gaps or result.findings or name == "zeek", length


def test_a_string_without_end_is_passed_over_and_the_rest_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_spans, "MOST_ENTRY", 1 << 20)
    large = entry(body="x" * (4 << 20))
    result = scan(har(entry(body=BODY), large, entry(body=BODY, at=START + 10**9)))
    assert imeis(result) == [0, 2]
    assert [(gap.kind, gap.frame) for gap in result.gaps] == [("limit", 1)]


def test_an_export_that_never_ends_takes_little_memory_beside_itself() -> None:
    one = json.dumps(entry(answer="y" * 2000)).encode()
    data = b'{"log":{"entries":[' + b",".join([one] * 1000)
    scan(har(entry()))  # what is loaded once
    tracemalloc.start()
    result = scan(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [gap.kind for gap in result.gaps] == ["truncated-file"]
    assert result.captures[0].packets == 1000
    assert peak < 4 * len(data) + (64 << 20)


@pytest.mark.parametrize(
    "wrong",
    [
        [], None, 7, "x", {"a": {"b": {}}}, [[[]]], 1e308, -1, True, "\udc80\ud800", "9" * 4000, {"request": {}},
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_value_in_any_field_costs_that_entry_at_most(wrong: Any) -> None:
    plain = entry(body=BODY)
    halves = [(field, inner) for field, value in plain.items() if isinstance(value, dict) for inner in value]
    rows = [
        entry(body=BODY, at=START + 10**9),
        *({**plain, field: wrong} for field in plain),
        *({**plain, field: {**plain[field], inner: wrong}} for field, inner in halves),
    ]
    result = scan(har(*rows))
    assert not result.failed
    assert 0 in imeis(result)


def test_deep_nesting_is_malformed_and_the_rest_is_read() -> None:
    deep = b'{"x":' * 50_000 + b"1" + b"}" * 50_000
    data = har(entry(body=BODY)).replace(b'"entries": [', b'"entries": [' + deep + b",")
    result = scan(data)
    assert imeis(result) == [1]
    assert [(gap.kind, gap.frame) for gap in result.gaps] == [("malformed", 0)]


def test_many_small_entries_take_time_in_proportion() -> None:
    begin = time.process_time()
    result = scan(b'{"log":{"entries":[' + b",".join([b"{}"] * 100_000) + b"]}}")
    assert time.process_time() - begin < 20
    assert [(one.name, one.count) for one in result.oddities] == [("entry-off-the-network", 100_000)]


def test_an_archive_of_tricks_gives_what_is_sound_in_it(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("../outside.har", har(entry("http://outside.example/", body=BODY)))
        file.writestr("bomb", bytes(30 << 20))
        file.writestr("good.har", har(entry(body=BODY)))
        file.writestr("nested.zip", b"PK\x03\x04nothing")
    result = vitne.scan(path, reveal=True)
    assert {one.destination.host for one in result.findings} == {"collect.example"}
    assert "unreadable-input" in {gap.kind for gap in result.gaps}
    assert {one.name for one in result.oddities} == {"file-passed-over"}
