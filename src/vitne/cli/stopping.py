"""Ctrl-C: while captures are read it ends the reading; what was read is then written down all the same.

A signal that asks to end (SIGTERM), and one that tells that the terminal is gone (SIGHUP), do the same.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_DEFAULTS = (signal.SIG_DFL, signal.default_int_handler)
_TWICE_NS = 1_000_000_000  # within that, a worker was told by the terminal and by its parent as well


class Stopping:
    """Takes the signals that end one command.

    While ``reading``, they raise KeyboardInterrupt, in the worker processes as well, whichever process was
    sent the signal.  Behind that, the first one only says that the results are being written, and the second
    raises.
    """

    def __init__(self) -> None:
        self.reading = True
        self._asked = False
        self._owner = 0
        self._told_ns = -_TWICE_NS

    def install(self) -> None:
        """Take the signals from now until the process ends; where one is ignored it stays ignored."""
        self._owner = os.getpid()
        for number in _SIGNALS:
            if signal.getsignal(number) in _DEFAULTS:
                signal.signal(number, self._take)

    def settle(self) -> None:
        """Say that all reading is over."""
        self.reading = False

    def _take(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        if os.getpid() != self._owner:
            self._end_worker()
            return
        _tell_workers()
        if self.reading or self._asked:
            raise KeyboardInterrupt
        self._asked = True
        print("vitne: all is read; the results are being written (once more to stop)", file=sys.stderr)

    def _end_worker(self) -> None:
        before, self._told_ns = self._told_ns, time.monotonic_ns()
        if self._told_ns - before >= _TWICE_NS:
            raise KeyboardInterrupt


def _tell_workers() -> None:
    """Pass the wish on to the processes that work for this one: a signal may be sent to this one alone."""
    if "multiprocessing" in sys.modules:
        import multiprocessing

        for worker in multiprocessing.active_children():
            if worker.pid is not None:
                os.kill(worker.pid, signal.SIGINT)
