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
    from typing import IO

LOGCAT = "logcat -v threadtime -v year -v zone -v usec -b events,main,system,radio"
CLOCK = "date +%s.%N"
EVERY_S = 30.0  # between two comparisons of the clocks
PATIENCE_S = 5.0
AWAY_S = 1.0  # between two looks for a phone that went away
MOST_ANSWER = 1 << 20


class Collected(msgspec.Struct, frozen=True, kw_only=True):
    """What was read."""

    lines: int
    samples: int
    files: tuple[str, ...] = ()  # names of the logs, in order


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
    """Write the phone's log and comparisons of the clocks to a folder until stopped.

    A phone that goes away, as it does when it starts anew, is waited for; its log then goes on in a file of
    its own (``events.log``, ``events-2.log``), because the phone tells again what it remembers.
    Raises CaptureError where no phone answers at first, StoreError where the folder cannot be written.
    """
    lines = samples = 0
    files: list[str] = []
    link: socket.socket | None = request(server, f"shell:{LOGCAT}", serial=serial)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "clock.jsonl").open("ab") as clocks:
            while link is not None:
                place = _fresh(folder, len(files) + 1)
                with link, place.open("xb") as log:
                    files.append(place.name)
                    more = _follow(link, (log, clocks), server, serial=serial, stopped=stopped)
                lines, samples = lines + more[0], samples + more[1]
                if not more[0] and not place.stat().st_size and not stopped():
                    place.unlink()  # nothing was said, so nothing is kept
                    files.pop()
                    time.sleep(AWAY_S)
                link = _again(server, serial=serial, stopped=stopped)
    except OSError as error:
        raise StoreError(f"the log cannot be written ({error})", where=str(folder)) from error
    return Collected(lines=lines, samples=samples, files=tuple(files))


def _fresh(folder: Path, number: int) -> Path:
    """Give a place that is not taken: nothing of an earlier run is written over or added to."""
    while (place := folder / ("events.log" if number == 1 else f"events-{number}.log")).exists():
        number += 1
    return place


def _follow(
    link: socket.socket,
    out: tuple[IO[bytes], IO[bytes]],
    server: tuple[str, int],
    *,
    serial: str | None,
    stopped: Callable[[], bool],
) -> tuple[int, int]:
    """Write what the phone says until it goes away; give lines and comparisons of the clocks."""
    log, clocks = out
    lines = samples = 0
    due, held = 0.0, b""
    while not stopped():
        if time.monotonic() >= due:
            due = time.monotonic() + EVERY_S
            if (sample := compare_clocks(server, serial=serial)) is not None:
                clocks.write(json.dumps(sample).encode() + b"\n")
                clocks.flush()
                samples += 1
        if select.select([link], [], [], 0.2)[0]:
            try:
                data = link.recv(65_536)
            except OSError:
                break
            if not data:
                break
            lines += data.count(b"\n")
            data = held + data
            held = data[-1:] if data.endswith(b"\r") else b""  # its line feed may come with the next piece
            log.write(data.removesuffix(held).replace(b"\r\n", b"\n"))
            log.flush()
    log.write(held)
    return lines, samples


def _again(
    server: tuple[str, int], *, serial: str | None, stopped: Callable[[], bool]
) -> socket.socket | None:
    """Wait for the phone to come back; None where stopped before."""
    while not stopped():
        try:
            return request(server, f"shell:{LOGCAT}", serial=serial)
        except CaptureError:
            time.sleep(AWAY_S)
    return None
