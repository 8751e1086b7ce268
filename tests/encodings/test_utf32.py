"""UTF-32 by the standard library."""

from __future__ import annotations

import pytest

from vitne.encodings.utf32 import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()
TEXT = '{"name":"Åse","mood":"😀","imei":"004402990000014"}'


@pytest.mark.parametrize(
    "raw",
    [
        TEXT.encode("utf-32-le"),
        TEXT.encode("utf-32-be"),
        TEXT.encode("utf-32"),
        b"\x00\x00\xfe\xff" + TEXT.encode("utf-32-be"),
    ],
)
def test_both_orders_with_and_without_a_mark_are_read_and_come_back(raw):
    (child,) = encoding.find(raw, LIMITS)
    assert child.data == TEXT.encode()
    assert encoding.wrap(child) == raw
    at = child.data.find(b"004402990000014")
    order = dict(child.params)["order"]
    assert (
        raw[slice(*encoding.locate(raw, child, at, at + 15))].decode(f"utf-32-{order}") == "004402990000014"
    )
    at = child.data.find("😀".encode())
    assert raw[slice(*encoding.locate(raw, child, at + 1, at + 2))].decode(f"utf-32-{order}") == "😀"


@pytest.mark.parametrize(
    "data",
    [b"", b"plain text", bytes(40), b"\xff\xfe\x00\x00\x00\x00\x20\x00", "utf-16 text".encode("utf-16-le")],
)
def test_other_bytes_are_malformed(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))
    assert list(encoding.find(data, LIMITS)) == []
