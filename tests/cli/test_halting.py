from __future__ import annotations

import os
import signal
import time

import pytest

from vitne.cli.halting import Halt


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
