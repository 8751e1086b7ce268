"""``vitne scan``: captures in, findings out, on the terminal, as JSON, as a case folder."""

from __future__ import annotations

import functools
import gc
import getpass
import os
import platform
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vitne.cli.main import DONE, FAILED, FOUND, STOPPED
from vitne.cli.printing import printing
from vitne.cli.stopping import Stopping
from vitne.model import GRADES, Secrets, StoreError, Subject, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from vitne.model import Finding, Key
    from vitne.pipeline import Result
    from vitne.report.overview import Overview


def run(options: argparse.Namespace) -> int:
    """Scan and give the exit code."""
    from vitne.cli.casework import Kept, write
    from vitne.pipeline import Options, run_scan
    from vitne.pipeline.inputs import app_lists, cipher_keys, key_logs
    from vitne.pipeline.rules import use_senders
    from vitne.pipeline.workers import workers_for
    from vitne.report.overview import overview

    _check_case(options.case)
    _check_tables(options)
    _collect_seldom()
    options.keys = [*options.keys, *key_logs(options.captures)]
    options.apps = [*options.apps, *app_lists(options.captures)]
    use_senders(options.sender)
    subject = _subject(options.subject)
    kept = Kept(Path(options.case or "."))
    started = time.time_ns()
    stopping = Stopping()
    stopping.install()
    try:
        with _progress(shown=not options.quiet) as progress:
            result = run_scan(
                options.captures,
                Options(
                    subject=subject,
                    secrets=_secrets(options.secrets, cipher_keys(options.captures)),
                    keys=tuple(options.keys),
                    apps=tuple(options.apps),
                    device=options.device,
                    quick=options.quick,
                    jobs=options.jobs,
                    stdin=None if sys.stdin is None else sys.stdin.buffer,
                    progress=progress,
                    keep=kept.take if options.case else None,
                    settling=stopping.settle,
                ),
            )
        masked = result.masked()
        shown = result if options.reveal else masked
        lay = functools.cache(functools.partial(overview, masked))
        if options.case:
            try:
                write(
                    Path(options.case),
                    masked,
                    run=run_facts(options, started),
                    kept=kept,
                    lay=lay,
                    jobs=workers_for(sum(each.size for each in masked.captures), options.jobs),
                )
            except StoreError:
                show(shown, options, written=False)  # what was found is not lost with the case
                raise
    finally:
        kept.drop()
    show(shown, options, laid=lay() if shown is masked and not options.json else None)
    return exit_code(result, options)


