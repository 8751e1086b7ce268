from __future__ import annotations

import numpy as np

from vitne.triggers.bursts import burst_starts, responses, waits


def test_what_comes_within_three_seconds_of_the_one_before_is_one_burst() -> None:
    times = np.array([10.0, 0.0, 2.9, 5.8, 20.0, 23.0])
    assert burst_starts(times).tolist() == [0.0, 10.0, 20.0, 23.0]


def test_nothing_gives_no_burst_and_endless_waits() -> None:
    assert burst_starts(np.zeros(0)).tolist() == []
    assert np.isinf(waits(np.array([1.0]), np.zeros(0))).all()


def test_a_burst_at_the_very_event_does_not_answer_it_unless_the_clock_may_run_ahead() -> None:
    events, bursts = np.array([5.0, 9.0]), np.array([5.0, 8.5])
    assert waits(events, bursts).tolist() == [3.5, np.inf]
    assert waits(events, bursts, 1.0).tolist() == [0.0, -0.5]


def test_responses_are_counted_per_window_along_the_last_axis() -> None:
    assert responses(np.array([[0.5, 3.0, np.inf], [1.0, 2.0, 70.0]]), (1.0, 5.0)).tolist() == [
        [1, 2],
        [1, 2],
    ]
