"""Announcements: text and magics wherever they stand, and what noise writes by chance left out."""

from __future__ import annotations

import gzip
import random
import re
import zlib

import numpy as np
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from vitne.kernel.announce import announced

TEXT = rb"[\x20-\x7e\t\r\n]"
PLAIN = re.compile(TEXT + rb"{8,}|(?:" + TEXT + rb"\x00){6,}|\x1f\x8b\x08|\x28\xb5\x2f\xfd")


def told(data: bytes) -> bool:
    return bool(announced(data, np.array([0]), np.array([len(data)]))[0])


def noise(size: int, seed: int) -> bytes:
    return random.Random(seed).randbytes(size)


def without_runs(size: int, seed: int) -> bytes:
    """Give noise in which no run of text stands: every eighth byte is none."""
    data = bytearray(noise(size, seed))
    data[::7] = bytes(128 + (byte & 0x7F) for byte in data[::7])
    return bytes(data).replace(b"\x78", b"\xf8").replace(b"\x1f\x8b", b"\x8b\x1f")


@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(b"x", mtime=0),
        *(zlib.compress(b"some text and more text", level) for level in (1, 6, 9)),
        *(zlib.compress(bytes(range(256)) * 4, level) for level in (0, 1, 6, 9)),
        zlib.compress(random.Random(4).randbytes(3000), 6),
        zstandard.compress(b"x"),
    ],
)
def test_a_compression_announces_itself_at_any_offset(packed: bytes) -> None:
    assert told(b"\xff\xfe\x00" + packed)
    assert told(without_runs(900, 5) + packed[:40])
    assert not told(without_runs(65_536, 6) + packed[:8])


@given(st.binary(min_size=8, max_size=400) | st.text(min_size=8).map(str.encode), st.sampled_from([1, 6, 9]))
def test_whatever_zlib_writes_is_announced_though_cut_anywhere(data: bytes, level: int) -> None:
    packed = zlib.compress(data, level)
    assert all(told(packed[:cut]) for cut in range(2, len(packed) + 1))


def test_two_bytes_of_noise_that_no_deflate_block_follows_announce_nothing() -> None:
    assert not told(b"\x78\x9c" + b"\x06" * 20)  # block type 3 is none
    assert not told(b"\x78\x9c\x00\x12\x34\x12\x34")  # length and its complement disagree
    assert not told(b"\x78\x9c\x05" + b"\xff" * 20)  # more codes than there are, and lengths that overfill
    assert not told(b"\x78\x9c\x03\x06" + b"\xff" * 20)  # nothing comes out, and it goes on


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        (b"\xffeight ch\x00", True),
        (b"\xffseven c\x00", False),
        ("wide text".encode("utf-16-le"), True),
        (b"\0\0" + "wide text".encode("utf-16-be"), True),
        ("short".encode("utf-16-le"), False),
    ],
)
def test_text_announces_itself_from_eight_characters_on_and_from_six_in_utf_16(
    text: bytes, is_told: bool
) -> None:
    assert told(text) is is_told


@given(
    st.binary(max_size=48)
    | st.text(alphabet="ab\x00\x80\x1f\x8b\x08x\x9c", max_size=300).map(lambda text: text.encode("latin-1"))
)
def test_in_bytes_that_are_no_noise_whatever_a_plain_search_finds_is_announced(data: bytes) -> None:
    plain = PLAIN.search(data) is not None
    assert told(data) == plain or (told(data) and b"\x78" in data)


@pytest.mark.parametrize("size", [60, 200, 1200])
def test_noise_hardly_ever_announces_anything(size: int) -> None:
    count = 2000
    data = noise(count * size, size)
    starts = np.arange(count) * size
    assert announced(data, starts, np.full(count, size)).sum() < count / 100
    assert sum(PLAIN.search(data[at : at + size]) is not None for at in starts.tolist()) > count / 100


@pytest.mark.parametrize(
    "text", [b"490154203237518", b"kari.nordmann@post.example", b"00:00:5e:00:53:01", b"59.91391,10.75221"]
)
@pytest.mark.parametrize("at", [0, 300, 1100])
def test_what_names_a_person_is_announced_in_noise_too(text: bytes, at: int) -> None:
    data = without_runs(1200, 7)
    assert told(data[:at] + text + data[at:])


def test_a_word_in_a_header_or_in_bytes_that_repeat_is_announced() -> None:
    assert told(without_runs(1000, 8) + bytes(100) + b"user=bob" + bytes(40))
    assert not told(without_runs(1000, 8) + b"\xffuser=bob\xff" + without_runs(100, 9))


def test_each_stretch_is_asked_by_itself_and_one_outside_of_the_data_says_nothing() -> None:
    data = b"\xffeight ch\x00\xff"
    starts, lengths = np.array([0, 0, 5, 5, -1, 1]), np.array([11, 5, 6, 99, 8, 8])
    assert announced(data, starts, lengths).tolist() == [True, False, False, False, False, True]
    assert announced(b"", np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)).tolist() == []
    with pytest.raises(ValueError, match="one length"):
        announced(data, starts, lengths[:2])
