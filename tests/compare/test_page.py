"""A comparison as a page: nothing is loaded, foreign words cannot become markup."""

from __future__ import annotations

import re

from tests.compare.test_verdicts import _dark, _half, _imeis

from vitne.compare import compare
from vitne.compare.page import page
from vitne.lab import samples


def test_the_page_shows_verdict_reasons_and_sight_of_both_halves() -> None:
    dark = [_dark("secure.carrier.example", "carrier.example")]
    made = page(compare(_half("before", _imeis()), _half("after", [], opaque=dark))).decode()
    assert "cannot tell: perhaps now encrypted" in made
    assert "encoded: http, base64, json" in made
    assert "unreadable: carrier.example" in made


def test_nothing_is_loaded_and_markup_of_a_name_is_text() -> None:
    evil = samples.destination(host="", domain="<script src=//x.example>")
    made = page(compare(_half("before", _imeis(destination=evil)), _half("after", []))).decode()
    assert "<script" not in made
    assert not re.search(r"\b(?:src|href)=(?!//x)", made)
    assert "default-src 'none'" in made


def test_the_same_comparison_gives_the_same_bytes() -> None:
    halves = _half("before", _imeis()), _half("after", [])
    assert page(compare(*halves)) == page(compare(*halves))
