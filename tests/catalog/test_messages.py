"""Twin of vitne.catalog.messages: every language says everything, and nothing that only a court can say."""

from __future__ import annotations

import re
import string
from types import SimpleNamespace
from typing import get_args

import pytest

from vitne.attribute.facts import _SAYS
from vitne.attribute.names import nowhere_on_the_internet, shown_name, translated
from vitne.catalog.law import adequacy
from vitne.catalog.messages import languages, messages
from vitne.catalog.misleading import traps
from vitne.model import EVENT_KINDS, GRADES, IDENTIFIERS, VERDICTS, CatalogError
from vitne.model.attribution import FACT_KINDS, Knowing
from vitne.model.findings import Delivery, Protection
from vitne.model.gaps import GapKind
from vitne.report.audiences.known import STEPS
from vitne.report.words import REASON_MEANS
from vitne.triggers.rivalry import _beside, _link, _observer, _timer

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
    wanted |= {f"gap_{word}" for word in get_args(GapKind)} | {f"reason_{word}" for word in REASON_MEANS}
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


OTHERS = [each for each in languages() if each != "en"]


def quotable() -> set[str]:
    """Give sentences that reports quote: traps, limits of attributions, why rivals stand or fall."""
    found = {trap.why for trap in traps()}
    found |= {words.format(name="Example Cloud") for words in _SAYS.values()}
    addresses = ["", "x", "192.0.2.1", "224.0.0.1", "192.168.1.1", "10.0.0.1", "0.0.0.0"]
    found |= {nowhere_on_the_internet(each) for each in addresses} - {""}
    wrapped = [
        "192.0.0.4",
        "64:ff9b::c0a8:101",
        "64:ff9b::808:808",
        "64:ff9b:1::1",
        "::ffff:8.8.8.8",
        "2002:808:808::1",
    ]
    found |= {each.note for ip in wrapped for each in [translated(ip)] if each is not None}
    names = [
        "a." * 200 + "x",
        "a" * 70 + ".example",
        "a b.example",
        "раyраl.example",
        "xn--\x7f.example",
        "xn--a-ecp.ru",
    ]
    found |= {f"hostile name: {odd}" for each in names for odd in shown_name(each).oddities}
    found |= {"geo@2026 is later than 2019-02-03: it tells of another time"}
    found |= {"only looks like a.example: the name ends in b.example, and that is what counts"}
    between = {"with_it": (3, 4), "without": (1, 9), "explains": False}
    rows = [_link("boot", SimpleNamespace(**between, second_latency_s=late)) for late in (1.5, None)]
    rows += [_timer(None), _timer(SimpleNamespace(share=0.9, period_s=60.0, jitter_s=1.0))]
    rows += [_beside("boot", SimpleNamespace(with_it=(3, 4), alone=(1, n), p=0.5)) for n in (0, 9)]
    rows += [_observer(randomised=True), _observer(randomised=False)]
    return found | {row["because"] for row in rows}


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_that_a_report_quotes_has_a_translation(language) -> None:
    say = messages(language)
    for sentence in sorted(quotable()):
        assert say.quoted(sentence) != sentence, sentence
        assert messages("en").quoted(sentence) == sentence
    assert say.quoted("nobody knows this sentence") == "nobody knows this sentence"
    assert say.quoted("x" * 5000) == "x" * 5000


@pytest.mark.parametrize("language", OTHERS)
def test_quoted_sentences_are_the_same_in_all_languages_with_the_same_places(language) -> None:
    own = messages(language).said
    assert set(own) == set(messages("de").said)
    for sentence, words in own.items():
        assert places(words) == places(sentence), sentence
        assert not re.search(BANNED[language], words, re.IGNORECASE), words


def test_places_in_a_sentence_are_taken_over_and_harm_nothing() -> None:
    say = messages("nb")
    assert say.quoted("{0.__class__} stands in front of services of others").startswith(
        "{0.__class__} står foran"
    )
    assert (
        say.quoted("hostile name: characters that no host name has")
        == "fiendtlig navn: tegn som ikke noe vertsnavn har"
    )
    assert say.counted(1, "packet") == "1 pakke"
    assert say.counted(912, "packet") == "912 pakker"


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
