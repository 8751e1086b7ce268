from __future__ import annotations

import os
import signal
import time

import pytest

from vitne.cli.halting import Halt, ended_by_signals


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_every_signal_that_ends_is_taken_and_given_back(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with Halt() as halt:
        assert not halt.asked()
        os.kill(os.getpid(), number)
        assert halt.asked()
    assert signal.getsignal(number) is before


def test_the_time_ends_it_too() -> None:
    with Halt(0.05) as halt:
        assert not halt.asked()
        time.sleep(0.06)
        assert halt.asked()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_signal_ends_what_runs_and_a_second_does_not_end_its_tidying(
    number: signal.Signals,
) -> None:
    before = signal.getsignal(number)
    tidied = []

    def work() -> None:
        try:
            os.kill(os.getpid(), number)
            time.sleep(5)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)
            tidied.append(number)

    with pytest.raises(KeyboardInterrupt), ended_by_signals():
        work()
    assert tidied == [number]
    assert signal.getsignal(number) is before
