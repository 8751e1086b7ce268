"""Names as labels: RFC 1035 section 3.1."""

from __future__ import annotations

import pytest

from vitne.encodings.dns_name import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()
WIRE = b"\x0b490154-imei\x05track\x07example\x00"


def test_labels_become_a_dotted_name_and_come_back():
    (child,) = encoding.find(WIRE, LIMITS)
    assert (child.data, child.complete) == (b"490154-imei.track.example", True)
    assert encoding.wrap(child) == WIRE
    assert WIRE[slice(*encoding.locate(WIRE, child, 0, 6))] == b"490154"
    assert WIRE[slice(*encoding.locate(WIRE, child, 12, 17))] == b"track"


def test_every_proper_prefix_is_malformed_or_not_complete():
    for cut in range(len(WIRE)):
        try:
            (child,) = encoding.unwrap(WIRE[:cut], LIMITS)
        except Malformed:
            continue
        assert not child.complete
        assert encoding.wrap(child) == WIRE[: child.end]


def test_the_root_is_an_empty_name_and_pointers_are_malformed():
    (child,) = encoding.unwrap(b"\x00", LIMITS)
    assert (child.data, child.complete) == (b"", True)
    for data in (b"", b"\xc0\x0c", b"\x05ab"):
        with pytest.raises(Malformed):
            list(encoding.unwrap(data, LIMITS))


def test_texts_are_not_found():
    assert list(encoding.find(b"\x03a b\x02cd\x00", LIMITS)) == []
    assert list(encoding.find(b"\x03www\x00", LIMITS)) == []
