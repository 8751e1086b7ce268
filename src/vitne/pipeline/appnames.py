"""Which app each finding belongs to: asked of its frames, of the export, of lists beside the capture.

Frames are read again only where findings are in them and the capture could tell: nothing is asked of the
packets while they are searched.
"""

from __future__ import annotations

from bisect import bisect_right
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vitne.apps import Book, app_of_packet, format_of, uid_of_block
from vitne.apps.blocks import POINTERS, PROCESS_BLOCK, PROCESS_NAME, app_of_process
from vitne.apps.book import agreed
from vitne.apps.formats import HEAD
from vitne.apps.marks import has_mark
from vitne.catalog import android_users
from vitne.model import App, Malformed, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vitne.assess import Draft
    from vitne.pipeline.traffic import Traffic

_PEEKED = range(1, 33)
"""Frames of a capture that are looked at for a mark that names apps; tools mark all frames or none."""
MOST_LIST = 256 << 20
"""Bytes of one list of apps that are read."""
_EXPECTED = "a package list, /proc/net/tcp or udp, `dumpsys netstats detail`, or socket_trace.json"


def read_lists(files: Iterable[str | Path]) -> Book:
    """Read lists that name apps; raises UsageError for a file that is none."""
    book = Book()
    for file in files:
        data = _bytes(file)
        form = format_of(data[:HEAD])
        if form is None:
            raise UsageError("this names no apps", where=str(file), expected=_EXPECTED)
        try:
            form.read(data, book)
        except Malformed as error:
            raise UsageError(error.why, where=str(file), expected=_EXPECTED) from error
    return book


def _bytes(file: str | Path) -> bytes:
    try:
        with Path(file).open("rb") as stream:
            return stream.read(MOST_LIST)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "its name cannot be used"
        raise UsageError(f"this cannot be read: {why}", where=str(file), expected=_EXPECTED) from error


_UNKNOWN = App()


class AppNames:
    """Names apps for findings, once all is read."""

    def __init__(self, traffics: Sequence[Traffic], book: Book, *, alone: bool) -> None:
        self._traffics = traffics
        self._book = book
        self._alone = alone  # one device in all captures: what is counted of a phone is counted of it
        self._told: dict[tuple[int, int], App] = {}  # by capture and frame
        self._exported = [traffic for traffic in traffics if traffic.exported]
        self._starts = [traffic.first_flow for traffic in self._exported]  # ascending, as flows are numbered
        book.fix(android_users().items())

    def prepare(self, drafts: Iterable[Draft]) -> None:
        """Ask the packets that hold findings."""
        wanted: dict[int, set[int]] = {}
        for one in drafts:
            wanted.setdefault(one.setting.capture.number, set()).update(one.frames)
        for reader in self._readers():
            number = reader[0]
            if wanted.get(number) and _could_tell(reader[1], wanted[number]):
                self._ask(number, reader[1], wanted[number])

    def _readers(self) -> Iterable[tuple[int, Any]]:
        number = 0
        for traffic in self._traffics:
            for reader in traffic.readers:
                if not traffic.exported:
                    yield number, reader
                number += 1

    def _ask(self, number: int, reader: Any, frames: set[int]) -> None:
        for body in reader.custom:
            named = uid_of_block(body)
            if named is not None and named.uid is not None:
                self._book.name(named.uid, named.package, named.name)
        processes = None
        for packet in reader.packets(frames):
            app = app_of_packet(packet.data, packet.link_type, packet.comments)
            pointers = _pointers(packet) if app is None else []
            if pointers:
                processes = processes or reader.private_blocks(PROCESS_BLOCK)
                app = _pointed(processes.of(packet.place), pointers)
            if app is not None:
                self._told[number, packet.number] = self._book.named(app)

    def of(self, one: Draft) -> App:
        """Name the app of a finding, or say that nothing tells."""
        setting = one.setting
        number = setting.capture.number
        if self._told:
            told = {self._told[number, frame] for frame in one.frames if (number, frame) in self._told}
            if told:
                return agreed(told) or App(source="several")
        flow = setting.flow
        exported = self._of_export(flow.number)
        if exported is not None:
            return exported
        found = self._book.of_flow(flow) if self._book.entries else None
        if found is None and self._book.entries and self._alone and setting.direction == "sent":
            found = self._book.of_time(setting.time_ns)
        return found or _UNKNOWN

    def _of_export(self, number: int) -> App | None:
        at = bisect_right(self._starts, number) - 1
        if at < 0 or not self._exported[at].walked.flow_count > number - self._starts[at]:
            return None
        app: App | None = self._exported[at].walked.app_of(number - self._starts[at])
        return app


def _could_tell(reader: Any, wanted: set[int]) -> bool:
    """Say whether a capture has comments, or marks at its first frames, or at some of those that count."""
    if reader.capture.comments:
        return True
    some = sorted({*_PEEKED, *sorted(wanted)[: len(_PEEKED)]})
    return any(
        has_mark(packet.data, packet.link_type) or _pointers(packet) for packet in reader.packets(some)
    )


def _pointers(packet: Any) -> list[int]:
    """Give the numbers of blocks that a packet points to, the process on whose behalf it is first."""
    return [number for code in POINTERS if (number := packet.options.number(code)) is not None]


def _pointed(blocks: Sequence[Any], pointers: Sequence[int]) -> App | None:
    """Name the first process that is pointed to and has a name."""
    for number in pointers:
        if number < len(blocks):
            block = blocks[number]
            app = app_of_process(block.number, block.options.text(PROCESS_NAME))
            if app is not None:
                return app
    return None
