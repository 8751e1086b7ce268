"""Twin of vitne.report.audiences.letters: drafts with the fields that the law asks for."""

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


def test_the_complaint_has_the_five_items_of_the_regulation_and_the_authority(document) -> None:
    told = texts(page("owner", Facts(document, SAY), Setting(country="NO", letter="complaint")))
    assert [text[:3] for text in told if text[:1] == "("] == ["(a)", "(b)", "(c)", "(d)", "(e)"]
    assert "postkasse@datatilsynet.no" in told
    assert any("2025/2518" in text for text in told)


def test_without_a_country_no_authority_is_guessed(document) -> None:
    told = texts(page("owner", Facts(document, SAY), Setting(letter="complaint")))
    assert SAY("contact_unknown") in told
    told = texts(page("owner", Facts(document, SAY), Setting(letter="complaint", country="XX")))
    assert SAY("contact_none", country="XX") in told


def test_the_request_for_access_asks_for_recipients_and_third_countries(document) -> None:
    told = " ".join(texts(page("owner", Facts(document, SAY), Setting(letter="access"))))
    assert "actual recipients" in told
    assert "third countries" in told
    assert "IMEI" in told


def test_the_request_for_a_reply_says_what_will_be_published(document) -> None:
    told = texts(page("owner", Facts(document, SAY), Setting(letter="reply")))
    assert SAY("reply_3") in told
    assert any("registration.carrier.example" in text for text in told)


def test_a_letter_about_nothing_says_none(document) -> None:
    quiet = copy.deepcopy(document)
    quiet["targets"] = []
    assert "none" in texts(page("owner", Facts(quiet, SAY), Setting(letter="access")))
