"""Parts that come again: what is given is what unwrapping them anew gives."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.unwrap import Budget, _known_empty, unwrap
from vitne.decode.unwrap_again import Again
from vitne.model import Node, Part

if TYPE_CHECKING:
    import pytest

RECORD = json.dumps({"imei": "004402990000014", "at": 1, "more": "x" * 40}).encode()
NOISE = bytes(zlib.crc32(bytes((byte,))) & 0xFF for byte in range(256)) * 2
PARTS = [
    RECORD,
    gzip.compress(RECORD, mtime=0),
    base64.b64encode(gzip.compress(RECORD, mtime=0)),
    b"data=" + base64.b64encode(RECORD) + b"&b=%7B%22a%22%3A1%7D",
    NOISE[:300],
    json.dumps({"inner": base64.b64encode(NOISE[:200]).decode(), "same": RECORD.decode()}).encode(),
    b"plain words that say nothing at all",
    b"\x1f\x8b\x08\x00" + NOISE[:120],
    b"<a><b>" + base64.b64encode(RECORD) + b"</b></a>",
]


def told(items: Any) -> list[Any]:
    return [
        (one.data, one.depth, one.field, one.part, one.child, one.encoding, list(one.passed), one.place(0, len(one.data)), one.parent and one.parent.data)
        if isinstance(one, Node)
        else one
        for one in items
    ]  # fmt: skip


def message(parts: list[bytes], unwrapping: Any, *, start: int, budget: Budget) -> list[Any]:
    _known_empty.clear()  # of what is known to be empty less is looked at
    out: list[Any] = []
    for data in parts:
        hints = ("json",) if data is RECORD else ()
        part = Part(path="body", start=start, end=start + len(data), hints=hints)
        out += told(unwrapping(part, data, budget=budget))
        start += len(data)
    return [*out, (budget.nodes, budget.leaves, budget.size, budget.work, budget.gaps())]


@given(st.lists(st.lists(st.sampled_from(PARTS), min_size=1, max_size=4), min_size=1, max_size=6), st.data())
def test_what_comes_again_is_told_as_when_it_is_unwrapped_anew(messages, data) -> None:
    again = Again()
    for number, parts in enumerate(messages):
        bounds = data.draw(st.sampled_from([{}, {}, {"nodes": 3}, {"leaves": 5}, {"size": 500}, {"work": 4000}, {"depth": 1}]))  # fmt: skip
        if "depth" in bounds:
            again = Again()  # a scan has one depth
        expected = message(parts, unwrap, start=100 * number, budget=Budget(**bounds))
        assert message(parts, again.unwrap, start=100 * number, budget=Budget(**bounds)) == expected
        if "depth" in bounds:
            again = Again()


def test_a_part_that_comes_again_is_not_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    again = Again()
    part = Part(path="body", start=0, end=300)
    first = told(again.unwrap(part, NOISE[:300], budget=Budget()))
    monkeypatch.setattr("vitne.decode.unwrap_again.unwrap", None)
    assert told(again.unwrap(part, NOISE[:300], budget=Budget())) == first


def test_what_is_kept_is_bounded() -> None:
    again = Again()
    for number in range(40):
        data = NOISE[:300] + number.to_bytes(4, "big")
        list(again.unwrap(Part(path="body", start=0, end=len(data)), data, budget=Budget()))
    again._size = 16 << 20
    list(again.unwrap(Part(path="body", start=0, end=301), NOISE[:301], budget=Budget()))
    assert len(again._trees) == 1
