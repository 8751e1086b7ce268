"""``vitne verify``: a bag checked offline, and every finding derived again from the raw captures."""

from __future__ import annotations

import getpass
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from vitne.cli import custody
from vitne.cli.knowing import knowledge, listed
from vitne.cli.main import DONE, FAILED
from vitne.evidence import checking, rederiving, sealing
from vitne.model import Malformed, StoreError, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from vitne.evidence.checking import Check
    from vitne.store import Case

SCHEMA = "vitne-verify/1"


def run(options: argparse.Namespace) -> int:
    """Check and say what holds."""
    given = Path(options.bag)
    if not given.exists():
        raise UsageError("there is no bag here", where=options.bag, next_step="vitne seal CASE")
    with _folder(given, options.identity) as bag:
        roots = b"".join(map(_root, options.tsa_root)) or None
        said, checks = checking.check_bag(bag, roots=roots, key=options.signer or "")
        if checking.unsafe(checks):
            why = "findings were not derived again: a link or pipe in the bag leads elsewhere"
            checks.append(checking.Check(what="findings", where=given.name, state="not-checked", why=why))
        elif not options.outer:
            with _subject(bag, options) as subject:
                known = rederiving.Known(
                    subject=subject, secrets=_secrets(options.secrets), tables=knowledge(), page=_page
                )
                checks += rederiving.check_findings(bag, said, known)
        digest = _digest(bag)
    _print(options, digest, checks)
    return FAILED if any(check.state == "failed" for check in checks) else DONE


def _page(case: Case) -> bytes | None:
    """Make the page of a case again; None where it was made with tables that are not those at hand."""
    from vitne.cli.whereto import pictures
    from vitne.report.formats.html import page

    if case.manifest.get("tables") != listed():
        return None
    whither = pictures(case.findings, str(case.run.get("as_of") or ""))
    return page(case, rules=case.manifest.get("rules", {}), whither=whither)


def _secrets(file: str | None) -> Any:
    """Read the keys, salts and alphabets that the scan was given; None without."""
    if not file:
        return None
    from vitne.ciphers import read_secrets

    return read_secrets(file)[0]


def _digest(bag: Path) -> str:
    try:
        return checking.root_digest(bag)
    except Malformed:
        return ""


def _root(path: str) -> bytes:
    """Read the root certificates of an authority; raises UsageError for what is none in PEM."""
    from cryptography import x509

    try:
        data = Path(path).read_bytes()
        x509.load_pem_x509_certificates(data)
    except OSError as error:
        raise UsageError(f"it cannot be read: {error.strerror}", where=path) from error
    except ValueError as error:
        raise UsageError("this is no certificate in PEM", where=path) from error
    return data if data.endswith(b"\n") else data + b"\n"


@contextmanager
def _folder(given: Path, identity: str | None) -> Iterator[Path]:
    """Give the folder of a bag; an encrypted one is opened into a private folder, overwritten at the end."""
    if given.is_dir():
        yield given
        return
    from vitne.cli.locking import opened
    from vitne.cli.locking_verbs import is_locked

    if not is_locked(str(given)):
        raise StoreError("this is no bag", where=str(given), expected="a bag folder, or an age file of one")
    phrase = "" if identity else getpass.getpass("Passphrase: ")
    with opened(given, identity or "", phrase) as (folder, _):
        yield folder


@contextmanager
def _subject(bag: Path, options: argparse.Namespace) -> Iterator[Any]:
    """Give the known values: of the file that was named, or those sealed in the bag; None without."""
    from vitne.identify.subject import read_subject

    if options.subject:
        yield read_subject(options.subject)[0]
        return
    sealed = bag / sealing.VALUES
    if not (options.identity and sealed.is_file()):
        yield None
        return
    content = custody.unlocked(sealed.read_bytes(), options.identity)
    with tempfile.TemporaryDirectory(prefix="vitne-") as base:
        path = Path(base) / "subject.toml"
        path.touch(mode=0o600)
        path.write_bytes(content)
        yield read_subject(str(path))[0]


def _print(options: argparse.Namespace, digest: str, checks: list[Check]) -> None:
    import sys

    from vitne.report import visible

    count = {state: sum(c.state == state for c in checks) for state in ("confirmed", "failed", "not-checked")}
    if options.json:
        content = {"schema": SCHEMA, "manifest_sha256": digest, "counts": count, "checks": checks}
        sys.stdout.buffer.write(msgspec.json.encode(content) + b"\n")
        sys.stdout.flush()
        return
    signs = {"confirmed": "ok  ", "failed": "FAIL", "not-checked": "--  "}
    for check in checks:
        if check.state == "failed" or not options.quiet:
            print(visible(f"{signs[check.state]} {check.what} {check.where}: {check.why}", 400))
    print(f"\nmanifest sha256 {digest or 'cannot be read'}: compare it with what was written down")
    print(
        f"{count['confirmed']} confirmed, {count['failed']} failed, {count['not-checked']} not checked: "
        + ("the bag does not hold" if count["failed"] else "everything that was checked holds")
    )
