"""``vitne watch``: findings while they appear, of an interface or of a capture that comes on standard input.

What comes is cut into files of some seconds.
Each is scanned together with the one before, so that a message across the cut is whole in one of the looks.
What was shown is known by what it is and where it went.
Memory holds two files and a bounded table, however long it runs, and so does the disk but for a few files.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
import tempfile
import time
from collections import OrderedDict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from vitne.cli.halting import Halt
from vitne.model import CaptureError, Malformed
from vitne.report import visible

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from rich.table import Table

MOST_ROWS = 500  # kept; the oldest gives way, and is counted
MOST_LABELS = 20_000  # values of persons that keep their label
SHOWN = 30
PIECE = 64 << 20  # bytes of a file, whatever the time
MOST_BEHIND = 20  # files that wait for a look; the oldest are passed over


class Seen:
    """What was found so far, one row a value, sender and destination."""

    def __init__(self) -> None:
        self.rows: OrderedDict[tuple[str, ...], list[Any]] = OrderedDict()
        self.forgotten = self.looks = self.bytes = 0
        self._messages: OrderedDict[tuple[str, ...], None] = OrderedDict()
        self._labels: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._count: dict[str, int] = {}

    def label(self, finding: Any) -> str:
        """Give the label of a finding's value: the same in every look, whose own labels begin anew."""
        key = (finding.identifier, finding.value)
        if key not in self._labels:
            self._count[finding.identifier] = self._count.get(finding.identifier, 0) + 1
            self._labels[key] = f"{finding.identifier}#{self._count[finding.identifier]}"
            if len(self._labels) > MOST_LABELS:
                self._labels.popitem(last=False)
        self._labels.move_to_end(key)
        return self._labels[key]

    def add(self, finding: Any) -> bool:
        """Count a finding once; tell whether its row is new."""
        message = (finding.group, str(finding.time_ns), finding.field)
        if message in self._messages:
            return False
        self._messages[message] = None
        if len(self._messages) > 20 * MOST_ROWS:
            self._messages.popitem(last=False)
        where = finding.destination.host or finding.destination.ip
        key = (finding.identifier, str(finding.value), where, finding.grade)
        row = self.rows.get(key)
        if row is not None:
            row[0] += 1
            row[1] = finding.time
            return False
        self.rows[key] = [1, finding.time]
        if len(self.rows) > MOST_ROWS:
            self.rows.popitem(last=False)
            self.forgotten += 1
        return True


def run(options: argparse.Namespace) -> int:
    """Watch until stopped or until the stream ends."""
    with Halt(options.seconds) as halt, tempfile.TemporaryDirectory(prefix="vitne-watch-") as fresh:
        folder = Path(options.keep) if options.keep else Path(fresh)
        folder.mkdir(parents=True, exist_ok=True)
        if options.source == "-":
            pieces = streamed(folder, options.every, halt.asked)
        else:
            pieces = captured(options, folder, halt.asked)
        return _watch(options, pieces)


def _watch(options: argparse.Namespace, pieces: Iterator[Path]) -> int:
    from rich.live import Live

    from vitne.cli.terminal import Terminal

    seen, before = Seen(), None
    console = Terminal()
    with Live(console=console, auto_refresh=False, transient=False) as live:
        for piece in pieces:
            new = _look(options, seen, [before, piece] if before else [piece])
            if console.is_terminal:
                live.update(screen(seen), refresh=True)
            else:
                for line in new:
                    print(line, flush=True)
            if before is not None and not options.keep:
                before.unlink(missing_ok=True)
            before = piece
    print(f"{len(seen.rows)} values to destinations in {seen.looks} looks", file=sys.stderr)
    return 0


