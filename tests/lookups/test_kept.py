from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from vitne.lookups.kept import Answer, facts_of, keep, read_answers
from vitne.model import StoreError

if TYPE_CHECKING:
    from pathlib import Path

RAW = b"Registrant: X\n"


def _answer(**changes: str) -> Answer:
    fields = {
        "way": "whois",
        "subject": "x.cn",
        "server": "whois.example",
        "asked_at": "2026-11-22T05:00:00Z",
        "status": "answered",
    }
    return Answer(**{**fields, **changes})  # type: ignore[arg-type]


def test_an_answer_is_kept_with_time_and_digest_and_read_again(tmp_path: Path) -> None:
    kept = keep(tmp_path, _answer(), RAW)
    assert read_answers(tmp_path) == [(kept, RAW)]
    [fact] = facts_of(read_answers(tmp_path))["x.cn"]
    assert (fact.value, fact.source, fact.date, fact.place) == (
        "X",
        "whois whois.example",
        "2026-11-22",
        f"sha256 {kept.sha256[:16]}",
    )


def test_of_one_server_the_latest_answer_stands(tmp_path: Path) -> None:
    keep(tmp_path, _answer(), RAW)
    keep(tmp_path, _answer(asked_at="2026-11-23T05:00:00Z"), b"Registrant: Y\n")
    keep(tmp_path, _answer(server="other.example"), b"Registrant: Z\n")
    assert sorted(fact.value for fact in facts_of(read_answers(tmp_path))["x.cn"]) == ["Y", "Z"]


def test_an_answer_whose_bytes_were_changed_says_nothing(tmp_path: Path) -> None:
    kept = keep(tmp_path, _answer(), RAW)
    (tmp_path / "lookups" / "raw" / kept.sha256).write_bytes(b"Registrant: forged\n")
    assert facts_of(read_answers(tmp_path)) == {}


def test_answers_that_say_nothing_give_no_facts(tmp_path: Path) -> None:
    keep(tmp_path, _answer(status="timeout"), b"")
    keep(tmp_path, _answer(way="rdap"), b"no JSON")
    assert facts_of(read_answers(tmp_path)) == {}
    assert read_answers(tmp_path / "nowhere") == []


def test_rows_that_are_none_are_told(tmp_path: Path) -> None:
    keep(tmp_path, _answer(), RAW)
    place = tmp_path / "lookups" / "answers.jsonl"
    whole = place.read_bytes()
    for damage in (b'{"way": "telepathy"}\n', b'{"way": "\xff"}\n', b"[" * 100_000):
        place.write_bytes(whole + damage)
        with pytest.raises(StoreError):
            read_answers(tmp_path)


def test_a_name_in_a_row_cannot_lead_out_of_the_case(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(RAW)
    keep(tmp_path, _answer(), RAW)
    place = tmp_path / "lookups" / "answers.jsonl"
    text = place.read_text()
    digest = text.split('"sha256":"')[1].split('"')[0]
    place.write_text(text.replace(digest, "../../secret"))
    assert facts_of(read_answers(tmp_path)) == {}
