"""Work in processes of their own: what each gives comes back in order, and none outlives the block."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import time
from typing import TYPE_CHECKING, Any

import pytest

from vitne.store.aside import Aside, Ended

if TYPE_CHECKING:
    from collections.abc import Callable


def together(*works: Callable[[], Any]) -> list[Any]:
    with Aside() as aside:
        for work in works:
            aside.begin(work)
        return aside.collect()


def test_what_each_gives_comes_back_in_the_order_they_were_begun() -> None:
    first, second = together(lambda: (time.sleep(0.1), os.getpid())[1], os.getpid)
    assert len({first, second, os.getpid()}) == 3


def test_a_refusal_of_the_system_is_raised_here_and_the_others_are_ended() -> None:
    before = set(multiprocessing.active_children())  # of other tests

    def refused() -> None:
        raise OSError(errno.ENOSPC, "no room")

    with pytest.raises(OSError, match="no room") as caught:
        together(refused, lambda: time.sleep(60))
    assert caught.value.errno == errno.ENOSPC
    assert not set(multiprocessing.active_children()) - before


def test_one_that_dies_is_told_with_how_it_ended() -> None:
    with pytest.raises(Ended, match="ended with -9"):
        together(lambda: os.kill(os.getpid(), signal.SIGKILL))


def test_a_signal_that_asks_to_end_is_for_whoever_began_it() -> None:
    def told() -> str:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            os.kill(os.getpid(), number)
        return "done"

    assert together(told) == ["done"]


def test_a_stop_while_a_process_begins_ends_that_process_too(monkeypatch: pytest.MonkeyPatch) -> None:
    from multiprocessing.context import ForkProcess

    def stop(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = set(multiprocessing.active_children())  # of other tests
    start = ForkProcess.start

    def stopped(process: ForkProcess) -> None:
        start(process)
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(ForkProcess, "start", stopped)
    handler = signal.signal(signal.SIGTERM, stop)
    try:
        with pytest.raises(KeyboardInterrupt):
            together(lambda: time.sleep(60))
    finally:
        signal.signal(signal.SIGTERM, handler)
    assert not set(multiprocessing.active_children()) - before
    assert signal.SIGTERM not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
