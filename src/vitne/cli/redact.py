"""``vitne redact``: a bag in which every value of a person is replaced, and nothing else of the traffic."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from vitne.cli import custody
from vitne.cli.main import DONE, FAILED
from vitne.evidence import ledger, sealing
from vitne.model import Secrets, StoreError, Subject, UsageError

if TYPE_CHECKING:
    import argparse

    from vitne.evidence.redacting import Known, Redacted
    from vitne.store import Case


def run(options: argparse.Namespace) -> int:
    """Make the bag and say what was replaced and left out."""
    from vitne.evidence.redacting import redact

    case = custody.open_case(options.case)
    place = Path(options.folder or f"{options.case.rstrip('/')}.redacted")
    if place.exists():
        raise UsageError("there is something at that place already", where=str(place))
    given = custody.originals(options.case, case, options.capture)
    known = _known(options, case)
    secret = _secret(options.secret, place)
    custody.note(options.case, "redact", {"to": place.name, "times_shifted": options.shift_times})
    made = redact(given, known, secret=secret, shift=options.shift_times)
    _refuse_nothing(made)
    _write(place, made, options, known)
    _say(place, made)
    return DONE if made.same else FAILED


def _known(options: argparse.Namespace, case: Case) -> Known:
    """Gather what the scan was given; raises UsageError where something of it is missing.

    Without the known values some of them might stay; without keys what they opened would be gone.
    """
    from vitne.evidence.redacting import Known

    subject, secrets = Subject(), Secrets()
    if options.subject:
        from vitne.identify.subject import read_subject

        subject = read_subject(options.subject)[0]
    elif _sealed_values(options) is not None:
        subject = _unsealed(_sealed_values(options), options.identity)
    elif case.run.get("subject"):
        raise _missing("a subject file", "--subject FILE", options.case)
    if options.secrets:
        from vitne.ciphers import read_secrets

        secrets = read_secrets(options.secrets)[0]
    elif case.run.get("secrets"):
        raise _missing("a secrets file", "--secrets FILE", options.case)
    keys = custody.key_logs(options.case, case, options.keys)
    if case.run.get("keys") and not keys:
        raise _missing("a key log", "--keys FILE", options.case)
    device = case.run.get("device")
    return Known(subject=subject, secrets=secrets, keys=tuple(keys), device=str(device) if device else None)


def _sealed_values(options: argparse.Namespace) -> Path | None:
    """Give where the known values lie sealed in a bag, where an identity was named that may open them."""
    place = Path(options.case) / sealing.VALUES
    return place if getattr(options, "identity", None) and place.is_file() else None


def _unsealed(place: Path | None, identity: str) -> Subject:
    """Read the known values that are sealed in a bag; they lie in clear in a private file meanwhile."""
    from vitne.identify.subject import read_subject

    if place is None:
        return Subject()
    with tempfile.TemporaryDirectory(prefix="vitne-") as base:
        plain = Path(base) / "subject.toml"
        plain.touch(mode=0o600)
        plain.write_bytes(custody.unlocked(place.read_bytes(), identity))
        return read_subject(str(plain))[0]


def _missing(what: str, option: str, where: str) -> UsageError:
    return UsageError(
        f"this case was searched with {what}, and it is not at hand",
        where=where,
        expected=f"{option}, the one of the scan",
        next_step="give it: without it values might be left, or findings be lost",
    )


def _refuse_nothing(made: Redacted) -> None:
    """Refuse a bag in which nothing would stand although something was found."""
    if not made.files:
        told = (f"{count} flow(s): {why}" for why, count in sorted(made.left_out.items()))
        why = "; ".join(told) or "nothing was found in it"
        raise UsageError(
            f"nothing of this case can be rebuilt ({why})",
            expected="at least one flow with findings that can be",
            next_step="share a report instead: vitne report CASE --for press",
        )


def _secret(given: str | None, place: Path) -> bytes:
    """Read the secret, or make one beside the bag: whoever has it can undo the replacement by trying."""
    path = Path(given) if given else place.with_name(f"{place.name}.secret")
    try:
        if path.exists():
            secret = path.read_bytes().strip()
        else:
            if given:
                raise UsageError("there is no such secret", where=given)
            secret = os.urandom(32).hex().encode()
            _private(path, secret + b"\n")
    except OSError as error:
        raise StoreError(f"the secret cannot be kept: {error.strerror}", where=str(path)) from error
    if len(secret) < 16:
        raise UsageError("the secret is too short", where=str(path), expected="16 bytes or more")
    return secret


def _private(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)


def _write(place: Path, made: Redacted, options: argparse.Namespace, known: Known) -> None:
    """Scan the new capture into a case of its own and seal that; the mapping stays outside."""
    import argparse as arguments

    from vitne.cli import seal
    from vitne.cli.casework import Kept, write
    from vitne.evidence.lookover import look_over

    with tempfile.TemporaryDirectory(prefix=".vitne-", dir=place.parent) as base:
        captures = [str(Path(base) / name) for name in made.files]
        for place_of, data in zip(captures, made.files.values(), strict=True):
            Path(place_of).write_bytes(data)
        run_facts: dict[str, Any] = {
            "inputs": [],
            "keys": [],
            "subject": bool(made.subject.seeds),
            "secrets": bool(known.secrets),
        }
        kept = Kept(Path(base) / "case")
        write(Path(base) / "case", made.result.masked(), run=run_facts, kept=kept)
        counts = {**made.counts, **{f"left out: {k}": v for k, v in made.left_out.items()}}
        counts |= {f"told anew: {k}": v for k, v in made.told_anew.items()}
        detail = {"counts": counts, "times_shifted": options.shift_times}
        (Path(base) / "case" / ledger.NAME).unlink()  # it names who scanned; a shared bag names nobody
        custody.record(Path(base) / "case", "redact", detail=detail, named=False)
        asked = arguments.Namespace(
            case=str(Path(base) / "case"), bag=str(place), key=None, timestamp=[], subject=None,
            values_for=[], retain_until=None, encrypt=[], capture=captures, keys=[], unnamed=True,
        )  # fmt: skip
        seal.run(asked)
    try:
        look_over(place, made.mapping)
    except StoreError:
        shutil.rmtree(place, ignore_errors=True)
        raise
    mapping = place.with_name(f"{place.name}.mapping.json")
    try:
        _private(mapping, msgspec.json.format(msgspec.json.encode(made.mapping), indent=1) + b"\n")
    except OSError as error:
        shutil.rmtree(place, ignore_errors=True)
        raise StoreError(f"the mapping cannot be kept: {error.strerror}", where=str(mapping)) from error


def _say(place: Path, made: Redacted) -> None:
    for key, value in sorted(made.counts.items()):
        print(f"{key.replace('_', ' ')}: {value}")
    for what, count in sorted(made.told_anew.items()):
        print(f"told anew, {count} flow(s): {what}")
    for why, count in sorted(made.left_out.items()):
        print(f"left out, {count} flow(s) with findings: {why}")
    print(f"No original value is left in {place} (searched in every layer and encoding).")
    print("Scanning it gives the same findings but for the values." if made.same else "The findings differ:")
    for line in made.differ[:20]:
        print(f"  {line}")
    print(f"Keep apart, never share: {place}.secret, {place}.mapping.json and {place}.key.pem")
