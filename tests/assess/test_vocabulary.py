"""Names of fields that are nobody's value."""

from __future__ import annotations

import pytest

from vitne.assess.vocabulary import is_name, is_reason


@pytest.mark.parametrize(
    "word", ["User-Agent", "user_agent", "username", "UserName", "userId", "password", "If-None-Match"]
)
def test_a_name_that_a_standard_or_a_rule_knows_is_one(word: str) -> None:
    assert is_name(word)


@pytest.mark.parametrize("word", ["", "-", "kari", "User-Agent-of-Kari", "karis_username", "004402990000014"])
def test_any_other_word_is_none(word: str) -> None:
    assert not is_name(word)


def test_what_a_rule_says_is_its_reason_and_nothing_more_is() -> None:
    assert is_reason("a name, an @ and a domain")
    assert not is_reason("a name, an @ and a domain, kari@home.example")
