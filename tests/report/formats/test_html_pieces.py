from __future__ import annotations

from html import unescape

import pytest

from vitne.lab import samples
from vitne.report.formats import html_pieces as pieces


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<b a=\"x\" b='y'>&", "&lt;b a=&#34;x&#34; b=&#39;y&#39;&gt;&amp;"),
        ("a\x00b", "a⟨U+0000⟩b"),
        (17, "17"),
        (None, "None"),
    ],
)
def test_what_a_page_shows_can_do_nothing_but_be_read(text, shown):
    assert pieces.inert(text).replace("&quot;", "&#34;") == shown


def test_a_text_is_cut_before_it_is_escaped_so_that_no_escape_is_cut():
    assert unescape(pieces.inert("<" * 5000)) == "<" * 399 + "…"


def test_ranges_are_told_from_the_outside_in():
    found = samples.finding(layers=({"codec": "http", "range": [3, 9]}, {"codec": "hex"}), value_range=(1, 2))
    assert pieces.ranges(found) == "http 3–9 › hex 0–0 › value 1–2"


def test_parameters_are_sorted_and_inert():
    assert pieces.parameters({"params": {"b": "<", "a": 1}}) == "a 1, b &#39;&lt;&#39;"
    assert pieces.parameters({}) == ""


def test_a_word_without_a_meaning_is_shown_as_it_is():
    assert pieces.meaning("no<word", "scope") == "no&lt;word"
    assert pieces.meaning("internet", "scope") == "on the internet"


def test_rows_and_pairs_are_markup_already():
    assert pieces.listed(["<b>1</b>", "2"]) == "<ul>\n<li><b>1</b></li>\n<li>2</li>\n</ul>\n"
    assert pieces.paired([("a", "b")]) == "<dt>a</dt><dd>b</dd>\n"
    assert pieces.upfirst("été") == "Été"
    assert pieces.joined(("a", "b", "c")) == "a, b and c"
    assert pieces.scrolled("x", "<p>").startswith(
        '<div class="scroll" tabindex="0" role="region" aria-label="x">'
    )
