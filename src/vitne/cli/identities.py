"""``vitne compare --by identity``: runs with different identities, and which identifier moves each field."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from vitne.cli.main import DONE, FAILED
from vitne.model import Subject, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from vitne.compare.identities import Identities, Moved, RunSeen
    from vitne.model import Seed

_LISTED = 400
_TOLD = 3
_GRADES = ("observed", "derived")


class _Run(msgspec.Struct):
    """One run of a schedule's file."""

    values: dict[str, Literal["A", "B"]]  # identifier as the subject names it -> which of both values
    word: int = 0  # which identity it is, for a person


class _Schedule(msgspec.Struct):
    """A schedule's file."""

    run: list[_Run]


def run(options: argparse.Namespace) -> int:
    """Read all runs, compare, and print."""
    from vitne.compare.identities import compare_identities

    subjects = _subjects(options)
    runs, failed = [], False
    for capture, subject in zip(options.captures, subjects, strict=True):
        seen, broken = _seen(capture, subject, options)
        runs.append(seen)
        failed |= broken
    compared = compare_identities(runs)
    if options.json:
        sys.stdout.buffer.write(msgspec.json.encode(compared) + b"\n")
    else:
        for line in text(compared, verbose=options.verbose):
            print(line)
    return FAILED if failed else DONE


def _subjects(options: argparse.Namespace) -> list[Subject]:
    """Give the identity of every run: by a schedule, one file a run, or two files that take turns."""
    files = [_read(each) for each in options.subject]
    count = len(options.captures)
    if count < 2:
        raise UsageError("one run shows no difference", expected="two captures or more")
    if options.schedule:
        return _scheduled(files, options)
    if len(files) == count:
        return files
    if len(files) == 2:
        return [files[number % 2] for number in range(count)]
    raise UsageError(
        f"{count} captures and {len(files)} subject files were given",
        expected="one --subject for each capture in the same order, or two that take turns",
        next_step="vitne plan identities makes a schedule for --schedule",
    )


def _read(file: str) -> Subject:
    from vitne.identify.subject import read_subject

    subject, warnings = read_subject(file)
    for warning in warnings:
        print(f"vitne: warning: {warning}", file=sys.stderr)
    return subject


def _scheduled(files: list[Subject], options: argparse.Namespace) -> list[Subject]:
    """Put the identities together that a schedule names."""
    if len(files) != 2:
        raise UsageError("a schedule goes with two --subject files, A and B in this order")
    plan = read_schedule(options.schedule)
    if len(plan) != len(options.captures):
        raise UsageError(
            f"the schedule has {len(plan)} runs and {len(options.captures)} captures were given",
            where=options.schedule,
        )
    by_name = [{seed.name: seed for seed in subject.seeds} for subject in files]
    fixed = [seed for name, seed in by_name[0].items() if name not in plan[0]]
    out = []
    for values in plan:
        missing = sorted(name for name in values if any(name not in each for each in by_name))
        if missing:
            raise UsageError(f"a subject file lacks {missing[0]!r}", where=options.schedule)
        chosen = [by_name["AB".index(word)][name] for name, word in values.items()]
        out.append(Subject(seeds=(*fixed, *chosen)))
    return out


def read_schedule(file: str) -> list[dict[str, str]]:
    """Read the runs of a schedule; raises UsageError."""
    try:
        content = tomllib.loads(Path(file).read_text(encoding="utf-8"))
        runs = [each.values for each in msgspec.convert(content, _Schedule).run]
    except (OSError, ValueError, RecursionError, msgspec.MsgspecError) as error:  # of text and TOML, too
        raise UsageError(
            f"the schedule cannot be read ({type(error).__name__})",
            where=file,
            next_step="vitne plan identities --schedule FILE writes one",
        ) from error
    if not runs:
        raise UsageError("the schedule has no run", where=file)
    return [dict(values) for values in runs]


def profile_of(subject: Subject) -> dict[str, Any]:
    """Give what a run's identity is: the value of each seed by its name."""
    return {seed.name: _value(seed) for seed in subject.seeds}


