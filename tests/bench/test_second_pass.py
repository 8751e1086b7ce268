"""The cost of the second pass: one part inside another counts once, and the command's answers are numbers."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))
import captures
import second_pass


class Work:
    def outer(self, times):
        return sum(self.inner(times) for _ in range(3))

    def inner(self, times):
        return sum(range(times))

    def each(self, times):
        yield from range(times)


@pytest.fixture
def work(monkeypatch):
    for name in ("outer", "inner", "each"):
        monkeypatch.setattr(Work, name, vars(Work)[name])
    return Work


def test_what_is_inside_another_part_counts_once(work):
    count = second_pass.Count()
    count.watch(work, "outer", "unwrapped")
    count.watch(work, "inner", "searched")
    count.watch(work, "nowhere", "searched")
    assert work().outer(100) == 3 * 4950
    assert (count.calls["unwrapped"], count.calls["searched"]) == (1, 0)
    assert work().inner(100) == 4950
    assert count.calls["searched"] == 1


def test_what_is_given_one_by_one_counts_when_it_is_given(work):
    count = second_pass.Count()
    count.watch(work, "each", "looked over", lazy=True)
    assert list(work().each(5)) == [0, 1, 2, 3, 4]
    assert count.calls["looked over"] == 1
    if count.meter.counts:
        few = count.spent["looked over"][1]
        list(work().each(20_000))
        assert count.spent["looked over"][1] > few + 20_000


def test_the_command_counts_messages_and_tells_what_each_took(tmp_path):
    made = captures.made("web", 1, folder=tmp_path)
    number = second_pass._number(made.path, made.subject)
    assert number >= 2 * made.path.read_bytes().count(b" HTTP/1.1\r\n") > 0
    told = second_pass._own(f"web={number}", made.path, made.subject)
    rows = [line.split(" | ") for line in told.splitlines() if line.startswith("| ")][1:]
    assert [row[0].lstrip("| ") for row in rows] == ["looked over", "unwrapped", "searched", "second pass"]
    assert all(float(row[2]) >= 0 for row in rows)
    assert float(rows[-1][2]) == pytest.approx(sum(float(row[2]) for row in rows[:-1]), abs=0.3)
