"""Ctrl-C: while captures are read it ends the reading; what was read is then written down all the same."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType


class Stopping:
    """Takes SIGINT for one command.

    While ``reading``, it raises KeyboardInterrupt, as ever.  Behind that, the first one only says that the
    results are being written, and the second raises.
    """

    def __init__(self) -> None:
        self.reading = True
        self._asked = False

    def install(self) -> None:
        """Take the signal from now until the process ends; where it is ignored it stays ignored."""
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._take)

    def settle(self) -> None:
        """Say that all reading is over."""
        self.reading = False

    def _take(self, number: int, frame: FrameType | None) -> None:
        if self.reading or self._asked:
            signal.default_int_handler(number, frame)
        self._asked = True
        print("vitne: all is read; the results are being written (once more to stop)", file=sys.stderr)