def _collect_seldom() -> None:
    """Look for cycles of dead objects less often: a scan makes many objects that live on, and few cycles."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 1000)


def _check_case(folder: str | None) -> None:
    """Refuse a place that no case can go to before hours of reading, not behind them."""
    if folder is None:
        return
    if not folder:
        raise UsageError("--case names no folder", next_step="give the folder, e.g. --case case")
    from vitne.store import check_place

    check_place(Path(folder))


def _check_tables(options: argparse.Namespace) -> None:
    """Refuse a day that is none, and a list of tables that is damaged, before hours of reading."""
    asked = getattr(options, "as_of", "")
    if options.case or asked not in {"", "capture"}:
        from vitne.cli.knowing import day_of, listed

        listed()
        day_of("" if asked == "capture" else asked, None)


def _subject(file: str | None) -> Subject:
    if not file:
        return Subject()
    from vitne.identify.subject import read_subject

    subject, warnings = read_subject(file)
    for warning in warnings:
        print(f"vitne: warning: {warning}", file=sys.stderr)
    return subject


def _secrets(file: str | None, beside: tuple[Key, ...] = ()) -> Secrets:
    """Read the secrets file; ``beside`` are keys that logs beside the captures tell."""
    if not file:
        return Secrets(keys=beside)
    import msgspec

    from vitne.ciphers import read_secrets

    secrets, warnings = read_secrets(file)
    for warning in warnings:
        print(f"vitne: warning: {warning}", file=sys.stderr)
    return msgspec.structs.replace(secrets, keys=(*secrets.keys, *beside))


def run_facts(options: argparse.Namespace, started_ns: int) -> dict[str, Any]:
    """Give what differs from run to run: times, user, host, command."""
    from vitne.intake.received import written

    return {
        "started_ns": started_ns,
        "ended_ns": time.time_ns(),
        "user": _user(),
        "host": platform.node(),
        "system": _system(),
        "python": platform.python_version(),
        "command": ["vitne", *(written(each) for each in sys.argv[1:])],
        "keys": [written(str(Path(each).resolve())) for each in options.keys],
        "device": options.device,
        "subject": bool(options.subject),
        "secrets": bool(options.secrets),
        "as_of": getattr(options, "as_of", ""),
        "quick": options.quick,
        "apps": [written(str(Path(each).resolve())) for each in options.apps],
        "inputs": [written(str(Path(each).resolve())) if each != "-" else "-" for each in options.captures],
    }


def _system() -> str:
    """Name the system; Python would run a program to ask Linux for a processor that it does not tell."""
    if sys.platform == "linux":
        vars(platform.uname()).setdefault("processor", "")
    return platform.platform()


def _user() -> str:
    """Give the user's name, or the number of one that the system has no name for."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def show(
    result: Result, options: argparse.Namespace, *, written: bool = True, laid: Overview | None = None
) -> None:
    """Print the result as asked; a reader that goes away changes nothing of how it ended.

    ``laid`` is the result laid out, where that was done already.
    """
    with printing():
        _print(result, options, laid=laid)
        passing = getattr(options, "passing", False)
        if written and options.case is not None and not options.json and not passing:
            from vitne.intake.received import written as as_text
            from vitne.report import visible

            place = visible(as_text(options.case), 2000)
            print(f"Case: {place}  (open {place.rstrip('/')}/report/index.html; next: vitne show {place})")


def _print(result: Result, options: argparse.Namespace, *, laid: Overview | None) -> None:
    if options.json:
        import msgspec

        from vitne.pipeline.document import document

        sys.stdout.buffer.write(msgspec.json.encode(document(result)) + b"\n")
        sys.stdout.flush()
        return
    from vitne.report.overview import overview, sentences

    laid = laid or overview(result)
    if options.quiet:
        print("\n".join(sentences(laid)))
        return
    from vitne.cli.colourless import console
    from vitne.cli.grouping import print_groups
    from vitne.report.formats.table import print_result

    out = console()
    print_result(result, out, verbose=options.verbose, laid=laid)
    print_groups(result, out)


def exit_code(result: Result, options: argparse.Namespace) -> int:
    """Say how it ended."""
    if result.partial:
        return STOPPED
    if result.failed:
        return FAILED
    if options.fail_on and any(counts(finding, options) for finding in result.findings):
        return FOUND
    return DONE


def counts(finding: Finding, options: argparse.Namespace) -> bool:
    """Say whether a finding counts for ``--fail-on``."""
    if finding.kind == "attribute" and "attribute" not in options.fail_on_kind:
        return False
    return GRADES.index(finding.grade) >= GRADES.index(options.fail_on)


def _still(stage: str, done: int, total: int) -> None:
    del stage, done, total


@contextmanager
def _progress(*, shown: bool) -> Iterator[Callable[[str, int, int], None]]:
    """Give a function that draws a bar on a terminal once work takes longer than a second."""
    if not shown or not sys.stderr.isatty():
        yield _still
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    begun = time.monotonic()
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    tasks: dict[str, Any] = {}

    def step(stage: str, done: int, total: int) -> None:
        if time.monotonic() - begun < 1:
            return
        if not tasks:
            bar.start()
        if stage not in tasks:
            tasks[stage] = bar.add_task(stage, total=max(total, 1))
        bar.update(tasks[stage], completed=min(done, total))

    try:
        yield step
    finally:
        if tasks:
            bar.stop()
