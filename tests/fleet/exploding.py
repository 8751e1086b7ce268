"""Tasks for workers elsewhere: light, so that a worker need not load the whole of vitne for them."""

from __future__ import annotations

import os
import signal
import time


def explode(task: str) -> str:
    """Give the task in capitals, unless it is a bomb."""
    if task == "bomb":
        os.kill(os.getpid(), signal.SIGKILL)
    return task.upper()


def linger(task: str) -> str:
    """Give the task in capitals after a while."""
    time.sleep(0.05)
    return task.upper()
