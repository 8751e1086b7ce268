"""A comparison as a page: nothing is loaded, foreign words cannot become markup."""

from __future__ import annotations

import re

import msgspec
from tests.compare.test_verdicts import _dark, _half, _imeis

from vitne.compare import Half, compare
from vitne.compare.page import page
from vitne.lab import samples


def test_the_page_shows_verdict_reasons_and_sight_of_both_halves() -> None:
    dark = [_dark("secure.carrier.example", "carrier.example")]
    made = page(compare(_half("before", _imeis()), _half("after", [], opaque=dark))).decode()
    assert "cannot tell: perhaps now encrypted" in made
    assert "encoded: http, base64, json" in made
    assert "unreadable: carrier.example" in made


def test_the_page_tells_what_both_halves_went_through() -> None:
    before = _half("before", _imeis())
    looks = tuple(msgspec.structs.replace(each, triggers={"boot": 2}) for each in before.looks)
    made = page(compare(Half(label="before", looks=looks), _half("after", []))).decode()
    assert "<li>device event: boot, 2 times</li>" in made
    assert "only the half before went through boot (2 times)" in made


def test_nothing_is_loaded_and_markup_of_a_name_is_text() -> None:
    evil = samples.destination(host="", domain="<script src=//x.example>")
    made = page(compare(_half("before", _imeis(destination=evil)), _half("after", []))).decode()
    assert "<script" not in made
    assert not re.search(r"\b(?:src|href)=(?!//x)", made)
    assert "default-src 'none'" in made


def test_the_same_comparison_gives_the_same_bytes() -> None:
    halves = _half("before", _imeis()), _half("after", [])
    assert page(compare(*halves)) == page(compare(*halves))
