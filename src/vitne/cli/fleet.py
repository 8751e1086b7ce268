"""``vitne fleet``: many captures worked through, and what the devices that send have in common."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from vitne.cli.main import DONE, FAILED, NO_INPUT
from vitne.model import StoreError, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from vitne.fleet import Handset, Settings
    from vitne.fleet.engine import Engine
    from vitne.fleet.shape import FleetReport
    from vitne.fleet.working import Worked


def run(options: argparse.Namespace) -> int:
    """Work through a fleet and give the exit code."""
    from vitne.fleet import explain, read_manifest, work_through
    from vitne.fleet.dataset import partition_of, write_dataset
    from vitne.fleet.objects import Store
    from vitne.fleet.working import only_run

    engine = _engine(options)
    handsets = read_manifest(options.manifest, store=Store(patience_s=options.patience))
    partition = partition_of(handsets, options.partition)
    if options.partition and not partition:
        raise UsageError(f"the table has no column {options.partition!r}", where=options.manifest)
    fixed = _fixed(options.fixed, handsets)
    settings = _settings(options)
    folder = Path(options.out)
    with only_run(folder):
        worked = work_through(
            handsets, folder, settings=settings, engine=engine, progress=_progress(quiet=options.quiet)
        )
        report = explain(handsets, worked.results, fixed=fixed)
        write_dataset(folder, handsets, worked.results, partition=partition)
        _write_report(folder, report)
    _print(report, worked, options)
    if all(each.state != "read" for each in worked.results.values()):
        return NO_INPUT
    return FAILED if worked.given_up or any(each.partial for each in worked.results.values()) else DONE


def _fixed(words: list[str], handsets: list[Handset]) -> tuple[str, ...]:
    """Give the builds that are said to be fixed; raises UsageError for one that no device has."""
    builds = {
        value for each in handsets for name, value in each.attributes if name.lower() == "build" and value
    }
    for word in words:
        if word not in builds:
            near = difflib.get_close_matches(word, sorted(builds), n=1, cutoff=0.4)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise UsageError(f"no device of the table has the build {word!r}{hint}")
    return tuple(dict.fromkeys(words))


def _settings(options: argparse.Namespace) -> Settings:
    """Give how each capture is scanned."""
    from vitne.cli.scan import _subject
    from vitne.fleet import Settings
    from vitne.fleet.task import rules_of
    from vitne.pipeline import Options

    own = Options(subject=_subject(options.subject), keys=tuple(options.keys), jobs=1)
    senders = tuple(options.sender)
    return Settings(options=own, rules=rules_of(own, senders), senders=senders, patience_s=options.patience)


def _engine(options: argparse.Namespace) -> Engine:
    """Give what shares the work out."""
    if options.engine == "local":
        from vitne.fleet.engine import LocalEngine

        return LocalEngine(options.jobs)
    from vitne.fleet.distributed import DaskEngine, is_address

    if is_address(options.engine):
        return DaskEngine(options.engine, patience_s=options.patience)
    raise UsageError(
        f"there is no engine {options.engine!r}",
        expected="local: processes of this machine; dask://HOST:PORT: the workers of a Dask scheduler",
    )


def _progress(*, quiet: bool) -> Callable[[int, int], None]:
    """Tell how far it is on a terminal."""
    shown = not quiet and sys.stderr.isatty()

    def step(done: int, total: int) -> None:
        if shown and (done % 10 == 0 or done == total):
            end = "\n" if done == total else ""
            print(f"\r{done} of {total} captures", end=end, file=sys.stderr, flush=True)

    return step


def _write_report(folder: Path, report: FleetReport) -> None:
    try:
        (folder / "fleet.json").write_bytes(
            msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n"
        )
    except OSError as error:
        raise StoreError(f"the report cannot be written: {error.strerror}", where=str(folder)) from error


def _print(report: FleetReport, worked: Worked, options: argparse.Namespace) -> None:
    if options.json:
        sys.stdout.buffer.write(msgspec.json.encode(report) + b"\n")
        return
    from vitne.fleet.text import text

    for line in text(report):
        print(line)
    if not options.quiet:
        print()
        print(f"{worked.made} captures were scanned, {worked.found} results were there from before")
        print(f"Dataset: {options.out}/dataset  (report: {options.out}/fleet.json)")
