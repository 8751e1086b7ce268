"""``vitne wipe``: a case destroyed, with a note of what was destroyed left in its place.

Files are overwritten once and removed.  On flash memory, on copy-on-write file systems and in backups older
copies of the blocks may live on; only encryption from the start helps there, and the command says so.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from vitne.cli import custody
from vitne.evidence import ledger, sealing
from vitne.evidence.canonical import canonical
from vitne.model import StoreError, UsageError

if TYPE_CHECKING:
    import argparse

_BLOCK = 1 << 20


def run(options: argparse.Namespace) -> int:
    """Destroy a case after asking."""
    place = Path(options.case)
    if place.is_symlink() or not place.exists():
        raise UsageError("there is no case here", where=options.case)
    _check(place)
    until = _retain_until(place)
    if options.due and not _due(until):
        print(f"Not due: {'no retention date is set' if not until else f'to be kept until {until}'}")
        return 0
    if not options.yes and not _asked(place):
        print("Nothing was destroyed.")
        return 0
    note = place.with_name(f"{place.name}.destroyed.json")
    files = [place] if place.is_file() else sorted(each for each in place.rglob("*") if each.is_file())
    said = {
        "destroyed": custody.now(),
        "name": place.name,
        "files": len(files),
        "manifest_sha256": _digest(place),
        "ledger_end": _ledger_end(place),
        "retain_until": until,
    }
    try:
        note.write_bytes(canonical(said) + b"\n")
        for file in files:
            overwrite(file)
        if place.is_dir():
            shutil.rmtree(place)
        else:
            place.unlink()
    except OSError as error:
        raise StoreError(f"it could not all be destroyed: {error.strerror}", where=str(place)) from error
    print(f"Destroyed: {len(files)} files of {place}; {note} says what it was.")
    print("Older copies may live on in flash memory, snapshots and backups.")
    return 0


def _check(place: Path) -> None:
    """Refuse to destroy what is no case, bag or encrypted bag."""
    if place.is_file():
        with place.open("rb") as file:
            if file.read(21) == b"age-encryption.org/v1":
                return
    elif ((place / "manifest.json").is_file() and (place / "findings.jsonl").is_file()) or custody.is_bag(
        place
    ):
        return
    raise UsageError("this is no case and is left alone", where=str(place), expected="a case folder or a bag")


def _asked(place: Path) -> bool:
    if not sys.stdin.isatty():
        raise UsageError(
            "destroying asks first", where=str(place), next_step="say that it is meant with --yes"
        )
    return input(f"Destroy {place} for good? Type yes: ").strip() == "yes"


def _retain_until(place: Path) -> str:
    path = place / sealing.MANIFEST
    if not path.is_file():
        return ""
    try:
        said = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except (OSError, ValueError, RecursionError):
        return ""
    return str(said.get("retain_until") or "")


def _due(until: str) -> bool:
    return bool(until) and until < dt.datetime.now(dt.UTC).date().isoformat()


def _digest(place: Path) -> str:
    """Give the digest of the manifest of a bag or case: it holds no value of a person."""
    for name in (sealing.MANIFEST, "manifest.json"):
        if (place / name).is_file():
            return hashlib.sha256((place / name).read_bytes()).hexdigest()
    return ""


def _ledger_end(place: Path) -> str:
    if place.is_file():  # an encrypted one does not tell
        return ""
    entries, _ = ledger.read(custody.case_folder(str(place)) / ledger.NAME)
    return str(entries[-1]["hash"]) if entries else ""


def overwrite(path: Path) -> None:
    """Write zeros over a file once; OSError where that fails."""
    if path.is_symlink() or path.stat().st_nlink > 1:
        return  # a name of a file that others have too: only the name goes
    left = path.stat().st_size
    with path.open("r+b") as file:
        while left > 0:
            left -= file.write(bytes(min(left, _BLOCK)))
        file.flush()
        os.fsync(file.fileno())
