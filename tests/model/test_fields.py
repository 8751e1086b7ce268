"""Values of fields are frozen and hold what was read, byte for byte."""

from __future__ import annotations

import msgspec
import pytest
from tests.learn.test_roles import value


def test_a_value_is_frozen_and_equal_to_its_like() -> None:
    one = value("a", 0, b"\x00\xff")
    assert one == value("a", 0, b"\x00\xff")
    assert one.value == b"\x00\xff"
    with pytest.raises(AttributeError):
        one.value = b""  # type: ignore[misc]


def test_a_value_survives_being_written_and_read() -> None:
    one = value("a", 3, bytes(range(256)))
    assert msgspec.json.decode(msgspec.json.encode(one), type=type(one)) == one
