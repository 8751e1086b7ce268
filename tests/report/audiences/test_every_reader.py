"""What holds of every report: inert, masked, in four languages, the same bytes each time, no banned word."""

from __future__ import annotations

import re

import pytest
from tests.catalog.test_messages import BANNED
from tests.report.hostile import HOSTILE, hostile_document
from tests.report.rich import rich

from vitne.catalog.messages import languages, messages
from vitne.report.audiences import Setting, page
from vitne.report.blocks import Code, Grid, Heading, Items, Para, Picture
from vitne.report.facts import Facts
from vitne.report.frozen import freeze
from vitne.store import read_case

READERS = ("owner", "press", "authority", "maker", "lab")
LETTERS = ("complaint", "access", "reply")


def texts(made) -> list[str]:
    out = [made.title]
    for block in made.blocks:
        if isinstance(block, Heading | Para):
            out.append(block.text)
        elif isinstance(block, Items):
            out += block.items
        elif isinstance(block, Grid):
            out += [block.caption, *block.head, *(cell for row in block.rows for cell in row)]
        elif isinstance(block, Code):
            out += [block.caption, block.text]
        else:
            assert isinstance(block, Picture)
            out += [block.told, block.caption]
    return out


@pytest.fixture(scope="module")
def document(demonstration):
    return freeze(read_case(demonstration / "case"))


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("reader", READERS)
def test_no_report_says_what_only_a_court_can_say(document, reader, language) -> None:
    made = page(reader, Facts(rich(document), messages(language)), Setting(country="NO"))
    for text in texts(made):
        assert not re.search(BANNED[language], text, re.IGNORECASE), text
        filled = text.replace("frame.number in {", "")  # a filter of Wireshark
        assert "{" not in filled, text


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("letter", LETTERS)
def test_every_letter_is_a_draft_and_says_so(document, letter, language) -> None:
    say = messages(language)
    made = page("owner", Facts(rich(document), say), Setting(country="FI", letter=letter))
    assert say("draft") in texts(made)
    assert not [text for text in texts(made) if re.search(BANNED[language], text, re.IGNORECASE)]
    assert say("not_reviewed_law") in texts(made)


@pytest.mark.parametrize("reader", READERS)
def test_a_report_says_what_nobody_checked_yet_and_that_values_are_masked(document, reader) -> None:
    say = messages("de")
    told = texts(page(reader, Facts(document, say), Setting()))
    assert say("not_reviewed_language") in told
    assert say("masked") in told


@pytest.mark.parametrize("reader", READERS)
def test_no_known_value_stands_in_a_report(document, reader, demonstration) -> None:
    import tomllib

    known = tomllib.loads((demonstration / "subject.toml").read_text(encoding="utf-8"))["known"]
    values = [str(e[key]) for e in known for key in ("value", "ci") if key in e]
    whole = "\n".join(texts(page(reader, Facts(document, messages("en")), Setting()))).lower()
    assert not [value for value in values if value.lower() in whole]


@pytest.mark.parametrize("reader", READERS)
def test_a_hostile_capture_stays_text(document, reader) -> None:
    made = page(reader, Facts(hostile_document(rich(document)), messages("en")), Setting())
    for text in texts(made):
        assert not any(bad in text for bad in "\x1b\u202e\x07\x00\u2066")
    for block in made.blocks:
        if isinstance(block, Picture):
            assert "<script" not in block.svg
            assert "onload" not in block.svg or "&" in block.svg
    assert HOSTILE


@pytest.mark.parametrize("reader", READERS)
def test_an_empty_case_has_a_report_that_claims_nothing(reader) -> None:
    empty = {
        "findings": [], "targets": [], "captures": [], "opaque": [], "oddities": [], "gaps": [], "rules": {},
        "devices": [], "span": "0 s", "limited_to_device": True, "partial": True,
    }  # fmt: skip
    say = messages("en")
    told = texts(page(reader, Facts(empty, say), Setting(country="NO")))
    assert say("whole_file") in told
    assert say("partial") in told


@pytest.mark.parametrize("reader", READERS)
def test_a_quick_search_is_told_to_every_reader(document, reader) -> None:
    gap = {"kind": "not-unwrapped", "why": "quick search of 3 flows", "count": 1}
    say = messages("en")
    told = texts(page(reader, Facts({**document, "gaps": [gap]}, say), Setting(encodings=("base64",))))
    assert say("quick_search") in told
    assert not any(line.startswith("Had ") for line in told)
    whole = texts(page(reader, Facts({**document, "gaps": []}, say), Setting(encodings=("base64",))))
    assert say("quick_search") not in whole
