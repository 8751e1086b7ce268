"""What ``vitne triggers`` found, kept in the case so that reports can tell it, and derived again from a bag.

Layout: ``triggers.json`` in the case folder, the document of the command with the times of the events, and
``triggers-asked.json`` with what was asked and where the logs lay; later runs take their place.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from vitne.evidence.canonical import canonical
from vitne.model import Malformed, StoreError
from vitne.report.frozen import plain
from vitne.report.shape import occasions_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAME = "triggers.json"
ASKED = "triggers-asked.json"
_TIMES = 2000
_MOST = 64 << 20


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What ``vitne triggers`` was asked for."""

    logs: tuple[str, ...] = ()  # where they lay, absolute
    zone_s: int | None = None  # local time less UTC, for logs that do not tell
    device: str | None = None  # label of the device, or its beginning
    claims: tuple[tuple[str, str], ...] = ()  # (event, destination) registered beforehand
    seed: int = 0  # of all draws


def whole(said: dict[str, Any], events: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """Give the document as it is kept; ``events`` are seconds from the beginning of the observation."""
    begin = int(said["observation"]["begin_ns"])
    times = {kind: [begin + round(each * 1e9) for each in at[:_TIMES]] for kind, at in sorted(events.items())}
    made: dict[str, Any] = plain({**said, "event_times": times})
    return made


def keep(
    folder: Path,
    said: dict[str, Any],
    events: Mapping[str, Sequence[float]],
    *,
    asked: Mapping[str, Any] | None = None,
) -> None:
    """Write the document down, and what was asked for; raises StoreError where that cannot be."""
    for name, content in ((NAME, whole(said, events)), (ASKED, dict(asked or {}))):
        place = folder / name
        try:
            fresh = folder / f".{name}"
            fresh.write_bytes(canonical(content) + b"\n")
            fresh.replace(place)
        except OSError as error:
            raise StoreError(f"the outcome cannot be kept ({error.strerror})", where=str(place)) from error


def asked_for(folder: Path) -> Wanted:
    """Give what was asked for and where the logs lay; nothing of it where that was not written down."""
    try:
        return msgspec.json.decode((folder / ASKED).read_bytes(), type=Wanted)
    except (OSError, msgspec.MsgspecError, ValueError, RecursionError):
        return Wanted()


def logs_of(folder: Path, moved: Sequence[str] = ()) -> tuple[list[Path], list[str]]:
    """Find the logs that kept verdicts rest on, by their digests; also gives the names of those nowhere."""
    said = kept(folder)
    tried: dict[str, Path] = {}
    for each in (*moved, *asked_for(folder).logs) if said is not None else ():
        place = Path(each)
        if place.is_file():
            with place.open("rb") as file:
                tried.setdefault(hashlib.file_digest(file, "sha256").hexdigest(), place)
    wanted = [(str(log["sha256"]), str(log["name"])) for log in (said or {}).get("logs", ())]
    return [tried[d] for d, _ in wanted if d in tried], [name for d, name in wanted if d not in tried]


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
