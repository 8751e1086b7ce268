"""Twin of the fuzz runner: whatever ends a worker is a find, and the input in hand is kept."""

from __future__ import annotations

import random
import sys

import pytest

from tests.fuzz import runner


@pytest.fixture(autouse=True)
def _finds(tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "ROOT", tmp_path)
    monkeypatch.setattr(runner, "FINDS", tmp_path / "finds")
    (tmp_path / "finds").mkdir()
    (tmp_path / "finds" / "fuzz_x.last").write_bytes((7).to_bytes(8, "little") + b"in hand" + bytes(99))


def watched(code: str, seconds: float = 30) -> tuple[int, str]:
    return runner.watch([sys.executable, "-c", code], name="fuzz_x", seconds=seconds)


def test_a_worker_that_comes_to_its_end_gives_its_count() -> None:
    assert watched("print(7)") == (7, "")


def test_a_worker_that_crashes_is_a_find() -> None:
    _, find = watched("import os; os.abort()")
    assert "the worker ended with -6" in find
    kept = next(runner.FINDS.glob("fuzz_x-*"))
    assert kept.read_bytes() == b"in hand"
    assert kept.name in find


def test_a_worker_that_raises_is_a_find_with_its_traceback() -> None:
    _, find = watched("print('ValueError: why'); raise SystemExit(3)")
    assert "ValueError: why" in find


def test_a_worker_that_hangs_is_a_find(monkeypatch) -> None:
    monkeypatch.setattr(runner, "GRACE_S", 0.3)
    _, find = watched("import time; time.sleep(60)", seconds=0)
    assert "did not come back" in find


def test_the_input_in_hand_outlives_the_worker() -> None:
    hold = runner._held("fuzz_x", 100)
    hold[:15] = (7).to_bytes(8, "little") + b"another"
    watched("import os; os.abort()")
    assert next(runner.FINDS.glob("fuzz_x-*")).read_bytes() == b"another"


def test_a_change_of_an_input_is_the_same_for_the_same_seed() -> None:
    seeds = [bytes(range(64)), b"GET / HTTP/1.1\r\n\r\n"]
    first = [runner.mutate(random.Random(n), seeds) for n in range(200)]
    assert first == [runner.mutate(random.Random(n), seeds) for n in range(200)]
    assert len(set(first)) > 150


def test_every_harness_has_seeds_and_takes_them() -> None:
    import importlib

    for name in runner.harnesses():
        module = importlib.import_module(f"tests.fuzz.{name}")
        assert module.SEEDS, name
        assert all(type(seed) is bytes for seed in module.SEEDS), name
        for seed in module.SEEDS[:8]:
            module.one(seed)
