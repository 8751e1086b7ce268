"""Snapshots: dated tables with their source, licence and digest, and which of several is meant.

A folder of snapshots holds ``manifest.json`` and one file per table.  The package brings one; a user may have
another.  Nothing is looked up on the network and nothing is chosen by the clock: the latest snapshot of a
series stands, or the latest that is not later than a date that is asked for.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import msgspec

from vitne.knowledge.packed import unpack
from vitne.model import Malformed, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from importlib.resources.abc import Traversable

    from vitne.knowledge.ranges import Ranges

MANIFEST = "manifest.json"
_MOST = 256 << 20


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table of one date, and where it comes from."""

    series: str  # what stays from date to date, e.g. "asn-country"
    date: str  # ISO date of the data
    about: str  # "network", "country", "mac-vendor", "mobile-network", "mobile-country", …
    title: str  # for a person
    source: str  # package and version, or the name of the file that was added
    licence: str  # as its publisher states it; "unknown" where none is stated
    attribution: str = ""  # line that has to stand where results are shown
    basis: str = ""  # of a country table: "registry" or "geo"
    source_sha256: str = ""  # digest of the file that was added
    file: str = ""  # table, in the folder of the manifest
    sha256: str = ""  # digest of the table
    rows: int = 0  # ranges or prefixes
    faults: int = 0  # ranges that lay inside or across another; the narrower stands
    note: str = ""  # what a reader has to know of this data
    bundled: bool = False  # comes with the package
    added_by_user: bool = False  # such a table may have a licence that forbids passing it on

    @property
    def name(self) -> str:
        """Give what it is called in results: series and date."""
        return f"{self.series}@{self.date}"


class Knowledge:
    """All snapshots at hand, loaded one by one when they are asked for."""

    def __init__(self, folders: Iterable[Traversable]) -> None:
        self._where: dict[str, Traversable] = {}
        self.snapshots: list[Snapshot] = []
        self._tables: dict[str, Ranges | dict[str, str]] = {}
        for folder in folders:
            for snapshot in read_manifest(folder):
                if snapshot.name not in self._where:
                    self._where[snapshot.name] = folder
                    self.snapshots.append(snapshot)
        self.snapshots.sort(key=lambda each: (each.about, each.series, each.date))

    def chosen(self, as_of: str = "") -> list[Snapshot]:
        """Give one snapshot of each series: the latest, or the latest not later than a date.

        Of a series that has only later ones its earliest is given: see ``later_than``.
        """
        by_series: dict[str, list[Snapshot]] = {}
        for snapshot in self.snapshots:
            by_series.setdefault(snapshot.series, []).append(snapshot)
        out = []
        for several in by_series.values():
            early = [each for each in several if not as_of or each.date <= as_of]
            out.append(early[-1] if early else several[0])
        return sorted(out, key=lambda each: (each.about, each.series))

    def table(self, snapshot: Snapshot) -> Ranges | dict[str, str]:
        """Load a table; raises StoreError where its file is gone or is not the one the manifest names."""
        if snapshot.name not in self._tables:
            place = self._where[snapshot.name] / snapshot.file
            try:
                self._tables[snapshot.name] = _table(place.read_bytes(), snapshot.sha256)
            except (OSError, Malformed) as error:
                raise StoreError(
                    f"the table {snapshot.name} cannot be read: {error}",
                    where=str(place),
                    next_step="add it again with: vitne data add FILE",
                ) from error
        return self._tables[snapshot.name]


def _table(data: bytes, sha256: str) -> Ranges | dict[str, str]:
    if hashlib.sha256(data).hexdigest() != sha256:
        raise Malformed("its digest is not the manifest's")
    if sha256 not in _UNPACKED:
        if len(_UNPACKED) > 8:
            _UNPACKED.clear()
        _UNPACKED[sha256] = unpack(data, whole=False)
    return _UNPACKED[sha256]


_UNPACKED: dict[str, Ranges | dict[str, str]] = {}
"""Tables of this process by their digest: they never change, and several users of one are one."""


def later_than(snapshot: Snapshot, as_of: str) -> bool:
    """Say whether a snapshot tells of a time after the date that was asked for."""
    return bool(as_of) and snapshot.date > as_of


def read_manifest(folder: Traversable) -> Iterator[Snapshot]:
    """Yield the snapshots of a folder, none for a folder without a manifest; raises StoreError."""
    place = folder / MANIFEST
    if not place.is_file():
        return
    try:
        data = place.read_bytes()
        if len(data) > _MOST >> 4:
            raise msgspec.DecodeError("it is too long")
        yield from msgspec.json.decode(data, type=list[Snapshot])
    except (OSError, ValueError, RecursionError) as error:
        raise StoreError(
            f"the list of snapshots cannot be read: {error}",
            where=str(place),
            next_step="take the folder away and add the data again",
        ) from error


def manifest_of(snapshots: Iterable[Snapshot]) -> list[dict[str, Any]]:
    """Give what a case keeps of the snapshots it was made beside."""
    return [
        {
            "name": each.name,
            "about": each.about,
            "source": each.source,
            "licence": each.licence,
            "attribution": each.attribution,
            "sha256": each.sha256,
        }
        for each in snapshots
    ]


def written(snapshots: Iterable[Snapshot]) -> bytes:
    """Give a manifest as bytes, sorted, for a person to read."""
    rows = sorted(snapshots, key=lambda each: (each.series, each.date))
    return (json.dumps(msgspec.to_builtins(rows), indent=1, ensure_ascii=False) + "\n").encode()
