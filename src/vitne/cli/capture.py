"""``vitne capture``: frames of an interface into files; every way of stopping writes what is there."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from vitne.cli.halting import Halt
from vitne.model import CaptureError, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from vitne.intake.live import Ring
    from vitne.intake.ringfiles import RingFiles

AWAY_S = 0.5  # between two looks for an interface that went away


def run(options: argparse.Namespace) -> int:
    """Capture, then scan where a case was asked for."""
    from vitne.intake.ringfiles import RingFiles

    if options.case is None and options.out is None:
        raise UsageError("say where to write", expected="--out DIR or --case DIR")
    folder = Path(options.out or f"{options.case}.capture")
    files = RingFiles(
        folder,
        interface=options.interface,
        most_bytes=int(options.file_size * 1e6),
        most_ns=int(options.file_seconds * 1e9),
        keep=options.files,
    )
    with Halt(options.seconds) as halt:
        lost = record(options, files, halt.asked)
    print(
        f"{files.frames} frames in {len(files.finished)} files in {folder}; the kernel dropped {lost}",
        file=sys.stderr,
    )
    if options.case is None:
        return 0
    if not files.finished:
        raise CaptureError("nothing was captured, so there is nothing to scan", where=options.interface)
    return _scan(options, [str(path) for path in files.finished])


def record(options: argparse.Namespace, files: RingFiles, stopped: Callable[[], bool]) -> int:
    """Write frames until stopped; an interface that goes away is waited for.  Give the frames dropped."""
    ring = opened(options, files)
    print(f"capturing {options.interface} into {files.folder}", file=sys.stderr, flush=True)
    try:
        while not stopped():
            _drain(ring, files, 0.2)
            if ring.lost():
                _drain(ring, files, 0.0)
                files.gap(time.time_ns(), "the interface went away")
                files.flush()
                back = _again(options, files, stopped, ring)
                if back is None:
                    return files.dropped
                ring = back
                files.gap(time.time_ns(), "the interface is back; what passed between is missing")
        _last(ring, files)
    finally:
        ring.close()
        files.close()
    return files.dropped


def opened(options: argparse.Namespace, files: RingFiles) -> Ring:
    """Open the interface and tell the files what it is."""
    from vitne.intake.live import Ring

    ring = Ring(options.interface, megabytes=options.buffer, snap=options.snap)
    files.link_type, files.snap = ring.link_type, options.snap
    return ring


def _drain(ring: Ring, files: RingFiles, wait_s: float) -> None:
    got = False
    for frames in ring.frames(wait_s):
        files.add(frames)
        got = True
    _, dropped = ring.dropped()
    if dropped:
        files.gap(time.time_ns(), f"the kernel dropped {dropped} frames", dropped=dropped)
    if not got:
        files.roll(time.time_ns())
    files.flush()


def _last(ring: Ring, files: RingFiles) -> None:
    """Wait until the kernel hands over the block it is filling, so that nothing in it is lost."""
    from vitne.intake.live import RETIRE_MS

    until = time.monotonic() + 3 * RETIRE_MS / 1000
    while time.monotonic() < until:
        _drain(ring, files, RETIRE_MS / 1000)


def _again(
    options: argparse.Namespace, files: RingFiles, stopped: Callable[[], bool], old: Ring
) -> Ring | None:
    """Wait for the interface to come back; None where stopped before."""
    while not stopped():
        try:
            ring = opened(options, files)
        except CaptureError:
            time.sleep(AWAY_S)
            continue
        old.close()
        return ring
    return None


def _scan(options: argparse.Namespace, captures: list[str]) -> int:
    from vitne.cli import scan
    from vitne.cli.main import build_parser

    words = ["scan", *captures, "--case", options.case]
    if options.subject:
        words += ["--subject", options.subject]
    return scan.run(build_parser().parse_args(words))
