"""What one capture gave, small enough to keep for a hundred thousand of them; kept by digest and rules.

A result is a file of its own, named after the digest of the capture's bytes, of the rules and of the options,
and put in place by renaming: it is there as a whole or not at all, and to make it again gives the same bytes.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from vitne.compare.halves import FAR, look_of, recipient_of
from vitne.model import CaptureError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vitne.model import Finding

FORMAT = "vitne-fleet-result/1"
_KEY = re.compile(r"[0-9a-f]{64}")


class Sending(msgspec.Struct, frozen=True, kw_only=True):
    """One identifier that one capture shows going to one recipient."""

    recipient: str  # registrable domain, else host, else address
    host: str  # the commonest name there
    identifier: str  # word of the closed list
    kind: str  # its kind
    sender: str  # id of the known sender, "" without
    field: str  # the sender's own name
    protection: str  # clear, encoded, decrypted
    grade: str
    delivery: str
    messages: int  # that held it
    first_s: float  # seconds from the beginning of the capture


class CaptureResult(msgspec.Struct, frozen=True, kw_only=True):
    """What one capture gave.  Values are masked; none is in it."""

    format: str  # name and version of this file
    key: str  # digest of capture, rules and options
    sha256: str  # of the capture as received
    size: int  # bytes
    state: str  # "read", or "unreadable" where it is no capture or cannot be opened
    error: str  # why not, for a person
    packets: int
    seconds: float  # how long it lasted
    sendings: tuple[Sending, ...]
    unreadable: dict[str, int]  # recipient -> bytes that could not be read
    gaps: dict[str, int]  # kind -> how many
    partial: bool  # a part of the scan failed


def key_of(capture: str, rules: str) -> tuple[str, str, int]:
    """Give key, digest and size of a capture; raises OSError where it cannot be read."""
    with Path(capture).open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        size = stream.tell()
    return hashlib.sha256(f"{FORMAT}\0{digest}\0{rules}".encode()).hexdigest(), digest, size


def place_of(folder: Path, key: str) -> Path:
    """Give where the result of a key stands."""
    return folder / "results" / key[:2] / f"{key}.json"


def kept(folder: Path, key: str) -> CaptureResult | None:
    """Give the result that is there, None for none or one that cannot be read."""
    try:
        result = msgspec.json.decode(place_of(folder, key).read_bytes(), type=CaptureResult)
    except (OSError, ValueError, RecursionError):
        return None
    return result if result.format == FORMAT and result.key == key else None


def kept_keys(folder: Path) -> frozenset[str]:
    """Give the keys of all results that are there."""
    return frozenset(each.stem for each in (folder / "results").glob("??/*.json"))


def keep(folder: Path, result: CaptureResult) -> None:
    """Put a result in its place as a whole; raises StoreError."""
    _put(place_of(folder, result.key), msgspec.json.encode(result, order="sorted") + b"\n", folder)


def _name_of(folder: Path, url: str, etag: str, *, size: int, rules: str) -> Path:
    """Give where it stands which result belongs to an object as its store lists it."""
    told = hashlib.sha256("\0".join((FORMAT, url, etag, str(size), rules)).encode("utf-8", "surrogatepass"))
    name = told.hexdigest()
    return folder / "objects" / name[:2] / name


def recall(folder: Path, url: str, etag: str, *, size: int, rules: str) -> CaptureResult | None:
    """Give the result of an object that was fetched before and still has the same ETag, else None."""
    if not etag:
        return None
    try:
        key = _name_of(folder, url, etag, size=size, rules=rules).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return kept(folder, key) if _KEY.fullmatch(key) else None


def remember(folder: Path, url: str, etag: str, *, result: CaptureResult, rules: str) -> None:
    """Write down which result belongs to an object; raises StoreError."""
    if etag:
        place = _name_of(folder, url, etag, size=result.size, rules=rules)
        _put(place, f"{result.key}\n".encode(), folder)


def sweep(folder: Path) -> None:
    """Take away what runs that were killed left unfinished."""
    for left in (*folder.glob("results/??/.unfinished-*"), *folder.glob("objects/??/.unfinished-*")):
        left.unlink(missing_ok=True)
    for left in folder.glob(".dataset-unfinished-*"):
        shutil.rmtree(left, ignore_errors=True)


def _put(place: Path, data: bytes, folder: Path) -> None:
    """Write a file as a whole."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".unfinished-", dir=place.parent)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            Path(name).rename(place)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        what = f"a result cannot be written: {error.strerror}"
        raise StoreError(
            what, where=str(folder), next_step="make room; what is there is used again"
        ) from error


def read_capture(capture: str, key: str, digest: str, *, size: int, options: Any) -> CaptureResult:
    """Scan one capture and sum it up; a capture that cannot be read gives a result that says so."""
    from vitne.pipeline import run_scan

    plain: dict[str, Any] = {"format": FORMAT, "key": key, "sha256": digest, "size": size}
    try:
        outcome = run_scan([capture], options).masked()
    except CaptureError as error:
        return CaptureResult(
            **plain, state="unreadable", error=error.what, packets=0, seconds=0.0, sendings=(),
            unreadable={}, gaps={}, partial=False,
        )  # fmt: skip
    look = look_of(outcome, name=Path(capture).name)
    return CaptureResult(
        **plain,
        state="read",
        error="",
        packets=sum(each.packets for each in outcome.captures),
        seconds=round(look.seconds, 3),
        sendings=tuple(_sendings(look.findings, look.begin_ns)),
        unreadable={name: length for name, (length, _) in look.unreadable.items()},
        gaps=dict(look.gaps),
        partial=look.partial,
    )


def unreadable(key: str, error: str) -> CaptureResult:
    """Give the result of a capture that could not even be opened, or that ended its worker."""
    return CaptureResult(
        format=FORMAT, key=key, sha256="", size=0, state="unreadable", error=error, packets=0, seconds=0.0,
        sendings=(), unreadable={}, gaps={}, partial=True,
    )  # fmt: skip


def _sendings(findings: Iterable[Finding], begin_ns: int) -> Iterable[Sending]:
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for each in findings:
        if each.scope in FAR:
            recipient = recipient_of(each.destination)
            key = recipient, each.identifier, each.sender or "", each.field, each.protection
            groups.setdefault(key, []).append(each)
    for (recipient, identifier, sender, field, protection), found in sorted(groups.items()):
        first = found[0]
        hosts = Counter(each.destination.host or each.destination.ip for each in found)
        yield Sending(
            recipient=recipient,
            host=min(hosts, key=lambda host: (-hosts[host], host)),
            identifier=identifier,
            kind=first.kind,
            sender=sender,
            field=field,
            protection=protection,
            grade=first.grade,
            delivery=first.delivery,
            messages=len({(each.flow, each.message_frames) for each in found}),
            first_s=round((min(each.time_ns for each in found) - begin_ns) / 1e9, 3),
        )
