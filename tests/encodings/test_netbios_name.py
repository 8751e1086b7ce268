"""NetBIOS names: RFC 1001 section 14.1."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.encodings.netbios_name import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()
THE_NAME = b"FEGIGFCAEOGFHEECEJEPFDCAGOGBGNGF"  # "The NetBIOS name" by hand: "T" is 0x54, so F and E


def test_a_name_is_read_by_the_rule_of_the_specification() -> None:
    (child,) = encoding.unwrap(THE_NAME, LIMITS)
    assert child.data == b"The NetBIOS nam"
    assert dict(child.params)["suffix"] == ord("e")
    assert (child.start, child.end) == (0, 32)


@given(st.binary(min_size=16, max_size=16))
def test_wrapping_again_gives_the_same_letters(plain: bytes) -> None:
    coded = bytes(65 + half for byte in plain for half in (byte >> 4, byte & 15))
    (child,) = encoding.unwrap(coded, LIMITS)
    assert encoding.wrap(child) == coded


@pytest.mark.parametrize(
    "data", [THE_NAME[:cut] for cut in range(32)] + [THE_NAME + b"A", THE_NAME[:-1] + b"Q"]
)
def test_every_prefix_every_longer_run_and_other_letters_are_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))


def test_names_are_found_where_they_stand_alone() -> None:
    data = b"x " + THE_NAME + b"\0" + b"A" * 40 + b" " + THE_NAME
    assert [(child.start, child.end) for child in encoding.find(data, LIMITS)] == [(2, 34), (76, 108)]
    assert len(list(encoding.find(data, Limits(children=1)))) == 1
    assert list(encoding.find(b"A" * 32, LIMITS)) == []


def test_bytes_of_the_name_are_located_in_its_letters() -> None:
    data = b"x " + THE_NAME
    (child,) = encoding.find(data, LIMITS)
    start, end = encoding.locate(data, child, 4, 11)
    again = bytes((data[at] - 65) << 4 | (data[at + 1] - 65) for at in range(start, end, 2))
    assert again == child.data[4:11] == b"NetBIOS"


def test_a_bound_gives_nothing() -> None:
    assert list(encoding.unwrap(THE_NAME, Limits(size=3))) == []


@given(st.binary(max_size=100))
def test_noise_raises_nothing_but_malformed(data: bytes) -> None:
    list(encoding.find(data, LIMITS))
    try:
        list(encoding.unwrap(data, LIMITS))
    except Malformed:
        return
    assert len(data) == 32
