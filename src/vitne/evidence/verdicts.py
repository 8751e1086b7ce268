"""Verdicts on events derived again: from the logs in a bag, the times in its captures, and the same draws.

Each pair of event and destination is confirmed or named as failing.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import msgspec

from vitne.evidence import sealing
from vitne.evidence.canonical import canonical
from vitne.evidence.checking import Check
from vitne.evidence.occurred import asked_for, whole
from vitne.model import VitneError
from vitne.pipeline.proofs import proofs
from vitne.pipeline.triggering import Asked, document, find_triggers

if TYPE_CHECKING:
    from pathlib import Path

    from vitne.store import Case

WHAT = "verdict"
_NAMES = ("name", "log")
"""Keys that hold the name of a file, which a bag may have to write otherwise."""


def verdicts(bag: Path, case: Case, said: dict[str, Any]) -> list[Check]:
    """Derive the verdicts of a bag again, and say of each whether it comes out as it was.

    ``case`` holds the transmissions to test, ``said`` the sealed document.
    """
    logs, missing = _logs(bag, said)
    if missing:
        why = f"not derived again: {', '.join(missing)} is not in the bag"
        return [Check(what=WHAT, where=sealing.FINDINGS, state="not-checked", why=why)]
    wanted = asked_for(case.folder)
    asked = Asked(zone_s=wanted.zone_s, device=wanted.device, claims=wanted.claims, seed=wanted.seed)
    try:
        tested = find_triggers(case, [str(path) for path in logs], asked)
    except VitneError as error:
        return [Check(what=WHAT, where=sealing.EVENTS, state="failed", why=error.what)]
    told = document(tested)
    told["proofs"] = proofs(case, tested, [str(bag / sealing.ORIGINAL)])
    again = whole(told, {name: at.tolist() for name, at in tested.study.events.items()})
    return _compared(said, msgspec.json.decode(canonical(again), type=dict[str, Any]))


def _logs(bag: Path, said: dict[str, Any]) -> tuple[list[Path], list[str]]:
    """Give the logs in the order of the document, found by their digests, and the names of those missing."""
    there = {}
    for path in sorted((bag / sealing.EVENTS).glob("*/*")):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                there[hashlib.file_digest(file, "sha256").hexdigest()] = path
    wanted = [(str(log.get("sha256")), str(log.get("name"))) for log in said.get("logs", ())]
    return [there[d] for d, _ in wanted if d in there], [f"the log {n}" for d, n in wanted if d not in there]


def _compared(said: dict[str, Any], again: dict[str, Any]) -> list[Check]:
    """Compare pair by pair, then all the rest."""
    sealed, derived = _by_pair(said), _by_pair(again)
    checks = []
    for pair in sorted({*sealed, *derived}):
        one, two = sealed.get(pair), derived.get(pair)
        where = " → ".join(pair)
        if one == two and one is not None:
            why = f"{one.get('verdict')}: derived again from the logs and the captures, the same"
            checks.append(Check(what=WHAT, where=where, state="confirmed", why=why))
            continue
        other = (
            "derived again, it is not there" if two is None else f"derived again, it is {_short(two, one)}"
        )
        checks.append(Check(what=WHAT, where=where, state="failed", why=other))
    names = {*said, *again} - {"triggers"}
    differ = sorted(n for n in names if _nameless(said.get(n)) != _nameless(again.get(n)))
    if differ:
        why = f"derived again, these come out otherwise: {', '.join(differ)}"
        checks.append(Check(what=WHAT, where=sealing.FINDINGS, state="failed", why=why))
    else:
        why = "clock, times of events, timers and proofs: derived again, the same"
        checks.append(Check(what=WHAT, where=sealing.FINDINGS, state="confirmed", why=why))
    return checks


def _by_pair(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    rows = document.get("triggers", ())
    return {(str(row.get("event")), str(row.get("destination"))): row for row in rows}


def _short(again: dict[str, Any], sealed: dict[str, Any] | None) -> str:
    """Say how a verdict differs."""
    verdict = str(again.get("verdict"))
    if sealed is None:
        return f"{verdict}, and the report does not have it"
    if verdict != sealed.get("verdict"):
        return f"{verdict} and not {sealed.get('verdict')}"
    differ = sorted(name for name in {*again, *sealed} if again.get(name) != sealed.get(name))
    return f"{verdict} with another {', '.join(differ)}"


def _nameless(value: Any) -> Any:
    """Give a value without names of files."""
    if isinstance(value, dict):
        return {key: _nameless(inner) for key, inner in value.items() if key not in _NAMES}
    return [_nameless(inner) for inner in value] if isinstance(value, list) else value
