"""Twin of vitne.evidence.occurred: what was found on events stays with the case, and nothing else is taken for it."""

from __future__ import annotations

import json

import pytest
from tests.report.rich import rich

from vitne.evidence.occurred import NAME, keep, kept
from vitne.model import StoreError
from vitne.report.frozen import freeze
from vitne.store import read_case


@pytest.fixture(scope="module")
def said(demonstration):
    made = rich(freeze(read_case(demonstration / "case")))["occasions"]
    made.pop("event_times")
    return made


def test_it_comes_back_with_the_times_of_the_events(said, tmp_path) -> None:
    keep(tmp_path, said, {"boot": [1.5]})
    back = kept(tmp_path)
    assert int(back["event_times"]["boot"][0]) == int(said["observation"]["begin_ns"]) + 1_500_000_000
    assert [each["event"] for each in back["triggers"]] == [each["event"] for each in said["triggers"]]


def test_without_one_there_is_none(tmp_path) -> None:
    assert kept(tmp_path) is None


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b"[" * 100_000, b'{"triggers": [1]}'])
def test_anything_else_is_refused(content, tmp_path) -> None:
    (tmp_path / NAME).write_bytes(content)
    with pytest.raises(StoreError):
        kept(tmp_path)


def test_a_verdict_of_another_shape_is_refused(said, tmp_path) -> None:
    keep(tmp_path, said, {})
    content = json.loads((tmp_path / NAME).read_bytes())
    content["triggers"][0]["effect"] = "much"
    (tmp_path / NAME).write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(StoreError):
        kept(tmp_path)


def test_a_place_that_cannot_be_written_is_told(said, tmp_path) -> None:
    with pytest.raises(StoreError):
        keep(tmp_path / "no", said, {})
