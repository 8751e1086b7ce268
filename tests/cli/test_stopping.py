"""Ctrl-C while reading, and behind it."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from vitne.cli.stopping import Stopping

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _handler() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_stop_while_captures_are_read_ends_the_reading() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    Stopping().install()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_behind_the_reading_the_first_stop_lets_the_results_be_written(
    capsys: pytest.CaptureFixture[str],
) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    stopping = Stopping()
    stopping.install()
    stopping.settle()
    signal.raise_signal(signal.SIGINT)
    assert "results are being written" in capsys.readouterr().err
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_asks_to_end_does_what_ctrl_c_does(number: int) -> None:
    signal.signal(number, signal.SIG_DFL)
    Stopping().install()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(number)


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_worker_that_is_told_twice_at_once_ends_once() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    Stopping().install()
    worker = os.fork()
    if worker == 0:
        code = 1
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            signal.raise_signal(signal.SIGINT)
            code = 7
        os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1]) == 7


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Stopping().install()
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    signal.raise_signal(signal.SIGINT)
