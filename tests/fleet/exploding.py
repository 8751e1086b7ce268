"""A task that ends its worker; light, so that a worker need not load vitne for it."""

from __future__ import annotations

import os
import signal


def explode(task: str) -> str:
    """Give the task in capitals, unless it is a bomb."""
    if task == "bomb":
        os.kill(os.getpid(), signal.SIGKILL)
    return task.upper()
