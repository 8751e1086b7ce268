"""The ledger of a case: who did what, when, with which versions; append-only and chained by digests.

One line of canonical JSON (RFC 8785) per entry.  Each holds the digest of the entry before it and its own, so
that a line that was changed, taken out, put in or moved is named.  Cutting off the end shows only against a
digest written down elsewhere: the sealed bag holds one.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from vitne.evidence.canonical import canonical, safe
from vitne.model import StoreError

if TYPE_CHECKING:
    from pathlib import Path

NAME = "ledger.jsonl"
FORMAT = "vitne-ledger/1"
_FIRST = "0" * 64

Action = Literal["scan", "import", "seal", "verify", "report", "export", "redact", "encrypt", "wipe", "note"]


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be written down."""

    action: Action
    time: str  # RFC 3339, UTC
    time_source: str  # how the clock is known: "system clock"; its offset is not measured
    actor: dict[str, str]  # user and host, as the system calls them
    tool: dict[str, Any]  # version of vitne, of the libraries, digest of the data files
    objects: list[dict[str, Any]] = []  # name, sha256, size of what was acted on
    detail: dict[str, Any] = {}  # of this kind of act: options, counts, what came out


class Broken(msgspec.Struct, frozen=True, kw_only=True):
    """Where a ledger does not hold."""

    line: int  # from 1
    why: str


def append(path: Path, act: Act) -> dict[str, Any]:
    """Add one entry behind the others and give it; raises StoreError where the ledger does not hold."""
    entries, broken = read(path)
    if broken is not None:
        raise StoreError(
            f"the ledger does not hold from line {broken.line} on: {broken.why}",
            where=str(path),
            next_step="keep the file as it is and start a new case; a ledger is never mended",
        )
    entry: dict[str, Any] = {"format": FORMAT, "seq": len(entries) + 1, **safe(msgspec.to_builtins(act))}
    entry["prev"] = entries[-1]["hash"] if entries else _FIRST
    entry["hash"] = _digest(entry)
    try:
        with path.open("ab") as file:
            file.write(canonical(entry) + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise StoreError(
            f"the ledger cannot be written: {error.strerror}", where=str(path), next_step="make room"
        ) from error
    return entry


def read(path: Path) -> tuple[list[dict[str, Any]], Broken | None]:
    """Give the entries that hold, and the first place where the chain does not; an absent ledger is empty."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return [], None
    return check(data)


def check(data: bytes) -> tuple[list[dict[str, Any]], Broken | None]:
    """Check the bytes of a ledger, line by line."""
    entries: list[dict[str, Any]] = []
    before = _FIRST
    lines = data.split(b"\n")
    cut = lines.pop() != b""
    for number, line in enumerate(lines, 1):
        why = _fault(line, number, before)
        if why:
            return entries, Broken(line=number, why=why)
        entry = msgspec.json.decode(line, type=dict[str, Any])
        before = entry["hash"]
        entries.append(entry)
    return entries, Broken(line=len(lines) + 1, why="the last line is cut off") if cut else None


def _fault(line: bytes, number: int, before: str) -> str:
    """Say what is wrong with a line, "" if nothing is."""
    try:
        entry = msgspec.json.decode(line, type=dict[str, Any])
        spelled = canonical(entry)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return "this is no entry"
    if spelled != line:
        return "the entry is not in its canonical spelling"
    if entry.get("seq") != number:
        return f"the entry says it is number {entry.get('seq')}"
    if entry.get("prev") != before:
        return "it does not follow the entry before it"
    if entry.get("hash") != _digest(entry):
        return "the entry was changed: its digest is another"
    return ""


def _digest(entry: dict[str, Any]) -> str:
    return hashlib.sha256(canonical({k: v for k, v in entry.items() if k != "hash"})).hexdigest()
