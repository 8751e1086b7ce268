"""Every way of stopping a command that runs until it is stopped: what it holds is written before it ends."""

from __future__ import annotations

import signal
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType, TracebackType
    from typing import Self

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Halt:
    """Takes the signals that end a command, and a time limit, and says whether it is time to end."""

    def __init__(self, seconds: float | None = None) -> None:
        self._until = None if seconds is None else time.monotonic() + seconds
        self._stopped = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        for number in _SIGNALS:
            self._before[number] = signal.signal(number, self._take)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        del kind, error, trace
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def asked(self) -> bool:
        """Tell whether a signal came or the time is over."""
        return self._stopped or (self._until is not None and time.monotonic() >= self._until)

    def _take(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._stopped = True


@contextmanager
def ended_by_signals(*numbers: int) -> Iterator[None]:
    """End what runs inside as Ctrl-C does, whichever signal comes first: what it set up is taken down.

    ``numbers`` are the signals, all that end a command where none is named.
    """
    before = {number: signal.getsignal(number) for number in numbers or _SIGNALS}

    def end(number: int, frame: FrameType | None) -> None:
        del number, frame
        for each in before:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in before:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
