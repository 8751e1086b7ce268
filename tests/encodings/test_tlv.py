"""Tag, length, value: by hand, and the example of LwM2M."""

from __future__ import annotations

import pytest

from vitne.encodings.tlv import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()
IMEI, NAME = b"004402990000014", b"Example Phone"


@pytest.mark.parametrize(("tag", "length"), [(1, 1), (1, 2), (2, 2), (2, 1), (4, 4)])
@pytest.mark.parametrize("order", ["big", "little"])
def test_the_widths_in_use_are_read(tag, length, order):
    data = b"".join(
        number.to_bytes(tag, order) + len(value).to_bytes(length, order) + value
        for number, value in ((1, IMEI), (7, NAME), (9, b"\x01\x02"))
    )
    found = list(encoding.find(data, LIMITS))
    assert [(child.path, child.data) for child in found] == [("1", IMEI), ("7", NAME), ("9", b"\x01\x02")]
    assert all(data[child.start : child.end] == child.data for child in found)


def test_the_example_of_lwm2m():
    # OMA LwM2M 1.0 section 6.4.3.1, the first resources of the Device object
    data = bytes.fromhex(
        "C800144F70656E204D6F62696C6520416C6C69616E6365C801164C69676874776569676874204D324D20436C69656E74C80209333435303030313233"
    )
    assert [(child.path, child.data) for child in encoding.find(data, LIMITS)] == [
        ("0", b"Open Mobile Alliance"),
        ("1", b"Lightweight M2M Client"),
        ("2", b"345000123"),
    ]


def test_resources_of_an_instance_are_below_it():
    inner = b"\xc8\x00\x0f" + IMEI + b"\xc3\x01abc"
    data = b"\x08\x00" + bytes((len(inner),)) + inner
    assert [(child.path, child.data) for child in encoding.unwrap(data, LIMITS)] == [
        ("0.0", IMEI),
        ("0.1", b"abc"),
    ]


@pytest.mark.parametrize("data", [b"\x01\x05abc", b"\xff" * 20, b""])
def test_other_bytes_are_malformed(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))
    assert list(encoding.find(data, LIMITS)) == []


def test_values_that_nobody_can_read_are_no_record():
    assert list(encoding.find(b"\x01\x04\x00\x01\x02\x03\x02\x04\x00\x01\x02\x03", LIMITS)) == []
