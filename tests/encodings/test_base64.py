"""Base64: the vectors of RFC 4648 and RFC 2045, dialects, wrapping, places."""

from __future__ import annotations

import base64
import hashlib
import importlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.encodings.base64 import encoding
from vitne.model import Child, Limits, Malformed

LIMITS = Limits()
TEXT = b"imei=004402990000014; mac=00:00:5E:00:53:01"


def unwrap(data: bytes, limits: Limits = LIMITS) -> Child:
    (child,) = encoding.unwrap(data, limits)
    return child


def find(data: bytes) -> list[Child]:
    return list(encoding.find(data, LIMITS))


# RFC 4648 section 10
@pytest.mark.parametrize(
    ("text", "data"),
    [(b"Zm9v", b"foo"), (b"Zm9vYg==", b"foob"), (b"Zm9vYmE=", b"fooba"), (b"Zm9vYmFy", b"foobar")],
)
def test_the_vectors_of_rfc_4648(text, data):
    child = unwrap(text)
    assert child.data == data
    assert encoding.wrap(child) == text


@pytest.mark.parametrize("size", range(16, 40))
def test_padding_and_its_absence_come_back(size):
    data = bytes(range(size))
    for text in (base64.b64encode(data), base64.b64encode(data).rstrip(b"=")):
        child = unwrap(text)
        assert child.data == data
        assert encoding.wrap(child) == text


def test_the_url_alphabet_is_told_and_mixed_alphabets_are_refused():
    data = bytes.fromhex("fbeffffbefff")  # RFC 4648 table 2: 62 and 63 are - and _
    child = unwrap(base64.urlsafe_b64encode(data))
    assert child.data == data
    assert ("alphabet", "url") in child.params
    with pytest.raises(Malformed):
        unwrap(b"ab+_cdef")


