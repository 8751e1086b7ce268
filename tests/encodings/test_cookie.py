"""Cookie headers: the examples of RFC 6265."""

from __future__ import annotations

import pytest

from vitne.encodings.cookie import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()


def pairs(data: bytes) -> list[tuple[str, bytes]]:
    found = list(encoding.unwrap(data, LIMITS))
    assert all(data[child.start : child.end] == child.data for child in found)
    return [(child.path, child.data) for child in found]


def test_the_examples_of_rfc_6265():
    assert pairs(b"SID=31d4d96e407aad42; lang=en-US") == [("SID", b"31d4d96e407aad42"), ("lang", b"en-US")]
    assert pairs(b"lang=en-US; Expires=Wed, 09 Jun 2021 10:18:14 GMT; Secure")[1] == (
        "Expires",
        b"Wed, 09 Jun 2021 10:18:14 GMT",
    )


def test_quotes_stay_outside_and_empty_values_are_left_out():
    assert pairs(b'a="x y"; b=; ;c = d ;e') == [("a", b"x y"), ("c", b"d")]


def test_only_lists_are_found():
    assert [child.path for child in encoding.find(b"a=1; b=2", LIMITS)] == ["a", "b"]
    assert list(encoding.find(b"en-GB,en;q=0.9", LIMITS)) == []
    assert list(encoding.find(b"Mozilla/5.0 (Linux; Android 8.1.0)", LIMITS)) == []


@pytest.mark.parametrize("data", [b"", b"plain"])
def test_other_bytes_are_malformed(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))
