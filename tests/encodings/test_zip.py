"""Zip archives by the standard library and by hand after APPNOTE.TXT."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest
import zstandard

from vitne.encodings.zip import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()
TEXT = b'{"imei":"004402990000014"}' * 4


def archive(method: int, **files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, data in files.items():
            made.writestr(zipfile.ZipInfo(name), data, method)
    return out.getvalue()


def member(method: int, body: bytes, contents: bytes, flags: int = 0) -> bytes:
    """Write a local file header (section 4.3.7) and the body."""
    sizes = (zlib.crc32(contents), len(body), len(contents))
    return struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, flags, method, 0, 0, *sizes, 1, 0) + b"f" + body


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_members_of_every_method_are_children_by_name(method):
    data = b"\x00\x01" + archive(method, sms=TEXT, calls=b"nobody called")
    found = list(encoding.find(data, LIMITS))
    assert [(child.path, child.data, child.complete) for child in found] == [
        ("sms", TEXT, True),
        ("calls", b"nobody called", True),
    ]
    for child in found:
        with zipfile.ZipFile(io.BytesIO(encoding.wrap(child))) as again:
            assert again.read(child.path) == child.data
        assert next(encoding.unwrap(data[child.start : child.end], LIMITS)).data == child.data


def test_zstandard_members_are_read_and_unknown_and_enciphered_ones_passed_over():
    data = (
        member(93, zstandard.compress(TEXT), TEXT)
        + member(98, b"ppmd?", b"x")
        + member(0, b"secret", b"secret", flags=1)
        + member(0, b"clear", b"clear")
    )
    assert [child.data for child in encoding.unwrap(data, LIMITS)] == [TEXT, b"clear"]


def test_a_stored_member_has_its_bytes_at_their_place():
    data = archive(zipfile.ZIP_STORED, sms=TEXT)
    (child,) = encoding.unwrap(data, LIMITS)
    start, end = encoding.locate(data, child, 9, 24)
    assert data[start:end] == b"004402990000014"


def test_a_wrong_check_sum_and_a_cut_are_told():
    data = bytearray(archive(zipfile.ZIP_STORED, sms=TEXT))
    data[14] ^= 1
    assert [child.complete for child in encoding.unwrap(bytes(data), LIMITS)] == [False]
    whole = archive(zipfile.ZIP_DEFLATED, sms=TEXT)
    body = whole.find(b"sms") + 3
    (child,) = encoding.unwrap(whole[: body + 20], LIMITS)
    assert not child.complete
    assert TEXT.startswith(child.data)


def test_a_bomb_of_many_members_stops_at_its_bounds():
    big = {f"f{n}": bytes(8 << 20) for n in range(8)}
    found = list(encoding.unwrap(archive(zipfile.ZIP_DEFLATED, **big), Limits(size=4 << 20)))
    assert sum(len(child.data) for child in found) <= 4 << 20
    assert not found[-1].complete


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"PK\x03\x04" + bytes(20), b"PK\x05\x06" + bytes(18)])
def test_other_bytes_are_malformed(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))
    assert list(encoding.find(data, LIMITS)) == []
