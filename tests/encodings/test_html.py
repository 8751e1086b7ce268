"""Character references."""

from __future__ import annotations

import html

import pytest

from vitne.encodings.html import encoding
from vitne.model import Limits

LIMITS = Limits()


@pytest.mark.parametrize(
    "text",
    [
        "a &amp; b",
        "&lt;a href=&quot;x&quot;&gt;",
        "&#230;&#xe6;&#XE6;",
        "it&apos;s &#39;&amp;#39;",
        "&nbsp;&#128512;",
    ],
)
def test_the_standard_library_reads_the_same(text):
    (child,) = encoding.find(text.encode(), LIMITS)
    assert child.data.decode() == html.unescape(text)
    assert encoding.wrap(child) == text.encode()


def test_other_names_and_bare_ampersands_stay():
    text = b"&unknown; & &amp &#; &#0; &#x110000; &amp;"
    (child,) = encoding.find(text, LIMITS)
    assert child.data == b"&unknown; & &amp &#; &#0; &#x110000; &"
    assert encoding.wrap(child) == text
    assert list(encoding.find(b"a & b", LIMITS)) == []


def test_a_character_is_placed_at_its_reference():
    text = b"AT&amp;T"
    (child,) = encoding.unwrap(text, LIMITS)
    assert encoding.locate(text, child, 2, 3) == (2, 7)
    assert encoding.locate(text, child, 3, 4) == (7, 8)
