"""The static table against that of another implementation."""

from __future__ import annotations

import pytest

from vitne.decode.protocols.qpack_static import STATIC

pylsqpack = pytest.importorskip("pylsqpack", reason="pylsqpack is not here: no other table to compare with")


def test_the_table_is_that_of_another_implementation() -> None:
    assert len(STATIC) == 99  # RFC 9204 appendix A
    for index, entry in enumerate(STATIC):
        written = bytes([0xC0 | index]) if index < 63 else bytes([0xFF, index - 63])
        _, fields = pylsqpack.Decoder(4096, 16).feed_header(0, b"\x00\x00" + written)
        assert list(fields) == [entry]


def test_some_entries_are_those_of_the_standard() -> None:
    assert STATIC[0] == (b":authority", b"")
    assert STATIC[25] == (b":status", b"200")
    assert STATIC[98] == (b"x-frame-options", b"sameorigin")