def _value(seed: Seed) -> Any:
    return (seed.value, seed.latitude, seed.longitude, seed.mcc, seed.mnc, seed.area, seed.cell)


def _seen(capture: str, subject: Subject, options: argparse.Namespace) -> tuple[RunSeen, bool]:
    """Scan one run with its own identity, and read the values of its fields."""
    from vitne.compare.halves import FAR
    from vitne.compare.identities import RunSeen
    from vitne.pipeline import Options, run_scan
    from vitne.pipeline.fieldvalues import field_values

    result = run_scan([capture], Options(subject=subject, keys=tuple(options.keys), device=options.device))
    flows = {row.flow: row.host or row.ip for row in result.transmissions if row.scope in FAR}
    values = field_values(
        [capture],
        keys=options.keys,
        flows=flows.keys(),
        hosts=lambda flow: flows.get(flow, ""),
        tell=lambda what: print(f"vitne: warning: {what}", file=sys.stderr),
    )
    verified: dict[tuple[int, int, str], frozenset[tuple[str, tuple[str, ...]]]] = {}
    for each in result.findings:
        if each.seed and each.verified and each.grade in _GRADES and each.direction == "sent":
            for field, layers in ((each.field, each.layers), *((o.field, o.layers) for o in each.also)):
                key = each.flow, each.message_frames[0], field
                codecs = tuple(str(layer["codec"]) for layer in layers)
                verified[key] = verified.get(key, frozenset()) | {(each.seed, codecs)}
    first = result.captures[0]
    seen = RunSeen(
        name=first.name,
        sha256=first.sha256,
        profile=profile_of(subject),
        values=list(values),
        verified=verified,
    )
    return seen, result.failed or result.partial


def text(compared: Identities, *, verbose: bool) -> Iterator[str]:
    """Give the comparison as lines for a terminal."""
    words = len(set(compared.words))
    yield (
        f"{len(compared.captures)} runs of {words} identities: {len(compared.varied)} identifiers take more "
        f"than one value, {compared.looked_at} fields were looked at, {compared.constant} never change"
    )
    for names in compared.inseparable:
        yield f"These runs cannot tell apart: {_some(names)}"
    titles = {
        "verified": "Proven: the run's own value, written again, gives the bytes",
        "pattern": "By pattern: equal exactly where the identity is",
        "length": "By length alone: weak",
        "unexplained": "Changes between runs, and no identity explains it",
        "server-assigned": "Said by the far end before",
        "varies": "Varies within a run",
    }
    shown = {"verified", "pattern", "length"} | (
        {"unexplained", "server-assigned", "varies"} if verbose else set()
    )
    for how, title in titles.items():
        rows = [each for each in compared.moved if each.how == how]
        if not rows:
            continue
        yield ""
        yield f"{title}: {len(rows)} fields"
        if how in shown:
            for each in rows[:_LISTED]:
                yield from _moved(each)
    if not verbose:
        yield ""
        yield "--verbose lists all fields that change."


def _moved(one: Moved) -> Iterator[str]:
    from vitne.report import visible

    where = f"{visible(one.host, 80)}  {visible(one.name or one.path, 60)}"
    movers = " or ".join(" with ".join(each) for each in one.movers)
    if len(one.movers) > _TOLD:
        movers = f"any of {len(one.movers)} that these runs cannot tell apart"
    yield f"  {where}" + (f": {visible(movers, 300)}" if movers else "")
    told = [one.note]
    if one.transform:
        told.append(f"way: {visible(' > '.join(one.transform), 200)}")
    elif one.p is not None:
        told.append(f"p = {one.p:.2g}, corrected for all fields {one.corrected:.2g}")
    yield "      " + "; ".join(told)


def _some(names: Sequence[str]) -> str:
    from vitne.report import visible

    listed = ", ".join(visible(name, 60) for name in names[:12])
    return listed + (f" and {len(names) - 12} more" if len(names) > 12 else "")
