"""Roles told from hand-made histories of values, one rule at a time."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.learn.roles import role_of, runs_of
from vitne.model.fields import FieldValue

MINUTE = 60 * 10**9
START = 1_549_174_542 * 10**9
BOOTS = dict.fromkeys(("a", "b", "c"), (START - MINUTE, START + 4 * MINUTE - 1))


def value(device: str, minute: int, content: bytes) -> FieldValue:
    said: dict[str, Any] = {"capture": "5d" * 32, "frame": minute + 1, "flow": minute, "host": "x.example"}
    return FieldValue(
        **said,
        time_ns=START + minute * MINUTE,
        device=device,
        protocol="http",
        message="request POST /",
        sent=True,
        path="body > json: f",
        name="f",
        value=content,
    )


def told(**histories: list[str]) -> str:
    values = [
        value(device, minute, content.encode())
        for device, history in histories.items()
        for minute, content in enumerate(history)
    ]
    return role_of(runs_of(values, BOOTS)).role


def test_one_value_of_all_devices_is_constant_and_of_one_device_not_sure() -> None:
    assert told(a=["1"] * 8, b=["1"] * 8) == "constant"
    alone = role_of(runs_of([value("a", 0, b"1"), value("a", 1, b"1")], BOOTS))
    assert (alone.role, alone.sure) == ("constant", False)
    assert "empty" in role_of(runs_of([value("a", 0, b"")], {})).because


def test_one_value_per_device_is_its_own() -> None:
    assert told(a=["x1"] * 8, b=["x2"] * 8, c=["x1"] * 8) == "per-device"
    values = [value(device, minute, device.encode()) for device in "abc" for minute in range(8)]
    verdict = role_of(runs_of(values, BOOTS))
    assert verdict.p is not None
    assert verdict.p < 1e-8  # 24! / (8!^3 3!) relabellings
    assert "over 3 starts" in verdict.because


def test_another_value_behind_each_start_is_per_boot() -> None:
    assert told(a=["s1"] * 4 + ["s2"] * 4, b=["s3"] * 4 + ["s4"] * 4) == "per-boot"


def test_a_change_away_from_a_start_that_does_not_come_back_is_a_card() -> None:
    assert told(a=["i1"] * 2 + ["i2"] * 6, b=["i3"] * 6 + ["i4"] * 2) == "per-card"


def test_a_number_that_rises_by_small_steps_is_a_counter_even_over_starts() -> None:
    assert told(a=[str(100 + n) for n in range(8)], b=[str(7 + 2 * n) for n in range(8)]) == "counter"
    assert told(a=["5", "6", "7", "8", "1", "2", "3", "4"]) == "counter"
    assert told(a=["5", "6", "7", "900000", "8000000", "1", "2", "3"]) != "counter"


def test_a_time_goes_with_the_clock_of_the_capture() -> None:
    own = [str(START // 10**9 + 60 * minute) for minute in range(8)]
    assert told(a=own) == "time"
    local = [str((START // 10**9 + 3600 + 60 * minute) * 1000) for minute in range(8)]
    assert told(a=local, b=own) == "time"
    assert told(a=[str(START // 10**9 + 86400 * 3 * minute) for minute in range(8)]) != "time"


def test_values_that_come_back_are_a_state() -> None:
    assert told(a=["c1", "c2", "c1", "c3", "c1", "c2", "c2", "c1"]) == "state"


def test_ever_new_values_are_random_or_unreadable() -> None:
    digests = [hashlib.sha256(bytes([n])) for n in range(8)]
    assert told(a=[digest.hexdigest() for digest in digests]) == "random"
    values = [value("a", n, digest.digest()) for n, digest in enumerate(digests)]
    assert role_of(runs_of(values, BOOTS)).role == "unreadable"


@pytest.mark.parametrize("content", [b"", b"\xff" * 40, b"1549174542"])
def test_any_single_value_has_some_role_that_is_not_sure(content: bytes) -> None:
    verdict = role_of(runs_of([value("a", 0, content)], {}))
    assert verdict.role == "constant"
    assert not verdict.sure


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9), st.binary(max_size=24)), min_size=1))
def test_any_history_has_a_role_and_raises_nothing(history: list[tuple[str, int, bytes]]) -> None:
    values = [value(device, minute, content) for device, minute, content in history]
    verdict = role_of(runs_of(values, BOOTS))
    assert verdict.because
    assert verdict.p is None or 0 <= verdict.p <= 1
