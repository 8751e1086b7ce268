"""From a result to a case folder, and back to the captures a case was made from."""

from __future__ import annotations

import mmap
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import msgspec

from vitne.model import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from vitne.pipeline import Result
    from vitne.report.overview import Overview
    from vitne.store import Case

EVIDENCE = "evidence"


class Kept:
    """Evidence that exists nowhere else: standard input, kept beside the case until the case is written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.place: Path | None = None

    def take(self, data: Any) -> None:
        """Write the bytes down; raises StoreError where that fails."""
        place = self.folder.with_name(f".{self.folder.name}.evidence-{os.getpid()}")
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            with place.open("wb") as stream:
                stream.write(memoryview(data))
        except OSError as error:
            with suppress(OSError):  # the folder itself may be what is wrong
                place.unlink(missing_ok=True)
            raise StoreError(
                f"standard input cannot be kept ({error.strerror})",
                where=str(self.folder),
                next_step="save the capture to a file first, or name another folder",
            ) from error
        self.place = place

    def drop(self) -> None:
        """Let go of what was kept, should no case have taken it."""
        if self.place is not None:
            self.place.unlink(missing_ok=True)
            self.place = None

    @contextmanager
    def content(self) -> Iterator[memoryview | None]:
        """Give what was kept, None for nothing; afterwards it is gone from beside the case."""
        if self.place is None:
            yield None
            return
        try:
            with (
                self.place.open("rb") as stream,
                mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as mapped,
            ):
                view = memoryview(mapped)
                try:
                    yield view
                finally:
                    view.release()
        finally:
            self.place.unlink(missing_ok=True)


def write(  # noqa: PLR0913  (a case has so many parts)
    folder: Path,
    result: Result,
    *,
    run: dict[str, Any],
    kept: Kept,
    lay: Callable[[], Overview] | None = None,
    jobs: int = 1,
) -> None:
    """Write a case; what ``kept`` holds goes into it and is listed in its manifest.

    ``lay`` gives the result laid out, where someone else needs that as well; ``jobs`` is how many processes
    may work.
    """
    from vitne.cli.knowing import listed
    from vitne.cli.whereto import pictures
    from vitne.pipeline.transmissions import Transmissions
    from vitne.report.formats.html import PATH, page
    from vitne.store import write_case

    manifest = {
        "rules": result.rules,
        "tables": listed(),
        "counts": result.counts,
        "devices": msgspec.to_builtins(result.devices),
        "opened": msgspec.to_builtins(result.opened),
    }

    def front() -> bytes:
        whither = pictures(result.findings, str(run.get("as_of") or ""))
        return page(result, rules=result.rules, whither=whither, laid=None if lay is None else lay())

    pages: dict[str, Any] = {PATH: front if jobs > 1 else front()}  # this process makes it beside the others
    if jobs > 1 and isinstance(result.transmissions, Transmissions):
        result.transmissions.prepare()  # what it and the page need is made once
    with kept.content() as evidence:
        if evidence is not None:
            pages[f"{EVIDENCE}/standard-input"] = evidence
        write_case(
            folder,
            captures=result.captures,
            findings=result.findings,
            opaque=result.opaque,
            gaps=result.gaps,
            oddities=result.oddities,
            transmissions=result.transmissions,
            manifest=manifest,
            run=run,
            pages=pages,
            partial=result.partial,
            jobs=jobs,
        )
    from vitne.cli.custody import record_scan

    record_scan(folder, result, run)


def captures_of(case: Case, given: Sequence[str]) -> list[str]:
    """Find the captures of a case: as given, as the run says, or inside the case; checked by digest.

    Raises StoreError that names the first capture that is nowhere.
    """
    from vitne.pipeline.inputs import places_by_digest

    places = [str(each) for each in (*given, *case.run.get("inputs", ())) if each != "-"]
    inside = case.folder / EVIDENCE
    if inside.is_dir():
        places.append(str(inside))
    by_digest = places_by_digest(places)
    found = []
    for capture in case.captures:
        if capture.sha256 not in by_digest:
            raise StoreError(
                "the capture is not where it was, or it was changed",
                where=capture.name,
                expected=f"a file with sha256 {capture.sha256}",
                next_step="vitne show CASE FINDING --capture FILE",
            )
        found.append(by_digest[capture.sha256])
    return found
