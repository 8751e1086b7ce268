"""Cases at rest: one age file in place of a folder, opened for the time of one command.

While a command runs, the case lies open in a private folder beside its file, which is overwritten and removed
at the end, also where a signal ends the command; what it wrote into the case is locked again to the same
recipients.  A machine that loses its power meanwhile, and a kill that no program can catch, leave that folder
behind; swap space and snapshots are not in reach of a program.
"""

from __future__ import annotations

import getpass
import hashlib
import io
import os
import shutil
import signal
import sys
import tarfile
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from vitne.cli import custody
from vitne.cli.halting import ended_by_signals
from vitne.cli.locking_verbs import is_locked
from vitne.cli.wipe import overwrite
from vitne.model import StoreError, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Sequence

_INSIDE, _RECIPIENTS = "case", "recipients"
_DERIVED = (("bag", ".bag"), ("folder", ".redacted"))
"""Options of verbs whose default is named after the case."""


def run(options: argparse.Namespace) -> int:
    """Lock a case, or write one back."""
    if options.verb == "unlock":
        return _unlock(options)
    folder = Path(options.case)
    place = folder.with_name(f"{folder.name}.age")
    if not folder.exists():
        raise UsageError("there is no case here", where=options.case, expected="a case folder or a bag")
    if not _is_case(folder):
        raise UsageError(
            "this is no case and is left alone", where=options.case, expected="a case folder or a bag"
        )
    if place.exists():
        raise UsageError("there is something at the place of the encrypted case", where=str(place))
    recipients, phrase = whom(options.encrypt or ["-"])
    lock(folder, place, recipients, phrase)
    destroy(folder)
    print(f"Locked: {place}; the folder was overwritten and removed (older copies may live on in snapshots)")
    return 0


def _unlock(options: argparse.Namespace) -> int:
    place = Path(options.case)
    if not place.exists():
        raise UsageError("there is no such file", where=options.case, expected="an age file made by vitne")
    if not is_locked(options.case):
        raise UsageError(
            "this is no encrypted case", where=options.case, expected="an age file made by vitne"
        )
    folder = place.with_suffix("") if place.suffix == ".age" else place.with_name(f"{place.name}.open")
    if folder.exists():
        raise UsageError("there is something at the place of the case", where=str(folder))
    phrase = "" if options.identity else getpass.getpass("Passphrase: ")
    with opened(place, options.identity or "", phrase) as (within, _):
        within.rename(folder)
    place.unlink()
    print(f"Unlocked: {folder}")
    return 0


def run_open(verb: Callable[[argparse.Namespace], int], options: argparse.Namespace) -> int:
    """Run a command on an encrypted case, or a scan that makes one."""
    if options.verb == "scan":
        return _scan(verb, options)
    place = Path(options.case)
    phrase = "" if options.identity else getpass.getpass("Passphrase: ")
    with opened(place, options.identity or "", phrase) as (folder, recipients):
        before = _digest(folder)
        options.case = str(folder)
        options.locked_to = (recipients, phrase)  # copies that show values are encrypted like the case
        if options.verb == "seal" and not options.encrypt:
            print(
                "vitne: the bag is not encrypted, as the case is; --encrypt RECIPIENT does that",
                file=sys.stderr,
            )
        for name, ending in _DERIVED:
            if hasattr(options, name) and getattr(options, name) is None:
                setattr(options, name, f"{place.with_suffix('')}{ending}")
        try:
            return verb(options)
        finally:
            if _digest(folder) != before:
                lock(folder, place, recipients, phrase)


def _scan(verb: Callable[[argparse.Namespace], int], options: argparse.Namespace) -> int:
    if not options.case:
        raise UsageError("--encrypt keeps a case", next_step="name the file with --case case.age")
    place = Path(options.case)
    if place.exists():
        raise UsageError("there is something at the place of the encrypted case", where=str(place))
    recipients, phrase = whom(options.encrypt)
    with private(place) as base:
        options.case = str(base / _INSIDE)
        options.passing = True  # where the case lies now is nowhere to go on from
        code = verb(options)
        if (base / _INSIDE).is_dir():
            lock(base / _INSIDE, place, recipients, phrase)
            print(f"Locked: {place} (next: vitne show {place} --identity FILE)", file=sys.stderr)
    return code


