"""Twin of vitne.intake.index; what it does with each format's damage is proved in captures/."""

from __future__ import annotations

import re
import struct
from typing import get_args

from vitne.intake import index
from vitne.kernel import records
from vitne.model import GapKind


def test_every_oddity_of_the_kernel_has_a_name_for_people():
    assert set(records.ODDITIES) == set(index.ODDITIES) | set(index.GAPS)
    assert not set(index.ODDITIES) & set(index.GAPS)
    assert all(re.fullmatch(r"[a-z0-9-]+", name) for name, _ in index.ODDITIES.values())
    assert {kind for kind, _ in index.GAPS.values()} <= set(get_args(GapKind))


def test_what_is_kept_beside_the_packets_is_bounded(made, read, monkeypatch):
    monkeypatch.setattr(index, "MOST_SECRETS", 3)
    monkeypatch.setattr(index, "MOST_COMMENTS", 2)
    secret = made.block(10, struct.pack("<II", 1, 4) + b"keys")
    got = read(made.section(made.option(1, b"c") * 5 + bytes(4)) + secret * 7)
    assert (len(got.reader.secrets), got.capture.secrets) == (3, 7)
    assert (len(got.reader.comments), got.capture.comments) == (2, 5)


def test_comments_end_at_a_number_of_bytes_too(made, read, monkeypatch):
    monkeypatch.setattr(index, "MOST_COMMENT_BYTES", 10)
    got = read(made.section(made.option(1, b"eleven byte") * 3 + bytes(4)))
    assert len(got.reader.comments) == 1


def test_the_reading_tells_where_it_is(made, read):
    reader = read(made.pcap([(1_600_000_000, 0, b"x")])).reader
    places = []
    fresh = type(reader._index)(reader.buffer, 0)
    list(fresh.chunks(places.append))
    assert places == [24]
    assert fresh.packets == 1
