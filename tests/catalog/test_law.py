"""Twin of vitne.catalog.law: what was in force on a day, as dated data."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from vitne.catalog.law import adequacy, authorities, law
from vitne.catalog.messages import languages


@pytest.mark.parametrize(
    ("day", "there", "absent"),
    [
        ("2019-02-03", "JP", "KR"),  # Japan 23 January 2019; Korea 17 December 2021
        ("2021-12-20", "KR", "BR"),
        ("2026-02-01", "BR", "CN"),
    ],
)
def test_decisions_are_in_force_from_their_day_on(day, there, absent) -> None:
    codes = {decision.code for decision in adequacy().on(day)}
    assert there in codes
    assert absent not in codes


def test_the_united_kingdom_ends_and_the_united_states_had_a_gap() -> None:
    assert "GB" not in {d.code for d in adequacy().on("2032-01-01")}
    assert "US" in {d.code for d in adequacy().on("2019-02-03")}
    assert "US" not in {d.code for d in adequacy().on("2021-01-01")}
    assert "US" in {d.code for d in adequacy().on("2024-01-01")}


def test_the_gdpr_applies_in_norway_from_20_july_2018() -> None:
    general = [p for p in law().on("2018-06-01", "") if p.question == "q1"]
    norway = [p for p in law().on("2018-06-01", "NO") if p.question == "q1"]
    assert general
    assert not norway
    assert [p.applies_from for p in law().on("2019-01-01", "NO") if p.question == "q1"] == ["2018-07-20"]


def test_product_law_of_2025_does_not_apply_in_2019() -> None:
    assert not [p for p in law().on("2019-02-03", "") if "RED" in p.instrument]
    assert [p for p in law().on("2025-08-01", "") if "RED" in p.instrument]


def test_every_day_is_one_and_every_question_is_asked_in_every_language() -> None:
    read = law()
    for day in [p.applies_from for p in read.provision] + [d.adopted for d in adequacy().decision]:
        dt.date.fromisoformat(day)
    for question in read.question:
        assert set(question.asks) == set(languages())
    assert {p.question for p in read.provision} == {"q1", "q2", "q3", "q4", "more"}


def test_authorities_have_an_address_or_a_note_and_name_their_record() -> None:
    file = authorities()
    dt.date.fromisoformat(file.checked_on)
    assert "CC0" in file.because
    for each in file.authority:
        assert each.address or each.note
        assert each.web.startswith(("https://", "http://"))
        assert re.fullmatch(r"[a-z]+@[0-9a-f]{9}", each.record)
        assert re.fullmatch(r"[A-Z]{2}(-[A-Z]{2})?", each.country)
    assert len({each.country for each in file.authority}) == len(file.authority) == 48


def test_every_country_of_the_area_has_its_authority() -> None:
    file = authorities()
    members = [each.code for each in adequacy().member if not each.until]
    assert len(members) == 30
    assert not [code for code in members if file.of(code) is None]
    assert file.of("no").name.startswith("Datatilsynet")
    assert "Nordrhein" in file.of("de-nw").name
    assert file.of("de-xx") == file.of("DE")
    assert file.of("XX") is None


def test_the_united_kingdom_left_the_area() -> None:
    assert adequacy().inside("GB", "2019-02-03")
    assert not adequacy().inside("GB", "2021-01-01")
    assert adequacy().inside("NO", "2026-01-01")
    assert not adequacy().inside("CN", "2026-01-01")
