"""Entries of a uid map, written byte by byte."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.apps.blocks import uid_of_block
from vitne.model import App

WHOLE = (
    struct.pack(">I", 62_652)
    + struct.pack("<BBiBB", 1, 1, 10123, 19, 7)
    + b"com.example.weather"
    + b"Weather"
)


def test_an_entry_names_package_and_app_of_a_user():
    assert uid_of_block(WHOLE + b"\0\0") == App(
        package="com.example.weather", uid=10123, name="Weather", source="pcapdroid-comment"
    )


@pytest.mark.parametrize("length", range(len(WHOLE)))
def test_every_proper_prefix_names_nothing(length):
    assert uid_of_block(WHOLE[:length]) is None


@pytest.mark.parametrize(("at", "byte"), [(3, 0), (4, 2), (5, 2)])
def test_blocks_of_other_enterprises_versions_and_types_are_not_read(at, byte):
    assert uid_of_block(WHOLE[:at] + bytes([byte]) + WHOLE[at + 1 :]) is None


@given(st.binary(max_size=200))
def test_noise_raises_nothing(data):
    uid_of_block(struct.pack(">I", 62_652) + b"\x01\x01" + data)
