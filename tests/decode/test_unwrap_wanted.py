"""Fields that hold nothing of interest get no node; what is found stays the same."""

from __future__ import annotations

import gzip
import json
import re
from collections import defaultdict

from vitne.decode.unwrap import Budget, unwrap
from vitne.decode.unwrap_wanted import idle
from vitne.encodings import encodings
from vitne.model import Gap, Node, Opaque, Part


class Asked:
    """Asks for fields named id, texts with an at sign, and the word known."""

    def __init__(self) -> None:
        self.names = defaultdict(bool, {b"id": True})

    def may_hold(self, text: bytes) -> bool:
        return b"@" in text

    def may_be(self, digits: bytes) -> bool:
        return re.search(rb"(?m)^4901", digits) is not None

    def places(self, data: bytes) -> list[tuple[int, int]]:
        return [found.span() for found in re.finditer(b"known", data)]

    def owned(self, data: bytes) -> list[tuple[int, int]]:
        return self.places(data)

    def skims(self, path: str) -> bool:
        return path == "body"

    def answers(self, data: bytes) -> bool:
        return b"resultCode" in data


RECORD = {
    "first": 1, "id": "x", "plain": "item 12", "mail": "a@b", "long": "a@b.example", "number": 490154203237518,
    "float": 0.8474337369372327, "small": 7, "word": "un known", "time": "10:00:00", "esc": "a\tb",
    "blob": "eyJpZCI6ICJ4eXoifQ==", "list": ["one", "two"],
}  # fmt: skip


def walk(
    data: bytes, *, hints: tuple[str, ...] = ("json",), deep: bool = True, path: str = "body", asked=True
):
    part = Part(path=path, start=0, end=len(data), hints=hints)
    return list(unwrap(part, data, budget=Budget(), deep=deep, wanted=Asked() if asked else None))


def nodes(items: list[object]) -> dict[str, bytes]:
    return {item.field: item.data for item in items if isinstance(item, Node) and item.depth == 1}


def test_only_fields_that_matter_have_nodes() -> None:
    items = walk(json.dumps(RECORD).encode())
    assert set(nodes(items)) == {"first", "id", "long", "number", "word", "time", "esc", "blob"}


def test_what_is_wrapped_in_a_field_is_reached_as_ever() -> None:
    every = [item.data for item in walk(json.dumps(RECORD).encode(), asked=False) if item.depth > 1]
    ours = [item.data for item in walk(json.dumps(RECORD).encode()) if item.depth > 1]
    assert ours == every != []


def test_the_other_fields_are_told_by_range() -> None:
    data = json.dumps(RECORD).encode()
    root = walk(data)[0]
    assert [data[start:end] for start, end in root.passed] == [
        b"item 12", b"a@b", b"0.8474337369372327", b"7", b"one", b"two",
    ]  # fmt: skip


def test_an_unannounced_record_is_skimmed_as_well() -> None:
    items = walk(json.dumps(RECORD).encode(), hints=())
    assert set(nodes(items)) == {"first", "id", "long", "number", "word", "time", "esc", "blob"}


def test_a_part_with_rules_of_its_own_is_read_in_full() -> None:
    items = walk(json.dumps(RECORD).encode(), path="header:X")
    assert len(nodes(items)) == len(RECORD) + 1


def test_a_damaged_record_is_read_in_full() -> None:
    data = json.dumps(RECORD).encode()[:-3]
    assert len(nodes(walk(data))) == len(RECORD) + 1


def test_passed_fields_count_as_fields() -> None:
    data = json.dumps({f"k{n}": 1 for n in range(60)}).encode()
    part = Part(path="body", start=0, end=len(data), hints=("json",))
    for asked in (None, Asked()):
        budget = Budget(leaves=100)
        items = [item for _ in range(2) for item in unwrap(part, data, budget=budget, wanted=asked)]
        assert budget.leaves == 0
        assert [item.why for item in items if isinstance(item, Gap)] == [
            "unwrapping stopped: too many fields"
        ]


def test_a_received_record_of_no_interest_is_undone_and_not_taken_apart() -> None:
    data = gzip.compress(json.dumps({"a": "item", "b": 2}).encode(), mtime=0)
    items = walk(data, hints=("gzip", "json"), deep=False)
    assert [item.data for item in items] == [data, b'{"a": "item", "b": 2}']


def test_a_received_record_with_a_known_value_or_an_answer_is_taken_apart() -> None:
    for record in ({"a": "known"}, {"resultCode": 0}):
        items = walk(json.dumps(record).encode(), deep=False)
        assert [item.field for item in items] == ["", *record]


def test_a_known_value_behind_escapes_is_seen() -> None:
    items = walk(b'{"a":"\\u006bnown"}', deep=False)
    assert [item.data for item in items][1:] == [b"known"]


def test_a_received_lie_is_told_as_ever() -> None:
    noise = bytes(range(256)) * 4
    items = walk(noise, deep=False)
    assert [item.reason for item in items if isinstance(item, Opaque)] == ["high-entropy"]


def test_only_records_can_be_idle() -> None:
    assert idle(Asked(), encodings()["json"], b'{"a":1}')
    assert idle(Asked(), encodings()["xml"], b"<a>b</a>")
    assert not idle(Asked(), encodings()["xml"], b"<a>known</a>")
    assert not idle(Asked(), encodings()["gzip"], b"text")
