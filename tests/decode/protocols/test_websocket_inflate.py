from __future__ import annotations

import contextlib
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.websocket_inflate import Inflater
from vitne.model import Malformed

MOST = 1 << 20


def test_the_examples_of_the_specification_hold() -> None:
    inflater = Inflater(MOST)  # RFC 7692 section 7.2.3
    assert inflater.message(bytes.fromhex("f248cdc9c90700")) == (b"Hello", True)
    assert inflater.message(bytes.fromhex("f200110000")) == (b"Hello", True), "refers to the message before"
    assert Inflater(MOST).message(bytes.fromhex("000500faff48656c6c6f00")) == (b"Hello", True), (
        "a block that is stored"
    )
    assert Inflater(MOST).message(bytes.fromhex("f348cdc9c9070000")) == (b"Hello", True), "a final block"
    assert Inflater(MOST).message(bytes.fromhex("f24805000000ffffcac9c90700")) == (b"Hello", True), (
        "two blocks"
    )


def pack(compressor, text: bytes) -> bytes:
    return (compressor.compress(text) + compressor.flush(zlib.Z_SYNC_FLUSH))[:-4]


@given(st.lists(st.binary(max_size=300), max_size=6), st.booleans())
def test_messages_come_back_whether_the_window_goes_on_or_not(texts: list[bytes], takeover: bool) -> None:
    inflater = Inflater(MOST)
    compressor = zlib.compressobj(wbits=-15)
    for text in texts:
        if not takeover:
            compressor = zlib.compressobj(wbits=-15)
        assert inflater.message(pack(compressor, text)) == (text, True)


def test_a_message_that_refers_to_one_not_seen_is_told_and_a_later_one_read() -> None:
    compressor = zlib.compressobj(wbits=-15)
    pack(compressor, b"serial=R58N1234567 " * 3)
    second = pack(compressor, b"serial=R58N1234567 " * 3)
    inflater = Inflater(MOST)
    with pytest.raises(Malformed):
        inflater.message(second)
    assert inflater.message(pack(zlib.compressobj(wbits=-15), b"new")) == (b"new", True)


def test_a_bomb_is_inflated_up_to_the_bound() -> None:
    bomb = pack(zlib.compressobj(wbits=-15), bytes(50 << 20))
    plain, complete = Inflater(MOST).message(bomb)
    assert (len(plain), complete) == (MOST, False)


def test_every_proper_prefix_is_told_or_gives_less() -> None:
    text = bytes(range(200))
    whole = pack(zlib.compressobj(wbits=-15), text)
    for cut in range(len(whole) - 1):
        plain, complete = Inflater(MOST).message(whole[:cut], whole=False)
        assert not complete
        assert text.startswith(plain)


@given(st.binary(max_size=100))
def test_noise_raises_nothing_else(noise: bytes) -> None:
    with contextlib.suppress(Malformed):
        Inflater(MOST).message(noise)
