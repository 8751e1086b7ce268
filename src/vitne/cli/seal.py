"""``vitne seal``: a case and its raw captures in one signed bag."""

from __future__ import annotations

import datetime as dt
import io
import os
import sys
import tarfile
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vitne.cli import custody
from vitne.cli.beside import beside
from vitne.evidence import occurred, sealing, signing, timestamps
from vitne.evidence.canonical import canonical
from vitne.model import StoreError, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from vitne.evidence.sealing import Sealed
    from vitne.store import Case

_MOST_REPLY = 1 << 20
_SECONDS = 30


def run(options: argparse.Namespace) -> int:
    """Seal and say what to write down."""
    folder = Path(options.case)
    case = custody.open_case(options.case)
    place = Path(options.bag or f"{options.case.rstrip('/')}.bag")
    _check_date(options.retain_until)
    if options.encrypt:
        return _encrypted(options, folder, case, place)
    sealed = _sealed(options, folder, case, place)
    _say(options, place, sealed)
    return 0


def _encrypted(options: argparse.Namespace, folder: Path, case: Case, place: Path) -> int:
    """Seal into a private folder that is overwritten and removed, and write the bag as one age file."""
    from vitne.cli.locking import private, whom

    recipients, phrase = whom(options.encrypt)
    if place.exists() or place.is_symlink():
        what = "there is something at the place of the bag"
        raise StoreError(what, where=str(place), next_step="name another file; no bag is ever replaced")
    with private(place) as base:
        sealed = _sealed(options, folder, case, place, target=base / "bag")
        _pack(base / "bag", place, recipients, phrase)
    _say(options, place, sealed)
    return 0


def _sealed(
    options: argparse.Namespace, folder: Path, case: Case, place: Path, *, target: Path | None = None
) -> Sealed:
    """Seal, and write into the ledger that it began and how it ended."""
    key = _key(options.key, place)
    named = not getattr(options, "unnamed", False)
    custody.record(folder, "seal", detail={"bag": place.name, "began": True}, named=named)
    time = custody.now()
    contents = _contents(options, folder, case)
    sealed = sealing.seal(
        target or place, contents, key, time=time, stamp=lambda signed: _stamps(options, signed)
    )
    detail = {"bag": place.name, "manifest_sha256": sealed.digest, "key": sealed.key}
    custody.record(folder, "seal", detail=detail, named=named)
    return sealed


def _check_date(text: str | None) -> None:
    if text is None:
        return
    try:
        dt.date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"--retain-until {text!r} is no date", expected="a day such as 2027-05-31", next_step="correct it"
        ) from error


def _key(given: str | None, place: Path) -> Ed25519PrivateKey:
    """Read the key, or make one for this bag and keep it beside."""
    if given:
        try:
            return signing.read_private(Path(given).read_bytes(), given)
        except OSError as error:
            raise UsageError(f"the key cannot be read: {error.strerror}", where=given) from error
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    path = place.with_name(f"{place.name}.key.pem")
    if path.exists():
        return signing.read_private(path.read_bytes(), str(path))
    key = Ed25519PrivateKey.generate()
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(signing.private_pem(key))
    except OSError as error:
        raise StoreError(f"the key cannot be written: {error.strerror}", where=str(path)) from error
    return key


