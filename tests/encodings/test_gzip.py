"""gzip: the library's and the gzip program's streams, members, header fields, cuts, bombs."""

from __future__ import annotations

import gzip
import shutil
import subprocess

import pytest

from vitne.encodings.gzip import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()
TEXT = b"imei=004402990000014\n" * 40


@pytest.mark.skipif(shutil.which("gzip") is None, reason="the gzip program is not installed")
def test_what_the_gzip_program_writes_is_read_and_what_is_wrapped_it_reads():
    packed = subprocess.run(["gzip", "-9", "-c"], input=TEXT, capture_output=True, check=True).stdout
    (child,) = encoding.unwrap(packed, LIMITS)
    assert (child.data, child.start, child.end, child.complete) == (TEXT, 0, len(packed), True)
    back = subprocess.run(
        ["gzip", "-d", "-c"], input=encoding.wrap(child), capture_output=True, check=True
    ).stdout
    assert back == TEXT


def test_all_header_fields_are_passed_over():
    body = gzip.compress(TEXT, mtime=0)
    # RFC 1952 section 2.3: FEXTRA, FNAME, FCOMMENT
    packed = body[:3] + b"\x1c" + body[4:10] + b"\x04\x00xtra" + b"name\x00" + b"comment\x00" + body[10:]
    (child,) = encoding.unwrap(packed, LIMITS)
    assert child.data == TEXT


def test_members_one_behind_the_other_are_one_content():
    (child,) = encoding.unwrap(
        gzip.compress(b"one ", mtime=0) + gzip.compress(b"two ", mtime=0) + gzip.compress(b"", mtime=0),
        LIMITS,
    )
    assert (child.data, dict(child.params)["members"], child.complete) == (b"one two ", 3, True)


def test_a_hundred_thousand_members_end_in_time():
    (child,) = encoding.unwrap(gzip.compress(b"x", mtime=0) * 100_000, LIMITS)
    assert child.data == b"x" * LIMITS.children
    assert not child.complete


def test_every_proper_prefix_is_malformed_or_not_complete():
    packed = gzip.compress(TEXT, mtime=0)
    for cut in range(len(packed)):
        try:
            (child,) = encoding.unwrap(packed[:cut], LIMITS)
        except Malformed:
            continue
        assert not child.complete
        assert TEXT.startswith(child.data)


def test_a_wrong_check_sum_costs_no_contents():
    packed = gzip.compress(TEXT, mtime=0)
    (child,) = encoding.unwrap(packed[:-8] + bytes(8), LIMITS)
    assert child.data == TEXT
    assert not child.complete


def test_members_are_found_at_any_offset_and_their_heads_alone_are_not():
    packed = gzip.compress(TEXT, mtime=0)
    data = b"\x00\x01head" + packed + b"\xfftail"
    (child,) = encoding.find(data, LIMITS)
    assert (child.data, data[child.start : child.end]) == (TEXT, packed)
    assert list(encoding.find(b"\x1f\x8b\x08\x00" * 50, LIMITS)) == []


def test_a_bomb_stops_at_its_ratio():
    (child,) = encoding.unwrap(gzip.compress(bytes(30 << 20), 1, mtime=0), Limits(ratio=10))
    assert len(child.data) <= 10 * (200 << 10)
    assert not child.complete


def test_other_bytes_are_malformed():
    for data in (b"", b"\x1f\x8b", b"plain text", b"\x1f\x8b\x08\x00aaaaaaaaaaa"):
        with pytest.raises(Malformed):
            list(encoding.unwrap(data, LIMITS))


def test_any_part_of_the_contents_is_placed_at_the_whole_range():
    packed = gzip.compress(TEXT, mtime=0)
    (child,) = encoding.unwrap(packed, LIMITS)
    assert encoding.locate(packed, child, 5, 6) == (0, len(packed))
