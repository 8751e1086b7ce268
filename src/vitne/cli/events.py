"""``vitne events``: show what logs say, or collect them live over adb."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from vitne.cli.triggers import zone
from vitne.model import UsageError
from vitne.report import visible
from vitne.report.words import clock

if TYPE_CHECKING:
    import argparse


def run(options: argparse.Namespace) -> int:
    """Do what was asked for."""
    return _show(options) if options.action == "show" else _collect(options)


def _show(options: argparse.Namespace) -> int:
    from vitne.events import Hints
    from vitne.events.formats.own import moment
    from vitne.events.reading import read_log

    for name in options.file:
        near = moment(options.near) if options.near else _written(Path(name))
        log = read_log(name, Hints(near_ns=near, zone_s=zone(options.zone)))
        for event in log.events:
            if options.json:
                print(msgspec.json.encode(event).decode())
            else:
                at = f"{clock(event.time_ns)}.{event.time_ns % 10**9 // 10**6:03}"
                doubts = f"  [{', '.join(event.doubts)}]" if event.doubts else ""
                print(
                    f"{at}  {event.kind:16} {visible(event.detail, 80)}  ({log.name}:{event.record}){doubts}"
                )
        for each in log.remarks:
            count = f" ({each.count} times)" if each.count > 1 else ""
            print(
                f"vitne: {visible(log.name, 200)}: {each.name}: {visible(each.note, 300)}{count}",
                file=sys.stderr,
            )
    return 0


def _written(place: Path) -> int | None:
    """Take the file's own time as a moment near to the log."""
    try:
        return place.stat().st_mtime_ns
    except OSError:
        return None


def _collect(options: argparse.Namespace) -> int:
    from vitne.cli.halting import Halt
    from vitne.events.adb import collect

    host, colon, port = options.adb.rpartition(":")
    if not colon or not port.isdigit():
        raise UsageError("this is no address of an adb server", where=options.adb, expected="HOST:PORT")
    with Halt(options.seconds) as halt:
        got = collect((host, int(port)), Path(options.out), serial=options.serial, stopped=halt.asked)
    print(f"{got.lines} lines and {got.samples} comparisons of the clocks in {options.out}")
    names = " ".join(f"{options.out}/{name}" for name in (*got.files, "clock.jsonl"))
    print(f"next: vitne triggers CASE --events {names}")
    return 0
