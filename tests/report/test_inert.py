from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.report import visible
from vitne.report.inert import visible as same


def test_the_room_gives_the_one_function():
    assert visible is same


@pytest.mark.parametrize(
    "text",
    [
        "",
        "registration.carrier.example",
        "Blåbærsyltetøy",
        "电话",
        "é",
        "e\u0301",
        "a b",
        "[red]x[/red]",
        "<b>",
    ],
)
def test_text_that_is_harmless_stays_as_it_is(text):
    assert visible(text, 100) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "⟨U+001B⟩[31mred"),
        ("\x1b]8;;http://x.example\x07link", "⟨U+001B⟩]8;;http://x.example⟨U+0007⟩link"),
        ("\x1b]52;c;ZXZpbA==\x07", "⟨U+001B⟩]52;c;ZXZpbA==⟨U+0007⟩"),
        ("\x9b31m", "⟨U+009B⟩31m"),
        ("\x90q", "⟨U+0090⟩q"),
        ("a\r\nb\tc", "a⟨U+000D⟩⟨U+000A⟩b⟨U+0009⟩c"),
        ("fdp\u202egpj.exe", "fdp⟨U+202E⟩gpj.exe"),
        ("\u2066x\u2069", "⟨U+2066⟩x⟨U+2069⟩"),
        ("a\u200bb\u200dc\ufeff", "a⟨U+200B⟩b⟨U+200D⟩c⟨U+FEFF⟩"),
        ("a\u00a0b\u3000", "a⟨U+00A0⟩b⟨U+3000⟩"),
        ("\u2028\u2029", "⟨U+2028⟩⟨U+2029⟩"),
        ("\uffff\U0010ffff", "⟨U+FFFF⟩⟨U+10FFFF⟩"),
        ("\ud800", "⟨U+D800⟩"),
        ("\ue000", "⟨U+E000⟩"),
        ("\u3164\u2800", "⟨U+3164⟩⟨U+2800⟩"),
        ("x\ufe0f", "x⟨U+FE0F⟩"),
        ("\U000e0041", "⟨U+E0041⟩"),
        ("⟨U+001B⟩", "⟨U+27E8⟩U+001B⟩"),
        ("\u0301a", "⟨U+0301⟩a"),
        ("\x7f", "⟨U+007F⟩"),
    ],
)
def test_what_acts_or_hides_becomes_a_note(text, shown):
    assert visible(text, 200) == shown


def test_a_flood_of_combining_marks_is_counted():
    assert visible("a" + "\u0301" * 5000 + "b", 100) == "a" + "\u0301" * 3 + "⟨4997 more marks⟩b"
    assert visible("a" + "\u0301" * 4, 100) == "a" + "\u0301" * 3 + "⟨1 more marks⟩"


def test_marks_after_a_note_become_notes_too():
    assert visible("\x00\u0301", 100) == "⟨U+0000⟩⟨U+0301⟩"


def test_a_long_text_is_cut_and_says_so():
    assert visible("x" * 50, 10) == "x" * 9 + "…"
    assert visible("x" * 10, 10) == "x" * 10
    assert visible("xy", 1) == "…"
    assert visible("xy", 0) == ""


@given(st.text(st.characters(categories=None), max_size=200), st.integers(0, 300))
def test_nothing_that_acts_or_hides_comes_out_whatever_goes_in(text, limit):
    shown = visible(text, limit)
    assert len(shown) <= limit
    bad = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert not [c for c in shown if unicodedata.category(c) in bad]
    run = 0
    for character in shown:
        run = run + 1 if unicodedata.category(character).startswith("M") else 0
        assert run <= 3


@given(
    st.text(st.characters(categories=None), max_size=60), st.text(st.characters(categories=None), max_size=60)
)
def test_two_texts_without_floods_never_look_the_same(first, second):
    def floods(text):
        return "more marks" in visible(text, 10_000)

    if first != second and not floods(first) and not floods(second):
        assert visible(first, 10_000) != visible(second, 10_000)


def test_a_very_long_text_takes_no_time():
    begun = time.process_time()
    visible("x" * 50_000_000, 100)
    visible("a" + "\u0301" * 2_000_000, 100)
    assert time.process_time() - begun < 3
