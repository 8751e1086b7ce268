"""What ``vitne triggers`` found, kept in the case so that reports can tell it.

Layout: ``triggers.json`` in the case folder, the document of the command with the times of the events; later
runs take its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vitne.evidence.canonical import canonical
from vitne.model import Malformed, StoreError
from vitne.report.frozen import plain
from vitne.report.shape import occasions_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

NAME = "triggers.json"
_TIMES = 2000
_MOST = 64 << 20


def keep(folder: Path, said: dict[str, Any], events: Mapping[str, Sequence[float]]) -> None:
    """Write the document down; ``events`` are seconds from the beginning of the observation.

    Raises StoreError where the case cannot be written to.
    """
    begin = int(said["observation"]["begin_ns"])
    times = {kind: [begin + round(each * 1e9) for each in at[:_TIMES]] for kind, at in sorted(events.items())}
    content = plain({**said, "event_times": times})
    place = folder / NAME
    try:
        fresh = folder / f".{NAME}"
        fresh.write_bytes(canonical(content) + b"\n")
        fresh.replace(place)
    except OSError as error:
        raise StoreError(f"the outcome cannot be kept ({error.strerror})", where=str(place)) from error


def kept(folder: Path) -> dict[str, Any] | None:
    """Give what was kept, None where nothing was; raises StoreError where it is no such document."""
    place = folder / NAME
    if not place.is_file():
        return None
    try:
        if place.stat().st_size > _MOST:
            raise StoreError("the kept outcome of vitne triggers is too large", where=str(place))
        return occasions_in(place.read_bytes())
    except (OSError, Malformed) as error:
        raise StoreError(
            f"the kept outcome of vitne triggers cannot be read ({type(error).__name__})",
            where=str(place),
            next_step="take the file away and run vitne triggers again",
        ) from error
