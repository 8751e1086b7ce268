"""CBOR: examples of RFC 8949 appendix A and whole records by hand."""

from __future__ import annotations

import pytest

from vitne.encodings.cbor import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()


# RFC 8949 appendix A: diagnostic value, encoded
@pytest.mark.parametrize(
    ("data", "value"),
    [
        ("00", b"0"), ("17", b"23"), ("1818", b"24"), ("1903e8", b"1000"), ("1a000f4240", b"1000000"),
        ("1b000000e8d4a51000", b"1000000000000"), ("1bffffffffffffffff", b"18446744073709551615"),
        ("3bffffffffffffffff", b"-18446744073709551616"), ("20", b"-1"), ("29", b"-10"), ("3863", b"-100"),
        ("3903e7", b"-1000"), ("f93e00", b"1.5"), ("fa47c35000", b"100000.0"), ("fb3ff199999999999a", b"1.1"),
        ("4401020304", bytes.fromhex("01020304")), ("6449455446", b"IETF"), ("62c3bc", "ü".encode()),
        ("c074323031332d30332d32315432303a30343a30305a", b"2013-03-21T20:04:00Z"), ("c11a514b67b0", b"1363896240"),
    ],
)  # fmt: skip
def test_the_examples_of_the_specification(data, value):
    raw = bytes.fromhex(data)
    (child,) = encoding.unwrap(raw, LIMITS)
    assert (child.data, child.complete) == (value, True)
    assert encoding.wrap(child) == raw[child.start : child.end]


@pytest.mark.parametrize(
    ("data", "paths"),
    [
        ("826161a161626163", {"[0]": b"a", "[1].b": b"c"}),
        ("a26161016162820203", {"a": b"1", "b[0]": b"2", "b[1]": b"3"}),
        (
            "9f018202039f0405ffff",
            {"[0]": b"1", "[1][0]": b"2", "[1][1]": b"3", "[2][0]": b"4", "[2][1]": b"5"},
        ),
        ("bf61610161629f0203ffff", {"a": b"1", "b[0]": b"2", "b[1]": b"3"}),
        ("7f657374726561646d696e67ff", {"[0]": b"strea", "[1]": b"ming"}),
        ("a201020304", {"1": b"2", "3": b"4"}),
    ],
)
def test_containers_give_paths(data, paths):
    found = list(encoding.unwrap(bytes.fromhex(data), LIMITS))
    assert {child.path: child.data for child in found} == paths
    assert all(child.complete for child in found)


def test_a_record_of_texts_is_found_and_simple_values_give_no_child():
    data = b"\xd9\xd9\xf7\xa3\x64imei\x6f004402990000014\x62on\xf5\x63off\xf6"
    assert [(child.path, child.data) for child in encoding.find(data, LIMITS)] == [
        ("imei", b"004402990000014")
    ]


@pytest.mark.parametrize(
    "data", ["", "1c", "ff", "a1a0", "a18101", "c1", "5b7fffffffffffffff", "82", "7fff80ff"]
)
def test_other_bytes_are_malformed_or_cut_off(data):
    raw = bytes.fromhex(data)
    try:
        found = list(encoding.unwrap(raw, LIMITS))
    except Malformed:
        found = []
    assert not any(child.complete for child in found)
    assert list(encoding.find(raw, LIMITS)) == []


def test_depth_is_bounded():
    with pytest.raises(Malformed):
        list(encoding.unwrap(b"\x81" * 100_000, LIMITS))
