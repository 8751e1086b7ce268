"""MessagePack: bytes by hand after the specification, and a writer of our own in the test."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.encodings.msgpack import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()


def written(value: object) -> bytes:
    """Write a value after the specification, in the shortest form."""
    if value is None or isinstance(value, bool):
        return {None: b"\xc0", False: b"\xc2", True: b"\xc3"}[value]
    if isinstance(value, int):
        forms = (
            (">b", b"", -32, 127),
            (">B", b"\xcc", 0, 255),
            (">h", b"\xd1", -(1 << 15), (1 << 15) - 1),
            (">q", b"\xd3", -(1 << 63), (1 << 63) - 1),
        )
        return next(
            head + struct.pack(form, value) for form, head, low, high in forms if low <= value <= high
        )
    if isinstance(value, float):
        return b"\xcb" + struct.pack(">d", value)
    if isinstance(value, (str, bytes)):
        raw = value.encode() if isinstance(value, str) else value
        if isinstance(value, str) and len(raw) < 32:
            return bytes((0xA0 | len(raw),)) + raw
        return (b"\xda" if isinstance(value, str) else b"\xc5") + struct.pack(">H", len(raw)) + raw
    if isinstance(value, list):
        return b"\xdc" + struct.pack(">H", len(value)) + b"".join(map(written, value))
    assert isinstance(value, dict)
    return (
        b"\xde" + struct.pack(">H", len(value)) + b"".join(written(k) + written(v) for k, v in value.items())
    )


def leaves(value: object, path: str = "") -> list[tuple[str, bytes]]:
    if isinstance(value, list):
        return [leaf for n, one in enumerate(value) for leaf in leaves(one, f"{path}[{n}]")]
    if isinstance(value, dict):
        return [leaf for key, one in value.items() for leaf in leaves(one, f"{path}.{key}" if path else key)]
    if value is None or isinstance(value, bool) or value in ("", b""):
        return []
    return [(path, value if isinstance(value, bytes) else str(value).encode())]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 63), (1 << 63) - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=40) | st.binary(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcxyz", min_size=1, max_size=5), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(value=st.dictionaries(st.sampled_from(["imei", "cell", "list"]), VALUES, min_size=1))
def test_every_leaf_has_its_path_its_place_and_its_bytes_again(value):
    data = written(value)
    found = list(encoding.unwrap(data, LIMITS))
    assert [(child.path, child.data) for child in found] == leaves(value)
    assert all(encoding.wrap(child) == data[child.start : child.end] for child in found)
    assert all(child.complete for child in found)


def test_a_record_of_texts_is_found_and_a_cut_is_told():
    data = written({"imei": "004402990000014", "place": [59.91, 10.75], "note": "a longer text"})
    found = {child.path: child.data for child in encoding.find(data, LIMITS)}
    assert found == {
        "imei": b"004402990000014",
        "place[0]": b"59.91",
        "place[1]": b"10.75",
        "note": b"a longer text",
    }
    cut = list(encoding.find(data[:-2], LIMITS))
    assert [child.path for child in cut] == ["imei", "place[0]", "place[1]"]
    assert not any(child.complete for child in cut)


def test_objects_one_behind_the_other_and_extensions_are_read():
    # fixext 4 (a time stamp), ext 8, then a map again
    data = b"\x82\xa4time\xd6\xff\x00\x00\x00\x00\xa4more\xc7\x02\x05ab" + b"\x81\xa4imei\xa3abc"
    assert [(child.path, child.data) for child in encoding.find(data, LIMITS)] == [("imei", b"abc")]


@pytest.mark.parametrize(
    "data", [b"", b"\xc1", b"\x81\x80\x01", b"\x92\xc1", b"\xdf\xff\xff\xff\xff", b"\x81\xc7\x00\x00\x01"]
)
def test_other_bytes_are_malformed(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))
    assert list(encoding.find(data, LIMITS)) == []


def test_depth_and_number_are_bounded():
    with pytest.raises(Malformed):
        list(encoding.unwrap(b"\x91" * 100_000, LIMITS))
    many = b"\xdd\x00\x01\x00\x00" + b"\xa1x" * 65536
    assert len(list(encoding.unwrap(many, LIMITS))) == LIMITS.children
