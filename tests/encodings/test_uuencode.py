"""uuencode by the standard library."""

from __future__ import annotations

import codecs

import pytest

from vitne.encodings.uuencode import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()
TEXT = b'{"imei":"004402990000014"}' * 9


def test_what_the_standard_library_writes_is_found_and_what_is_wrapped_it_reads():
    written = codecs.encode(TEXT, "uu")
    data = b"a mail\n" + written + b"more"
    (child,) = encoding.find(data, LIMITS)
    assert (child.data, child.complete, child.path) == (TEXT, True, "<data>")
    assert data[child.start : child.end].rstrip() == written.rstrip()
    assert codecs.decode(encoding.wrap(child), "uu") == TEXT


def test_a_cut_is_told_and_a_broken_line_ends_it():
    written = codecs.encode(TEXT, "uu")
    (child,) = encoding.unwrap(written[:150], LIMITS)
    assert not child.complete
    assert TEXT.startswith(child.data)
    (child,) = encoding.unwrap(b"begin 644 x\n" + b"M" + b"!" * 10 + b"\nend\n", LIMITS)
    assert len(child.data) <= 45


@pytest.mark.parametrize("data", [b"", b"begin 644\n", b"begin with a word\n", b"begin 644 x\n"])
def test_other_texts_are_malformed(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))
    assert list(encoding.find(data, LIMITS)) == []


def test_what_comes_out_is_bounded():
    (child,) = encoding.unwrap(codecs.encode(bytes(10_000), "uu"), Limits(size=500))
    assert len(child.data) < 600
    assert not child.complete
