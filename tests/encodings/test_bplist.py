"""Binary property lists by the standard library."""

from __future__ import annotations

import datetime as dt
import plistlib

import pytest

from vitne.encodings.bplist import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()
RECORD = {
    "imei": "004402990000014",
    "name": "Åse Æ",
    "cells": [{"lac": 4660, "mcc": 1}, {"lac": -5}],
    "blob": b"\x00\x01",
    "ratio": 2.5,
    "on": True,
    "long": "x" * 300,
}


def dumped(value: object) -> bytes:
    return plistlib.dumps(value, fmt=plistlib.FMT_BINARY)


def test_every_leaf_has_its_path_and_its_bytes_again():
    data = dumped(RECORD)
    found = list(encoding.find(data, LIMITS))
    assert {child.path: child.data for child in found} == {
        "imei": b"004402990000014",
        "name": "Åse Æ".encode(),
        "cells[0].lac": b"4660",
        "cells[0].mcc": b"1",
        "cells[1].lac": b"-5",
        "blob": b"\x00\x01",
        "ratio": b"2.5",
        "long": b"x" * 300,
    }
    assert all(encoding.wrap(child) == data[child.start : child.end] for child in found)
    assert [child.start for child in found] == sorted(child.start for child in found)


def test_a_date_is_seconds_since_2001():
    (child,) = encoding.unwrap(dumped([dt.datetime(2001, 1, 2)]), LIMITS)  # noqa: DTZ001  (the writer takes none)
    assert child.data == b"86400.0"


def test_a_list_that_holds_itself_ends():
    # one array with one reference: to itself
    data = (
        b"bplist00\xa1\x00\x08"
        + bytes(6)
        + b"\x01\x01"
        + (1).to_bytes(8, "big")
        + bytes(8)
        + (10).to_bytes(8, "big")
    )
    assert list(encoding.unwrap(data, LIMITS)) == []


@pytest.mark.parametrize("cut", [0, 7, 40, 100, -1])
def test_a_cut_off_list_is_malformed(cut):
    with pytest.raises(Malformed):
        list(encoding.unwrap(dumped(RECORD)[:cut], LIMITS))


def test_counts_beyond_the_data_are_malformed():
    data = bytearray(dumped(RECORD))
    data[-24:-16] = b"\xff" * 8
    with pytest.raises(Malformed):
        list(encoding.unwrap(bytes(data), LIMITS))
