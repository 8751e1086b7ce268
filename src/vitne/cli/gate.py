"""``vitne gate``: captures judged by a policy, for build servers and for people."""

from __future__ import annotations

import argparse
import json
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vitne.cli.main import DONE, FAILED, FOUND, STOPPED
from vitne.model import StoreError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vitne.gate import Outcome, Policy

_MANIFEST = "manifest.json"


def run(options: argparse.Namespace) -> int:
    """Judge and give the exit code."""
    from vitne.gate import read_policy

    policy = read_policy(options.policy)
    today = _day(options.today)
    known = _baseline(options.baseline, policy)
    outcomes = _outcomes(options)
    events = _events(outcomes, options)
    outcome = _judged(outcomes, policy, today=today, known=known, events=events)
    _write(outcome, options)
    if any(each.partial for each in outcomes):
        return STOPPED
    if any(getattr(each, "failed", False) for each in outcomes):
        return FAILED
    return DONE if outcome.passed else FOUND


def _day(word: str | None) -> date:
    if word is None:
        return datetime.now(tz=UTC).date()
    try:
        return date.fromisoformat(word)
    except ValueError as error:
        raise UsageError(f"--today {word!r} is no date", expected="a day such as 2026-11-30") from error


def _baseline(folder: str | None, policy: Policy) -> frozenset[str] | None:
    """Give the fingerprints that the baseline has, None without one."""
    if folder is None:
        return None
    from vitne.gate.judging import dark_of, marks_of
    from vitne.store import read_case

    case = read_case(Path(folder))
    return marks_of(case.findings, policy) | dark_of(case.opaque, policy)


def _outcomes(options: argparse.Namespace) -> list[Any]:
    """Give the cases that were named, and one masked result of all captures."""
    from vitne.store import read_case

    cases = [each for each in options.captures if (Path(each) / _MANIFEST).is_file()]
    captures = [each for each in options.captures if each not in cases]
    outcomes: list[Any] = [read_case(Path(each)) for each in cases]
    if captures:
        outcomes.append(_scanned(captures, options))
    return outcomes


def _scanned(captures: list[str], options: argparse.Namespace) -> Any:
    from vitne.cli.casework import Kept, write
    from vitne.cli.scan import _subject, run_facts
    from vitne.pipeline import Options, run_scan

    started = time.time_ns()
    kept = Kept(Path(options.case or "."))
    try:
        settings = Options(
            subject=_subject(options.subject),
            keys=tuple(options.keys),
            device=options.device,
            stdin=None if sys.stdin is None else sys.stdin.buffer,
            keep=kept.take if options.case else None,
        )
        result = run_scan(captures, settings).masked()
        if options.case:
            facts = run_facts(_as_of_scan(captures, options), started)
            write(Path(options.case), result, run=facts, kept=kept)
    finally:
        kept.drop()
    return result


def _as_of_scan(captures: list[str], options: argparse.Namespace) -> argparse.Namespace:
    """Give the options as those of a scan of the same captures."""
    unasked: dict[str, Any] = {"secrets": None, "apps": [], "quick": False}
    return argparse.Namespace(**{**unasked, **vars(options), "captures": captures})


def _events(outcomes: list[Any], options: argparse.Namespace) -> dict[str, list[int]] | None:
    """Give the device events of the logs, None without any."""
    if not options.events:
        return None
    from vitne.cli.occurred import times_of

    first = [each.first_ns for one in outcomes for each in one.captures if each.first_ns is not None]
    return times_of(options.events, near_ns=min(first, default=None), zone=options.zone)


def _judged(
    outcomes: list[Any],
    policy: Policy,
    *,
    today: date,
    known: frozenset[str] | None,
    events: dict[str, list[int]] | None = None,
) -> Outcome:
    from vitne.gate import judge
    from vitne.gate.judging import Sight

    sight = Sight(
        findings=[finding for each in outcomes for finding in each.findings],
        opaque=[total for each in outcomes for total in each.opaque],
        gaps=[gap for each in outcomes for gap in each.gaps],
        events=events,
        captures=tuple(sorted({each.name for one in outcomes for each in one.captures})),
        whole=not any(each.partial or getattr(each, "failed", False) for each in outcomes),
    )
    return judge(sight, policy, today=today, baseline=known)


def _write(outcome: Outcome, options: argparse.Namespace) -> None:
    """Write what was asked for, and a short text where nothing else goes to standard output."""
    from vitne.catalog.mappings import mappings

    frameworks = mappings()

    def of_sarif() -> bytes:
        from vitne.gate.sarif import sarif

        return (
            json.dumps(sarif(outcome, version=_version(), frameworks=frameworks), indent=1).encode() + b"\n"
        )

    def of_junit() -> bytes:
        from vitne.gate.junit import junit

        return junit(outcome)

    def of_markdown() -> bytes:
        from vitne.gate.markdown import markdown

        return ("\n".join(markdown(outcome, frameworks=frameworks)) + "\n").encode()

    wanted: list[tuple[str | None, Callable[[], bytes]]] = [
        (options.sarif, of_sarif),
        (options.junit, of_junit),
        (options.markdown, of_markdown),
    ]
    for place, content in wanted:
        if place is not None:
            _put(place, content())
    if "-" not in {place for place, _ in wanted}:
        for line in text(outcome):
            print(line)


def _put(place: str, content: bytes) -> None:
    if place == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        Path(place).write_bytes(content)
    except OSError as error:
        raise StoreError(f"it cannot be written: {error.strerror}", where=place) from error


def _version() -> str:
    import importlib.metadata

    return importlib.metadata.version("vitne")


def text(outcome: Outcome) -> Iterator[str]:
    """Give the outcome as lines for a terminal."""
    from vitne.report import visible

    marks = {"objected": "not named", "waived": "waived", "baseline": "known", "noted": "unread"}
    for one in outcome.results:
        if one.state in marks:
            told = visible(one.message, 200) + (f" ({visible(one.reason, 200)})" if one.reason else "")
            named = f" as {visible(one.field, 60)}" if one.field else ""
            yield f"{marks[one.state]:>9}  {told}{named}  {one.fingerprint}"
    for note in outcome.notes:
        yield f"     note  {visible(note, 300)}"
    counts = ", ".join(f"{count} {state}" for state, count in outcome.counts.items()) or "nothing was seen"
    yield f"{'Passed' if outcome.passed else 'Not passed'}: {counts}."
