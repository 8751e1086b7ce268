"""Flows shared out among processes: each reads its share of the flows, one puts the hauls together.

The walk is done once; the others see its memory because they are forked from it.  What comes out does not
depend on how many there are: everything that is gathered is ordered by flow before it is cut off or named.
"""

from __future__ import annotations

import os
import warnings
from typing import TYPE_CHECKING, Any

import msgspec

from vitne.model import Gap

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

_WORTH = 24 << 20
"""Bytes of captures from which starting processes pays."""


class Haul(msgspec.Struct, kw_only=True):
    """What one process brings home."""

    drafts: list[Any]
    notes: Any
    names: Any
    requests: list[Any]  # what tells the same transmission of two inputs
    learned: list[tuple[int, str, str]]
    unread: dict[tuple[Any, ...], list[int]]
    tables: tuple[list[Any], list[Any], list[Any]]  # hosts, kinds, facts by number
    records: bytes
    over: int
    failed: bool
    partial: bool
    complete: bool


MOST_WORKERS = 256
"""Processes that are made at the most, however many are asked for."""


def workers_for(size: int, asked: int | None) -> int:
    """Give how many processes to use: as asked, else one for each core where the captures are large."""
    if asked is not None:
        return min(max(1, asked), MOST_WORKERS)
    if size < _WORTH:
        return 1
    import multiprocessing  # slow to load, and most captures are small

    if "fork" not in multiprocessing.get_all_start_methods():
        return 1
    return max(1, min(len(os.sched_getaffinity(0)), 16))


def share_out(
    count: int, work: Callable[[int, Callable[[int], None]], Haul], progress: Callable[[int], None]
) -> tuple[list[Haul], bool]:
    """Run ``work(part, report)`` in so many forked processes; give the hauls and whether it was stopped.

    A process that dies brings nothing: its share is then missing, and the caller is told by a failed haul.
    """
    import multiprocessing

    context = multiprocessing.get_context("fork")
    running: dict[Connection, Any] = {}
    for part in range(count):
        here, there = context.Pipe(duplex=False)
        process = context.Process(target=_run, args=(there, part, work))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # threads of the digests have ended
            process.start()
        there.close()
        running[here] = process
    hauls: dict[int, Haul] = {}
    stopped = False
    order = {here: part for part, here in enumerate(running)}
    while running:
        try:
            _collect(running, hauls, order, progress=progress)
        except KeyboardInterrupt:
            stopped = True  # the others were interrupted too: they bring what they have
    return [hauls[part] for part in sorted(hauls)], stopped


def _collect(
    running: dict[Connection, Any],
    hauls: dict[int, Haul],
    order: dict[Connection, int],
    *,
    progress: Callable[[int], None],
) -> None:
    from multiprocessing.connection import Connection, wait

    for here in wait(list(running)):
        assert isinstance(here, Connection)  # noqa: S101  (nothing else was waited for)
        try:
            message = here.recv()
        except EOFError:
            message = None
        if isinstance(message, int):
            progress(message)
            continue
        process = running.pop(here)
        here.close()
        process.join()
        hauls[order[here]] = message if message is not None else _nothing(process.exitcode)


def _nothing(code: int | None) -> Haul:
    """Give the haul of a process that died."""
    from vitne.attribute import Names
    from vitne.pipeline.notes import Notes

    notes = Notes()
    notes.add(Gap(kind="internal", why=f"a worker process ended with {code}: its share of flows is lost"))
    return Haul(
        drafts=[],
        notes=notes,
        names=Names(),
        requests=[],
        learned=[],
        unread={},
        tables=([], [], []),
        records=b"",
        over=0,
        failed=True,
        partial=False,
        complete=True,
    )


def _run(there: Connection, part: int, work: Callable[[int, Callable[[int], None]], Haul]) -> None:
    """Work in the forked process and send the haul; it ends without running what the parent has at exit."""
    haul = work(part, there.send)
    there.send(haul)
    there.close()
    os._exit(0)
