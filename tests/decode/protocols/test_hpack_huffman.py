from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.hpack_huffman import code, codes, undo
from vitne.model import Malformed


@pytest.mark.parametrize(
    ("text", "coded"),
    [  # RFC 7541 appendix C.4 and C.6
        (b"www.example.com", "f1e3c2e5f23a6ba0ab90f4ff"),
        (b"no-cache", "a8eb10649cbf"),
        (b"custom-key", "25a849e95ba97d7f"),
        (b"custom-value", "25a849e95bb8e8b4bf"),
        (b"302", "6402"),
        (b"private", "aec3771a4b"),
        (b"Mon, 21 Oct 2013 20:13:21 GMT", "d07abe941054d444a8200595040b8166e082a62d1bff"),
        (b"https://www.example.com", "9d29ad171863c78f0b97c8e9ae82ae43d3"),
    ],
)
def test_the_examples_of_the_specification_hold(text: bytes, coded: str) -> None:
    assert undo(bytes.fromhex(coded)) == text
    assert code(text).hex() == coded


def test_the_code_is_the_one_of_the_specification() -> None:
    made = codes()
    assert made[ord("a")] == (0x3, 5)
    assert made[ord("0")] == (0x0, 5)
    assert made[0] == (0x1FF8, 13)
    assert made[255] == (0x3FFFFEE, 26)
    assert made[256] == (0x3FFFFFFF, 30)
    assert sum(2.0**-length for _, length in made) == 1.0, "a whole code"


@given(st.binary(max_size=300))
def test_every_text_comes_back(text: bytes) -> None:
    assert undo(code(text)) == text


def test_a_code_that_is_cut_or_badly_filled_is_told() -> None:
    for bad in (
        b"\xff" * 4,
        b"\xff\xff",
        bytes.fromhex("f1e3c2e5f23a6ba0ab90f400"),
        code(b"www")[:-1] + b"\x00",
    ):
        with pytest.raises(Malformed):
            undo(bad)


@given(st.binary(max_size=200))
def test_noise_raises_nothing_else_and_grows_little(noise: bytes) -> None:
    with contextlib.suppress(Malformed):
        assert len(undo(noise)) <= len(noise) * 8 // 5 + 1
