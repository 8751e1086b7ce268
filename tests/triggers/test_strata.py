from __future__ import annotations

import numpy as np

from vitne.triggers.strata import Sessions, sessions_from, strata

SESSIONS = Sessions(begin=np.array([100.0, 500.0]), end=np.array([200.0, 530.0]))


def test_lit_and_dark_are_paired_and_a_second_lit_changes_nothing() -> None:
    found = sessions_from(np.array([10.0, 20.0, 50.0]), np.array([5.0, 30.0, 40.0]), end_s=90.0)
    assert list(zip(found.begin.tolist(), found.end.tolist(), strict=True)) == [(10.0, 30.0), (50.0, 90.0)]


def test_a_time_lies_in_its_session_or_in_none() -> None:
    assert SESSIONS.of(np.array([99.9, 100.0, 199.9, 200.0, 510.0])).tolist() == [-1, 0, 0, -1, 1]
    assert Sessions(begin=np.zeros(0), end=np.zeros(0)).of(np.array([1.0])).tolist() == [-1]


def test_an_event_moves_inside_its_session_or_inside_a_fixed_minute() -> None:
    low, high = strata(np.array([150.0, 250.0, 515.0]), SESSIONS, begin_s=0.0, end_s=520.0)
    assert low.tolist() == [100.0, 240.0, 500.0]
    assert high.tolist() == [200.0, 300.0, 520.0]


def test_without_a_log_of_the_screen_all_move_inside_fixed_minutes() -> None:
    low, high = strata(np.array([61.0]), None, begin_s=0.0, end_s=1000.0)
    assert (low.tolist(), high.tolist()) == ([60.0], [120.0])
