from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.exports.samples import tnet
from vitne.exports import tnetstring
from vitne.model import Malformed

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.floats(allow_nan=False) | st.text(max_size=20)
    | st.binary(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(VALUES)
def test_what_is_written_is_read_again(value: Any) -> None:
    assert tnetstring.parse(tnet(value)) == value


@given(VALUES, st.data())
def test_every_prefix_and_every_tail_is_malformed(value: Any, draw: st.DataObject) -> None:
    data = tnet(value)
    cut = draw.draw(st.integers(0, len(data) - 1))
    with pytest.raises(Malformed):
        tnetstring.parse(data[:cut])
    with pytest.raises(Malformed):
        tnetstring.parse(data + b"0:~")


@given(st.binary(max_size=60) | st.text("0123456789:;,#^!~{}[]", max_size=30).map(str.encode))
def test_noise_is_malformed_or_read(data: bytes) -> None:
    try:
        tnetstring.parse(data)
    except Malformed:
        return


def test_keys_were_bytes_once() -> None:
    assert tnetstring.parse(b"11:4:type,1:x;}") == {"type": "x"}


@pytest.mark.parametrize(
    "data", [b"1:x?", b"3:abc#", b"1:x~", b"1:x!", b"4:1:a,]x", b"8:1:1#1:a,}", b"99999999999999:x,"]
)
def test_wrong_types_are_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        tnetstring.parse(data)


def test_depth_is_bounded() -> None:
    data = b"0:~"
    for _ in range(100):
        data = b"%d:%s]" % (len(data), data)
    with pytest.raises(Malformed, match="deep"):
        tnetstring.parse(data)


def test_a_large_list_takes_time_in_proportion() -> None:
    begin = time.process_time()
    assert len(tnetstring.parse(tnet([0] * 200_000))) == 200_000
    assert time.process_time() - begin < 5
