"""Events straight from a phone, over a running adb server; and both clocks compared while it goes on.

summary: host requests with a length in four hexadecimal digits, then the bytes of a shell command
specification: the services of adb (OVERVIEW and SERVICES of its sources): host:transport, shell
"""

from __future__ import annotations

import json
import re
import select
import socket
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import msgspec

from vitne.model import CaptureError, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LOGCAT = "logcat -v threadtime -v year -v zone -v usec -b events,main,system,radio"
CLOCK = "date +%s.%N"
EVERY_S = 30.0  # between two comparisons of the clocks
PATIENCE_S = 5.0
MOST_ANSWER = 1 << 20


class Collected(msgspec.Struct, frozen=True, kw_only=True):
    """What was read."""

    lines: int
    samples: int


def request(server: tuple[str, int], service: str, *, serial: str | None = None) -> socket.socket:
    """Open a service of a phone; raises CaptureError that says what the server said."""
    try:
        link = socket.create_connection(server, timeout=PATIENCE_S)
    except OSError as error:
        raise CaptureError(
            "no adb server answers", where=f"{server[0]}:{server[1]}", next_step="adb start-server"
        ) from error
    with ExitStack() as undo:
        undo.callback(link.close)
        _ask(link, f"host:transport:{serial}" if serial else "host:transport-any")
        _ask(link, service)
        undo.pop_all()
    return link


def _ask(link: socket.socket, service: str) -> None:
    text = service.encode()
    try:
        link.sendall(b"%04x" % len(text) + text)
        status = _exactly(link, 4)
        if status == b"OKAY":
            return
        if status != b"FAIL":
            raise CaptureError("the server does not speak adb's protocol", where=service[:80])
        length = _exactly(link, 4)
        if not re.fullmatch(rb"[0-9a-fA-F]{4}", length):
            raise CaptureError("the server does not speak adb's protocol", where=service[:80])
        why = _exactly(link, int(length, 16)).decode("utf-8", "replace")
    except OSError as error:
        raise CaptureError(f"the adb server went away ({error})", where=service[:80]) from error
    raise CaptureError(
        f"adb refuses: {why[:300]}",
        where=service[:80],
        next_step="adb devices, and allow the computer on the phone",
    )


def _exactly(link: socket.socket, count: int) -> bytes:
    out = b""
    while len(out) < count:
        piece = link.recv(count - len(out))
        if not piece:
            raise OSError("it closed the connection")
        out += piece
    return out


def shell(server: tuple[str, int], command: str, *, serial: str | None = None) -> bytes:
    """Give all that a shell command prints, up to a megabyte."""
    with request(server, f"shell:{command}", serial=serial) as link:
        out = b""
        while len(out) < MOST_ANSWER and (piece := link.recv(65_536)):
            out += piece
    return out


def compare_clocks(server: tuple[str, int], *, serial: str | None = None) -> dict[str, object] | None:
    """Ask the phone for its time; give both and how sure it is, None where it cannot say."""
    before = time.time_ns()
    try:
        said = shell(server, CLOCK, serial=serial)
    except (OSError, CaptureError):
        return None
    after = time.time_ns()
    found = re.match(rb"\s*(\d{1,11})(?:\.(\d{9}))?", said)
    if found is None:
        return None
    coarse = 0 if found[2] else 500_000_000  # a shell that knows no fractions tells whole seconds
    phone = int(found[1]) * 10**9 + (int(found[2]) if found[2] else coarse)
    middle = (before + after) // 2
    at = f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(middle // 10**9))}.{middle % 10**9:09}Z"
    bound = (after - before + 1) // 2 + coarse
    return {"time": at, "offset_ns": phone - middle, "bound_ns": bound}


def collect(
    server: tuple[str, int], folder: Path, *, serial: str | None = None, stopped: Callable[[], bool]
) -> Collected:
    """Write the phone's log to ``events.log`` and comparisons of the clocks to ``clock.jsonl`` until stopped.

    Raises CaptureError where no phone answers, StoreError where the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (
            (folder / "events.log").open("ab") as log,
            (folder / "clock.jsonl").open("ab") as clocks,
            request(server, f"shell:{LOGCAT}", serial=serial) as link,
        ):
            lines = samples = 0
            due = 0.0
            while not stopped():
                if time.monotonic() >= due:
                    due = time.monotonic() + EVERY_S
                    if (sample := compare_clocks(server, serial=serial)) is not None:
                        clocks.write(json.dumps(sample).encode() + b"\n")
                        clocks.flush()
                        samples += 1
                if select.select([link], [], [], 0.2)[0]:
                    data = link.recv(65_536)
                    if not data:
                        break
                    lines += data.count(b"\n")
                    log.write(data.replace(b"\r\n", b"\n"))
                    log.flush()
    except OSError as error:
        raise StoreError(f"the log cannot be written ({error})", where=str(folder)) from error
    return Collected(lines=lines, samples=samples)
