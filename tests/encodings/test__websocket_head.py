"""Heads of WebSocket frames and their mask, beside the examples of RFC 6455 section 5.7."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.encodings._websocket_head import head_of, unmask


@pytest.mark.parametrize(
    ("raw", "head", "length", "mask"),
    [
        ("810548656c6c6f", 2, 5, ""),
        ("818537fa213d7f9f4d5158", 6, 5, "37fa213d"),
        ("827e0100", 4, 256, ""),
        ("827f0000000000010000", 10, 65536, ""),
    ],
)
def test_the_examples_of_the_specification_are_read(raw: str, head: int, length: int, mask: str) -> None:
    found = head_of(bytes.fromhex(raw), 0, 40)
    assert found is not None
    assert (found.start, found.head, found.length, found.mask.hex()) == (40, head, length, mask)


def test_a_head_that_is_not_all_there_is_awaited() -> None:
    whole = bytes.fromhex("81fe0100aabbccdd")
    assert all(head_of(whole[:size], 0, 0) is None for size in range(len(whole)))


def test_heads_that_cannot_be_are_refused() -> None:
    for bad in ("8305", "b100", "890000", "a900", "0900", "897e0080", "827f" + "ff" * 8):
        found = head_of(bytearray.fromhex(bad), 0, 0)
        assert found is not None
        assert found.opcode == -1 or bad == "890000"


@given(st.binary(max_size=40), st.binary(min_size=4, max_size=4), st.integers(0, 40))
def test_a_mask_is_undone_from_any_byte_on(text: bytes, mask: bytes, cut: int) -> None:
    masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(text))
    cut = min(cut, len(text))
    assert unmask(masked[:cut], mask, 0) + unmask(masked[cut:], mask, cut) == text
