"""Tables whose entries lie on one another cost no more than their file could justify."""

from __future__ import annotations

import struct
import time

import pytest

from vitne.firmware.budget import Budget
from vitne.firmware.gathering import Harvest
from vitne.firmware.parts.chunked import chunks, pool_of
from vitne.firmware.parts.resource_table import ResourceTable
from vitne.lab.packages import _chunk, _pool, resources
from vitne.model import Malformed


def test_many_numbers_of_one_long_text_end_early() -> None:
    count, text = 100_000, b"x" * 60_000
    body = bytes(4 * count) + b"\x80\x80" + b"\xea\x60" + text + b"\0"
    data = _chunk(1, struct.pack("<IIIII", count, 0, 1 << 8, 28 + 4 * count, 0), body + bytes(-len(body) % 4))
    pool = pool_of(data, chunks(data, 0, len(data)))
    with pytest.raises(Malformed, match="lie on one another"):
        list(map(pool.text, range(count)))


def test_a_list_that_every_entry_leads_to_is_charged_each_time() -> None:
    entries = 20_000
    head = struct.pack("<BBHII", 1, 0, 0, entries, 84 + 4 * entries) + struct.pack("<I", 64) + bytes(60)
    complex_one = struct.pack("<HHIII", 16, 1, 0, 0, 4096) + struct.pack("<IHBBI", 0, 8, 0, 3, 0) * 4096
    kind = _chunk(0x0201, head, bytes(4 * entries) + complex_one)
    whole = resources("a", (("s", "text"),))
    at = whole.index(struct.pack("<HH", 0x0200, 288))
    body = whole[at + 288 :] + kind
    data = _chunk(2, struct.pack("<I", 1), _pool(["text"]) + _chunk(0x0200, whole[at + 8 : at + 288], body))
    assert len(data) < 200_000
    with pytest.raises(Malformed, match="entries of tables"):
        ResourceTable(data, Budget(unpack=0, look=0, files=0, texts=100_000)).resources()


def test_a_text_without_words_is_searched_once() -> None:
    begun = time.process_time()
    for _ in range(40):
        Harvest().take(b"a" * 65_000 + b":" + b"http://" * 9000, "a", 0)
    assert time.process_time() - begun < 5
