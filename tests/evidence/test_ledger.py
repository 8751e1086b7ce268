"""Twin of vitne.evidence.ledger: what is written holds, and any change of it is named."""

from __future__ import annotations

import hashlib
import json
from itertools import pairwise

import pytest

from vitne.evidence.ledger import Act, append, check, read
from vitne.model import StoreError


def act(n: int) -> Act:
    return Act(
        action="note",
        time=f"2026-01-0{n}T00:00:00Z",
        time_source="test",
        actor={"user": "u"},
        tool={"vitne": "1"},
        detail={"n": n},
    )


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "ledger.jsonl"
    for n in (1, 2, 3):
        append(path, act(n))
    return path


def test_entries_are_numbered_and_chained_by_the_digest_of_the_one_before(path) -> None:
    entries, broken = read(path)
    assert broken is None
    assert [e["seq"] for e in entries] == [1, 2, 3]
    assert entries[0]["prev"] == "0" * 64
    for one, two in pairwise(entries):
        assert two["prev"] == one["hash"]


def test_the_digest_is_sha_256_of_the_entry_without_it_with_keys_sorted(path) -> None:
    for line in path.read_text().splitlines():
        entry = json.loads(line)
        digest = entry.pop("hash")
        spelled = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert hashlib.sha256(spelled.encode()).hexdigest() == digest


@pytest.mark.parametrize("line", [0, 1, 2])
def test_a_changed_byte_in_any_line_is_named_with_its_line(path, line) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    lines[line] = lines[line].replace(b'"u"', b'"v"')
    _, broken = check(b"".join(lines))
    assert broken is not None
    assert broken.line == line + 1


def test_lines_taken_out_put_in_or_moved_are_named(path) -> None:
    one, two, three = path.read_bytes().splitlines(keepends=True)
    for data, at in ((one + three, 2), (two + one + three, 1), (one + one + two, 2), (one + two + two, 3)):
        _, broken = check(data)
        assert broken is not None
        assert broken.line == at


def test_every_proper_prefix_that_cuts_a_line_is_reported(path) -> None:
    data = path.read_bytes()
    ends = {n + 1 for n, byte in enumerate(data) if byte == 10} | {0}
    for size in range(len(data)):
        entries, broken = check(data[:size])
        assert (broken is None) == (size in ends)
        assert len(entries) == data[:size].count(b"\n")


def test_an_entry_in_another_spelling_is_refused(path) -> None:
    data = path.read_bytes().replace(b'{"action"', b'{ "action"', 1)
    assert check(data)[1] is not None


def test_nothing_is_added_to_a_ledger_that_does_not_hold(path) -> None:
    path.write_bytes(path.read_bytes().replace(b'"u"', b'"v"'))
    with pytest.raises(StoreError, match="line 1"):
        append(path, act(4))


def test_an_absent_ledger_is_empty(tmp_path) -> None:
    assert read(tmp_path / "none") == ([], None)
