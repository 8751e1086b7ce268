"""A quick look says what the pattern itself would say."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.identify.looks import quick_look, quick_looks
from vitne.identify.rulebook import rulebook

PATTERNS = ("[0-9]{3}", "[0-9A-F]{2}[:\\-][0-9A-F]", "@", "ey[JK]", "[0-9][0-9A-F]", "[a-c]{2}[x]")


@pytest.mark.parametrize("pattern", PATTERNS)
@given(text=st.text(alphabet="019AFac:-@eyJKx ", max_size=20))
def test_a_quick_look_agrees_with_the_pattern(pattern: str, text: str) -> None:
    data = text.encode()
    assert quick_look(pattern)(data) is (re.search(pattern.encode(), data) is not None)


@given(text=st.text(alphabet="019AFac:-@eyJKx ", max_size=20))
def test_a_look_for_several_agrees_with_all_of_them(text: str) -> None:
    data = text.encode()
    wanted = any(re.search(pattern.encode(), data) for pattern in PATTERNS)
    assert quick_looks(PATTERNS)(data) is wanted


def test_no_patterns_match_nothing() -> None:
    assert quick_looks(())(b"anything") is False


@given(st.text(alphabet="0123456789abcdefABCDEF:-@/$+eyJ.AP91b ", max_size=400))
def test_short_and_long_texts_are_looked_at_alike(text: str) -> None:
    book = rulebook()
    data = text.encode()
    assert book.may_stand_in(data) is book.may_stand_in(data.ljust(600, b"\xff"))