@pytest.mark.parametrize("width", [4, 60, 64, 75, 76, 100])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_any_width_and_line_end_is_joined_and_comes_back(width, newline, end):
    letters = base64.b64encode(TEXT * 5)
    text = newline.join(letters[at : at + width] for at in range(0, len(letters), width)) + end
    child = unwrap(text)
    assert child.data == TEXT * 5
    assert encoding.wrap(child) == text
    for at in range(0, len(TEXT * 5) - 3, 7):
        start, stop = encoding.locate(text, child, at, at + 3)
        inside = text[start:stop].replace(b"\r", b"").replace(b"\n", b"")
        skipped = at % 3
        padded = b"A" * ((at * 8 // 6) % 4) + inside
        assert base64.b64decode(padded + b"=" * (-len(padded) % 4))[skipped:][:3] == (TEXT * 5)[at : at + 3]


def test_mime_lines_of_the_standard_library_are_found_inside_a_text():
    lines = base64.encodebytes(TEXT * 5)
    (child,) = find(b"Content-Transfer-Encoding: base64\r\n\r\n" + lines + b"--x--")
    assert child.data == TEXT * 5
    assert dict(child.params)["wrap"] == 76


def test_ragged_lines_come_back_by_place_when_they_are_the_whole():
    letters = base64.b64encode(TEXT)
    text = letters[:20] + b"\n" + letters[20:26] + b"\r\n" + letters[26:] + b"\n"
    child = unwrap(text)
    assert child.data == TEXT
    assert encoding.wrap(child) == text
    assert encoding.locate(text, child, 15, 18) == (21, 25)


def test_letters_with_bits_left_over_come_back():
    child = unwrap(b"Zm9vYh==")  # the last letter has bits that no byte takes
    assert child.data == b"foob"
    assert encoding.wrap(child) == b"Zm9vYh=="


def test_a_trailing_nul_inside_is_kept():
    text = base64.b64encode(b'{"a":"b","c":1}\x00')
    assert find(text)[0].data.endswith(b"}\x00")


def test_one_letter_too_many_is_a_cut_off_text():
    child = unwrap(base64.b64encode(TEXT[:42]) + b"Q")
    assert not child.complete
    assert child.data == TEXT[:42]
    assert child.end == 56


@pytest.mark.parametrize("before", [b'{"d":"', b"x=", b"/v1/track/", b"a/b/"])
def test_a_token_is_found_between_marks_and_behind_a_path(before):
    letters = base64.urlsafe_b64encode(TEXT).rstrip(b"=")
    found = find(before + letters + b'"}')
    assert [child.data for child in found] == [TEXT]
    assert found[0].start == len(before)


@pytest.mark.parametrize("glued", [b"a", b"ab", b"abc"])
def test_a_run_that_nothing_delimits_is_tried_at_other_starts(glued):
    found = find(glued + base64.b64encode(TEXT).rstrip(b"="))
    assert any(TEXT.startswith(child.data[:20]) or child.data.endswith(TEXT[3:]) for child in found)


@pytest.mark.parametrize(
    "text",
    [
        b"application/x-www-form-urlencoded",
        b"/usr/share/applications/default",
        b"internationalization",
        b"0123456789012345678901234567",
        b"5e0c71d2-93ab-4f06-b8d4-27a16fc3905e",
        b"ThisIsACamelCaseMethodName",
        b"d41d8cd98f00b204e9800998ecf8427e",
    ],
)
def test_words_paths_numbers_and_digests_are_not_base64(text):
    assert find(text) == []


def test_long_even_bytes_are_given_for_they_have_to_be_counted():
    data = hashlib.sha512(b"x").digest()
    assert find(b"k=" + base64.b64encode(data))[0].data == data


def test_limits_bound_what_comes_out_and_the_rest_is_said_to_be_missing():
    text = base64.encodebytes(bytes(1000))
    child = unwrap(text, Limits(size=300))
    assert len(child.data) == 300
    assert not child.complete
    assert encoding.wrap(child) == text[: child.end]


def test_other_letters_are_malformed():
    for text in (b"", b"ab cd*", b"{}", b"a"):
        with pytest.raises(Malformed):
            unwrap(text)


def test_a_run_with_slashes_before_it_is_found_whatever_its_alphabet():
    for before in (b"/api/v2/abc_d-ef/", b"x/" * 20):
        letters = base64.urlsafe_b64encode(TEXT + b"\xfb\xef\xff").rstrip(b"=")
        assert all(child.data.startswith(TEXT[:40]) for child in find(before + letters))


def test_forty_thousand_tokens_of_nothing_cost_little():
    begun = time.process_time()
    assert find(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz " * 20_000) == []
    assert time.process_time() - begun < 1


def test_the_same_token_is_found_each_time_it_stands_there():
    token = base64.b64encode(TEXT)
    assert [
        child.data for child in find((token + b" and no more of the token ABCDEFGHIJKLMNOPQRST ") * 3)
    ] == [TEXT] * 3


def test_lines_that_a_header_joined_with_spaces_are_one_text():
    text = base64.b64encode(b'{"theme":"en","account":"arnvid.noklebyholt58@post.example","ts":1549174542}')
    spaced = b" ".join(text[at : at + 60] for at in range(0, len(text), 60))
    (child,) = encoding.find(spaced, LIMITS)
    assert child.data == base64.b64decode(text)
    assert encoding.wrap(child) == spaced
    at = child.data.index(b"@post")
    start, end = encoding.locate(spaced, child, at, at + 5)
    assert base64.b64decode(spaced[:end].replace(b" ", b"")[: (end - 1) // 4 * 4])[at:].startswith(b"@p")
    assert start < end <= len(spaced)
    words = b"these words0 are4 not5 base64Text atAll00"
    assert not [each for each in encoding.find(words, LIMITS) if each.start == 0 and each.end == len(words)]


@given(
    st.one_of(
        st.text("abcdef0123456789", min_size=8, max_size=26).map(str.encode),
        st.text("AZaz09+/_-", min_size=8, max_size=26).map(str.encode),
        st.text("abz 09", min_size=6, max_size=16).map(
            lambda text: base64.b64encode(text.encode()).rstrip(b"=")
        ),
    )
)
def test_a_short_word_is_passed_over_only_where_nothing_would_be_found(word) -> None:
    with pytest.MonkeyPatch.context() as patch:
        quick = list(encoding.find(word, Limits()))
        patch.setattr(importlib.import_module("vitne.encodings.base64"), "_says_nothing", lambda _: False)
        assert list(encoding.find(word, Limits())) == quick
