"""Line ends of base64: taken out and put back."""

from __future__ import annotations

import pytest

from vitne.encodings._base64_lines import Lines


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"abc",
        b"abc\n",
        b"abcd\nefgh\nij",
        b"abcd\r\nefgh\r\n",
        b"ab\ncdef\nghi\n",
        b" abc\n def",
        b"abcd\nefgh\n\nij",
    ],
)
def test_ends_taken_out_are_put_back(text):
    letters, lines = Lines.split(text)
    assert letters == bytes(b for b in text if b not in b" \r\n")
    assert lines.join(letters) == text
    again = Lines.of(tuple(lines.params(len(letters), whole=True)))
    assert again.join(letters) == text
    for at, letter in enumerate(letters):
        assert text[lines.position(at)] == letter


def test_even_lines_are_told_by_their_width():
    _, lines = Lines.split(b"abcd\nefgh\nij\n")
    assert (lines.width, lines.newline, lines.end, lines.uniform) == (4, b"\n", b"\n", True)
    assert lines.params(10, whole=False) == [("wrap", 4), ("newline", "\n")]


def test_ragged_lines_are_told_by_place():
    _, lines = Lines.split(b"ab\ncdef\ngh")
    assert lines.breaks == ((2, "\n"), (6, "\n"))
    assert not lines.uniform
