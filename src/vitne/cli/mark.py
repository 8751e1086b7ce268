"""``vitne mark``: a person says what was just done to the phone, by the clock of this machine."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from vitne.model import EVENT_KINDS, StoreError, UsageError

if TYPE_CHECKING:
    import argparse


def run(options: argparse.Namespace) -> int:
    """Add one line to the file of marks."""
    from vitne.events.formats.own import WORDS

    kind = options.kind.strip().lower().replace("_", "-")
    kind = WORDS.get(kind, kind)
    if kind not in EVENT_KINDS:
        raise UsageError("this is no event", where=options.kind, expected=", ".join((*WORDS, *EVENT_KINDS)))
    row = marked(kind, " ".join(options.detail))
    append(Path(options.file), row)
    print(f"{row['time']} {kind}")
    return 0


def marked(kind: str, detail: str = "") -> dict[str, str]:
    """Give a row for now."""
    return {"time": now(), "kind": kind, "detail": detail, "clock": "capture"}


def now() -> str:
    """Give the time of this machine as RFC 3339 in UTC, to the microsecond."""
    at = time.time_ns()
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(at // 10**9))}.{at % 10**9 // 1000:06}Z"


def append(place: Path, row: object) -> None:
    """Add one line of JSON; it is on the disk when this returns.  Raises StoreError."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("a+b") as stream:
            end = stream.seek(0, os.SEEK_END)
            stream.seek(max(end - 1, 0))
            cut = stream.read(1) not in {b"", b"\n"}  # by a power failure, say: its line stays alone
            stream.write(b"\n" * cut + msgspec.json.encode(row) + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise StoreError(f"the mark cannot be written ({error.strerror})", where=str(place)) from error
