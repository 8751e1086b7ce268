"""The policy file: which identifiers may go to which recipients, how protected, on which trigger.

All that is wrong in a file is told at once; an unknown word is told with the nearest one there is.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import msgspec

from vitne.model import IDENTIFIERS, UsageError
from vitne.model.events import EVENT_KINDS
from vitne.model.findings import Protection, Scope
from vitne.model.identifiers import Grade, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_BYTES = 4 << 20
_ANY = "*"
PROTECTIONS: tuple[str, ...] = get_args(Protection)
SCOPES: tuple[str, ...] = get_args(Scope)
KINDS: tuple[str, ...] = get_args(Kind)

Unreadable = Literal["note", "fail", "ignore"]
Gaps = Literal["note", "unread", "fail"]
_FINGERPRINT = re.compile(r"v1-[0-9a-f]{32}")
_MOST_LISTED = 30
"""Known words up to which all are listed beside an unknown one."""


class Allowance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may be sent, to whom, how, and when."""

    identifiers: tuple[str, ...]  # words of the closed list, "kind:attribute" and the like, or "*"
    recipients: tuple[str, ...]  # globs over host, registrable domain or address
    because: str  # why it may be sent
    protection: tuple[str, ...] = ()  # clear, encoded, decrypted; empty: any
    triggers: tuple[str, ...] = ()  # kinds of device events; empty: at any time
    within_s: float = 60.0  # seconds behind an event that still belong to it


class Waiver(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One sending that is known and let pass for a while."""

    fingerprint: str  # of the result, as a report prints it
    reason: str  # why it is let pass, and who decided
    expires: date  # last day on which it holds


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a policy file says."""

    version: Literal[1]  # of the form of this file
    title: str = ""  # for a person
    grade: Grade = "declared"  # sightings of a weaker grade are not judged
    kinds: tuple[str, ...] = ("identifier", "location", "credential", "content")  # kinds that are judged
    scopes: tuple[str, ...] = ("internet", "operator-core")  # how far a destination must lie to be judged
    unreadable: Unreadable = "note"  # what to make of traffic that nobody could read
    gaps: Gaps = (
        "unread"  # captures that could not be read fail; "fail": so does every part that was not seen
    )
    readable: tuple[str, ...] = ()  # recipients, as globs, whose unreadable traffic is accepted
    allow: tuple[Allowance, ...] = ()
    waiver: tuple[Waiver, ...] = ()


def read_policy(path: str | Path) -> Policy:
    """Read and check a policy; raises UsageError with everything that is wrong."""
    place = Path(path)
    try:
        with place.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise _wrong(place, [f"it cannot be read: {error.strerror}"]) from error
    if len(data) > MOST_BYTES:
        raise _wrong(place, [f"it is longer than {MOST_BYTES} bytes"])
    try:
        return policy_of(tomllib.loads(data.decode("utf-8")))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise _wrong(place, [f"it is no TOML: {error}"]) from error
    except msgspec.ValidationError as error:
        raise _wrong(place, [str(error)]) from error
    except UsageError as error:
        raise _wrong(place, error.what.splitlines()) from error


def policy_of(content: dict[str, Any]) -> Policy:
    """Check what a policy file holds; raises msgspec.ValidationError and UsageError."""
    policy = msgspec.convert(content, Policy)
    faults = list(_faults(policy))
    if faults:
        raise UsageError("\n".join(faults))
    return policy


def _wrong(place: Path, faults: list[str]) -> UsageError:
    many = "" if len(faults) == 1 else f" ({len(faults)} faults)"
    return UsageError(
        f"the policy is wrong{many}\n  " + "\n  ".join(faults),
        where=str(place),
        next_step="docs/how-to/gate-a-build-by-a-policy.md shows one; vitne list identifiers gives the words",
    )


def _faults(policy: Policy) -> Iterable[str]:
    yield from _words("kinds", policy.kinds, KINDS)
    yield from _words("scopes", policy.scopes, SCOPES)
    for number, allowance in enumerate(policy.allow, 1):
        where = f"allow {number}"
        known = (*IDENTIFIERS, *(f"kind:{kind}" for kind in KINDS), _ANY)
        yield from _words(f"{where}: identifiers", allowance.identifiers, known)
        yield from _words(f"{where}: protection", allowance.protection, PROTECTIONS)
        yield from _words(f"{where}: triggers", allowance.triggers, EVENT_KINDS)
        if not allowance.recipients or not all(allowance.recipients):
            yield f"{where}: it names no recipient"
        if not allowance.because.strip():
            yield f"{where}: because is empty: say why it may be sent"
        if not 0 < allowance.within_s <= 86_400:
            yield f"{where}: within_s must lie between 0 and a day"
    for number, waiver in enumerate(policy.waiver, 1):
        if not waiver.reason.strip():
            yield f"waiver {number}: reason is empty: say why it is let pass"
        if not _FINGERPRINT.fullmatch(waiver.fingerprint):
            yield f"waiver {number}: {waiver.fingerprint!r} is no fingerprint: v1- and 32 hexadecimal digits"
    for mark, times in Counter(waiver.fingerprint for waiver in policy.waiver).items():
        if times > 1:
            yield f"waiver: {mark} is waived {times} times: which day holds?"


def _words(where: str, given: Iterable[str], known: tuple[str, ...]) -> Iterable[str]:
    """Name every unknown word with the nearest one there is."""
    for word in given:
        if word not in known:
            near = difflib.get_close_matches(word, known, n=4, cutoff=0.4)
            near.sort(key=lambda each: sorted(each) != sorted(word))  # letters swapped come first
            hint = f"; did you mean {near[0]!r}?" if near else ""
            listed = f" (there are {', '.join(known)})" if len(known) <= _MOST_LISTED else ""
            yield f"{where}: {word!r} is unknown{hint}{listed}"
