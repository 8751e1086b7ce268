"""Runs one command on given cores and measures it."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Run:
    """Wall seconds, CPU seconds and memory beyond mapped files of one run, its child processes included."""

    def __init__(
        self,
        command: list[str],
        cores: set[int],
        out: Path,
        *,
        feed: Callable[[IO[bytes]], object] | None = None,  # writes to the standard input of the command
    ) -> None:
        begun = time.monotonic()
        with (out / "stdout").open("wb") as answer, (out / "stderr").open("wb") as errors:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL if feed is None else subprocess.PIPE,
                stdout=answer,
                stderr=errors,
                env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""},  # what was compiled once stays so
                preexec_fn=lambda: os.sched_setaffinity(0, cores),  # noqa: PLW1509  (one thread here)
            )
            self.memory = 0
            self._over = threading.Event()
            watcher = threading.Thread(target=self._watch, args=(process.pid,))
            watcher.start()
            if feed is not None and process.stdin is not None:
                feed(process.stdin)
                process.stdin.close()
            _, status, used = os.wait4(process.pid, 0)
            self.wall = time.monotonic() - begun
            process.returncode = os.waitstatus_to_exitcode(status)
            self._over.set()
            watcher.join()
        self.cpu = used.ru_utime + used.ru_stime
        self.lines = _lines(out / "stdout")
        if process.returncode not in {0, 10}:
            said = (out / "stderr").read_text(errors="replace")[-500:]
            raise SystemExit(f"{' '.join(command[:3])} failed with {process.returncode}: {said}")

    def _watch(self, pid: int) -> None:
        """Look at the memory of the process every so often: a look costs the process time, too."""
        pause = 0.02
        while not self._over.wait(pause):
            self.memory = max(self.memory, sum(_anonymous(one) for one in _tree(pid)))
            pause = min(0.2, pause * 1.2)


def _lines(path: Path) -> int:
    with path.open("rb") as stream:
        return sum(block.count(b"\n") for block in iter(lambda: stream.read(1 << 20), b""))


def _tree(pid: int) -> list[int]:
    """Give a process and all below it."""
    try:
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return [pid]
    return [pid, *(found for child in below for found in _tree(int(child)))]


def _anonymous(pid: int) -> int:
    """Give the memory of a process that is no mapped file, what it shares counted by share (Pss_Anon)."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss_Anon")), 0)
