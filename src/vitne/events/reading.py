"""A file becomes a device log: the format is known by its content, and bad bytes become a remark."""

from __future__ import annotations

import hashlib
import mmap
from pathlib import Path

from vitne.events.device_log import DeviceLog, Hints
from vitne.events.formats import formats
from vitne.model import CaptureError, Fit, Malformed

HEAD = 65_536
MOST_BYTES = 8 << 30


def read_log(path: str | Path, hints: Hints) -> DeviceLog:
    """Read one log; raises CaptureError where it cannot be opened or is none."""
    place = Path(path)
    try:
        size = place.stat().st_size
        if not place.is_file() or size > MOST_BYTES:
            raise CaptureError(
                "this is no file with a log" if size <= MOST_BYTES else "this log is too large",
                where=place.name,
                expected=f"a file of at most {MOST_BYTES} bytes",
            )
        with place.open("rb") as stream:
            if size == 0:
                return _none(place.name)
            with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
                view = memoryview(mapped)
                try:
                    return read_bytes(view, place.name, hints)
                finally:
                    view.release()
    except OSError as error:
        raise CaptureError(f"the log cannot be read ({error.strerror})", where=place.name) from error


def read_bytes(data: bytes | memoryview, name: str, hints: Hints) -> DeviceLog:
    """Read a log that is in memory; raises CaptureError where no reader knows it."""
    head = bytes(data[:HEAD])
    fits = {own: reader.fit(head, name) for own, reader in formats().items()}
    best = max(fits, key=lambda own: fits[own])
    if fits[best] == Fit.NO:
        raise CaptureError(
            "no reader knows this as a log of a device",
            where=name,
            expected="text or binary of logcat, a bug report, dumpsys power, usagestats or package, "
            "a system log of iOS, or a list with time and kind (CSV, JSON)",
            next_step="write a CSV with the columns time,kind,detail",
        )
    log = DeviceLog(name=name, format=best, sha256=hashlib.sha256(data).hexdigest())
    try:
        formats()[best].read(data, log, hints)
    except Malformed as error:
        log.say("malformed", f"reading ended: {error.why}", record=log.records + 1)
    log.settle()
    return log


def _none(name: str) -> DeviceLog:
    log = DeviceLog(name=name, format="", sha256=hashlib.sha256(b"").hexdigest())
    log.say("empty", "the file is empty")
    return log