def _contents(options: argparse.Namespace, folder: Path, case: Case) -> sealing.Contents:
    from vitne.evidence.rederiving import reports
    from vitne.report.frozen import freeze

    captures = custody.originals(options.case, case, options.capture)
    originals = [(c.name, _content(path)) for c, path in zip(case.captures, captures, strict=True)]
    document = freeze(
        case, beside(options.case, case, captures=options.capture, vantage=getattr(options, "vantage", ""))
    )
    written = {sealing.FINDINGS: canonical(document), **reports(document)}
    if options.values_for:
        if not options.subject:
            raise UsageError("--values-for seals a subject file", next_step="name it with --subject FILE")
        written[sealing.VALUES] = custody.locked(Path(options.subject).read_bytes(), options.values_for)
    facts = {
        **case.manifest.get("rules", {}),
        "captures": [
            {"name": c.name, "sha256": c.sha256, "file": sealing.original_name(number, c.name)}
            for number, c in enumerate(case.captures)
        ],
        "searched_with_subject": bool(case.run.get("subject")),
        "searched_with_secrets": bool(case.run.get("secrets")),
        "searched_device_only": bool(case.run.get("device")),
        "retain_until": options.retain_until,
        "findings": len(case.findings),
    }
    logs = [Path(each) for each in custody.key_logs(options.case, case, options.keys)]
    apps = [Path(str(each)) for each in case.run.get("apps", ()) if Path(str(each)).is_file()]
    return sealing.Contents(
        case=folder,
        originals=originals,
        keys=logs,
        apps=apps,
        events=_events(options, folder),
        written=written,
        facts=facts,
    )


def _events(options: argparse.Namespace, folder: Path) -> list[Path]:
    """Find the logs that verdicts on events rest on; those that are nowhere are told, and left out."""
    from vitne.report import visible

    found, missing = occurred.logs_of(folder, getattr(options, "events", ()))
    for name in missing:
        print(
            f"vitne: the log {visible(name, 80)} is not at hand; without it (--events FILE) "
            "nobody can derive the verdicts on events again",
            file=sys.stderr,
        )
    return found


def _content(path: str) -> Any:
    """Give a file, or the bytes of a member of an archive."""
    outer, mark, member = path.partition("!/")
    if not mark or Path(path).exists():
        return Path(path)
    from vitne.pipeline.archive import Archive

    archive = Archive(Path(outer))
    try:
        return archive.read(member, []).array.tobytes()
    finally:
        archive.close()


def _stamps(options: argparse.Namespace, signed: bytes) -> Mapping[str, bytes]:
    """Ask each authority; one that does not answer stops the sealing."""
    files = {}
    for number, url in enumerate(options.timestamp, 1):
        reply = _ask(url, timestamps.request(signed))
        stamp = timestamps.check(reply, signed, None)
        if stamp.state == "invalid":
            raise StoreError(f"the authority's reply does not hold: {stamp.why}", where=url)
        files[f"{number}.tsr"] = reply
    return files


def _ask(url: str, asked: bytes) -> bytes:
    if not url.startswith(("http://", "https://")):
        raise UsageError("--timestamp needs an address", where=url, expected="http://... or https://...")
    request = urllib.request.Request(  # noqa: S310  (the scheme was checked)
        url, data=asked, headers={"Content-Type": "application/timestamp-query"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
            reply: bytes = answer.read(_MOST_REPLY)
    except (OSError, urllib.error.URLError) as error:
        raise StoreError(
            f"the authority did not answer: {error}", where=url, next_step="try again, or seal without it"
        ) from error
    return reply


def _pack(bag: Path, place: Path, recipients: list[str], phrase: str) -> None:
    """Write a bag as one age file with a tar archive in it."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.add(bag, arcname="bag")
    data = custody.locked(packed.getvalue(), recipients, passphrase=phrase)
    try:
        with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
    except OSError as error:
        raise StoreError(f"it cannot be written: {error.strerror}", where=str(place)) from error


def _say(options: argparse.Namespace, place: Path, sealed: Sealed) -> None:
    from vitne.report import visible

    shown = visible(str(place), 2000)
    print(f"Sealed: {shown} ({sealed.files} files)")
    print(f"Write this down: manifest sha256 {sealed.digest}")
    print(f"Signed by key {sealed.key}")
    if not options.key:
        print(f"  the key is {shown}.key.pem: keep it apart from the bag")
    stamps = len(options.timestamp)
    print(f"Timestamps: {stamps}" + ("" if stamps else " (none was asked for: the time is this machine's)"))
    print(f"Next: vitne verify {shown}")
