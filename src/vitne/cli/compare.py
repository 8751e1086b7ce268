"""``vitne compare``: two halves of captures or cases, and what changed between them."""

from __future__ import annotations

import glob
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vitne.cli.main import DONE, FAILED
from vitne.model import StoreError, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from vitne.compare import Comparison, Half, Logged
    from vitne.model import Subject

_MANIFEST = "manifest.json"


def run(options: argparse.Namespace) -> int:
    """Compare and give the exit code."""
    if options.by == "identity":
        from vitne.cli.identities import run as by_identity

        return by_identity(options)
    if len(options.captures) != 2:
        raise UsageError(
            f"{len(options.captures)} halves were given",
            expected="two: BEFORE and AFTER, each a capture, a case, a folder of them or a pattern",
            next_step="vitne compare --help",
        )
    comparison, failed = _compared(options)
    write(comparison, options)
    return FAILED if failed else DONE


def _compared(options: argparse.Namespace) -> tuple[Comparison, bool]:
    from vitne.compare import compare

    if not 0 < options.level < 1:
        raise UsageError(f"--level {options.level:g} is no probability", expected="between 0 and 1")
    subject = _subject(options)
    logs = _logs(options)
    halves = [
        half_of(word, label, options, subject=subject, logs=own)
        for word, label, own in zip(options.captures, ("before", "after"), logs, strict=True)
    ]
    compared = compare(*halves, level=options.level, set_aside=options.set_aside)
    return compared, any(look.partial for half in halves for look in half.looks)


def _logs(options: argparse.Namespace) -> tuple[list[str], list[str]]:
    """Give the logs of both halves; raises UsageError where one has none."""
    from vitne.cli.occurred import kind_of_event

    logs = options.events_before, options.events_after
    if not any(logs):
        if options.event is not None:
            raise UsageError(
                "there is no log to count events in",
                expected="--event KIND --events-before FILE --events-after FILE",
            )
        return logs
    if not all(logs):
        raise UsageError(
            "only one half has a log of the device: what was tried cannot be compared",
            expected="--events-before FILE --events-after FILE, and --event KIND to count by",
        )
    if options.event is not None:
        kind_of_event(options.event)
    return logs


def _subject(options: argparse.Namespace) -> Subject:
    from vitne.cli.scan import _subject as read

    if len(options.subject) > 1:
        raise UsageError(
            "more than one --subject goes with --by identity only",
            next_step="give one file: both halves are searched for the same values",
        )
    return read(options.subject[0] if options.subject else None)


def half_of(
    word: str, label: str, options: argparse.Namespace, *, subject: Subject, logs: Sequence[str] = ()
) -> Half:
    """Read one half: a capture, a case, a folder of either, or a pattern."""
    from vitne.compare import Half, look_of
    from vitne.pipeline import Options, run_scan
    from vitne.store import read_case

    looks = []
    for place in members(word):
        if (place / _MANIFEST).is_file():
            case = read_case(place)
            rules, known = case.manifest.get("rules"), case.run.get("subject")
            logged = _logged(case, logs, options)
            looks.append(look_of(case, name=place.name, logged=logged, rules=rules, known=known))
            continue
        settings = Options(subject=subject, keys=tuple(options.keys), device=options.device)
        result = run_scan([place], settings).masked()
        logged, known = _logged(result, logs, options), bool(subject.seeds)
        looks.append(look_of(result, name=place.name, logged=logged, rules=result.rules, known=known))
    return Half(label=label, looks=tuple(looks))


def _logged(outcome: Any, logs: Sequence[str], options: argparse.Namespace) -> Logged:
    """Give the events of the logs."""
    from vitne.compare import Logged

    if not logs:
        return Logged()
    from vitne.cli.occurred import times_of

    near = next((each.first_ns for each in outcome.captures if each.first_ns is not None), None)
    return Logged(times=times_of(logs, near_ns=near, zone=options.zone), counted=options.event or "")


def members(word: str) -> list[Path]:
    """Give the captures and cases that a word stands for; raises UsageError where there is none."""
    place = Path(word)
    if (place / _MANIFEST).is_file() or place.is_file():
        return [place]
    pattern = sorted(glob.glob(word))  # noqa: PTH207  (absolute patterns too)
    inside = sorted(place.iterdir()) if place.is_dir() else [Path(each) for each in pattern]
    found = [each for each in inside if (each / _MANIFEST).is_file() or _capture(each)]
    if not found:
        raise UsageError(
            "no capture and no case is there",
            where=word,
            expected="a capture, a case, a folder of captures or cases, or a pattern in quotes",
        )
    return found


def _capture(place: Path) -> bool:
    """Say whether a file beside others is a capture or an export: key logs and notes lie there too."""
    from vitne.pipeline.inputs import is_input

    return place.is_file() and not place.name.startswith(".") and is_input(place)


def write(comparison: Comparison, options: argparse.Namespace) -> None:
    """Print the comparison as asked for."""
    if options.html:
        from vitne.compare.page import page

        try:
            Path(options.html).write_bytes(page(comparison))
        except OSError as error:
            what = f"the page cannot be written: {error.strerror}"
            raise StoreError(what, where=options.html) from error
    if options.json:
        import msgspec

        sys.stdout.buffer.write(msgspec.json.encode(comparison) + b"\n")
        return
    from vitne.compare.text import text

    for line in text(comparison, attributes=options.verbose):
        print(line)
