"""Twin of vitne.catalog.messages: every language says everything, and nothing that only a court can say."""

from __future__ import annotations

import re
import string
from typing import get_args

import pytest

from vitne.catalog.law import adequacy
from vitne.catalog.messages import languages, messages
from vitne.model import EVENT_KINDS, GRADES, IDENTIFIERS, VERDICTS, CatalogError
from vitne.model.attribution import FACT_KINDS, Knowing
from vitne.model.findings import Delivery, Protection
from vitne.report.audiences.known import STEPS

BANNED = {
    "en": r"breach|illegal|violat|unlawful|stole|steal|\bsp(y|ied)|leak|\btracked\b",
    "nb": r"ulovlig|brudd på|brøt|stjal|stjel|spioner|lekk|sporet\b",
    "fi": r"laito|rikko|rikkoi|varast|vakoil|vuot(o|i|aa)",
    "de": r"rechtswidrig|verstößt|verstoß|verletz|illegal|gestohlen|stiehlt|spionier|ausgespäht|leck",
}


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_there_are_the_four_languages() -> None:
    assert languages() == ("de", "en", "fi", "nb")


@pytest.mark.parametrize("language", languages())
def test_no_translation_is_missing_or_left_over(language) -> None:
    own, english = messages(language), messages("en")
    assert set(own.text) == set(english.text)
    assert set(own.identifier) == set(IDENTIFIERS)
    assert own.language == language


@pytest.mark.parametrize("language", languages())
def test_every_closed_word_that_a_report_shows_has_its_words(language) -> None:
    own = messages(language).text
    wanted = {f"fact_{word}" for word in FACT_KINDS} | {f"knowing_{word}" for word in get_args(Knowing)}
    wanted |= {f"e_{word}" for word in EVENT_KINDS} | {f"v_{word}" for word in VERDICTS}
    wanted |= {f"step_{word}" for word in STEPS} | {f"grade_{word}" for word in GRADES}
    wanted |= {f"delivery_{word}" for word in get_args(Delivery)}
    wanted |= {f"protection_{word}" for word in get_args(Protection)}
    assert not wanted - set(own)


@pytest.mark.parametrize("language", languages())
def test_countries_have_names_in_every_language(language) -> None:
    own = messages(language)
    assert set(own.country) == set(messages("en").country)
    assert {each.code for each in adequacy().member} <= set(own.country)
    assert own.country_of("CN").endswith("(CN)")
    assert own.country_of("XX") == "XX"


@pytest.mark.parametrize("language", languages())
def test_every_text_has_the_places_of_the_english_one_and_is_not_empty(language) -> None:
    own, english = messages(language), messages("en")
    for key, text in english.text.items():
        assert places(own.text[key]) == places(text), key
        assert own.text[key].strip()


@pytest.mark.parametrize("language", languages())
def test_no_text_says_what_only_a_court_can_say(language) -> None:
    for key, text in messages(language).text.items():
        assert not re.search(BANNED[language], text, re.IGNORECASE), (key, text)


@pytest.mark.parametrize("language", [each for each in languages() if each != "en"])
def test_a_translation_is_not_the_english_text(language) -> None:
    own, english = messages(language), messages("en")
    same = [key for key, text in english.text.items() if own.text[key] == text]
    assert len(same) < 4, same


def test_lists_are_joined_in_the_language() -> None:
    say = messages("nb")
    assert say.listed(["a", "b", "c"]) == "a, b og c"
    assert say.listed(["a", "b", "c"], 2) == "a, b og 1 til"
    assert say.listed([]) == "ingen"
    assert messages("en").of("no-such-word") == "no-such-word"


def test_a_language_there_is_not_is_an_error() -> None:
    with pytest.raises(CatalogError):
        messages("xx")