def _look(options: argparse.Namespace, seen: Seen, files: list[Path]) -> list[str]:
    """Scan some files, and give a line for each row that is new."""
    from vitne.cli.scan import _subject
    from vitne.pipeline import Options, run_scan

    seen.looks += 1
    try:
        result = run_scan(files, Options(subject=_subject(options.subject), jobs=1))
    except CaptureError as error:
        return [f"vitne: {visible(str(error), 300)}"]
    shown = result if options.reveal else result.masked()
    out = []
    for own, finding in zip(result.findings, shown.findings, strict=True):
        if finding.direction == "sent" and finding.kind != "attribute":
            if not options.reveal:
                finding = msgspec.structs.replace(finding, value=seen.label(own))  # noqa: PLW2901
            if not seen.add(finding):
                continue
            where = finding.destination.host or finding.destination.ip
            told = f"{finding.time} {finding.identifier} {finding.value} to {where} ({finding.grade})"
            out.append(visible(told, 300))
    return out


def screen(seen: Seen) -> Table:
    """Give the newest rows as a table."""
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=f"{len(seen.rows)} values to destinations, {seen.looks} looks", box=None, title_justify="left"
    )
    for column in ("last", "what", "value", "to", "grade", "times"):
        table.add_column(column)
    newest = sorted(seen.rows.items(), key=lambda each: each[1][1], reverse=True)[:SHOWN]
    for (identifier, value, where, grade), (count, last) in newest:
        cells = (str(last)[11:19], identifier, value, where, grade, str(count))
        table.add_row(*(Text(visible(cell, 60)) for cell in cells))
    if seen.forgotten:
        table.caption = f"{seen.forgotten} older rows gave way"
    return table


def streamed(folder: Path, every: float, stopped: Callable[[], bool]) -> Iterator[Path]:
    """Cut standard input into files of some seconds."""
    from vitne.intake.streamed import Splitter, pump

    splitter, number, got, held = Splitter(), 0, list[bytes](), 0
    until, ended = time.monotonic() + every, False
    while not ended and not stopped():
        ready, _, _ = select.select([sys.stdin.buffer], [], [], max(0.0, min(until - time.monotonic(), 0.5)))
        if ready:
            try:
                records = pump(partial(os.read, sys.stdin.fileno()), splitter, 1 << 16)
            except Malformed as error:
                raise CaptureError(error.why, where="standard input") from error
            ended = records is None
            if records:
                got.append(records)
                held += len(records)
        if got and (ended or time.monotonic() >= until or held >= PIECE):
            number += 1
            path = folder / f"piece-{number:06}.pcap"
            head = b"" if got[0].startswith(splitter.head[:12]) else splitter.head
            path.write_bytes(head + b"".join(got))
            got, held = [], 0
            yield path
        if time.monotonic() >= until:
            until = time.monotonic() + every
    if ended and not number:
        raise CaptureError("nothing came in", where="standard input", next_step="redirect a capture to it")


def captured(options: argparse.Namespace, folder: Path, stopped: Callable[[], bool]) -> Iterator[Path]:
    """Let another process capture, and give its files as they are finished."""
    words = ["capture", "-i", options.source, "--out", str(folder), "--file-seconds", str(options.every)]
    words += ["--file-size", str(PIECE / 1e6)]
    done = 0
    command = [sys.executable, "-m", "vitne.cli", *words]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as child:  # noqa: S603  (our own program)
        try:
            while not stopped() and child.poll() is None:
                files = sorted(folder.glob("capture-*.pcapng"))[:-1]
                fresh = [path for path in files if _number(path) > done]
                done = max([done, *(_number(path) for path in fresh)])
                yield from _kept_up(fresh, keep=bool(options.keep))
                time.sleep(0.2)
        finally:
            child.terminate()
        child.wait()
        if child.returncode not in {0, -15}:
            raise CaptureError(
                "the capture ended", where=options.source, next_step=f"vitne capture -i {options.source}"
            )
    yield from (path for path in sorted(folder.glob("capture-*.pcapng")) if _number(path) > done)


def _kept_up(fresh: list[Path], *, keep: bool) -> list[Path]:
    """Pass over the oldest files where there are more than can be looked at, and say so."""
    late = fresh[:-MOST_BEHIND]
    if late:
        print(f"vitne: more comes than can be looked at: {len(late)} files were passed over", file=sys.stderr)
    for path in () if keep else late:
        path.unlink(missing_ok=True)
    return fresh[-MOST_BEHIND:]


def _number(path: Path) -> int:
    return int(path.stem.rpartition("-")[2])
