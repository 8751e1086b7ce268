"""The closed pattern language."""

from __future__ import annotations

import pytest

from vitne.catalog.patterns import compiled, complaint


@pytest.mark.parametrize(
    "pattern",
    [
        "[0-9]{15}",
        "(?:[0-9a-f]{2}:){5}[0-9a-f]{2}",
        r"[A-Z0-9]{1,64}@(?:[a-z]{1,63}\.){1,6}[a-z]{2,24}",
        r"a\*b\+",
        "[*+]",
        "(?i)x{1,9}",
    ],
)
def test_bounded_patterns_are_allowed(pattern: str) -> None:
    assert complaint(pattern) == ""


@pytest.mark.parametrize(
    ("pattern", "word"),
    [
        ("a*b", "upper bound"),
        ("a+", "upper bound"),
        ("a{2,}", "upper bound"),
        (r"\\+", "upper bound"),
        ("a(?=b)", "look-around"),
        ("(?<!a)b", "look-around"),
        (r"(a)\1", "back-references"),
        ("(?:a{1,9}){1,9}", "separator"),
        ("(?:ab?){1,9}", "separator"),
        ("a{1,5000}", "may not exceed"),
        ("(a", "not a regular expression"),
        ("a{0,4}", "matches nothing"),
    ],
)
def test_patterns_that_could_take_long_are_refused_with_the_reason(pattern: str, word: str) -> None:
    assert word in complaint(pattern)


def test_a_pattern_is_compiled_for_bytes() -> None:
    assert compiled("[0-9]{2}").fullmatch(b"42") is not None
