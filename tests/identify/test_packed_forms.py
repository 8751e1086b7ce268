from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.identify.packed_forms import FORMS, Float, Scaled, Varint


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_each_form_reads_nothing_where_bytes_are_missing(form):
    assert form.read(b"", 0) is None
    assert form.read(b"\xff", 0) is None
    assert form.begin(b"\xff\xff", 1) < 0


def test_forms_read_what_the_specifications_show():
    assert Float(8, "big").read(bytes.fromhex("4028000000000000"), 0) == (12.0, 8)  # IEEE 754: 1.5 * 2**3
    assert Float(4, "little").read(bytes.fromhex("00004041"), 0) == (12.0, 4)
    assert Scaled(7, "big").read(bytes.fromhex("ffffffff"), 0) == (-1e-7, 4)
    assert Varint(5, zigzag=False).read(bytes.fromhex("9601"), 0) == (150e-5, 2)  # Encoding: 150
    assert Varint(5, zigzag=True).read(b"\x03", 0) == (-2e-5, 1)  # Encoding: -2 is 3
    assert Float(8, "big").read(bytes.fromhex("7ff8000000000000"), 0) is None


@given(degrees=st.floats(-89, 89), form=st.sampled_from(FORMS))
def test_the_telling_bytes_of_every_number_in_a_range_are_among_its_keys(degrees: float, form):
    import struct

    low, high = degrees - 0.001, degrees + 0.001
    if isinstance(form, Float):
        if low <= 0 <= high:
            return
        wrote = struct.pack(
            ("<" if form.order == "little" else ">") + ("f" if form.size == 4 else "d"), degrees
        )
    elif isinstance(form, Scaled):
        wrote = int(degrees * 10**form.power).to_bytes(4, form.order, signed=True)
    else:
        number = round(degrees * 10**form.power)
        number = (number << 1) ^ (number >> 63) if form.zigzag else number & (1 << 64) - 1
        out = bytearray()
        while number > 127:
            out.append(number & 127 | 128)
            number >>= 7
        wrote = bytes([*out, number])
        if len(wrote) < 3:
            return  # next to the equator: a latitude of two bytes is no place
    keys = set(form.keys(low, high))
    assert any(len(wrote) >= at + 2 and key == wrote[at] << 8 | wrote[at + 1] for key, at in keys), (
        wrote.hex(),
        keys,
    )
