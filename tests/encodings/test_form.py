"""Forms and query strings."""

from __future__ import annotations

from urllib.parse import parse_qsl, unquote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.encodings.form import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()


def find(data: bytes) -> list[tuple[str, bytes]]:
    found = list(encoding.find(data, LIMITS))
    assert all(data[child.start : child.end] == child.data == encoding.wrap(child) for child in found)
    return [(child.path, child.data) for child in found]


@given(
    st.lists(
        st.tuples(
            st.from_regex(r"[a-z]{1,5}", fullmatch=True),
            st.from_regex(r"[A-Za-z0-9%+.-]{1,9}", fullmatch=True),
        ),
        min_size=1,
    )
)
def test_the_standard_library_reads_the_same_pairs(pairs):
    text = "&".join(f"{name}={value}" for name, value in pairs)
    found = [
        (child.path, unquote_plus(child.data.decode(), errors="replace"))
        for child in encoding.unwrap(text.encode(), LIMITS)
    ]
    assert found == parse_qsl(text, errors="replace")


def test_queries_are_found_in_targets_and_inside_texts():
    assert find(b"/sa.gif?project=x&data=abc#top") == [("project", b"x"), ("data", b"abc")]
    assert find(b'see "https://h.example/p?id=5&k=v" and more') == [("id", b"5"), ("k", b"v")]
    assert find(b"/a;v=1.1/b") == [("v", b"1.1")]
    assert find(b"?a=b&c=d\r\n") == [("a", b"b"), ("c", b"d")]


def test_names_are_unescaped_and_values_are_not():
    assert find(b"a%5B0%5D=%41&b=2") == [("a[0]", b"%41"), ("b", b"2")]


def test_base64_padding_and_sentences_are_no_forms():
    assert find(b"QUJDREVGR0hJSktMTQ==") == []
    assert find(b"what? yes = no") == []


@pytest.mark.parametrize("data", [b"", b"plain", b"&&&"])
def test_other_bytes_are_malformed(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))
