"""What the verbs about recipients share: tables at hand, destinations of a case, the day asked for."""

from __future__ import annotations

import datetime as dt
import gc
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vitne.knowledge import Knowledge, read_manifest, shipped
from vitne.model import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vitne.attribute.attribution import Place
    from vitne.store import Case

_DATA = "VITNE_DATA"


def user_folder() -> Path:
    """Give the folder of tables that the user added: what VITNE_DATA names, else the user's data folder."""
    named = os.environ.get(_DATA, "")
    if named:
        return Path(named).expanduser()
    home = os.environ.get("XDG_DATA_HOME", "")
    return (Path(home) if home else Path("~/.local/share").expanduser()) / "vitne" / "tables"


def knowledge() -> Knowledge:
    """Give the tables of the package and of the user; of two of one name the user's stands.

    Attributions are many objects that live on, so dead cycles are looked for seldom from here on.
    """
    gc.set_threshold(100_000, 50, 1000)
    return Knowledge([user_folder(), shipped()])


def listed() -> list[dict[str, Any]]:
    """Give what a case keeps of the tables at hand, without loading any."""
    from vitne.knowledge import manifest_of

    rows = {each.name: each for folder in (shipped(), user_folder()) for each in read_manifest(folder)}
    return manifest_of(rows[name] for name in sorted(rows))


def day_of(asked: str, case: Case | None) -> str:
    """Give the day that tables must not be later than, "" for the latest; raises UsageError for no day.

    Where nothing is asked for, the day that the case itself names counts (``vitne scan --as-of``).
    """
    if case is not None:
        asked = asked or str(case.run.get("as_of") or "")
        if asked == "capture":
            return last_day([row.time_ns for row in case.transmissions] or [f.time_ns for f in case.findings])
    try:
        return dt.date.fromisoformat(asked).isoformat() if asked else ""
    except ValueError as error:
        raise UsageError(f"{asked!r} is no day", expected="a day such as 2019-03-21, or «capture»") from error


def last_day(times_ns: Sequence[int]) -> str:
    """Give the day of the latest of some times, "" without one."""
    if not times_ns:
        return ""
    return dt.datetime.fromtimestamp(max(times_ns) / 1e9, tz=dt.UTC).date().isoformat()


def places_of(case: Case) -> list[Place]:
    """Give the destinations of a case: address and name, each once, those with findings first."""
    sent = [finding.destination for finding in case.findings if finding.direction == "sent"]
    places = [(each.ip, each.host) for each in sent]
    places += [(row.ip, row.host) for row in case.transmissions]
    places += [(row.destination.ip, row.destination.host) for row in case.opaque]
    return list(dict.fromkeys(places))


def vantage_of(text: str) -> tuple[float, float] | None:
    """Read a latitude and longitude, None for ""; raises UsageError."""
    if not text:
        return None
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError as error:
        raise UsageError(f"{text!r} is no place", expected="--vantage 59.91,10.75") from error
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise UsageError(f"{text!r} is no place on the earth", expected="--vantage 59.91,10.75")
    return latitude, longitude
