"""Custody as the commands keep it: entries of the ledger, cases and bags opened, age files."""

from __future__ import annotations

import datetime as dt
import getpass
import os
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vitne.evidence import ledger
from vitne.model import StoreError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vitne.evidence.ledger import Action
    from vitne.store import Case


def now() -> str:
    """Give the time of this machine's clock, RFC 3339, UTC."""
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def record(
    folder: Path,
    action: Action,
    *,
    objects: Sequence[dict[str, Any]] = (),
    detail: dict[str, Any],
    named: bool = True,
) -> None:
    """Write into the ledger of a case what was done to it, by which command, with which rules and tables.

    With ``named`` false user, host and command line stay out.
    """
    from vitne.cli.knowing import listed
    from vitne.pipeline.rules import rules_used

    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = ""
    act = ledger.Act(
        action=action,
        time=now(),
        time_source="system clock, its offset not measured",
        actor={"user": user, "host": platform.node()} if named else {},
        tool={**rules_used(), "tables": {each["name"]: each["sha256"] for each in listed()}},
        objects=list(objects),
        detail={**detail, "command": _command()} if named else detail,
    )
    ledger.append(folder / ledger.NAME, act)


def _command() -> list[str]:
    """Give the command line; bytes that are no UTF-8 become escapes, and what names a device is left out."""
    from vitne.intake.received import written

    told = ["vitne", *map(written, sys.argv[1:])]
    for at, word in enumerate(told):
        if word.startswith("--device="):
            told[at] = "--device=…"
        elif at and told[at - 1] == "--device":
            told[at] = "…"
    return told


def record_scan(folder: Path, case: Any, run: dict[str, Any]) -> None:
    """Write down that a case was made: inputs, options, what came out; values of persons stay out."""
    inputs = [{"name": c.name, "sha256": c.sha256, "size": c.size} for c in case.captures]
    detail = {
        "options": {
            "device": bool(run.get("device")),
            "subject": bool(run.get("subject")),
            "keys": len(run.get("keys", ())),
        },
        "whole_file_is_evidence": True,
        "findings": len(case.findings),
        "partial": case.partial,
    }
    record(folder, "scan", objects=inputs, detail=detail)


def note(given: str, action: Action, detail: dict[str, Any]) -> None:
    """Write into the ledger of a case what goes out of it; a sealed bag is never written to."""
    folder = Path(given)
    if not is_bag(folder) and os.access(folder, os.W_OK):
        record(folder, action, detail=detail)


def is_bag(folder: Path) -> bool:
    """Say whether a folder is a bag with a case in it."""
    from vitne.evidence import sealing

    return (folder / sealing.CASE).is_dir() and (folder / "bagit.txt").is_file()


def case_folder(given: str) -> Path:
    """Give the case folder behind a word of the user: a case itself, or the one inside a bag."""
    from vitne.evidence import sealing

    folder = Path(given)
    return folder / sealing.CASE if is_bag(folder) else folder


def open_case(given: str) -> Case:
    """Read a case, or the case inside a bag; raises StoreError."""
    from vitne.store import read_case

    return read_case(case_folder(given))


def originals(given: str, case: Case, moved: Sequence[str]) -> list[str]:
    """Find the raw captures of a case or bag; raises StoreError that names the first that is nowhere."""
    from vitne.cli.casework import captures_of
    from vitne.evidence import sealing

    folder = Path(given)
    inside = [str(folder / sealing.ORIGINAL)] if is_bag(folder) else []
    return captures_of(case, [*moved, *inside])


def key_logs(given: str, case: Case, moved: Sequence[str]) -> list[str]:
    """Find the key logs of a scan: as given, inside the bag, or where the run says."""
    from vitne.evidence import sealing

    if moved:
        return list(moved)
    folder = Path(given)
    if is_bag(folder):
        return sorted(str(path) for path in (folder / sealing.KEYS).glob("*.txt"))
    return [str(each) for each in case.run.get("keys", ()) if Path(str(each)).is_file()]


def pyrage() -> Any:
    """Give the package that reads and writes age files; raises UsageError where it is not installed."""
    try:
        import pyrage as age
    except ModuleNotFoundError as error:
        raise UsageError("age files need the package pyrage", next_step="pip install pyrage") from error
    return age


def locked(data: bytes, recipients: Sequence[str], *, passphrase: str = "") -> bytes:
    """Encrypt as an age file (format of age-encryption.org/v1) to recipients, or with a passphrase."""
    age = pyrage()
    if passphrase:
        return bytes(age.passphrase.encrypt(data, passphrase))
    try:
        return bytes(age.encrypt(data, [age.x25519.Recipient.from_str(each) for each in recipients]))
    except age.RecipientError as error:
        raise UsageError("this is no age recipient", expected="age1...", next_step="age-keygen") from error


def unlocked(data: bytes, identity: str, *, passphrase: str = "") -> bytes:
    """Decrypt an age file with the identity of a file, or with a passphrase; raises StoreError."""
    age = pyrage()
    try:
        if passphrase:
            return bytes(age.passphrase.decrypt(data, passphrase))
        lines = Path(identity).read_text(encoding="utf-8").splitlines()
        keys = [age.x25519.Identity.from_str(line) for line in lines if line.startswith("AGE-SECRET-KEY-")]
        return bytes(age.decrypt(data, keys))
    except (OSError, ValueError, age.IdentityError) as error:
        raise UsageError(
            "the identity cannot be read", where=identity, expected="a file with AGE-SECRET-KEY-..."
        ) from error
    except age.DecryptError as error:
        raise StoreError(
            "it does not open: another key, a wrong passphrase, or the file was changed",
            next_step="name the right identity with --identity",
        ) from error
