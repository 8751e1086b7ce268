"""gRPC-web as text: pieces encoded by the standard library."""

from __future__ import annotations

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.encodings.grpc_web_text import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()


def test_pieces_with_padding_of_their_own_are_one_text_and_places_lead_back():
    pieces = [b"\0\0\0\0\x11\x0a\x0f004402990000014", b"\x80\0\0\0\x0fgrpc-status:0\r\n", b"abc"]
    text = b"".join(map(base64.b64encode, pieces))
    (child,) = encoding.unwrap(text, LIMITS)
    assert child.data == b"".join(pieces)
    assert child.complete
    assert encoding.wrap(child) == text
    for start in range(len(child.data)):
        low, high = encoding.locate(text, child, start, start + 1)
        quad = low // 4 * 4
        held = base64.b64decode(text[quad : quad + 4])
        assert child.data[start : start + 1] in held
        assert 0 < high - low <= 2


@given(st.lists(st.binary(min_size=1, max_size=20), min_size=1, max_size=5))
def test_what_was_written_in_pieces_comes_out(pieces):
    text = b"".join(map(base64.b64encode, pieces))
    (child,) = encoding.unwrap(text, LIMITS)
    assert child.data == b"".join(pieces)
    assert encoding.wrap(child) == text


@pytest.mark.parametrize(
    "text", [b"", b"ab", b"abc=d", b"====", b"hello world!", b"abcd!", b"ab==cd=", b"ab=="[:3]]
)
def test_letters_of_no_base64_and_missing_ones_are_refused(text):
    with pytest.raises(Malformed):
        list(encoding.unwrap(text, LIMITS))


def test_every_proper_prefix_is_refused_or_ends_with_a_group_of_letters():
    text = base64.b64encode(b"first") + base64.b64encode(b"another one")
    for cut in range(len(text)):
        try:
            (child,) = encoding.unwrap(text[:cut], LIMITS)
        except Malformed:
            continue
        assert cut % 4 == 0
        assert encoding.wrap(child) == text[:cut]


def test_it_is_not_looked_for_unless_announced():
    assert not list(encoding.find(base64.b64encode(b"some text that is long enough"), LIMITS))


def test_many_pieces_take_no_more_than_their_share():
    begun = time.process_time()
    (child,) = encoding.unwrap(b"YQ==" * 100_000, LIMITS)
    assert len(child.data) == 65_536
    assert not child.complete
    assert time.process_time() - begun < 2


@given(st.binary(max_size=100))
def test_noise_raises_nothing_but_malformed(noise):
    try:
        list(encoding.unwrap(noise, LIMITS))
    except Malformed:
        return
