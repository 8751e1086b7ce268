"""Exif data by hand after Exif 2.32 and TIFF 6.0."""

from __future__ import annotations

import pytest

from vitne.encodings.exif import encoding
from vitne.model import Limits, Malformed

from .samples import SAMPLES

LIMITS = Limits()


@pytest.mark.parametrize("picture", SAMPLES["exif"])
def test_position_and_texts_are_read_in_both_byte_orders(picture):
    position, maker = encoding.find(picture, LIMITS)
    # 59 + 54/60 + 50/3600 north, 10 + 45/60 west
    assert (position.path, position.data) == ("position", b"59.9138889,-10.7500000")
    assert (maker.path, maker.data) == ("Make", b"Example")
    assert picture[maker.start : maker.end] == b"Example"
    assert encoding.locate(picture, position, 3, 4) == (position.start, position.end)
    again = next(encoding.unwrap(encoding.wrap(position), LIMITS))
    assert again.data == position.data


def test_a_position_without_its_side_is_none():
    picture = SAMPLES["exif"][0].replace(b"N\x00\x00\x00", b"?\x00\x00\x00")
    assert [child.path for child in encoding.find(picture, LIMITS)] == ["Make"]


def test_fractions_of_nothing_are_no_degrees():
    picture = SAMPLES["exif"][0]
    degrees = picture.index((59).to_bytes(4, "little"))
    broken = picture[: degrees + 4] + bytes(4) + picture[degrees + 8 :]
    assert [child.path for child in encoding.find(broken, LIMITS)] == ["Make"]


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8\xff\xe1", b"Exif\x00\x00II*\x00\x08\x00\x00\x00", b"\x00\x01"]
)
def test_other_bytes_are_malformed(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))
    assert list(encoding.find(data, LIMITS)) == []