def whom(given: Sequence[str]) -> tuple[list[str], str]:
    """Give recipients, or a passphrase that was typed twice; raises UsageError."""
    custody.pyrage()
    if "-" not in given:
        custody.locked(b"", given)  # a wrong recipient is told before the work
        return list(given), ""
    if len(given) > 1:
        raise UsageError("a passphrase and recipients cannot both open one file", expected="one of the two")
    phrase = getpass.getpass("Passphrase: ")
    if not phrase or phrase != getpass.getpass("Again: "):
        raise UsageError("the passphrase is empty, or was not typed the same again")
    return [], phrase


def lock(folder: Path, place: Path, recipients: Sequence[str], phrase: str) -> None:
    """Write a folder as one age file, as a whole or not at all; raises StoreError."""
    packed = io.BytesIO()
    try:
        with tarfile.open(fileobj=packed, mode="w") as archive:
            told = "\n".join(recipients).encode()
            entry = tarfile.TarInfo(_RECIPIENTS)
            entry.size = len(told)
            archive.addfile(entry, io.BytesIO(told))
            archive.add(folder, arcname=_INSIDE)
        data = custody.locked(packed.getvalue(), recipients, passphrase=phrase)
        handle, fresh = tempfile.mkstemp(prefix=f".{place.name}.new-", dir=place.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(fresh).replace(place)
        finally:
            Path(fresh).unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(f"the case cannot be encrypted: {error.strerror}", where=str(place)) from error


@contextmanager
def opened(place: Path, identity: str, phrase: str) -> Iterator[tuple[Path, list[str]]]:
    """Open an encrypted case into a private folder; give it and the recipients of the file."""
    data = custody.unlocked(place.read_bytes(), identity, passphrase=phrase)
    with private(place) as base:
        try:
            with tarfile.open(fileobj=io.BytesIO(data)) as archive:
                archive.extractall(base, filter="data")
            folder = base / _INSIDE if (base / _INSIDE).is_dir() else base / "bag"
            told = base / _RECIPIENTS
            recipients = told.read_text(encoding="ascii").split() if told.is_file() else []
        except (tarfile.TarError, OSError, UnicodeDecodeError) as error:
            raise StoreError("what is in it is no case", where=str(place)) from error
        if not folder.is_dir():
            raise StoreError("what is in it is no case", where=str(place))
        if not recipients and not phrase:  # a file that another program made: to whoever opened it
            recipients = _own(identity)
        yield folder, recipients


def _own(identity: str) -> list[str]:
    lines = Path(identity).read_text(encoding="utf-8").splitlines()
    keys = [line for line in lines if line.startswith("AGE-SECRET-KEY-")]
    return [str(custody.pyrage().x25519.Identity.from_str(key).to_public()) for key in keys]


@contextmanager
def private(place: Path) -> Iterator[Path]:
    """Give a folder beside a place that only this user can enter, overwritten and removed at the end."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        base = Path(tempfile.mkdtemp(prefix=f".{place.name}.open-", dir=place.parent))
    except OSError as error:
        raise StoreError(f"the case cannot be opened here: {error.strerror}", where=str(place)) from error
    try:
        with ended_by_signals(signal.SIGTERM, signal.SIGHUP):
            yield base
    finally:
        destroy(base)


def destroy(folder: Path) -> None:
    """Overwrite the files of a folder, and remove it."""
    for file in sorted(folder.rglob("*")):
        if file.is_file() and not file.is_symlink():
            overwrite(file)
    shutil.rmtree(folder)


def _is_case(folder: Path) -> bool:
    plain = (folder / "manifest.json").is_file() and (folder / "findings.jsonl").is_file()
    return not folder.is_symlink() and folder.is_dir() and (plain or custody.is_bag(folder))


def _digest(folder: Path) -> str:
    """Give a digest of names and contents, to see whether a command wrote into the case."""
    whole = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        whole.update(f"{file.relative_to(folder)}\0".encode("utf-8", "surrogateescape"))
        if file.is_file() and not file.is_symlink():
            whole.update(hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()
