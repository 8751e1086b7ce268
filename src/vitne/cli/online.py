"""Live look-ups for ``vitne attribute --online``: listed, confirmed, announced and kept."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vitne.attribute.attribution import domains
from vitne.attribute.destinations import scope_of
from vitne.lookups.asking import Asker, Ways
from vitne.lookups.kept import keep
from vitne.model import UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from vitne.attribute.attribution import Place
    from vitne.store import Case


def ask_all(options: argparse.Namespace, case: Case, places: Sequence[Place]) -> None:
    """Ask about all destinations; raises UsageError where the user does not confirm."""
    names = domains(places)
    addresses = sorted({ip for ip, _ in places if ip and scope_of(ip) == "internet"})
    print(
        f"vitne: about to ask registers and name servers about {len(names)} domains and "
        f"{len(addresses)} addresses; "
        "each question tells others what is being studied, and can tip off whoever runs a server",
        file=sys.stderr,
    )
    if not options.yes:
        _confirm()
    asker = Asker(_ways(options, case))
    asker.bootstrap()
    for name in names:
        asker.about(name)
        asker.names(name)
    for address in addresses:
        asker.about(address)
    if options.certificates:
        for ip, port, host in sorted(_closed(case)):
            asker.certificate(ip, port, host)
    _note(case.folder, asker.count)
    print(f"vitne: {asker.count} questions sent; answers stand in {case.folder / 'lookups'}", file=sys.stderr)


def _note(folder: Path, count: int) -> None:
    """Write into the case's ledger that questions were sent, and the digest of the list of answers."""
    from vitne.cli import custody

    listed = folder / "lookups" / "answers.jsonl"
    if count and listed.is_file():
        data = listed.read_bytes()
        row = {"name": "lookups/answers.jsonl", "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
        custody.record(folder, "note", objects=[row], detail={"act": "live look-ups", "questions": count})


def _confirm() -> None:
    if not sys.stdin.isatty():
        raise UsageError(
            "nothing was asked: there is nobody to confirm", next_step="add --yes to send the questions"
        )
    print("vitne: send them? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise UsageError("nothing was asked", next_step="without --online the tables at hand are used")


_CLOSED = frozenset({"tls", "no-key", "wrong-key", "no-hello"})
"""Reasons why what went inside TLS was not read: with keys, what kept each from opening it."""


def _closed(case: Case) -> set[tuple[str, int, str]]:
    """Give the destinations of a case that speak TLS."""
    closed = {
        row
        for row in case.opaque
        if row.transport == "tcp" and row.protocol in {"tls", ""} and row.reason in _CLOSED
    }
    return {
        (row.destination.ip, row.destination.port, row.destination.host)
        for row in closed
        if row.destination.ip and scope_of(row.destination.ip) == "internet"
    }


def _ways(options: argparse.Namespace, case: Case) -> Ways:
    told: dict[str, Any] = {}
    if options.bootstrap:
        try:
            told = json.loads(Path(options.bootstrap).read_bytes())
        except (OSError, ValueError, RecursionError) as error:
            raise UsageError(
                f"the list of servers cannot be read ({type(error).__name__})", where=options.bootstrap
            ) from error
        if not isinstance(told, dict):
            raise UsageError("the list of servers is no JSON object", where=options.bootstrap)
    ways = Ways(
        announce=lambda what: print(f"vitne: asking {what}", file=sys.stderr),
        keep=lambda answer, raw: keep(case.folder, answer, raw),
        now=lambda: dt.datetime.now(tz=dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        sleep=time.sleep,
        pause=float(told.get("pause", 1.0)),
        timeout=float(told.get("timeout", 10.0)),
        resolver=options.resolver or _resolver(),
    )
    if told:
        ways.bootstrap = {kind: told.get(kind) or {} for kind in ("dns", "ipv4", "ipv6")}
        ways.whois_root = str(told.get("whois") or ways.whois_root)
    return ways


def _resolver() -> str:
    """Give the system's first name server."""
    try:
        for line in Path("/etc/resolv.conf").read_text(encoding="utf-8").splitlines():
            words = line.split()
            if len(words) > 1 and words[0] == "nameserver":
                return words[1]
    except (OSError, UnicodeDecodeError):
        return "127.0.0.1"
    return "127.0.0.1"
