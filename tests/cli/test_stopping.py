"""Ctrl-C while reading, and behind it."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from vitne.cli.stopping import Stopping

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _handler() -> Iterator[None]:
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


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


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Stopping().install()
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    signal.raise_signal(signal.SIGINT)
